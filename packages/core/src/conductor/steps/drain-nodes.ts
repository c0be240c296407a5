import { underDeadline } from '../../concurrency/deadline.js';
import { STATUS_OF } from '../../domain/bay-status.js';
import {
  DEFAULT_DRAIN_RULES,
  drainOutcome,
  type DrainOutcome,
  type LeavingNode,
  type UndrainedNode,
} from '../../domain/drain.js';
import { isDomainError } from '../../domain/errors.js';
import { withRemedy } from '../../domain/remedy.js';
import type { BayState } from '../bay-state.js';
import type { ConductorDeps } from '../deps.js';
import { sessionOf, type EngineAccessDeps } from '../engine-access.js';
import type { Pass, PassResult } from '../pass.js';
import { recordPass, type RecordDeps } from '../record.js';
import { saveProgress, saveState } from '../save-state.js';

export type DrainNodesDeps = EngineAccessDeps & RecordDeps;
export type ReleaseNodesDeps = EngineAccessDeps & Pick<ConductorDeps, 'logger'>;

const ROUND_MS = 60_000;
const RELEASE_MS = 75_000;
const LOOK_AGAIN_MS = 2_000;

/** Either the nodes that leave may be deleted, or the pass ends here and the next one continues. */
type Drain = { readonly kind: 'drained'; readonly pass: Pass } | { readonly kind: 'ended'; readonly result: PassResult };

/** One round of the drain of all nodes that leave: `domain/drain.ts`. */
export async function drainNodes(deps: DrainNodesDeps, pass: Pass, signal: AbortSignal): Promise<Drain> {
  const { state } = pass;
  const { intent } = state;
  const leaving = leavingNodes(state);
  if (leaving.length === 0 || !intent) return { kind: 'drained', pass };
  const undrained = await drainRound(deps, state, leaving, signal);
  const outcome = drainOutcome(undrained, {
    intent,
    known: state.support.drain,
    rules: deps.engines.driverOf(state.model).drainRules?.(state.bay.desired) ?? DEFAULT_DRAIN_RULES,
    now: deps.clock.now(),
  });
  if (outcome.kind === 'drained') return { kind: 'drained', pass };
  const saved = { ...pass, state: await saveOutcome(deps, pass, outcome) };
  if (outcome.kind === 'force') return { kind: 'drained', pass: saved };
  const { running, failed } = STATUS_OF[intent.operation];
  const { reason } = outcome;
  const step: Pass['step'] =
    outcome.kind === 'wait'
      ? { do: 'wait', milliseconds: LOOK_AGAIN_MS, status: running, reason }
      : { do: 'fail', status: failed, reason: withRemedy(reason, failed) };
  return { kind: 'ended', result: await recordPass(deps, { ...saved, step }, signal) };
}

/** The first round is an event, so that the bay's owner sees when the drain began; and so is the end of the time limit. */
function saveOutcome(
  deps: DrainNodesDeps,
  { lease, state }: Pass,
  { kind, progress, reason }: Exclude<DrainOutcome, { kind: 'drained' }>,
): Promise<BayState> {
  const isNew = state.support.drain?.startedAt !== progress.startedAt;
  if (kind === 'wait' && !isNew) return Promise.resolve(state);
  if (kind === 'stop') return saveState(deps, { lease, state }, { drain: progress });
  const log = { message: kind === 'wait' ? 'nodes are drained' : 'nodes not drained in time', fields: { reason } };
  return saveProgress(deps, { lease, state }, { change: { drain: progress }, reason, log });
}

/**
 * Asks the engine for one round. An engine that cannot be asked is waited for like a workload: to delete the nodes at once would break the
 * budgets of all workloads whenever the engine's API is away for a moment.
 */
async function drainRound(
  deps: EngineAccessDeps,
  state: BayState,
  leaving: readonly LeavingNode[],
  signal: AbortSignal,
): Promise<readonly UndrainedNode[]> {
  try {
    return await underDeadline({ milliseconds: ROUND_MS, signal }, async (timely) => {
      const session = await sessionOf(deps, state, timely);
      return (await session.drainNodes?.(leaving, timely)) ?? [];
    });
  } catch (error) {
    signal.throwIfAborted();
    if (isDomainError(error, 'engine-not-live')) return [];
    const why = isDomainError(error) ? error.message : 'no answer in time';
    const node = leaving.map(({ name }) => name).join(', ');
    return [{ node, why: `the engine cannot be asked (${why.replace(/\.$/, '')})`, isVital: false }];
  }
}

/** Nodes with a server that the bay should not have any more. */
function leavingNodes(state: BayState): readonly LeavingNode[] {
  return state.nodes.filter((node) => node.desired === 'absent' && node.observed.serverId !== null);
}

/**
 * Removes nodes from the engine's own list before their servers are deleted, so that it neither loses its majority nor remembers them.
 * Best effort: an engine that does not answer, or a dead node, must not block the deletion.
 */
export async function releaseLeavingNodes(deps: ReleaseNodesDeps, state: BayState, signal: AbortSignal): Promise<void> {
  const leaving = leavingNodes(state).map(({ name }) => name);
  if (leaving.length === 0) return;
  try {
    await underDeadline({ milliseconds: RELEASE_MS, signal }, async (timely) =>
      (await sessionOf(deps, state, timely)).releaseNodes?.(leaving, timely),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (isDomainError(error, 'engine-not-live')) return;
    deps.logger.warn('nodes not released', { bayId: state.bay.id, generation: state.bay.generation, nodes: leaving, error });
  }
}
