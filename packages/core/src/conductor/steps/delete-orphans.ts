import type { NewBayEvent } from '../../domain/bay-event.js';
import type { Labels } from '../../domain/labels.js';
import { withRemedy } from '../../domain/remedy.js';
import type { OrphanedResource, SweepResult, SweepRequest } from '../../ports/orphans.js';
import type { Pass, PassResult } from '../pass.js';
import { recordPass, type RecordDeps } from '../record.js';
import type { BayState } from '../bay-state.js';
import type { ConductorDeps } from '../deps.js';
import { accessOf } from '../desired.js';

export type DeleteOrphansDeps = RecordDeps & Pick<ConductorDeps, 'leftovers' | 'sweepRules'>;

const LOOK_AGAIN_MS = 1_000;

/** Where it stands with what workloads have made: nothing is in the way any more, or the pass ends here. */
type Swept = { readonly kind: 'clear'; readonly pass: Pass } | { readonly kind: 'waiting'; readonly result: PassResult };

/**
 * Removes what the bay's workloads have made, before their network and their servers go; and once more after the stack has gone, for
 * volumes that were attached until then. What is done is written down, but nothing depends on that: each round looks anew.
 */
export async function deleteOrphans(deps: DeleteOrphansDeps, pass: Pass, signal: AbortSignal): Promise<Swept> {
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

function requestOf(deps: Pick<DeleteOrphansDeps, 'sweepRules'>, { state, snapshot, step }: Pass): SweepRequest {
  const { bay, support } = state;
  const resources = (snapshot?.resources ?? []).flatMap(({ type, physicalId }) => (physicalId ? [{ type, id: physicalId }] : []));
  const madeNetwork = support.facts?.fixedNetworkId === null;
  return {
    bayId: bay.id,
    projectId: bay.projectId,
    isLast: step.do === 'forget',
    ownNetworkIds: new Set(resources.filter(({ type }) => madeNetwork && type === 'OS::Neutron::Net').map(({ id }) => id)),
    stackIds: new Set(resources.map(({ id }) => id)),
    deletesVolumes: deletesVolumes(bay.desired.labels, deps.sweepRules?.deletesVolumes ?? false),
  };
}

/** The label decides where it says something. */
function deletesVolumes(labels: Labels, otherwise: boolean): boolean {
  const wanted = labels['workload_volumes']?.toLowerCase();
  return wanted === 'delete' || (wanted !== 'keep' && otherwise);
}

function stepWhileDeleting(
  deps: Pick<DeleteOrphansDeps, 'sweepRules'>,
  going: readonly OrphanedResource[],
  waited: number,
): Pass['step'] {
  const most = deps.sweepRules?.timeoutMs ?? 60_000;
  if (waited < most) return { do: 'wait', milliseconds: LOOK_AGAIN_MS, status: 'DELETE_IN_PROGRESS' };
  const names = going.map(({ type, name, id }) => `${type} ${name} (${id ?? 'id unknown'})`).join(', ');
  const what = `Still there ${Math.round(waited / 1_000)} seconds after its deletion was asked for: ${names}.`;
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
  const support = { ...state.support, sweep };
  // What is kept is kept in every round, and told in the last one before the stack goes.
  const kept = sweep.isDone && !isAgain ? found.kept : [];
  const at = deps.clock.now();
  const lines = [
    ...found.removed.map((remnant) =>
      eventOf(state, remnant, { at, status: 'DELETE_IN_PROGRESS', reason: 'Made by workloads of the bay.' }),
    ),
    ...kept.map((remnant) => eventOf(state, remnant, { at, status: 'KEPT', reason: remnant.reason })),
  ];
  await deps.store.writeUnder(lease, async (repos) => {
    await repos.support.save(state.bay.id, support);
    await repos.events.append(lines);
  });
  for (const remnant of [...found.removed, ...kept])
    deps.logger.info('orphaned resource', { bayId: state.bay.id, generation: state.bay.generation, ...remnant });
  return { ...state, support };
}

function eventOf(
  state: BayState,
  remnant: OrphanedResource,
  { at, status, reason }: { readonly at: Date; readonly status: string; readonly reason: string },
): NewBayEvent {
  return {
    bayId: state.bay.id,
    at,
    kind: 'leftover',
    source: 'magnum',
    resource: remnant.name,
    resourceType: remnant.type,
    resourceId: remnant.id,
    status,
    reason,
  };
}
