// The programs that speak with Magnum, and with Heat, through gophercloud, as Terraform and the autoscaler of Kubernetes do.
import { join } from 'node:path';
import { buildGoPrograms } from './go-build.mjs';

const SOURCES = join(import.meta.dirname, '..', '..', 'test', 'wire', 'gophercloud');
const FILES = ['go.mod', 'go.sum', 'main.go', 'autoscaler/main.go'];

/**
 * The programs' paths: out of the cache, or built. Throws with a one-line reason.
 * @param {(line: string) => void} log
 */
export async function buildGophercloudPrograms(log) {
  const files = Object.fromEntries(FILES.map((name) => [name, join(SOURCES, name)]));
  const order = { name: 'gophercloud-programs', files, packages: ['.', './autoscaler'], duration: 'half a minute', log };
  const folder = await buildGoPrograms(order);
  return { check: join(folder, 'magnum-gophercloud'), autoscaler: join(folder, 'autoscaler') };
}
