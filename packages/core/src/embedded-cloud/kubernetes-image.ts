import type { DockerClient } from '../docker/client.js';
import { DomainError } from '../domain/errors.js';
import { engineFind } from './docker-errors.js';
import { assetFiles, build, ensureNodeImage, hashOf, type ImageOptions } from './docker-image.js';
import type { HostFile } from './docker-tar.js';

/**
 * Node images with Kubernetes in place, as a cloud has them from Cluster API's image-builder: a bay's user data is the same for both.
 * The image of a release has one name, so that a server finds it that someone else has made; a label says what it was made of. Programs of
 * Kubernetes are given to this module, because where they come from differs between machines: downloaded, or built.
 */
const REPOSITORY = 'magnum-ts-node-kubernetes';
const MADE_OF = 'org.magnum-ts.made-of';

export interface KubernetesPrograms {
  /** For people: where they come from. */
  readonly origin: string;
  /** Of the same programs the same text. */
  readonly identity: string;
  /**
   * Files of the build's context; rejects where they cannot be had: `program/kubernetes`, `program/coredns`, `program/pause`, `program/flannel-cni`; or
   * `program/kubelet`, `program/kubeadm`, `program/kubectl`, `program/etcdctl` and `images.tar` with the images of the release.
   */
  files(): Promise<readonly HostFile[]>;
}

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
  order: KubernetesImageOrder,
  signal: AbortSignal,
): Promise<{ readonly name: string }> {
  const { programs, onProgress } = order;
  const name = kubernetesNodeImage(order.version);
  const known = await engineFind(`look for the image ${name}`, signal, () => docker.inspectImage(name));
  if (known && programs.length === 0) return { name };
  if (programs.length === 0)
    throw new DomainError(
      'cloud-refused',
      `the node image ${name} is absent: "npm run kubernetes-image" in Magnum's repository makes it`,
    );
  const node = await ensureNodeImage(docker, order, signal);
  const settings = [...(await assetFiles('kubernetes-image')), { path: 'images.json', content: JSON.stringify(order.images) }];
  const labelOf = ({ identity }: KubernetesPrograms): string => [hashOf(settings), node.name, identity].join(' ');
  const madeOf = known?.Config?.Labels?.[MADE_OF];
  if (programs.some((one) => labelOf(one) === madeOf)) return { name };
  const { chosen, files } = await firstToBeHad(order);
  onProgress(`building the node image ${name} with ${chosen.origin} (about a minute, once)`);
  const buildArguments = { NODE: node.name, PAUSE: order.pause };
  const labels = { [MADE_OF]: labelOf(chosen) };
  await build(docker, { name, files: [...settings, ...files], buildArguments, labels, onProgress }, signal);
  onProgress(`the node image ${name} is ready`);
  return { name };
}

async function firstToBeHad({
  programs,
  version,
  onProgress,
}: KubernetesImageOrder): Promise<{ readonly chosen: KubernetesPrograms; readonly files: readonly HostFile[] }> {
  let reason = '';
  for (const chosen of programs) {
    try {
      return { chosen, files: await chosen.files() };
    } catch (error) {
      reason = `Kubernetes ${version}: no ${chosen.origin} (${error instanceof Error ? error.message : String(error)})`;
      onProgress(reason);
    }
  }
  throw new DomainError('cloud-refused', reason);
}
