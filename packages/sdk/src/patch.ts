import { MagnumError } from './errors.js';
import type { PatchableFields, Schemas } from './generated/api.js';
import type { JsonPatch } from './types.js';

type Scalar = string | number | boolean;
/** Fields to set; null removes a value. Maps (labels, environment) are changed key by key. */
export type Changes = Readonly<Record<string, Scalar | null | undefined | Readonly<Record<string, Scalar | null>>>>;

/**
 * The fields of a resource that `update` may set, with their types: those of `x-patch` in the spec. Null removes a value where that is possible. Maps
 * are changed key by key. Lists, as `node_taints`, are changed by a JSON patch.
 */
export type ChangesOf<Resource extends keyof PatchableFields & keyof Schemas> = {
  readonly [Field in keyof PatchableFields[Resource] & keyof Schemas[Resource]]?:
    | ValueOf<Field, NonNullable<Schemas[Resource][Field]>>
    | (PatchableFields[Resource][Field] extends 'removable' ? null : never)
    | undefined;
};

/** `health_status_reason` is written as the text of a dictionary, and read as a map. */
type ValueOf<Field, Value> = Field extends 'health_status_reason'
  ? string
  : [Value] extends [Scalar]
    ? Value
    : Readonly<Record<string, Scalar | null>>;

/**
 * Turns `{ node_count: 3, labels: { a: 'b', c: null } }` into a JSON patch; a patch is returned unchanged.
 * @throws {MagnumError} (`invalid-patch`) for the key of a map that no patch can name
 * @example
 * const patch = patchOf({ node_count: 3, labels: { tier: 'gold', old: null } });
 */
export function patchOf(changes: Changes | JsonPatch): JsonPatch {
  if (isPatch(changes)) return changes;
  return Object.entries(changes).flatMap(([field, value]) => {
    if (value === undefined) return [];
    if (typeof value !== 'object' || value === null) return [operation(`/${field}`, value, 'replace')];
    return Object.entries(value).map(([key, item]) => operation(`/${field}/${checkKey(field, key)}`, item, 'add'));
  });
}

function isPatch(changes: Changes | JsonPatch): changes is JsonPatch {
  return Array.isArray(changes);
}

function operation(path: string, value: Scalar | null, op: 'add' | 'replace'): JsonPatch[number] {
  if (value === null) return { op: 'remove', path };
  // The API accepts integers, booleans and texts; a fraction is sent as text.
  return { op, path, value: typeof value === 'number' && !Number.isInteger(value) ? String(value) : value };
}

function checkKey(field: string, key: string): string {
  if (/^[\w-]+$/.test(key)) return key;
  throw new MagnumError(
    `${field}: the key ${JSON.stringify(key)} cannot be changed by a patch (only letters, digits, _ and -)`,
    'invalid-patch',
  );
}
