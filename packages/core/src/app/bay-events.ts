import type { Bay } from '../domain/bay.js';
import type { BayEvent } from '../domain/bay-event.js';
import type { Access, AppDeps } from './deps.js';
import { findBay, readOfBay } from './find.js';

export interface EventPage {
  readonly bay: Bay;
  readonly events: readonly BayEvent[];
}

/** The events of a bay that are later than `after`, oldest first. */
export async function listBayEvents(
  deps: AppDeps,
  access: Access,
  wanted: { readonly ident: string; readonly after: number; readonly limit: number },
): Promise<EventPage> {
  const { bay } = await findBay(deps, access, wanted.ident);
  return { bay, events: await readOfBay(deps, bay, (repos) => repos.events.list(bay.id, wanted.after, wanted.limit)) };
}

/** `idle`: nothing has happened for a while; `gone`: the bay was deleted, and no event follows. */
export type FollowedEvent = { readonly kind: 'event'; readonly event: BayEvent } | { readonly kind: 'idle' | 'gone' };

const LOOK_EVERY_MS = 1_000;
const IDLE_AFTER_MS = 15_000;
const PAGE = 200;

/**
 * The events of a bay as they happen, beginning after the one with the id `after`. Ends when the bay is gone, at `until`, or when the
 * signal aborts. The right to read is checked once, at the beginning: `until` bounds how long a right that was taken away lasts.
 * Errors: `store-unavailable`.
 */
export async function* followBay(
  deps: Pick<AppDeps, 'store' | 'clock'>,
  wanted: { readonly bay: Pick<Bay, 'id'>; readonly after: number; readonly until: Date },
  signal: AbortSignal,
): AsyncGenerator<FollowedEvent, void, undefined> {
  const { id } = wanted.bay;
  let last = wanted.after;
  let spoke = deps.clock.now().getTime();
  while (!signal.aborted && deps.clock.now() < wanted.until) {
    const { events, isThere } = await deps.store.read(async (repos) => {
      const found = await repos.events.list(id, last, PAGE);
      // A bay's events go with it: only where there are none can it be gone.
      return { events: found, isThere: found.length > 0 || (await repos.bays.get(id)) !== undefined };
    });
    for (const event of events) yield { kind: 'event', event };
    last = events.at(-1)?.id ?? last;
    if (!isThere) return yield { kind: 'gone' };
    const now = deps.clock.now().getTime();
    if (events.length > 0) spoke = now;
    else if (now - spoke >= IDLE_AFTER_MS) {
      yield { kind: 'idle' };
      spoke = now;
    }
    if (events.length < PAGE) await deps.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
}
