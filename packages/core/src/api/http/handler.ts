import type { LongWork } from '../../concurrency/long-work.js';
import type { JsonValue } from '../../domain/json.js';
import type { Problem } from '../../domain/labels.js';
import type { Access, AppDeps } from '../../app/deps.js';

/** A request whose path, token, version, query and body have been checked. */
export interface Call {
  readonly access: Access;
  readonly version: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, JsonValue>>;
  readonly body: JsonValue | undefined;
  /** `http://host:9511`, for links. */
  readonly baseUrl: string;
  /** Aborted when the client disconnects; made when it is first asked for. */
  readonly signal: () => AbortSignal;
  /** Turns for answers that take long to write down, and whose they are. */
  readonly longWork: { readonly turns: LongWork; readonly group: string };
  /** `"3"`, or several: the versions that the caller means to change; null for any. */
  readonly ifMatch: string | null;
  /** Text of the caller's own that makes a POST one that is carried out once; null where none is given. */
  readonly idempotencyKey: string | null;
  /** The client asked for `text/event-stream`, and the operation has it. */
  readonly wantsStream: boolean;
  /** Id of the last event that a reconnecting client has seen; null when it said none, or nonsense. */
  readonly lastEventId: string | null;
}

/** A JSON value that is written down already. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `body` undefined: an empty answer. The status comes from the operation table, unless it is one of its others. */
export interface Answer {
  readonly body?: JsonValue | JsonText;
  readonly status?: number;
  /** In place of a body: server-sent events until it ends, or the signal aborts. */
  readonly stream?: (signal: AbortSignal) => AsyncIterable<string>;
  /** In place of a body: a JSON document in parts, which is sent as fast as it is taken. */
  readonly texts?: AsyncIterable<string>;
  /** In place of a body: a text that is no JSON. */
  readonly text?: { readonly type: string; readonly content: string };
  readonly location?: string;
  /** Of the resource as it is after the request; see `etag.ts`. */
  readonly etag?: string;
  readonly warnings?: readonly Problem[];
  /** The answer of an earlier request with the same Idempotency-Key. */
  readonly replayed?: boolean;
}

/** What handlers stand on. */
export type ApiDeps = AppDeps & ApiLimits;
export type Handler = (deps: ApiDeps, call: Call) => Promise<Answer>;

export interface ApiLimits {
  /** `[api] max_limit` */
  readonly maxLimit: number;
  /** `[api] max_event_streams`: of one project, in one process. */
  readonly maxEventStreams: number;
}
