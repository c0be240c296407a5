import { ApiError, ConnectionError, NotFoundError, TimeoutError, WaiterError } from './errors.js';
import type { Runtime } from './runtime.js';
import type { Bay, BayEvent, BayStatus } from './types.js';

/** What can be waited for: a bay, or a cluster, which is the same. */
export interface Waitable {
  readonly name: string;
  readonly status: BayStatus;
  readonly status_reason: string | null;
}

export interface WaitOptions<T extends Waitable = Bay> {
  readonly signal?: AbortSignal;
  /** 60 minutes where absent. */
  readonly timeoutMs?: number;
  /** 2 seconds where absent. */
  readonly intervalMs?: number;
  /** Only events later than this one are reported. */
  readonly after?: number;
  readonly onEvent?: (event: BayEvent) => void;
  readonly onUpdate?: (bay: T) => void;
}

export interface WaitDeps<T extends Waitable> {
  readonly runtime: Runtime;
  get(id: string, options: { signal: AbortSignal }): Promise<T>;
  events(id: string, query: { after: number }, options: { signal: AbortSignal }): AsyncIterable<BayEvent>;
}

const MAX_FAILURES = 5;

/** Follows a bay until it is settled. Throws WaiterError as soon as it has failed, TimeoutError when it takes too long. */
export async function waitUntilSettled<T extends Waitable>(deps: WaitDeps<T>, id: string, options: WaitOptions<T>): Promise<T> {
  const bay = await follow(deps, id, options, (seen) => !seen.status.endsWith('_IN_PROGRESS'));
  if (bay === undefined)
    throw new WaiterError({ name: id, status: 'DELETE_COMPLETE', status_reason: 'it was deleted meanwhile' });
  if (bay.status.endsWith('_FAILED')) throw new WaiterError(bay);
  return bay;
}

/** Follows a bay until it is gone. */
export async function waitUntilDeleted<T extends Waitable>(
  deps: WaitDeps<T>,
  id: string,
  options: WaitOptions<T>,
): Promise<void> {
  const bay = await follow(deps, id, options, (seen) => seen.status === 'DELETE_COMPLETE' || seen.status === 'DELETE_FAILED');
  if (bay?.status === 'DELETE_FAILED') throw new WaiterError(bay);
}

/** The bay at which `done` held; undefined when it is no longer there. */
async function follow<T extends Waitable>(
  deps: WaitDeps<T>,
  id: string,
  options: WaitOptions<T>,
  done: (bay: T) => boolean,
): Promise<T | undefined> {
  const { timeoutMs = 3_600_000, intervalMs = 2_000 } = options;
  const deadline = deps.runtime.now() + timeoutMs;
  const signal = options.signal ?? new AbortController().signal;
  const reader = eventReader(deps, id, options, signal);
  let failures = 0;
  for (;;) {
    try {
      const bay = await present(deps, id, signal);
      // Events after the bay: what led to the status that ends the wait has then been reported.
      await reader();
      if (bay) options.onUpdate?.(bay);
      if (bay === undefined || done(bay)) return bay;
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!passes(error) || failures > MAX_FAILURES) throw error;
    }
    if (deps.runtime.now() + intervalMs > deadline)
      throw new TimeoutError(`Bay ${id} was not settled after ${Math.round(timeoutMs / 1000)} s`);
    await deps.runtime.sleep(intervalMs, signal);
  }
}

async function present<T extends Waitable>(deps: WaitDeps<T>, id: string, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await deps.get(id, { signal });
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** Reports what is new at each call. Servers without events, and bays that are gone, have none to tell. */
function eventReader<T extends Waitable>(
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

function passes(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof TimeoutError || (error instanceof ApiError && error.status >= 500);
}
