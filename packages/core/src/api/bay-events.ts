import { followBay, listBayEvents, type FollowedEvent } from '../app/bay-events.js';
import { findBay } from '../app/find.js';
import type { BayEvent } from '../domain/bay-event.js';
import type { JsonObject } from '../domain/json.js';
import { wireJson } from './http/fields.js';
import type { Answer, Handler } from './http/handler.js';

const PAGE = 100;
/** A client that reads on after this time has shown its token anew. */
const STREAM_MS = 15 * 60_000;
/** How long a browser waits before it connects again. */
const RECONNECT_MS = 2_000;

/** `GET …/{ident}/events`, of the bay that the path parameter of that name says. */
export const bayEventsHandler =
  (collection: string, parameter: string): Handler =>
  async (deps, call) => {
    const ident = call.params[parameter] ?? '';
    const after = Math.max(Number(call.query['after'] ?? 0), Number(call.lastEventId ?? 0));
    if (call.wantsStream) {
      const { bay } = await findBay(deps, call.access, ident);
      const until = new Date(deps.clock.now().getTime() + STREAM_MS);
      return { stream: (signal) => encodeEvents(followBay(deps, { bay, after, until }, signal)) };
    }
    const limit = Math.min(Number(call.query['limit'] ?? PAGE), deps.maxLimit);
    const { bay, events } = await listBayEvents(deps, call.access, { ident, after, limit });
    return page(`${call.baseUrl}/v1/${collection}/${bay.id}/events`, { events, limit });
  };

function page(address: string, { events, limit }: { events: readonly BayEvent[]; limit: number }): Answer {
  const last = events.at(-1);
  const next = last && events.length === limit ? `${address}?after=${last.id}&limit=${limit}` : undefined;
  return { body: { events: events.map(presentEvent), ...(next ? { next } : {}) } };
}

function presentEvent(event: BayEvent): JsonObject {
  return wireJson<'BayEvent'>({
    id: event.id,
    at: event.at.toISOString(),
    kind: event.kind,
    source: event.source,
    resource: event.resource,
    resource_type: event.resourceType,
    resource_id: event.resourceId,
    status: event.status,
    reason: event.reason,
  });
}

/** Server-sent events (WHATWG HTML, 9.2): the id of each lets a client that lost its connection read on. */
async function* encodeEvents(followed: AsyncIterable<FollowedEvent>): AsyncGenerator<string, void, undefined> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  for await (const item of followed) {
    if (item.kind === 'event') yield `id: ${item.event.id}\ndata: ${JSON.stringify(presentEvent(item.event))}\n\n`;
    else yield item.kind === 'gone' ? 'event: gone\ndata: {}\n\n' : ': nothing new\n\n';
  }
}
