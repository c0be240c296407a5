import { recordIntent, withOperation } from '../../app/bay-changes.js';
import { setGroupSize } from '../../app/group-sizes.js';
import { UNCOUNTED } from '../../app/scale-in.js';
import { bayEvent } from '../../domain/bay-event.js';
import type { BayObserved } from '../../domain/bay.js';
import { decideHealing } from '../../domain/healing.js';
import type { Node } from '../../domain/node.js';
import type { ReconcilerState } from '../../domain/reconciler-state.js';
import type { BayState } from '../bay-state.js';
import type { ConductorDeps } from '../deps.js';
import { saveProgress, saveState, type LeasedBay } from '../save-state.js';

export type HealNodesDeps = Pick<ConductorDeps, 'store' | 'clock' | 'random' | 'engines' | 'orchestrator' | 'tracer' | 'logger'>;

/** Replaces nodes that have been away for too long: `domain/healing.ts`. `found`: what a health check found. True: the bay has a new change. */
export async function healNodes(deps: HealNodesDeps, leased: LeasedBay, found: Partial<BayObserved>): Promise<boolean> {
  const { state } = leased;
  const rules = deps.engines.driverOf(state.model).healingRules?.(state.bay.desired);
  // While the engine does not answer, nothing is known of its nodes.
  if (!rules || found.healthReason?.['api'] !== 'ok') return false;
  const known = state.support.away ?? {};
  const { away, replace, held } = decideHealing(state, {
    ready: readyIn(found.healthReason),
    known,
    rules,
    now: deps.clock.now(),
  });
  const saved = await saveFindings(deps, leased, { away, unhealed: held.length > 0 ? `${held.join('; ')}.` : null });
  if (replace.length === 0) return false;
  return replaceNodes(deps, { ...leased, state: saved }, replace);
}

/** What keeps nodes from being replaced is an event once, and again when it changes: a check every minute would fill the history with it. */
async function saveFindings(
  deps: HealNodesDeps,
  leased: LeasedBay,
  change: Readonly<Required<Pick<ReconcilerState, 'away' | 'unhealed'>>>,
): Promise<BayState> {
  const { support } = leased.state;
  const { away, unhealed: reason } = change;
  if (reason !== null && reason !== support.unhealed)
    return saveProgress(deps, leased, { change, reason, log: { message: 'nodes not healed', fields: { reason } } });
  const isSame = JSON.stringify(away) === JSON.stringify(support.away ?? {}) && reason === (support.unhealed ?? null);
  return isSame ? leased.state : saveState(deps, leased, change);
}

/** Names of the nodes that the check calls ready: `<node>.Ready`, docs/contract/conductor.md#health. */
function readyIn(reason: Readonly<Record<string, string>>): ReadonlySet<string> {
  const ready = Object.entries(reason).filter(([key, value]) => key.endsWith('.Ready') && value === 'True');
  return new Set(ready.map(([key]) => key.slice(0, -'.Ready'.length)));
}

/** A new generation of the bay in which other nodes stand in the place of these: as a request to resize to the same number makes it. */
async function replaceNodes(deps: HealNodesDeps, { lease, state }: LeasedBay, nodes: readonly Node[]): Promise<boolean> {
  const { bay } = state;
  const next = withOperation(deps, bay, 'update');
  const names = nodes.map(({ name }) => name);
  const reason = `${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} not been ready for too long, and ${names.length === 1 ? 'is' : 'are'} replaced.`;
  const isAccepted = await deps.store.writeUnder(lease, async (repos) => {
    // A request that was faster has its own idea of the bay.
    if (!(await repos.bays.saveDesired(next, bay.generation))) return false;
    for (const group of state.nodeGroups) {
      const leaving = new Set(nodes.filter((node) => node.nodeGroupId === group.id).map(({ id }) => id));
      if (leaving.size > 0)
        await setGroupSize(deps, repos, {
          bay: next,
          group,
          size: group.nodeCount,
          leaving,
          upgrade: null,
          workloads: UNCOUNTED,
        });
    }
    await recordIntent(deps, repos, next, { operation: 'update' });
    await repos.events.append([bayEvent(next, { kind: 'status', status: next.observed.status, reason }, deps.clock.now())]);
    return true;
  });
  if (isAccepted) deps.logger.info('nodes are replaced', { bayId: bay.id, generation: next.generation, nodes: names });
  return isAccepted;
}
