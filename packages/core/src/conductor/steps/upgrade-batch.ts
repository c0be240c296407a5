import { newNodes } from '../../app/group-sizes.js';
import { bayEvent } from '../../domain/bay-event.js';
import { STATUS_OF } from '../../domain/bay-status.js';
import { deadlineOf } from '../../domain/intent.js';
import { nextObserved } from '../../domain/next-state.js';
import { nextBatch, upgradeGroup, type UpgradeBatch, type Upgrade } from '../../domain/upgrade.js';
import type { Repositories } from '../../ports/store.js';
import type { Pass, PassResult } from '../pass.js';
import type { BayState } from '../bay-state.js';
import type { ConductorDeps } from '../deps.js';

export type UpgradeBatchDeps = Pick<ConductorDeps, 'store' | 'clock' | 'random'>;

/**
 * Starts the next batch of an upgrade: it writes which nodes are desired now, and the next pass applies that to the stack.
 * Capacity must not shrink during an upgrade, so new nodes join (surge) before old ones leave (drain); managers are replaced
 * one at a time, so that the others keep their quorum.
 *
 * The batch follows from the nodes' rows alone, without a cursor that could be wrong after a crash, and any conductor
 * continues. Each batch has the time limit of a whole operation.
 */
export async function startBatch(deps: UpgradeBatchDeps, pass: Pass): Promise<PassResult> {
  const { state, lease } = pass;
  const { bay, intent } = state;
  const now = deps.clock.now();
  const batch = intent?.upgrade ? nextBatch(intent.upgrade, state.nodeGroups, state.nodes) : undefined;
  if (intent?.upgrade && batch) {
    const { upgrade } = intent;
    await deps.store.writeUnder(lease, async (repos) => {
      if (!(await repos.bays.saveObserved(bay.id, nextObserved(pass), bay.generation))) return;
      await writeBatch(deps, repos, { state, upgrade, batch });
      const deadline = deadlineOf(now, bay.desired.createTimeout);
      await repos.intents.put({ ...intent, batch: intent.batch + 1, deadline });
      const { running: status } = STATUS_OF.update;
      await repos.events.append([bayEvent(bay, { kind: 'status', status, reason: describeBatch(batch) }, now)]);
    });
  }
  return { lookAgainAt: now, failed: false, outcome: 'upgrade-batch' };
}

interface BatchTask {
  readonly state: BayState;
  readonly upgrade: Upgrade;
  readonly batch: UpgradeBatch;
}

async function writeBatch(deps: UpgradeBatchDeps, repos: Repositories, { state, upgrade, batch }: BatchTask): Promise<void> {
  if (batch.kind === 'drain') {
    for (const node of batch.nodes) await repos.nodes.setDesired(node.id, 'absent');
    return;
  }
  const taken = new Set(state.nodes.map((node) => node.name));
  const group = upgradeGroup(batch.group, upgrade);
  const wanted = { bay: state.bay, group, bayModelId: upgrade.bayModelId, taken, count: batch.count, others: state.nodes };
  for (const node of newNodes(deps, wanted)) await repos.nodes.insert(node);
}

function describeBatch(batch: UpgradeBatch): string {
  const { name } = batch.group;
  if (batch.kind === 'surge') return `Upgrade: ${batch.count} new ${batch.count === 1 ? 'node' : 'nodes'} of ${name} will join.`;
  return `Upgrade: the old nodes ${batch.nodes.map((node) => node.name).join(', ')} of ${name} are drained, then deleted.`;
}
