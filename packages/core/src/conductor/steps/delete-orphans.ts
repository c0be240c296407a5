import type { NewBayEvent } from '../../domain/bay-event.js';
import type { Labels } from '../../domain/labels.js';
import { withRemedy } from '../../domain/remedy.js';
import type { OrphanedResource, SweepResult, SweepRequest } from '../../ports/orphans.js';
import type { Pass, PassResult } from '../pass.js';
import { recordPass } from '../record.js';
import { accessOf, type BayState, type ConductorDeps } from '../bay-state.js';

const LOOK_AGAIN_MS = 1_000;

/** Where it stands with what workloads have made: nothing is in the way any more, or the pass ends here. */
type Swept = { readonly kind: 'clear'; readonly pass: Pass } | { readonly kind: 'waiting'; readonly result: PassResult };

/**
 * Removes what the bay's workloads have made, before their network and their servers go; and once more after the stack has gone, for
 * volumes that were attached until then. What is done is written down, but nothing depends on that: each round looks anew.
 */
export async function deleteOrphans(deps: ConductorDeps, pass: Pass, signal: AbortSignal): Promise<Swept> {
  const { leftovers } = deps;
  const { world, step } = pass;
  const generation = world.intent?.generation ?? 0;
  const known = world.support.sweep?.generation === generation ? world.support.sweep : null;
  if (!leftovers || (known?.isDone === true && step.do === 'delete')) return { kind: 'clear', pass };
  const now = deps.clock.now().getTime();
  const sweep = known && !known.isDone ? known : { generation, startedAt: now, isDone: false };
  const found = await leftovers.sweep(requestOf(deps, pass), accessOf(world), signal);
  const isDone = found.going.length === 0;
  const next = {
    ...pass,
    world: await recordProgress(deps, pass, { found, sweep: { ...sweep, isDone }, isAgain: known?.isDone === true }),
  };
  if (isDone) return { kind: 'clear', pass: next };
  const result = await recordPass(deps, { ...next, step: stepWhileDeleting(deps, found.going, now - sweep.startedAt) }, signal);
  return { kind: 'waiting', result };
}

function requestOf(deps: ConductorDeps, { world, snapshot, step }: Pass): SweepRequest {
  const { bay, support } = world;
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

function stepWhileDeleting(deps: ConductorDeps, going: readonly OrphanedResource[], waited: number): Pass['step'] {
  const most = deps.sweepRules?.timeoutMs ?? 60_000;
  if (waited < most) return { do: 'wait', milliseconds: LOOK_AGAIN_MS, status: 'DELETE_IN_PROGRESS' };
  const names = going.map(({ type, name, id }) => `${type} ${name} (${id ?? 'id unknown'})`).join(', ');
  const what = `Still there ${Math.round(waited / 1_000)} seconds after its deletion was asked for: ${names}.`;
  return { do: 'fail', status: 'DELETE_FAILED', reason: withRemedy(what, 'DELETE_FAILED') };
}

async function recordProgress(
  deps: ConductorDeps,
  { lease, world }: Pass,
  {
    found,
    sweep,
    isAgain,
  }: { readonly found: SweepResult; readonly sweep: NonNullable<BayState['support']['sweep']>; readonly isAgain: boolean },
): Promise<BayState> {
  const support = { ...world.support, sweep };
  // What is kept is kept in every round, and told in the last one before the stack goes.
  const kept = sweep.isDone && !isAgain ? found.kept : [];
  const at = deps.clock.now();
  const lines = [
    ...found.removed.map((remnant) =>
      eventOf(world, remnant, { at, status: 'DELETE_IN_PROGRESS', reason: 'Made by workloads of the bay.' }),
    ),
    ...kept.map((remnant) => eventOf(world, remnant, { at, status: 'KEPT', reason: remnant.reason })),
  ];
  await deps.store.writeUnder(lease, async (repos) => {
    await repos.support.save(world.bay.id, support);
    await repos.events.append(lines);
  });
  for (const remnant of [...found.removed, ...kept])
    deps.logger.info('orphaned resource', { bayId: world.bay.id, generation: world.bay.generation, ...remnant });
  return { ...world, support };
}

function eventOf(
  world: BayState,
  remnant: OrphanedResource,
  { at, status, reason }: { readonly at: Date; readonly status: string; readonly reason: string },
): NewBayEvent {
  return {
    bayId: world.bay.id,
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
