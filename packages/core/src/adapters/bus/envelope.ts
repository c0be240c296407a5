import { DomainError, ERROR_KINDS, type ErrorName } from '../../domain/errors.js';
import { isJsonObject, type JsonValue } from '../../domain/json.js';

/** What travels back: `{"reply": …}`, or `{"error": {kind, message, field}}` with words that may be shown to the caller. */
export function encodeAnswer(reply: unknown): JsonValue {
  return JSON.parse(JSON.stringify({ reply })) as JsonValue; // JSON in, JSON out
}

/** Of one answer. A broker's own limit is 16 MiB, and beyond it the connection is closed with all that is under way on it. */
const MOST_ANSWERED = 8 * 1024 ** 2;

/** An envelope as bytes; one that is too large to travel becomes a failure that says so. */
export function bytesOf(envelope: JsonValue): Buffer {
  const bytes = Buffer.from(JSON.stringify(envelope));
  return bytes.length > MOST_ANSWERED ? Buffer.from(JSON.stringify(encodeFailure(tooLarge()))) : bytes;
}

/** What a bay's engine made of an answer is as little bounded as the engine: it is refused here rather than by the broker. */
function tooLarge(): DomainError {
  return new DomainError('engine-failed', `the engine's answer was larger than ${MOST_ANSWERED / 1024 ** 2} MiB`);
}

/** A copy of an answer by way of JSON. Error: `engine-failed` for one that a broker would not carry either. */
export function copiedAnswer<T>(value: T): T {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text ?? '') > MOST_ANSWERED) throw tooLarge();
  return JSON.parse(text) as T; // answers are JSON by their types
}

export function encodeFailure(error: unknown): JsonValue {
  const known =
    error instanceof DomainError
      ? error
      : new DomainError('internal', 'The conductor met an unexpected error; its log says more.');
  const { kind, message, field, status } = known;
  return { error: { kind, message, status, ...(field ? { field } : {}) } };
}

export function decodeReply(envelope: JsonValue): JsonValue {
  if (!isJsonObject(envelope)) throw unreadable();
  const { error } = envelope;
  if (error === undefined) return envelope['reply'] ?? null;
  if (!isJsonObject(error)) throw unreadable();
  const { kind, message, field, status } = error;
  // A newer conductor may know kinds that this process does not.
  const name: ErrorName = typeof kind === 'string' && Object.hasOwn(ERROR_KINDS, kind) ? (kind as ErrorName) : 'internal';
  throw new DomainError(name, {
    message: String(message ?? ''),
    ...(typeof field === 'string' ? { field } : {}),
    ...(name === kind && typeof status === 'number' ? { status } : {}),
  });
}

/** Undefined for what is no JSON. */
export function parseMessage(content: Uint8Array): JsonValue | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content)) as JsonValue; // JSON.parse makes nothing else
  } catch {
    return undefined;
  }
}

function unreadable(): DomainError {
  return new DomainError('internal', 'The conductor answered something unreadable.');
}
