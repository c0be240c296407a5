import { DomainError, type ErrorName } from '../../domain/errors.js';
import { isJsonObject, type JsonValue } from '../../domain/json.js';
import { OversizedAnswerError, type WireReply } from './wire.js';

/** Who answered, and to what. */
export interface Asked {
  /** As people call it: `Heat`. */
  readonly neighbour: string;
  /** `GET /v1/…`, without its query. */
  readonly call: string;
}

const KIND_OF: Readonly<Record<number, ErrorName>> = {
  400: 'cloud-refused',
  401: 'cloud-unavailable',
  403: 'cloud-refused',
  404: 'not-found',
  409: 'conflict',
  413: 'cloud-quota-exceeded',
  429: 'cloud-unavailable',
};

const QUOTA = /quota|exceed|maximum|limit reached|too many/i;

/** A refusal in the catalogue's words, with what the neighbour says and the id under which it says it. */
export function failureOf(asked: Asked, reply: WireReply): DomainError {
  const words = wordsOf(reply.text) || `status ${reply.status}`;
  const kind = kindOf(reply.status, words);
  const retryAfter = retryAfterOf(reply);
  const requestId = reply.headers.get('x-openstack-request-id') ?? reply.headers.get('x-compute-request-id');
  return new DomainError(kind, {
    message: `${asked.neighbour}: ${words}${requestId ? ` (${requestId})` : ''}`,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
    cause: new Error(`${asked.call} was answered ${reply.status}`),
  });
}

/** A success whose body is not the service's: a page of a proxy before it, or a part of the answer. */
export class UnusableAnswerError extends Error {
  constructor() {
    super('the answer is no JSON object');
    this.name = 'UnusableAnswerError';
  }
}

/**
 * Whether the body of a success can be the service's own. Only its ends are looked at, because it can have megabytes and is parsed afterwards.
 * Empty ones are answers of operations that give nothing.
 */
export function isUsable({ text }: Pick<WireReply, 'text'>): boolean {
  return text === '' || text === 'null' || /^\s*\{[^]*\}\s*$/.test(text);
}

/** No answer that can be used: refused, reset, too late, without an end, or not the service's own. */
export function silenceOf(asked: Asked, cause: unknown): DomainError {
  if (cause instanceof UnusableAnswerError) {
    const message = `${asked.neighbour}: the answer to ${asked.call} is no JSON object. Something else may answer at this address.`;
    return new DomainError('cloud-unavailable', { message, cause });
  }
  if (cause instanceof OversizedAnswerError) {
    const message = `${asked.neighbour}: ${cause.message}, more than ${asked.call} can have. Something is wrong with the service at this address.`;
    return new DomainError('cloud-unavailable', { message, cause });
  }
  const code = isCoded(cause) ? cause.code : cause instanceof Error ? cause.name : 'no answer';
  return new DomainError('cloud-unavailable', { message: `${asked.neighbour} does not answer (${code}).`, cause });
}

/** Whether the request cannot have been read: it may then be sent again, whatever it asks for. */
export function wasNeverSent(cause: unknown): boolean {
  return isCoded(cause) && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'].includes(cause.code);
}

/** Seconds; a date is not worth its trouble. */
export function retryAfterOf(reply: WireReply): number | undefined {
  const text = reply.headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

function kindOf(status: number, words: string): ErrorName {
  if ((status === 403 || status === 409) && QUOTA.test(words)) return 'cloud-quota-exceeded';
  return KIND_OF[status] ?? (status >= 500 ? 'cloud-unavailable' : 'cloud-refused');
}

/** Characters of an answer that are searched for words: many times what is shown of them. */
const MOST_READ = 16_384;

/** Each project wraps its sentence differently: `{error:{message}}`, `{badRequest:{message}}`, `{NeutronError:{message}}`, `{faultstring}`. */
function wordsOf(text: string): string {
  let parsed: JsonValue;
  try {
    parsed = JSON.parse(text) as JsonValue; // JSON.parse gives JSON
  } catch {
    // The search for tags looks from each `<` to the next one, and to the end from the last.
    return oneLine(text.slice(0, MOST_READ).replaceAll(/<[^<>]*>/g, ' '));
  }
  return oneLine(sentenceIn(parsed, 0) ?? '');
}

const SENTENCES = ['message', 'faultstring', 'detail', 'description', 'explanation', 'title'];

function sentenceIn(value: JsonValue, depth: number): string | undefined {
  if (typeof value === 'string') return depth === 0 ? value : undefined;
  if (!isJsonObject(value) || depth > 3) return undefined;
  const inner = isJsonObject(value['error']) ? sentenceIn(value['error'], depth + 1) : undefined;
  if (inner) return inner;
  for (const name of SENTENCES) {
    const found = value[name];
    if (typeof found === 'string' && found !== '') return found;
  }
  for (const part of Object.values(value)) {
    const found = isJsonObject(part) ? sentenceIn(part, depth + 1) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** Heat puts Python's traceback marker and line ends into sentences. */
function oneLine(text: string): string {
  return text
    .slice(0, MOST_READ)
    .replace(/Traceback \(most recent call last\)[^]*$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 2_000);
}

function isCoded(error: unknown): error is { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
