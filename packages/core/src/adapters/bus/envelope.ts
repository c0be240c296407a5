import { DomainError, ERROR_KINDS, type ErrorName } from '../../domain/errors.js';
import { isJsonObject, type JsonValue } from '../../domain/json.js';

/** What travels back: `{"reply": …}`, or `{"error": {kind, message, field}}` with words that may be shown to the caller. */
export function encodeAnswer(reply: unknown): JsonValue {
  return JSON.parse(JSON.stringify({ reply })) as JsonValue; // JSON in, JSON out
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
