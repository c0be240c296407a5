import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';

/**
 * JSON as Heat writes it into strings: sorted keys, `", "` and `": "` between, everything beyond ASCII escaped.
 * A script that compares or hashes such a text must see the same bytes from Heat and from here.
 */
export function jsonText(value: JsonValue): string {
  if (typeof value === 'string') return asciiString(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  return `{${sortedKeys(value)
    .map((key) => `${asciiString(key)}: ${jsonText(value[key] ?? null)}`)
    .join(', ')}}`;
}

function asciiString(text: string): string {
  // DEL is ASCII, so Python leaves it alone as JSON.stringify does.
  return JSON.stringify(text).replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Python orders strings by code point, JavaScript by UTF-16 unit. */
function sortedKeys(value: JsonObject): readonly string[] {
  return Object.keys(value).sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
}

/** The same text for equal values, whatever the order of their keys: for digests and comparisons. */
export function canonical(value: JsonValue): string {
  return jsonText(value);
}

export function sameJson(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  return canonical(one ?? null) === canonical(other ?? null);
}
