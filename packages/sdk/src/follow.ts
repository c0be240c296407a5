/**
 * Following events over a connection that will break.
 *
 * A stream of server-sent events ends whenever a proxy, a restart or the network ends it, and a plain reader would then miss events or show
 * them twice. Each event has an id that grows, so the follower remembers the last id and opens the stream again after it. What must stay true:
 * every event is yielded once and in order; only `gone`, a 404 after the first event, a refusal or the caller's signal ends the loop; and
 * failures are counted only while no event arrives, so that a server that stays away ends the call with its error.
 */
import { ApiError, ConnectionError, InvalidAnswerError, NotFoundError } from './errors.js';
import { reasonFor } from './reasons.js';
import type { Runtime } from './runtime.js';
import { MessageParser, type Message } from './sse.js';
import type { BayEvent, CallOptions, EventCaller, RawCall } from './types.js';

export interface FollowOptions extends Pick<CallOptions, 'signal'> {
  /** Only events later than the one with this id; all events where absent. */
  readonly after?: number | undefined;
}

export interface FollowDeps {
  readonly open: EventCaller;
  readonly runtime: Runtime;
}

const RECONNECT_MS = 1_000;
/** Lost connections in a row, with no event in between. */
const MAX_FAILURES = 5;

/**
 * Yields the events under an address as they happen, over any number of connections. Ends when the bay is gone; throws the signal's reason when it
 * is aborted.
 */
export async function* follow(
  { open, runtime }: FollowDeps,
  address: Pick<RawCall, 'path' | 'params'>,
  options: FollowOptions,
): AsyncGenerator<BayEvent, void, undefined> {
  let after = options.after ?? 0;
  for (let failures = 0, isKnown = false; ;) {
    try {
      for await (const { event, data } of await openMessages(open, { address, after, signal: options.signal })) {
        if (event === 'gone') return;
        isKnown = true;
        failures = 0;
        const bayEvent = parseEvent(data);
        after = bayEvent.id;
        yield bayEvent;
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      // A bay that had events and is not found any more was deleted between two connections.
      if (isKnown && error instanceof NotFoundError) return;
      failures += 1;
      if (!isTransient(error) || failures > MAX_FAILURES) throw error;
    }
    await runtime.sleep(RECONNECT_MS, options.signal);
  }
}

/** True for broken connections and errors of the service, which may pass; a refusal would only be repeated. */
function isTransient(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ApiError && error.status >= 500);
}

function parseEvent(data: string): BayEvent {
  try {
    return JSON.parse(data) as BayEvent; // the spec's schema of a message
  } catch (cause) {
    throw new InvalidAnswerError('The stream of events has a message that is no JSON; does a proxy change it?', { cause });
  }
}

async function openMessages(
  open: EventCaller,
  {
    address,
    after,
    signal,
  }: { readonly address: Pick<RawCall, 'path' | 'params'>; readonly after: number; readonly signal: AbortSignal | undefined },
): Promise<AsyncIterable<Message>> {
  const { body } = await open({ method: 'GET', ...address, query: { after } }, { ...(signal ? { signal } : {}) });
  return body ? parseMessages(body, signal) : (async function* () {})();
}

async function* parseMessages(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Message, void, undefined> {
  // Node and the DOM declare the same stream types twice.
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>).getReader();
  const parser = new MessageParser();
  const stop = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield* parser.push(next.value);
    signal?.throwIfAborted();
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ConnectionError(`The stream of events broke: ${reasonFor(cause).words}`, { cause, code: 'connection-lost' });
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}
