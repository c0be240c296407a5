/**
 * Waiting for a bay.
 *
 * A change of a bay takes minutes, during which the service may restart and connections may break. The waiter polls the bay, reports its new
 * events, and tolerates a few failures in a row. A bay that is not found may be deleted, or its name may be a mistake, so 404 counts as deletion
 * only for a bay that this client has seen, or whose deletion the caller vouches for. What must stay true: events are read after the bay, so that the events that led to the final
 * status are reported before the wait ends; each event is reported once; and the wait ends by the status, the deadline or the signal.
 */
import { ApiError, ConnectionError, MagnumError, NotFoundError, TimeoutError, WaiterError } from './errors.js';
import type { Runtime } from './runtime.js';
import type { Bay, BayEvent, BayStatus } from './types.js';

/** The fields of a bay or cluster that a wait reads. */
export interface Waitable {
  readonly name: string;
  readonly status: BayStatus;
  readonly status_reason: string | null;
}

export interface WaitOptions<T extends Waitable = Bay> {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; default: 60 minutes. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds between two polls; default: 2 seconds. */
  readonly intervalMs?: number | undefined;
  /** The status to wait for, where it is not the next one at which no change is in progress: `UPDATE_COMPLETE`. */
  readonly target?: BayStatus | undefined;
  /** Only events with a greater id are reported. */
  readonly after?: number | undefined;
  readonly onEvent?: ((event: BayEvent) => void) | undefined;
  readonly onUpdate?: ((bay: T) => void) | undefined;
}

export interface DeletionWaitOptions<T extends Waitable = Bay> extends WaitOptions<T> {
  /** The deletion was asked for elsewhere, so that a bay that is not there is deleted, even if this client has never seen it. */
  readonly isDeleting?: boolean | undefined;
}

export interface WaitDeps<T extends Waitable> {
  readonly runtime: Runtime;
  /** Whether this client has seen the bay. */
  isKnown(id: string): boolean;
  get(id: string, options: { signal: AbortSignal }): Promise<T>;
  events(id: string, query: { after: number }, options: { signal: AbortSignal }): AsyncIterable<BayEvent>;
}

const MAX_FAILURES = 5;

/**
 * Polls a bay until no change is in progress, or until it has the status `target`. Throws WaiterError when the change has failed or the bay was deleted meanwhile, NotFoundError
 * when there never was one, TimeoutError after the deadline.
 */
export async function waitUntilSettled<T extends Waitable>(deps: WaitDeps<T>, id: string, options: WaitOptions<T>): Promise<T> {
  checkOptions(options);
  const isDone = ({ status }: T): boolean => {
    if (options.target === undefined) return !status.endsWith('_IN_PROGRESS');
    // A failure ends the wait, unless it is what the caller waits for.
    return status === options.target || status.endsWith('_FAILED');
  };
  const bay = await pollUntil(deps, id, { ...options, isDone });
  if (bay === undefined)
    throw new WaiterError({ name: id, status: 'DELETE_COMPLETE', status_reason: 'it was deleted during the wait' });
  if (bay.status.endsWith('_FAILED') && bay.status !== options.target) throw new WaiterError(bay);
  return bay;
}

/** Polls a bay until it is deleted. Throws NotFoundError for one that was never seen, WaiterError when the deletion has failed. */
export async function waitUntilDeleted<T extends Waitable>(
  deps: WaitDeps<T>,
  id: string,
  options: DeletionWaitOptions<T>,
): Promise<void> {
  checkOptions(options);
  const bay = await pollUntil(deps, id, {
    ...options,
    isDone: (seen) => seen.status === 'DELETE_COMPLETE' || seen.status === 'DELETE_FAILED',
  });
  if (bay?.status === 'DELETE_FAILED') throw new WaiterError(bay);
}

/** From JavaScript, a status as the second argument would be ignored without a word. */
function checkOptions(options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  throw new MagnumError(`options must be an object, such as { timeoutMs: 60000 }, not ${typeof options}`, 'invalid-parameter');
}

/** Returns the bay for which `isDone` was true; undefined when the bay no longer exists. */
async function pollUntil<T extends Waitable>(
  deps: WaitDeps<T>,
  id: string,
  options: DeletionWaitOptions<T> & { isDone(this: void, bay: T): boolean },
): Promise<T | undefined> {
  const { timeoutMs = 3_600_000, intervalMs = 2_000 } = options;
  const deadline = deps.runtime.now() + timeoutMs;
  const signal = options.signal ?? new AbortController().signal;
  const reportEvents = createEventReader(deps, id, options, signal);
  let failures = 0;
  for (;;) {
    try {
      const bay = await getIfPresent(deps, id, { signal, isDeleting: options.isDeleting === true });
      await reportEvents();
      if (bay) options.onUpdate?.(bay);
      if (bay === undefined || options.isDone(bay)) return bay;
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!isTransient(error) || failures > MAX_FAILURES) throw error;
    }
    if (deps.runtime.now() + intervalMs > deadline)
      throw new TimeoutError(`Bay ${id} was not complete after ${Math.round(timeoutMs / 1000)} s`);
    await deps.runtime.sleep(intervalMs, signal);
  }
}

/** Undefined: the bay was there, and is not any more. */
async function getIfPresent<T extends Waitable>(
  deps: WaitDeps<T>,
  id: string,
  { signal, isDeleting }: { readonly signal: AbortSignal; readonly isDeleting: boolean },
): Promise<T | undefined> {
  try {
    return await deps.get(id, { signal });
  } catch (error) {
    if (error instanceof NotFoundError && (isDeleting || deps.isKnown(id))) return undefined;
    throw error;
  }
}

/** Creates a function that reports the new events at each call; none for a deleted bay or a service without events. */
function createEventReader<T extends Waitable>(
  deps: WaitDeps<T>,
  id: string,
  options: WaitOptions<T>,
  signal: AbortSignal,
): () => Promise<void> {
  let after = options.after ?? 0;
  const { onEvent } = options;
  if (!onEvent) return async () => undefined;
  return async () => {
    try {
      for await (const event of deps.events(id, { after }, { signal })) {
        after = Math.max(after, event.id);
        onEvent(event);
      }
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  };
}

/** True for errors that the next poll may not meet again. */
function isTransient(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof TimeoutError || (error instanceof ApiError && error.status >= 500);
}
