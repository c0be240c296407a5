import { HTTP_FAULTS, type HttpFault } from '../support/http-proxy.js';
import { randomFrom } from './random.js';

export const BLOWS = [
  'kill',
  'freeze',
  'restart',
  'kill the database',
  'kill the broker',
  'half-open database',
  'half-open broker',
  'reset connections',
  'clock',
  'wrong clock at the start',
  'full log',
  'memory alarm',
] as const;

/** On the services of a cloud that is asked over HTTP, by what the proxy before one of them does. */
export const NEIGHBOUR_BLOWS = HTTP_FAULTS.map((fault) => `a neighbour ${fault}` as const);
export type FleetBlow = (typeof BLOWS)[number];
export type BlowKind = FleetBlow | (typeof NEIGHBOUR_BLOWS)[number];

/** Undefined: the blow is not one on a neighbour. */
export function faultOf(kind: BlowKind): HttpFault | undefined {
  return HTTP_FAULTS.find((fault) => kind === `a neighbour ${fault}`);
}

export interface PlannedBlow {
  readonly kind: BlowKind;
  /** Which of the fleet's members, or of the neighbours, counted round; ignored where a blow hits all of them. */
  readonly member: number;
  /** Milliseconds after the start. */
  readonly at: number;
  /** How long it lasts, milliseconds. */
  readonly lasts: number;
}

/** Each kind once before any comes twice, in an order of its own. */
function* kinds(random: () => number, all: readonly BlowKind[]): Generator<BlowKind> {
  for (;;) {
    const left: BlowKind[] = [...all];
    while (left.length > 0) yield* left.splice(Math.floor(random() * left.length), 1);
  }
}

const FIRST_MS = 3_000;

/** The same seed gives the same plan. Blows overlap: the next one may come while the one before lasts. */
export function planOf(seed: number, seconds: number, members: number, all: readonly BlowKind[] = BLOWS): readonly PlannedBlow[] {
  const random = randomFrom(seed);
  const order = kinds(random, all);
  const plan: PlannedBlow[] = [];
  for (let at = FIRST_MS; at < seconds * 1_000; at += 1_500 + random() * 3_000) {
    const lasts = Math.round(2_000 + random() * Math.min(38_000, seconds * 200));
    plan.push({ kind: order.next().value as BlowKind, member: Math.floor(random() * members), at: Math.round(at), lasts }); // it never ends
  }
  return plan;
}

export function storyOf({ kind, member, at, lasts }: PlannedBlow): string {
  return `${(at / 1_000).toFixed(1)} s: ${kind}, member ${member}, ${(lasts / 1_000).toFixed(1)} s`;
}
