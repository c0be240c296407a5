import type { NewBayEvent } from '../../domain/bay-event.js';
import { withRemedy } from '../../domain/remedy.js';
import type { OrphanedResource, SweepResult, SweepRequest } from '../../ports/orphans.js';
import type { Pass, PassResult } from '../pass.js';
import { recordPass, type RecordDeps } from '../record.js';
import { saveWithEvents } from '../save-state.js';
import type { BayState } from '../bay-state.js';
import type { ConductorDeps } from '../deps.js';
import { accessOf } from '../desired.js';

export type DeleteOrphansDeps = RecordDeps & Pick<ConductorDeps, 'leftovers' | 'sweepRules' | 'engines'>;

const LOOK_AGAIN_MS = 1_000;

/** Either no orphaned resource is left, or the pass ends here and the next one continues. */
type OrphanDeletion = { readonly kind: 'clear'; readonly pass: Pass } | { readonly kind: 'waiting'; readonly result: PassResult };

/**
 * Deletes the orphaned resources of a bay before its network and servers are deleted, which they would block; and once more
 * after the stack was deleted, for volumes that were attached until then. Progress is recorded for the owner only: each round
 * searches the cloud again, so that a crash loses nothing.
 */
export async function deleteOrphans(deps: DeleteOrphansDeps, pass: Pass, signal: AbortSignal): Promise<OrphanDeletion> {
  const { leftovers } = deps;
  const { state, step } = pass;
  const generation = state.intent?.generation ?? 0;
  const known = state.support.sweep?.generation === generation ? state.support.sweep : null;
  if (!leftovers || (known?.isDone === true && step.do === 'delete')) return { kind: 'clear', pass };
  const now = deps.clock.now().getTime();
  const sweep = known && !known.isDone ? known : { generation, startedAt: now, isDone: false };
  const found = await leftovers.sweep(requestOf(deps, pass), accessOf(state), signal);
  const isDone = found.going.length === 0;
  const next = {
    ...pass,
    state: await recordProgress(deps, pass, { found, sweep: { ...sweep, isDone }, isAgain: known?.isDone === true }),
  };
  if (isDone) return { kind: 'clear', pass: next };
  const result = await recordPass(deps, { ...next, step: stepWhileDeleting(deps, found.going, now - sweep.startedAt) }, signal);
  return { kind: 'waiting', result };
}

/** A label of the bay decides what becomes of volumes; without one the operator's setting does. */
function requestOf(deps: Pick<DeleteOrphansDeps, 'sweepRules' | 'engines'>, { state, snapshot, step }: Pass): SweepRequest {
  const { bay, support } = state;
  const { workloadVolumes } = deps.engines.driverOf(state.model).cloudNeeds(bay.desired);
  const resources = (snapshot?.resources ?? []).flatMap(({ type, physicalId }) => (physicalId ? [{ type, id: physicalId }] : []));
  const madeNetwork = support.facts?.fixedNetworkId === null;
  return {
    bayId: bay.id,
    projectId: bay.projectId,
    isLast: step.do === 'forget',
    ownNetworkIds: new Set(resources.filter(({ type }) => madeNetwork && type === 'OS::Neutron::Net').map(({ id }) => id)),
    stackIds: new Set(resources.map(({ id }) => id)),
    deletesVolumes: workloadVolumes ? workloadVolumes === 'delete' : deps.sweepRules.deletesVolumes,
  };
}

function stepWhileDeleting(
  deps: Pick<DeleteOrphansDeps, 'sweepRules'>,
  undeleted: readonly OrphanedResource[],
  waited: number,
): Pass['step'] {
  const most = deps.sweepRules.timeoutMs;
  if (waited < most) return { do: 'wait', milliseconds: LOOK_AGAIN_MS, status: 'DELETE_IN_PROGRESS' };
  const names = undeleted.map(({ type, name, id }) => `${type} ${name} (${id ?? 'id unknown'})`).join(', ');
  const what = `The cloud has not deleted ${names} within ${Math.round(waited / 1_000)} seconds.`;
  return { do: 'fail', status: 'DELETE_FAILED', reason: withRemedy(what, 'DELETE_FAILED') };
}

async function recordProgress(
  deps: Pick<DeleteOrphansDeps, 'store' | 'clock' | 'logger'>,
  { lease, state }: Pass,
  {
    found,
    sweep,
    isAgain,
  }: { readonly found: SweepResult; readonly sweep: NonNullable<BayState['support']['sweep']>; readonly isAgain: boolean },
): Promise<BayState> {
  // Resources that are kept are found in every round, and recorded once, in the last round before the stack is deleted.
  const kept = sweep.isDone && !isAgain ? found.kept : [];
  const at = deps.clock.now();
  const lines = [
    ...found.removed.map((resource) =>
      eventOf(state, resource, { at, status: 'DELETE_IN_PROGRESS', reason: 'A workload of the bay created it.' }),
    ),
    ...kept.map((resource) => eventOf(state, resource, { at, status: 'KEPT', reason: resource.reason })),
  ];
  const saved = await saveWithEvents(deps, { lease, state }, { change: { sweep }, events: lines });
  for (const resource of [...found.removed, ...kept])
    deps.logger.info('orphaned resource', { bayId: state.bay.id, generation: state.bay.generation, ...resource });
  return saved;
}

function eventOf(
  state: BayState,
  resource: OrphanedResource,
  { at, status, reason }: { readonly at: Date; readonly status: string; readonly reason: string },
): NewBayEvent {
  return {
    bayId: state.bay.id,
    at,
    kind: 'leftover',
    source: 'magnum',
    resource: resource.name,
    resourceType: resource.type,
    resourceId: resource.id,
    status,
    reason,
  };
}
