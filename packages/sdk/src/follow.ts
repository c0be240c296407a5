import { EventSourceParserStream } from 'eventsource-parser/stream';
import { ApiError, ConnectionError, NotFoundError } from './errors.js';
import type { Runtime } from './runtime.js';
import type { BayEvent, CallOptions, EventCaller } from './types.js';

export interface FollowOptions extends Pick<CallOptions, 'signal'> {
  /** Only events later than the one with this id; from the beginning when absent. */
  readonly after?: number;
}

const RECONNECT_MS = 1_000;
/** Lost connections in a row, without an event in between. */
const MAX_FAILURES = 5;

/**
 * The events under `path` as they happen. A connection that is lost, or that the server ends, is made again, and goes on after the last
 * event seen. Ends when there will be no more of them; throws the signal's reason when it is aborted.
 */
export async function* follow(
  open: EventCaller,
  runtime: Runtime,
  path: string,
  options: FollowOptions,
): AsyncGenerator<BayEvent, void, undefined> {
  let after = options.after ?? 0;
  for (let failures = 0, isKnown = false; ;) {
    try {
      for await (const { event, data } of await messages(open, { path, after, signal: options.signal })) {
        if (event === 'gone') return;
        isKnown = true;
        failures = 0;
        const told = JSON.parse(data) as BayEvent; // by the spec
        after = told.id;
        yield told;
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      // What has been seen and is not there any more was deleted in between.
      if (isKnown && error instanceof NotFoundError) return;
      failures += 1;
      if (!passes(error) || failures > MAX_FAILURES) throw error;
    }
    await runtime.sleep(RECONNECT_MS, options.signal);
  }
}

/** Errors of the service that may pass, and connections that break; a refusal stays one. */
function passes(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof TypeError || (error instanceof ApiError && error.status >= 500);
}

interface Message {
  readonly event?: string | undefined;
  readonly data: string;
}

async function messages(
  open: EventCaller,
  { path, after, signal }: { readonly path: string; readonly after: number; readonly signal: AbortSignal | undefined },
): Promise<AsyncIterable<Message>> {
  const { body } = await open({ method: 'GET', path, query: { after } }, { ...(signal ? { signal } : {}) });
  return body ? parsed(body, signal) : (async function* () {})();
}

async function* parsed(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Message, void, undefined> {
  // Node's and the DOM's streams are one thing with two declarations.
  const texts = body.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>);
  const reader = texts.pipeThrough(new EventSourceParserStream()).getReader();
  const stop = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}
