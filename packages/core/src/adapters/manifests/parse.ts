import { DomainError } from '../../domain/errors.js';
import { isJsonObject, type JsonObject } from '../../domain/json.js';
import { LARGEST_MANIFEST } from '../../domain/manifest.js';
import { readDocuments, UnreadableText } from './documents.js';

const READING = { mostBytes: LARGEST_MANIFEST, mostValues: 5_000 } as const;

/** The object that a caller hands in, YAML or JSON. Errors: `invalid-parameter`, naming the field. */
export function parseManifest(text: string): JsonObject {
  try {
    const [value = null, ...others] = readDocuments(text, READING);
    if (others.length > 0) throw new UnreadableText('it holds more than one document');
    if (!isJsonObject(value)) throw new UnreadableText('it is no object');
    return value;
  } catch (cause) {
    if (!(cause instanceof UnreadableText)) throw cause;
    const message = `The manifest cannot be used: ${cause.message}. Write one object in YAML or JSON.`;
    throw new DomainError('invalid-parameter', { field: 'manifest', message, cause });
  }
}
