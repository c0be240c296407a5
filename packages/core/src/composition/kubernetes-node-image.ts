import { agnhostImage, imagesOf, releaseOf } from '../coe/kubernetes/releases.js';
import type { DockerClient } from '../docker/client.js';
import { DomainError } from '../domain/errors.js';
import type { ImageOptions } from '../embedded-cloud/docker-image.js';
import { ensureKubernetesImage, type KubernetesPrograms } from '../embedded-cloud/kubernetes-image.js';

/**
 * Name of the embedded cloud's node image with that version of Kubernetes (`v1.36.3`) and the images of its release in place. Built where
 * there is none, or one of other programs; without programs the one that is there. Errors: `cloud-refused`, `cloud-unavailable`.
 */
export function ensureKubernetesNodeImage(
  docker: DockerClient,
  options: ImageOptions & { readonly version: string; readonly programs?: readonly KubernetesPrograms[] },
  signal: AbortSignal,
): Promise<{ readonly name: string }> {
  const release = releaseOf(options.version);
  if (!release) throw new DomainError('cloud-refused', `no release of Kubernetes that is known here is ${options.version}`);
  const { pause, coredns, metricsServer, ...others } = imagesOf(release, options.version);
  const images = [
    { name: pause, entrypoint: ['/pause'] },
    { name: coredns, entrypoint: ['/coredns'] },
    { name: metricsServer, entrypoint: ['/metrics-server'] },
    { name: agnhostImage(release), entrypoint: ['/agnhost'], command: ['pause'] },
    ...Object.values(others).map((name) => ({ name })),
  ];
  return ensureKubernetesImage(docker, { programs: [], ...options, images, pause }, signal);
}
