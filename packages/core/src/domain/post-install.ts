import { DomainError } from './errors.js';
import type { BayId } from './ids.js';
import type { JsonObject } from './json.js';

/*
 * The operator's manifest for new bays of Kubernetes. Its text is fetched once for each bay, before the bay's stack is made, and from then on the
 * bay has its own copy: a file that changes behind its address, or a server that is gone, must change nothing for a bay that is there, and every
 * control plane of a bay must apply the same objects.
 */

/** The option as messages name it. */
export const POST_INSTALL_OPTION = '[kubernetes] post_install_manifest_url';

/** What a bay remembers of its copy. */
export interface PostInstallPin {
  /** SHA-256 of the bytes that were fetched, in hexadecimal digits: what `sha256sum` says of the file. */
  readonly sha256: string;
  /** Number of its objects. */
  readonly objects: number;
}

/** A bay's copy of the manifest. `objects`: in their order, lists expanded. */
export interface PostInstallManifest {
  readonly sha256: string;
  readonly objects: readonly JsonObject[];
}

/**
 * Where the copy rests, sealed: an operator's manifest may hold a password for a registry. It stands beside the state and not in it, because the
 * state of every bay is read at each look at it.
 */
export function postInstallRef(bayId: BayId): string {
  return `bay/${bayId}/post-install`;
}

/** A manifest that will be no better at the next try. `why`: a sentence without its full stop, which the bay's owner reads, too. */
export function refusePostInstall(why: string, cause?: unknown): DomainError {
  return new DomainError('invalid-parameter', {
    field: POST_INSTALL_OPTION,
    message: `${POST_INSTALL_OPTION}: the manifest cannot be used: ${why}. The operator of this service has to correct the file or the option.`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A manifest that cannot be had at this moment. */
export function postInstallUnavailable(why: string, cause: unknown): DomainError {
  return new DomainError('cloud-unavailable', {
    message: `${POST_INSTALL_OPTION}: the manifest cannot be fetched now: ${why}.`,
    cause,
  });
}
