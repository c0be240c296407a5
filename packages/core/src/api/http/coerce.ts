import type { JsonSchema } from '@magnum-ts/openapi';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';

const TRUE = new Set(['true', 't', 'yes', 'y', 'on', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', 'off', '0']);

/**
 * The type layer's kindnesses (docs/contract/protocol.md#request-bodies): null means absent, numbers may come as text, booleans in
 * many words. What cannot be read is left as it is, for the check to name.
 */
export function coerceBody(body: JsonObject, schema: JsonSchema): JsonObject {
  const entries = Object.entries(body).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const property = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
      return [name, property ? coerceValue(value, property) : value];
    }),
  );
}

export function coerceValue(value: JsonValue, schema: JsonSchema): JsonValue {
  const types = typesOf(schema);
  if (types.has('string')) return value;
  if (types.has('boolean')) return readBoolean(value);
  if (types.has('integer')) return readInteger(value);
  if (types.has('object') && isJsonObject(value) && isJsonObject(schema.additionalProperties ?? null)) {
    return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null));
  }
  return value;
}

export function typesOf(schema: JsonSchema): ReadonlySet<string> {
  return new Set(typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []));
}

function readBoolean(value: JsonValue): JsonValue {
  const word = typeof value === 'string' || typeof value === 'number' ? String(value).trim().toLowerCase() : undefined;
  if (word === undefined) return value;
  return TRUE.has(word) ? true : FALSE.has(word) ? false : value;
}

function readInteger(value: JsonValue): JsonValue {
  // Upstream's language takes true for 1 and false for 0.
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'string' && /^\s*[+-]?\d{1,15}\s*$/.test(value) ? Number(value) : value;
}
