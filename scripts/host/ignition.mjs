// Ignition's own parser, rules and decoders, for tests of user data.
import { join } from 'node:path';
import { buildGoPrograms } from './go-build.mjs';

const SOURCES = join(import.meta.dirname, 'ignition');
const FILES = ['go.mod', 'go.sum', 'main.go'];

/**
 * The programs' paths: out of the cache, or built. Throws with a one-line reason.
 * @param {(line: string) => void} log
 */
export async function buildIgnition(log) {
  const files = Object.fromEntries(FILES.map((name) => [name, join(SOURCES, name)]));
  const packages = ['.', 'github.com/coreos/ignition/v2/validate'];
  const folder = await buildGoPrograms({ name: 'ignition', files, packages, duration: 'some seconds', log });
  return { read: join(folder, 'magnum-ignition'), validate: join(folder, 'validate') };
}
