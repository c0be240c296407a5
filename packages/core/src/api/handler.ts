import type { JsonValue } from '../domain/json.js';
import type { Problem } from '../domain/labels.js';
import type { Access, AppDeps } from '../app/deps.js';

/** A request whose path, token, version, query and body have been checked. */
export interface Call {
  readonly access: Access;
  readonly version: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, JsonValue>>;
  readonly body: JsonValue | undefined;
  /** `http://host:9511`, for links. */
  readonly baseUrl: string;
  readonly signal: AbortSignal;
}

/** `body` undefined: an empty answer. The status comes from the operation table. */
export interface Answer {
  readonly body?: JsonValue;
  readonly location?: string;
  readonly warnings?: readonly Problem[];
}

export type Handler = (deps: AppDeps & ApiLimits, call: Call) => Promise<Answer>;

export interface ApiLimits {
  /** `[api] max_limit` */
  readonly maxLimit: number;
}
