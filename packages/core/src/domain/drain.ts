import type { Intent } from './intent.js';
import type { Node } from './node.js';

/** How long a change waits for nodes that leave, and what becomes of those that are not drained by then. */
export interface DrainRules {
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** `force`: they are deleted all the same; `stop`: the change fails, and no node is deleted. */
  readonly policy: 'force' | 'stop';
}

/** Of a driver whose labels say nothing else. */
export const DEFAULT_DRAIN_RULES: DrainRules = { timeoutMs: 300_000, policy: 'force' };

/** The drain of one generation and upgrade batch. `startedAt`: milliseconds since 1970. */
export interface DrainProgress {
  readonly generation: number;
  readonly batch: number;
  readonly startedAt: number;
  /** Set once the time limit has passed and the nodes are deleted all the same. */
  readonly isForced: boolean;
}

/** A node that leaves its cluster. */
export type LeavingNode = Pick<Node, 'name' | 'role'>;

/** A node that is not drained yet, and what it waits for: `2 pods are ending`. */
export interface UndrainedNode {
  readonly node: string;
  readonly why: string;
  /** The cluster would not survive its deletion: it is kept whatever the policy is. */
  readonly isVital: boolean;
}

/** What follows from a round of a drain. Sentences are for the bay's owner. */
export type DrainOutcome =
  | { readonly kind: 'drained' }
  | { readonly kind: 'wait' | 'stop' | 'force'; readonly progress: DrainProgress; readonly reason: string };

/**
 * Draining. Workloads of a node that leaves move to other nodes while it still runs, within the disruption budgets of their owners. That can
 * take longer than one pass may, and a conductor can die meanwhile: so each pass makes one round that waits for nothing, and only the
 * beginning of the drain is remembered. Everything else is read from the engine again. Invariant: a node is deleted when its engine says
 * that it is drained, or when the time limit has passed and the policy allows it; never while its cluster would be lost with it.
 */
export function drainOutcome(
  undrained: readonly UndrainedNode[],
  {
    intent,
    known,
    rules,
    now,
  }: {
    readonly intent: Pick<Intent, 'generation' | 'batch'>;
    readonly known: DrainProgress | null;
    readonly rules: DrainRules;
    readonly now: Date;
  },
): DrainOutcome {
  const isKnown = known !== null && known.generation === intent.generation && known.batch === intent.batch;
  const { generation, batch } = intent;
  const progress = isKnown ? known : { generation, batch, startedAt: now.getTime(), isForced: false };
  if (undrained.length === 0 || progress.isForced) return { kind: 'drained' };
  const what = undrained.map(({ node, why }) => `${node}: ${why}`).join('; ');
  if (now.getTime() - progress.startedAt < rules.timeoutMs) return { kind: 'wait', progress, reason: `Draining nodes. ${what}.` };
  const late = `Not drained within ${Math.round(rules.timeoutMs / 1_000)} seconds: ${what}.`;
  if (rules.policy === 'stop' || undrained.some(({ isVital }) => isVital))
    return { kind: 'stop', progress, reason: `${late} No node was deleted.` };
  return { kind: 'force', progress: { ...progress, isForced: true }, reason: `${late} The nodes are deleted all the same.` };
}
