import { MagnumError } from './errors.js';
import type { JsonPatch } from './types.js';

type Scalar = string | number | boolean;
/** Fields to set; null takes a value away. Maps (labels, environment) are changed key by key. */
export type Changes = Readonly<Record<string, Scalar | null | undefined | Readonly<Record<string, Scalar | null>>>>;

/** `{ node_count: 3, labels: { a: 'b', c: null } }` as a JSON patch; a patch is passed through. */
export function patchOf(changes: Changes | JsonPatch): JsonPatch {
  if (isPatch(changes)) return changes;
  return Object.entries(changes).flatMap(([field, value]) => {
    if (value === undefined) return [];
    if (typeof value !== 'object' || value === null) return [operation(`/${field}`, value, 'replace')];
    return Object.entries(value).map(([key, item]) => operation(`/${field}/${checkedKey(field, key)}`, item, 'add'));
  });
}

function isPatch(changes: Changes | JsonPatch): changes is JsonPatch {
  return Array.isArray(changes);
}

function operation(path: string, value: Scalar | null, op: 'add' | 'replace'): JsonPatch[number] {
  if (value === null) return { op: 'remove', path };
  // The API takes whole numbers, booleans and text; a fraction travels as text.
  return { op, path, value: typeof value === 'number' && !Number.isInteger(value) ? String(value) : value };
}

function checkedKey(field: string, key: string): string {
  if (/^[\w-]+$/.test(key)) return key;
  throw new MagnumError(
    `${field}: the key ${JSON.stringify(key)} cannot be changed by a patch (only letters, digits, _ and -)`,
    'invalid-patch',
  );
}
