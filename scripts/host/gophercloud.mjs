// The program that speaks with Magnum through gophercloud, as Terraform and the autoscaler of Kubernetes do.
import { join } from 'node:path';
import { buildGoPrograms } from './go-build.mjs';

const SOURCES = join(import.meta.dirname, '..', '..', 'test', 'wire', 'gophercloud');

/**
 * The program's path: out of the cache, or built. Throws with a one-line reason.
 * @param {(line: string) => void} log
 */
export async function buildGophercloudCheck(log) {
  const files = Object.fromEntries(['go.mod', 'go.sum', 'main.go'].map((name) => [name, join(SOURCES, name)]));
  const folder = await buildGoPrograms({ name: 'gophercloud-check', files, duration: 'half a minute', log });
  return join(folder, 'magnum-gophercloud');
}
