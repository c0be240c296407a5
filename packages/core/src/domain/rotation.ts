import type { Bay } from './bay.js';
import type { ReconcilerState } from './reconciler-state.js';
import type { BayId } from './ids.js';

/** Kinds of authority: docs/contract/resources.md#certificate. `main` signs what the engine's API and its clients use. */
export const AUTHORITIES = ['main', 'etcd', 'front-proxy'] as const;
export type Authority = (typeof AUTHORITIES)[number];

const NAMED: ReadonlyMap<string, Authority> = new Map([
  ['etcd', 'etcd'],
  ['front-proxy', 'front-proxy'],
  ['front_proxy', 'front-proxy'],
]);

/** `ca_cert_type` as clients write it; what is no name of another authority means the main one. */
export function parseAuthority(text: string | undefined): Authority {
  return NAMED.get(text ?? '') ?? 'main';
}

/**
 * A change of a bay's main authority, in the order of its phases. `trust`: nodes learn to trust the new one beside the old.
 * `overlap`: they do, so clients get certificates of the new one, and have time to. `issue`: nodes get theirs. `drop`: nodes
 * stop trusting the old one. A client with old files is served until `issue` begins, one with new files from `overlap` on.
 */
export const ROTATION_PHASES = ['trust', 'overlap', 'issue', 'drop'] as const;
export type RotationPhase = (typeof ROTATION_PHASES)[number];

export interface Rotation {
  /** Of the authority that the bay gets. */
  readonly generation: number;
  readonly phase: RotationPhase;
  /** When the phase began, milliseconds since 1970. */
  readonly since: number;
}

type Side = 'old' | 'new';
interface Rules {
  /** Whom nodes and clients trust. Nodes want a certificate of the first one. */
  readonly trusted: readonly Side[];
  readonly signsNodes: Side;
  readonly signsClients: Side;
}

const RULES = {
  trust: { trusted: ['old', 'new'], signsNodes: 'old', signsClients: 'old' },
  overlap: { trusted: ['old', 'new'], signsNodes: 'old', signsClients: 'new' },
  issue: { trusted: ['new', 'old'], signsNodes: 'new', signsClients: 'new' },
  drop: { trusted: ['new'], signsNodes: 'new', signsClients: 'new' },
} as const satisfies Record<RotationPhase, Rules>;

/** Which of a bay's authorities counts for what, now. Generations are those of `authorityRef`. */
export interface AuthorityUse {
  readonly trusted: readonly number[];
  readonly signsNodes: number;
  readonly signsClients: number;
}

export function authorityUse({ caGeneration, rotation }: Pick<ReconcilerState, 'caGeneration' | 'rotation'>): AuthorityUse {
  if (!rotation) return { trusted: [caGeneration], signsNodes: caGeneration, signsClients: caGeneration };
  const generationOf = (side: Side): number => (side === 'old' ? caGeneration : rotation.generation);
  const rules = RULES[rotation.phase];
  return {
    trusted: rules.trusted.map(generationOf),
    signsNodes: generationOf(rules.signsNodes),
    signsClients: generationOf(rules.signsClients),
  };
}

/** Whether the bay has another authority than was asked for. */
export function awaitsAuthority(bay: Pick<Bay, 'desired'>, support: Pick<ReconcilerState, 'caGeneration'>): boolean {
  return bay.desired.caGeneration > support.caGeneration;
}

/** Where an authority's key pair rests. References are derived, so that none can be lost between two lines. */
export function authorityRef(bayId: BayId, authority: Authority, generation: number): string {
  const name = authority === 'main' ? 'ca' : `ca-${authority}`;
  return `bay/${bayId}/${name}${generation === 0 ? '' : `-${generation}`}`;
}

/** Where this service's own client certificate of that authority rests. */
export function clientRef(bayId: BayId, generation: number): string {
  return `bay/${bayId}/client${generation === 0 ? '' : `-${generation}`}`;
}

/** Every reference that a generation may have. */
export function referencesOf(bayId: BayId, generation: number): readonly string[] {
  return [...AUTHORITIES.map((authority) => authorityRef(bayId, authority, generation)), clientRef(bayId, generation)];
}
