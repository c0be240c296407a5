// Packs every package, installs the tarballs side by side into an empty folder, and imports each one: what `exports` names
// must be in the tarball.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const packages = ['openapi', 'packages/core', 'packages/sdk', 'packages/server', 'packages/cli'];
const folder = mkdtempSync(join(tmpdir(), 'magnum-packages-'));
try {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@magnum-ts'), { recursive: true });
  // Third-party packages come from the checkout: only our own tarballs are on trial.
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@magnum-ts' && !name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  const wanted = [];
  for (const path of packages) {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
        cwd: join(root, path),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    const into = join(folder, `unpacked-${packed.name.split('/')[1]}`);
    mkdirSync(into);
    execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', into]);
    cpSync(join(into, 'package'), join(modules, packed.name), { recursive: true });
    const nested = join(root, path, 'node_modules');
    if (existsSync(nested)) symlinkSync(nested, join(modules, packed.name, 'node_modules'));
    const { exports: names } = JSON.parse(readFileSync(join(into, 'package', 'package.json'), 'utf8'));
    wanted.push(
      ...Object.entries(names)
        .filter(([, target]) => target.default?.endsWith('.js') && !target.default.includes('testing'))
        .map(([name]) => packed.name + name.slice(1)),
    );
  }
  writeFileSync(join(folder, 'try.mjs'), wanted.map((name) => `await import(${JSON.stringify(name)});`).join('\n'));
  execFileSync(process.execPath, [join(folder, 'try.mjs')], { stdio: 'inherit', cwd: folder });
  process.stdout.write(`imported ${wanted.join(', ')}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
