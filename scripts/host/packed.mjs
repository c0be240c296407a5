// Packages as npm would publish them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..');
/** The folders of the packages that are published. */
export const PACKAGES = ['openapi', 'packages/core', 'packages/sdk', 'packages/server', 'packages/cli'];

/**
 * Removes what earlier builds left of sources that are gone: the compiler does not, and npm would publish it.
 * @param {string} path
 */
export function removeLeftOvers(path) {
  const [sources, build] = [join(ROOT, path, 'src'), join(ROOT, path, 'dist')];
  for (const entry of readdirSync(build, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const [, name] = /^(.*?)(\.d\.ts|\.js)(\.map)?$/.exec(file.slice(build.length)) ?? [];
    if (entry.isFile() && name !== undefined && !existsSync(`${sources}${name}.ts`)) rmSync(file);
  }
}

/**
 * Packs a package of the repository, which must be built, and unpacks it into `into/<name>`.
 * @param {string} path @param {string} into
 */
export function packInto(path, into) {
  mkdirSync(into, { recursive: true });
  removeLeftOvers(path);
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', into];
  const said = execFileSync('npm', words, { cwd: join(ROOT, path), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [packed] = JSON.parse(said);
  const folder = join(into, ...packed.name.split('/'));
  mkdirSync(folder, { recursive: true });
  const tarball = join(into, packed.filename);
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return { folder, tarball, manifest, files: packed.files.map((file) => file.path), unpackedBytes: packed.unpackedSize };
}
