import { delegateUsername, trusteeUsername } from '../domain/actor.js';
import { requestTokenRef } from '../domain/reconciler-state.js';
import type { Bay } from '../domain/bay.js';
import type { ReconcilerState } from '../domain/reconciler-state.js';
import { baySecretRefs } from '../domain/bay-secrets.js';
import { enrolmentKeyRef, trusteePasswordRef } from '../domain/credential.js';
import type { DepartedBay } from '../domain/departed-bay.js';
import { stackNameOf, type BayId } from '../domain/ids.js';
import { referencesOf } from '../domain/rotation.js';
import type { CloudAccess } from '../ports/orchestrator.js';
import type { OrphanKind } from '../ports/meter.js';
import { delegatePasswordRef } from './ensure/trusts.js';
import type { ConductorDeps } from './deps.js';

export type SweepDepartedDeps = Pick<
  ConductorDeps,
  | 'store'
  | 'orchestrator'
  | 'identity'
  | 'cloud'
  | 'vault'
  | 'engines'
  | 'clock'
  | 'random'
  | 'logger'
  | 'meter'
  | 'departedGraceMs'
>;

/*
 * The sweep of deleted bays. Leases and fences protect rows; a vault, Keystone or Heat knows no fence. A conductor that was
 * frozen in the middle of a pass and wakes after its bay was deleted may still make a secret, an account or a stack, which then
 * belongs to no bay (seen twice in four runs with frozen conductors). The fence is checked right before each such call; for the
 * moment between check and call, every deleted bay is remembered, and swept once more when no late writer can be left. A bay
 * for which the sweep finds something is swept again later; a bay for which it finds nothing is forgotten.
 *
 * Invariant: a sweep deletes nothing of another bay, because all names are derived from the bay's id. Several conductors may
 * sweep at once: deleting what no longer exists is success.
 */

const LOOK_EVERY_MS = 60_000;
const AT_A_TIME = 50;
/** After this time another conductor sweeps a bay whose sweep has not ended. */
const CLAIM_MS = 120_000;

/** The record from which a deleted bay is swept. */
export function departedBayOf(
  deps: Pick<SweepDepartedDeps, 'clock' | 'departedGraceMs'>,
  bay: Bay,
  support: ReconcilerState,
): DepartedBay {
  return {
    id: bay.id,
    projectId: bay.projectId,
    userId: bay.userId,
    stackName: stackNameOf(bay),
    caGeneration: Math.max(support.caGeneration, support.rotation?.generation ?? 0, bay.desired.caGeneration),
    credentialGeneration: Math.max(support.credentialGeneration, bay.desired.credentialGeneration),
    lookAt: nextSweepAt(deps),
  };
}

function nextSweepAt({ clock, departedGraceMs }: Pick<SweepDepartedDeps, 'clock' | 'departedGraceMs'>): Date {
  return new Date(clock.now().getTime() + departedGraceMs);
}

/** Sweeps periodically, until the signal. */
export async function keepSweepingDeparted(deps: SweepDepartedDeps, signal: AbortSignal): Promise<void> {
  const pause = Math.min(LOOK_EVERY_MS, Math.max(1_000, deps.departedGraceMs / 4));
  while (!signal.aborted) {
    // Random, so that conductors that were started together do not sweep together.
    await deps.clock.sleep(pause / 2 + deps.random.below(Math.ceil(pause / 2)), signal).catch(() => undefined);
    if (signal.aborted) return;
    await sweepDeparted(deps, signal).catch((error: unknown) => {
      if (!signal.aborted) deps.logger.warn('deleted bays cannot be swept', { error });
    });
  }
}

/** Sweeps every deleted bay that is due. */
export async function sweepDeparted(deps: SweepDepartedDeps, signal: AbortSignal): Promise<void> {
  const due = await deps.store.write(async (repos) => {
    const strays = await repos.departedBays.strays(AT_A_TIME);
    await repos.departedBays.add(strays.map((id) => stray(deps, id)));
    return repos.departedBays.due(deps.clock.now(), AT_A_TIME);
  });
  for (const bay of due) {
    const claimed = new Date(deps.clock.now().getTime() + CLAIM_MS);
    if (!(await deps.store.write((repos) => repos.departedBays.postpone(bay, claimed)))) continue;
    await sweepDepartedBay(deps, { ...bay, lookAt: claimed }, signal).catch((error: unknown) => {
      if (!signal.aborted) deps.logger.warn('deleted bay cannot be swept', { bayId: bay.id, error });
    });
  }
}

/** A bay that is known only by a secret in the service's own database. */
function stray(deps: Pick<SweepDepartedDeps, 'clock' | 'departedGraceMs'>, id: BayId): DepartedBay {
  const unknown = { projectId: null, userId: null, stackName: null };
  return { id, ...unknown, caGeneration: 0, credentialGeneration: 0, lookAt: nextSweepAt(deps) };
}

async function sweepDepartedBay(deps: SweepDepartedDeps, bay: DepartedBay, signal: AbortSignal): Promise<void> {
  const found = [...(await removeStack(deps, bay, signal)), ...(await removeAccounts(deps, bay, signal))];
  found.push(...(await removeSecrets(deps, bay)));
  for (const { kind, name } of found) {
    deps.meter.leftOver(kind);
    deps.logger.warn('orphaned resource of a deleted bay removed', { bayId: bay.id, kind, name });
  }
  if (found.length > 0) await deps.store.write((repos) => repos.departedBays.postpone(bay, nextSweepAt(deps)));
  else await deps.store.write((repos) => repos.departedBays.remove(bay.id));
}

interface Leftover {
  readonly kind: OrphanKind;
  readonly name: string;
}

async function removeStack(
  deps: Pick<SweepDepartedDeps, 'orchestrator'>,
  bay: DepartedBay,
  signal: AbortSignal,
): Promise<readonly Leftover[]> {
  const { stackName, projectId, userId } = bay;
  if (stackName === null || projectId === null || userId === null) return [];
  // The owner's trust no longer exists, so the service acts under its own rights.
  const access: CloudAccess = { projectId, userId };
  const stack = (await deps.orchestrator.find([stackName], access, signal)).get(stackName);
  if (!stack) return [];
  await deps.orchestrator.delete(stack.id, access, signal);
  return [{ kind: 'stack', name: stackName }];
}

/** Keystone deletes the trusts of an account with it. */
async function removeAccounts(
  deps: Pick<SweepDepartedDeps, 'identity' | 'cloud'>,
  bay: DepartedBay,
  signal: AbortSignal,
): Promise<readonly Leftover[]> {
  const { id, projectId } = bay;
  if (projectId === null) return [];
  const of = { id, projectId };
  const names = [delegateUsername(of), ...upTo(bay.credentialGeneration).map((generation) => trusteeUsername(of, generation))];
  const removed: Leftover[] = [];
  for (const name of names) if (await deps.identity.deleteTrustee(name, signal)) removed.push({ kind: 'account', name });
  await deps.cloud.releaseFacts(id, signal);
  return removed;
}

async function removeSecrets(
  deps: Pick<SweepDepartedDeps, 'vault' | 'store' | 'engines'>,
  bay: DepartedBay,
): Promise<readonly Leftover[]> {
  const refs = [
    requestTokenRef(bay.id),
    delegatePasswordRef(bay.id),
    enrolmentKeyRef(bay.id),
    ...deps.engines.secretNames().flatMap((name) => baySecretRefs(bay.id, name, bay.caGeneration)),
    ...upTo(bay.credentialGeneration).map((generation) => trusteePasswordRef(bay.id, generation)),
    ...upTo(bay.caGeneration).flatMap((generation) => referencesOf(bay.id, generation)),
  ];
  const removed: Leftover[] = [];
  for (const ref of refs) {
    if (await deps.vault.get(ref)) removed.push({ kind: 'secret', name: ref });
    // Deleted also where nothing can be read: a write that was interrupted may have left parts.
    await deps.vault.delete(ref);
  }
  const others = await deps.store.write((repos) => repos.secrets.deleteOf(bay.id));
  return [...removed, ...others.map((name): Leftover => ({ kind: 'secret', name }))];
}

/** All generations, from 0. */
function upTo(generation: number): readonly number[] {
  return Array.from({ length: generation + 1 }, (_unused, index) => index);
}
