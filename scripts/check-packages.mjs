// Packs every package, installs the tarballs side by side into an empty folder, and imports each one: what `exports` names
// must be in the tarball, and test support that no entry of `exports` names must not.
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
/** Tests, what only tests import, and builders of example values. Folders named `testing` are checked against `exports`. */
const TEST_SUPPORT = /\.test\.|\.test-support\.|(^|\/)example-bays\.|(^|\/)fixtures\//;

const folder = mkdtempSync(join(tmpdir(), 'magnum-packages-'));
try {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@magnum-ts'), { recursive: true });
  // Third-party packages come from the checkout: only our own tarballs are on trial.
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@magnum-ts' && !name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  const wanted = packages.flatMap((path) => entriesOf(install(path, modules)));
  writeFileSync(join(folder, 'try.mjs'), wanted.map((name) => `await import(${JSON.stringify(name)});`).join('\n'));
  execFileSync(process.execPath, [join(folder, 'try.mjs')], { stdio: 'inherit', cwd: folder });
  process.stdout.write(`imported ${wanted.join(', ')}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Packs a package, puts it where Node finds it, and returns its package.json. Throws where test support is in the tarball. */
function install(path, modules) {
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
  const manifest = JSON.parse(readFileSync(join(into, 'package', 'package.json'), 'utf8'));
  const misplaced = packed.files.map((file) => file.path).filter((file) => isTestSupport(file, manifest));
  if (misplaced.length > 0)
    throw new Error(
      `${packed.name} packs test support: ${misplaced.join(', ')}; leave it out by "files" of ${path}/package.json and "exclude" of its tsconfig.json`,
    );
  return manifest;
}

function isTestSupport(file, manifest) {
  if (TEST_SUPPORT.test(file)) return true;
  if (file.startsWith('dist/testing/')) return !Object.hasOwn(manifest.exports ?? {}, './testing');
  return file.includes('/testing/');
}

/** The names by which a user imports the package; its testing entry needs vitest, which the user brings. */
function entriesOf({ name: packageName, exports: entries }) {
  return Object.entries(entries)
    .filter(([, target]) => target.default?.endsWith('.js') && !target.default.includes('testing'))
    .map(([name]) => packageName + name.slice(1));
}
