import { readFileSync } from 'node:fs';

/** The version of this package. The single executable file has a module of its own in place of this one, since it has no package. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null ? String(Reflect.get(manifest, 'version')) : '';
}
