// The program that speaks with Magnum through gophercloud, as Terraform and the autoscaler of Kubernetes do.
import { join } from 'node:path';
import { buildGoProgram } from './go.mjs';

const SOURCES = join(import.meta.dirname, '..', '..', 'test', 'wire', 'gophercloud');

/**
 * The program's path: out of the cache, or built. Throws with a one-line reason.
 * @param {(line: string) => void} log
 */
export function buildGophercloudCheck(log) {
  return buildGoProgram({ name: 'gophercloud-check', sources: SOURCES, duration: 'half a minute', log });
}
