import type { DockerClient } from '../docker/client.js';
import { assetFiles, type ImageOptions } from './docker-image.js';
import { ensureNodeVariant, type ImagePrograms } from './node-variant.js';

/**
 * Node images with Kubernetes in place, as a cloud has them from Cluster API's image-builder: a bay's user data is the same for both.
 */
const REPOSITORY = 'magnum-ts-node-kubernetes';

/**
 * Files of the build's context: `program/kubernetes`, `program/coredns`, `program/pause`, `program/flannel-cni`, `program/metrics-server`; or
 * `program/kubelet`, `program/kubeadm`, `program/kubectl`, `program/etcdctl` and `images.tar` with the images of the release.
 */
export type KubernetesPrograms = ImagePrograms;

/** A container image that is made of the programs where none can be had from a registry. */
export interface MadeImage {
  readonly name: string;
  /** What it runs; a manifest says it where this does not. */
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
}

export interface KubernetesImageOrder extends ImageOptions {
  /** `v1.36.3` */
  readonly version: string;
  /** The images that nodes have from the beginning. */
  readonly images: readonly MadeImage[];
  /** Name of the one that is the first process of pods. */
  readonly pause: string;
  /** The preferred ones first. Where there are none any image of that name will do, and one that is absent cannot be made. */
  readonly programs: readonly KubernetesPrograms[];
}

/** Name of the node image with that version of Kubernetes (`v1.36.3`). */
export function kubernetesNodeImage(version: string): string {
  return `${REPOSITORY}:${version}`;
}

/**
 * Name of the node image with that version, built where there is none, or one of other programs or other settings.
 * Errors: `cloud-refused`, `cloud-unavailable`.
 */
export async function ensureKubernetesImage(
  docker: DockerClient,
  { version, images, pause, programs, onProgress }: KubernetesImageOrder,
  signal: AbortSignal,
): Promise<{ readonly name: string }> {
  const settings = [...(await assetFiles('kubernetes-image')), { path: 'images.json', content: JSON.stringify(images) }];
  const variant = {
    name: kubernetesNodeImage(version),
    what: `Kubernetes ${version}`,
    maker: 'npm run kubernetes-image',
    duration: 'about a minute',
    buildArguments: { PAUSE: pause },
    settings,
    programs,
    onProgress,
  };
  return ensureNodeVariant(docker, variant, signal);
}
