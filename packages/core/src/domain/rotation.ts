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

/** `ca_cert_type` as clients write it; any other text means the main one. */
export function parseAuthority(text: string | undefined): Authority {
  return NAMED.get(text ?? '') ?? 'main';
}

/**
 * The phases of the rotation of a bay's main authority, in their order. `trust`: nodes learn to trust the new authority beside
 * the old one. `overlap`: the new authority signs for clients, and clients have time to fetch new certificates. `issue`: nodes
 * get certificates of the new authority. `drop`: nodes stop trusting the old one.
 *
 * Invariant: in every phase, nodes and this service trust each other's certificates. A client with old certificates is served
 * until `issue` begins, one with new certificates from `overlap` on.
 */
export const ROTATION_PHASES = ['trust', 'overlap', 'issue', 'drop'] as const;
export type RotationPhase = (typeof ROTATION_PHASES)[number];

export interface Rotation {
  /** Generation of the new authority. */
  readonly generation: number;
  readonly phase: RotationPhase;
  /** When the phase began, milliseconds since 1970. */
  readonly since: number;
}

type Side = 'old' | 'new';
interface Rules {
  /** The authorities that nodes and clients trust; the first one signs the nodes' next certificates. */
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

/** Which generations of a bay's authority are trusted and sign at present. */
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

/** Whether a requested rotation of the authority is not finished. */
export function awaitsAuthority(bay: Pick<Bay, 'desired'>, support: Pick<ReconcilerState, 'caGeneration'>): boolean {
  return bay.desired.caGeneration > support.caGeneration;
}

/** The vault's reference of an authority's key pair. Derived from the bay, so that a crash cannot lose it. */
export function authorityRef(bayId: BayId, authority: Authority, generation: number): string {
  const name = authority === 'main' ? 'ca' : `ca-${authority}`;
  return `bay/${bayId}/${name}${generation === 0 ? '' : `-${generation}`}`;
}

/** The vault's reference of this service's own client certificate of that authority. */
export function clientRef(bayId: BayId, generation: number): string {
  return `bay/${bayId}/client${generation === 0 ? '' : `-${generation}`}`;
}

/** Every reference of a generation. */
export function referencesOf(bayId: BayId, generation: number): readonly string[] {
  return [...AUTHORITIES.map((authority) => authorityRef(bayId, authority, generation)), clientRef(bayId, generation)];
}
