import type { DockerClient } from '../docker/client.js';
import { DomainError } from '../domain/errors.js';
import { engineFind } from './docker-errors.js';
import { build, ensureNodeImage, hashOf, type ImageOptions } from './docker-image.js';
import type { HostFile, TarFile } from './docker-tar.js';

/**
 * A variant of the node image with an engine in place. It has one name, so that a server finds it that someone else has made; a label
 * says what it was made of. Programs are given to this module, because where they come from differs between machines.
 */
export interface NodeVariant extends ImageOptions {
  readonly name: string;
  /** For people: what is in place, `Kubernetes v1.36.3`. */
  readonly what: string;
  /** Makes the image, in Magnum's repository: `npm run kubernetes-image`. */
  readonly maker: string;
  /** Files of the build's context beside the programs: those of this package. */
  readonly settings: readonly TarFile[];
  readonly buildArguments: Readonly<Record<string, string>>;
  /** For people: `about a minute`. */
  readonly duration: string;
  /** The preferred ones first. Where there are none any image of that name will do, and one that is absent cannot be made. */
  readonly programs: readonly ImagePrograms[];
}

export interface ImagePrograms {
  /** For people: where they come from. */
  readonly origin: string;
  /** Of the same programs the same text. */
  readonly identity: string;
  /** Files of the build's context; rejects where they cannot be had. */
  files(): Promise<readonly HostFile[]>;
}

const MADE_OF = 'org.magnum-ts.made-of';

/** The image's name; it is built where there is none, or one of other programs or other settings. Errors: `cloud-refused`, `cloud-unavailable`. */
export async function ensureNodeVariant(
  docker: DockerClient,
  variant: NodeVariant,
  signal: AbortSignal,
): Promise<{ readonly name: string }> {
  const { name, programs, settings, onProgress } = variant;
  const known = await engineFind(`look for the image ${name}`, signal, () => docker.inspectImage(name));
  if (known && programs.length === 0) return { name };
  if (programs.length === 0)
    throw new DomainError(
      'cloud-refused',
      `the node image ${name} is absent: "${variant.maker}" in Magnum's repository makes it`,
    );
  const node = await ensureNodeImage(docker, variant, signal);
  const labelOf = ({ identity }: ImagePrograms): string => [hashOf(settings), node.name, identity].join(' ');
  const madeOf = known?.Config?.Labels?.[MADE_OF];
  if (programs.some((one) => labelOf(one) === madeOf)) return { name };
  const { chosen, files } = await firstToBeHad(variant);
  onProgress(`building the node image ${name} with ${chosen.origin} (${variant.duration}, once)`);
  const buildArguments = { NODE: node.name, ...variant.buildArguments };
  const labels = { [MADE_OF]: labelOf(chosen) };
  await build(docker, { name, files: [...settings, ...files], buildArguments, labels, onProgress }, signal);
  onProgress(`the node image ${name} is ready`);
  return { name };
}

async function firstToBeHad({
  programs,
  what,
  onProgress,
}: NodeVariant): Promise<{ readonly chosen: ImagePrograms; readonly files: readonly HostFile[] }> {
  let reason = '';
  for (const chosen of programs) {
    try {
      return { chosen, files: await chosen.files() };
    } catch (error) {
      reason = `${what}: no ${chosen.origin} (${error instanceof Error ? error.message : String(error)})`;
      onProgress(reason);
    }
  }
  throw new DomainError('cloud-refused', reason);
}
