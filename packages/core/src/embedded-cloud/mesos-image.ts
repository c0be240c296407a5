import type { DockerClient } from '../docker/client.js';
import { assetFiles, type ImageOptions } from './docker-image.js';
import { ensureNodeVariant, type ImagePrograms } from './node-variant.js';

/** The version of Mesos that the embedded cloud's nodes have: the last one that was released. */
export const MESOS_VERSION = '1.11.0';

/** Name of the node image with Mesos. */
export const MESOS_NODE_IMAGE = `magnum-ts-node-mesos:${MESOS_VERSION}`;

export interface MesosImageOrder extends ImageOptions {
  /** The shared library of Mesos' scheduler driver and what it needs, as files `library/…`. Without one, the image that is there. */
  readonly programs?: readonly ImagePrograms[];
}

/**
 * Name of the node image with Mesos and ZooKeeper in place, built where there is none, or one of another library or other settings.
 * Errors: `cloud-refused`, `cloud-unavailable`.
 */
export async function ensureMesosNodeImage(
  docker: DockerClient,
  { programs = [], onProgress }: MesosImageOrder,
  signal: AbortSignal,
): Promise<{ readonly name: string }> {
  const variant = {
    name: MESOS_NODE_IMAGE,
    what: `Mesos ${MESOS_VERSION}`,
    maker: 'npm run mesos-image',
    duration: 'two to three minutes',
    buildArguments: {},
    settings: await assetFiles('mesos-image'),
    programs,
    onProgress,
  };
  return ensureNodeVariant(docker, variant, signal);
}
