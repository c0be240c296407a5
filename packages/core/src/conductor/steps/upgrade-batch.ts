import { newNodes } from '../../app/group-sizes.js';
import { bayEvent } from '../../domain/bay-event.js';
import { STATUS_OF } from '../../domain/bay-status.js';
import { deadlineOf } from '../../domain/intent.js';
import { nextBatch, upgradeGroup, type UpgradeBatch, type Upgrade } from '../../domain/upgrade.js';
import type { Repositories } from '../../ports/store.js';
import type { Pass, PassResult } from '../pass.js';
import { nextObserved } from '../record.js';
import type { BayState } from '../bay-state.js';
import type { ConductorDeps } from '../deps.js';

export type UpgradeBatchDeps = Pick<ConductorDeps, 'store' | 'clock' | 'random'>;

/**
 * Wants other nodes: writes the next stride of an upgrade down, for the next pass to tell the stack. Everything that decides it is
 * in the database, so that whoever dies here or later leaves nothing half-done. Each stride has the time that a change has.
 */
export async function startBatch(deps: UpgradeBatchDeps, pass: Pass): Promise<PassResult> {
  const { state, lease } = pass;
  const { bay, intent } = state;
  const now = deps.clock.now();
  const stride = intent?.upgrade ? nextBatch(intent.upgrade, state.nodeGroups, state.nodes) : undefined;
  if (intent?.upgrade && stride) {
    const { upgrade } = intent;
    await deps.store.writeUnder(lease, async (repos) => {
      if (!(await repos.bays.saveObserved(bay.id, nextObserved(pass), bay.generation))) return;
      await writeBatch(deps, repos, { state, upgrade, stride });
      const deadline = deadlineOf(now, bay.desired.createTimeout);
      await repos.intents.put({ ...intent, batch: intent.batch + 1, deadline });
      const { running: status } = STATUS_OF.update;
      await repos.events.append([bayEvent(bay, { kind: 'status', status, reason: describeBatch(stride) }, now)]);
    });
  }
  return { lookAgainAt: now, failed: false, outcome: 'upgrade-batch' };
}

interface BatchTask {
  readonly state: BayState;
  readonly upgrade: Upgrade;
  readonly stride: UpgradeBatch;
}

async function writeBatch(deps: UpgradeBatchDeps, repos: Repositories, { state, upgrade, stride }: BatchTask): Promise<void> {
  if (stride.kind === 'go') {
    for (const node of stride.nodes) await repos.nodes.setDesired(node.id, 'absent');
    return;
  }
  const taken = new Set(state.nodes.map((node) => node.name));
  const group = upgradeGroup(stride.group, upgrade);
  const wanted = { bay: state.bay, group, bayModelId: upgrade.bayModelId, taken, count: stride.count, others: state.nodes };
  for (const node of newNodes(deps, wanted)) await repos.nodes.insert(node);
}

function describeBatch(stride: UpgradeBatch): string {
  const { name } = stride.group;
  if (stride.kind === 'come') return `Upgrade: ${stride.count} of the new nodes of ${name} are made.`;
  return `Upgrade: ${stride.nodes.map((node) => node.name).join(', ')} of ${name} leave, their work moves to the others.`;
}
