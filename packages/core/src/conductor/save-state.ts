import { bayEvent, type NewBayEvent } from '../domain/bay-event.js';
import { requestTokenRef, type ReconcilerState } from '../domain/reconciler-state.js';
import type { Lease } from '../ports/store.js';
import type { BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';

export type SaveStateDeps = Pick<ConductorDeps, 'store'>;
export type SaveProgressDeps = SaveStateDeps & Pick<ConductorDeps, 'clock' | 'logger'>;

/** A bay under its lease. */
export interface LeasedBay {
  readonly lease: Lease;
  readonly state: BayState;
}

/** A change of the state, with the events that the bay's owner reads of it. */
export interface StateChange {
  readonly change: Partial<ReconcilerState>;
  readonly events: readonly NewBayEvent[];
  /** A sealed text that the change refers to. */
  readonly kept?: SealedText | undefined;
}

export interface SealedText {
  readonly ref: string;
  readonly sealed: string;
}

/** Saves what the reconciler remembers of a bay. Resolves with the state as it is now. */
export async function saveState(deps: SaveStateDeps, bay: LeasedBay, change: Partial<ReconcilerState>): Promise<BayState> {
  return saveWithEvents(deps, bay, { change, events: [] });
}

/** Saves state, events and sealed text in one transaction under the fence: a crash leaves all of them or none. */
export async function saveWithEvents(
  deps: SaveStateDeps,
  { lease, state }: LeasedBay,
  { change, events, kept }: StateChange,
): Promise<BayState> {
  const support = { ...state.support, ...change };
  await deps.store.writeUnder(lease, async (repos) => {
    await repos.support.save(state.bay.id, support);
    if (kept) await repos.secrets.put(kept.ref, kept.sealed);
    // No second trust will be made from the request's token, and a token is a credential.
    if (change.delegate) await repos.secrets.delete(requestTokenRef(state.bay.id));
    await repos.events.append(events);
  });
  return { ...state, support };
}

/** One step of a longer operation: the new state, the sentence that the owner reads, and the line for the operator's log. */
export interface Progress {
  readonly change: Partial<ReconcilerState>;
  readonly reason: string;
  readonly kept?: SealedText;
  readonly log: { readonly message: string; readonly fields?: Readonly<Record<string, unknown>> };
}

/** Saves the state with an event that has the bay's status, and logs it. */
export async function saveProgress(deps: SaveProgressDeps, { lease, state }: LeasedBay, progress: Progress): Promise<BayState> {
  const { bay } = state;
  const { change, reason, kept, log } = progress;
  const event = bayEvent(bay, { kind: 'status', status: bay.observed.status, reason }, deps.clock.now());
  const saved = await saveWithEvents(deps, { lease, state }, { change, events: [event], kept });
  deps.logger.info(log.message, { bayId: bay.id, generation: bay.generation, ...log.fields });
  return saved;
}
