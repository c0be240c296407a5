import { isDomainError } from '../domain/errors.js';
import { stackNameOf, type BayId } from '../domain/ids.js';
import { decide } from '../domain/decide.js';
import type { StackSnapshot } from '../ports/orchestrator.js';
import type { Lease } from '../ports/store.js';
import { hasNews, lookAgainAt } from './record.js';
import { isHealthDue } from './steps/check-health.js';
import { loadBayStates, type BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';
import { desiredOf } from './desired.js';

export type ObserveDeps = Pick<ConductorDeps, 'store' | 'orchestrator' | 'clock'>;
export type NextCheckDeps = Pick<ConductorDeps, 'engines' | 'clock' | 'random' | 'delegation' | 'healthIntervalMs'>;

/** One bay in a look at many: what the database and the orchestrator say of it. */
export interface BayObservation {
  readonly state: BayState;
  readonly stack:
    | { readonly kind: 'seen'; readonly snapshot: StackSnapshot | undefined }
    | { readonly kind: 'failed'; readonly error: unknown };
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What has waited longer for its turn is looked at anew. */
const FRESH_MS = 2_000;

export function isFresh(deps: Pick<ObserveDeps, 'clock'>, look: BayObservation): boolean {
  return deps.clock.now().getTime() - look.at <= FRESH_MS;
}

/** Throws what the look at all of them failed of. */
export function requireSnapshot(look: BayObservation): StackSnapshot | undefined {
  if (look.stack.kind === 'failed') throw look.stack.error;
  return look.stack.snapshot;
}

/** Looks at all bays of a batch with one call to the orchestrator. A bay that is absent from the answer has to look by itself. */
export async function observeAll(
  deps: ObserveDeps,
  leases: readonly Lease[],
  signal: AbortSignal,
): Promise<ReadonlyMap<BayId, BayObservation>> {
  const at = deps.clock.now().getTime();
  const states = [
    ...(
      await loadBayStates(
        deps.store,
        leases.map((lease) => lease.bayId),
      )
    ).values(),
  ];
  // Where nothing was asked, nothing has to be seen.
  const asked = states.filter((state) => state.intent !== null);
  const addresses = asked.map(({ bay }) => ({ name: stackNameOf(bay), projectId: bay.projectId }));
  try {
    const snapshots =
      addresses.length === 0 ? new Map<string, StackSnapshot>() : await deps.orchestrator.findAll(addresses, signal);
    return new Map(
      states.map((state) => [
        state.bay.id,
        { state, at, stack: { kind: 'seen', snapshot: snapshots.get(stackNameOf(state.bay)) } },
      ]),
    );
  } catch (error) {
    signal.throwIfAborted();
    // One bad stack must not hide the others: unless the orchestrator is away, each bay asks for itself.
    if (!isDomainError(error, 'cloud-unavailable')) throw error;
    return new Map(states.map((state) => [state.bay.id, { state, at, stack: { kind: 'failed', error } }]));
  }
}

export function needsEnsuring(state: BayState): boolean {
  return state.intent !== null && state.intent.operation !== 'delete';
}

/**
 * When to look again at a bay that waits and of which there is no news: it needs no pass. Undefined: it needs one, if only
 * to find out what is wrong with it.
 */
export function nextCheckIfUnchanged(deps: NextCheckDeps, lease: Lease, look: BayObservation): Date | undefined {
  const { state } = look;
  const { support, intent } = state;
  if (!intent || look.stack.kind === 'failed' || lease.attempts > 0) return undefined;
  if (needsEnsuring(state) && !(support.trustee && support.caRef && support.clientRef && support.facts)) return undefined;
  if (needsEnsuring(state) && deps.delegation && !support.delegate) return undefined;
  if (isHealthDue(deps, state)) return undefined;
  try {
    const { snapshot } = look.stack;
    const seen = deps.engines.driverOf(state.model).interpret(snapshot, desiredOf(state));
    const step = decide(state, seen, deps.clock.now());
    const pass = { lease, state, snapshot, seen, step };
    return step.do === 'wait' && !hasNews(pass) ? lookAgainAt(deps, pass) : undefined;
  } catch {
    return undefined;
  }
}
