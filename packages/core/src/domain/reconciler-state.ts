import type { BayId } from './ids.js';
import type { StackRetries } from './stack-retry.js';
import type { BayFacts } from './observation.js';
import type { Rotation } from './rotation.js';

/** The account under which a bay's nodes call home. */
export interface Trustee {
  readonly userId: string;
  readonly username: string;
  readonly domainId: string;
  readonly passwordRef: string;
  /** The nodes' own trust, where the operator lets them act for the owner. */
  readonly trustId?: string | null;
}

/** What the conductor has made around a bay. References only: keys and passwords rest in the vault. */
export interface ReconcilerState {
  readonly trustee: Trustee | null;
  /** The account that the nodes are given in its place: both count until every node holds this one. */
  readonly nextTrustee: Trustee | null;
  /** Of `trustee`; it grows when the one before is gone. */
  readonly credentialGeneration: number;
  /** The account that holds the owner's trust, where the orchestrator works under one. */
  readonly delegate: {
    readonly userId: string;
    readonly passwordRef: string;
    readonly trustId: string;
  } | null;
  readonly caRef: string | null;
  readonly clientRef: string | null;
  /** When the first of these two expires, ISO 8601; null before they are made, and where they were made before this was kept. */
  readonly certificatesUntil: string | null;
  readonly facts: BayFacts | null;
  /** Of the authority that counts; it grows when a rotation is done. */
  readonly caGeneration: number;
  /** The change of the authority that is under way. */
  readonly rotation: Rotation | null;
  /** How far the removal of what workloads have made has come, for the deletion of that generation. `startedAt`: ms since 1970. */
  readonly sweep: { readonly generation: number; readonly startedAt: number; readonly isDone: boolean } | null;
  /** Of a stack that failed of something that passes. */
  readonly stackRetries: StackRetries | null;
  /** The newest stack event that was copied into the bay's story. */
  readonly lastStackEvent: number;
  /** The newest generation of which the story tells that a conductor has begun with it. */
  readonly claimedGeneration: number;
  /** When a bay that is being changed was last asked for its health; ms since 1970, 0 for never. */
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
  caGeneration: 0,
  rotation: null,
  sweep: null,
  stackRetries: null,
  lastStackEvent: 0,
  claimedGeneration: 0,
  healthAskedAt: 0,
};

/** Where the token of a request rests until a trust was made of it. */
export function requestTokenRef(bayId: BayId): string {
  return `bay/${bayId}/request-token`;
}
