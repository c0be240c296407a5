import { DomainError } from '../../domain/errors.js';
import type { JsonValue } from '../../domain/json.js';
import type { HttpRequest } from './request.js';

type Readable = Pick<HttpRequest, 'header' | 'body'>;

/** Largest request body, in bytes. */
export const LARGEST_BODY = 1_048_576;
const JSON_TYPES = new Set(['application/json', 'text/javascript', 'application/javascript']);

/** The same from its beginning. Error: 413, too. */
export async function readBody(request: Readable): Promise<JsonValue | undefined> {
  return bodyIn(request, await readBytes(request));
}

/** The body as JSON; undefined where it is empty or of a type that is ignored. Errors: 400, 415 (docs/contract/protocol.md#request-bodies). */
export function bodyIn(request: Readable, bytes: Uint8Array): JsonValue | undefined {
  if (bytes.length === 0) return undefined;
  const type = (request.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/x-www-form-urlencoded') return undefined;
  if (!JSON_TYPES.has(type)) {
    throw new DomainError(
      'unsupported-media-type',
      `Unknown mimetype: ${type.slice(0, 80).replaceAll(/[^\w./+-]/g, '?') || 'none'}. Send application/json.`,
    );
  }
  return parseJson(bytes);
}

function parseJson(bytes: Uint8Array): JsonValue {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as JsonValue; // JSON.parse makes nothing else
  } catch (cause) {
    throw new DomainError('invalid-body', { message: 'Request is not in valid JSON format.', cause });
  }
}

/** The bytes of the body. Errors: 400, 413. */
export async function readBytes(request: Readable): Promise<Uint8Array> {
  const announced = Number(request.header('content-length') ?? 0);
  if (announced > LARGEST_BODY) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(request)) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A client that disconnects, or is too slow, in the middle of its body is no fault of this service. */
async function* chunksOf(request: Readable): AsyncIterable<Uint8Array> {
  try {
    yield* request.body();
  } catch (cause) {
    throw new DomainError('invalid-body', { message: 'The request body ended before its end.', cause });
  }
}

function tooLarge(): DomainError {
  return new DomainError('body-too-large', `The request body is larger than ${LARGEST_BODY} bytes.`);
}
