import type { BayId } from './ids.js';
import type { StackRetries } from './stack-retry.js';
import type { BayFacts } from './observation.js';
import type { DrainProgress } from './drain.js';
import type { AwayNodes } from './healing.js';
import type { PostInstallPin } from './post-install.js';
import type { Rotation } from './rotation.js';

/** The account under which a bay's nodes call this service. */
export interface Trustee {
  readonly userId: string;
  readonly username: string;
  readonly domainId: string;
  readonly passwordRef: string;
  /** The nodes' own trust, where the operator lets them act for the owner. */
  readonly trustId?: string | null;
}

/**
 * Everything that the conductor remembers of a bay between passes. Keys and passwords are in the vault; this holds their
 * references.
 */
export interface ReconcilerState {
  readonly trustee: Trustee | null;
  /** The account of the nodes' next credential: old and new are both valid until every node holds this one. */
  readonly nextTrustee: Trustee | null;
  /** Generation of `trustee`; it grows when the old account is deleted. */
  readonly credentialGeneration: number;
  /** The account that holds the owner's trust, where stacks are made under one. */
  readonly delegate: {
    readonly userId: string;
    readonly passwordRef: string;
    readonly trustId: string;
  } | null;
  readonly caRef: string | null;
  readonly clientRef: string | null;
  /**
   * When the first of these two expires, ISO 8601; null before they are made, and where they were made before this was kept.
   */
  readonly certificatesUntil: string | null;
  readonly facts: BayFacts | null;
  /** The operator's manifest that the bay has a copy of; null: its stack was made while the operator named none. */
  readonly postInstall: PostInstallPin | null;
  /** Generation of the authority in use; it grows when a rotation is done. */
  readonly caGeneration: number;
  /** The rotation of the authority that is in progress. */
  readonly rotation: Rotation | null;
  /** Progress of deleting orphaned resources, for the deletion of that generation. `startedAt`: milliseconds since 1970. */
  readonly sweep: { readonly generation: number; readonly startedAt: number; readonly isDone: boolean } | null;
  /** Retries of a stack that failed for a transient reason. */
  readonly stackRetries: StackRetries | null;
  /** The drain of nodes that leave, while it lasts and until the next one. */
  readonly drain: DrainProgress | null;
  /** Nodes that are not ready, where they are healed. */
  readonly away: AwayNodes | null;
  /** Why nodes that are away are not replaced, as the owner has read it last. */
  readonly unhealed: string | null;
  /** Id of the newest stack event that was copied into the bay's events. */
  readonly lastStackEvent: number;
  /** The newest generation with a `claimed` event. */
  readonly claimedGeneration: number;
  /** The last health check during a change; milliseconds since 1970, 0 for never. */
  readonly healthAskedAt: number;
}

export const EMPTY_RECONCILER_STATE: ReconcilerState = {
  trustee: null,
  nextTrustee: null,
  credentialGeneration: 0,
  delegate: null,
  caRef: null,
  clientRef: null,
  certificatesUntil: null,
  facts: null,
  postInstall: null,
  caGeneration: 0,
  rotation: null,
  sweep: null,
  stackRetries: null,
  drain: null,
  away: null,
  unhealed: null,
  lastStackEvent: 0,
  claimedGeneration: 0,
  healthAskedAt: 0,
};

/** Reference of the token of a request, until a trust is made from it. */
export function requestTokenRef(bayId: BayId): string {
  return `bay/${bayId}/request-token`;
}
