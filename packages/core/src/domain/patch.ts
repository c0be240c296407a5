import { DomainError } from './errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import { parseLiteral } from './python-literal.js';

export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  /** `/name`, `/labels/key` */
  readonly path: string;
  readonly value?: JsonValue;
}

/** What of a resource may be patched: docs/contract/patches.md#form. Names are wire names. */
export interface PatchRules {
  readonly fields: ReadonlySet<string>;
  readonly internal: ReadonlySet<string>;
  readonly notRemovable: ReadonlySet<string>;
  /** Fields that are objects: their keys can be addressed, and a Python literal stands for the whole. */
  readonly maps: ReadonlySet<string>;
  /** Fields that are lists: a Python literal, or a list, stands for the whole. */
  readonly lists?: ReadonlySet<string>;
}

const OPERATIONS = new Set(['add', 'replace', 'remove']);
const PATH = /^(\/[\w-]+)+$/;
const MOST_OPERATIONS = 1_000;

/** The body of a request is read several times, and 1,000 operations take milliseconds each time. */
const parsed = new WeakMap<object, readonly PatchOperation[]>();

/** Checks shape only; what may be changed is `applyPatch`'s business. The body must not be changed after this. */
export function parsePatch(body: JsonValue): readonly PatchOperation[] {
  const known = typeof body === 'object' && body !== null ? parsed.get(body) : undefined;
  if (known) return known;
  if (!Array.isArray(body)) throw bad('the body must be a list of {"op", "path", "value"} objects');
  if (body.length === 0) throw bad('it holds no operation');
  if (body.length > MOST_OPERATIONS) throw bad(`at most ${MOST_OPERATIONS} operations are taken in one request`);
  // Array.isArray does not narrow a readonly array.
  const operations = (body as readonly JsonValue[]).map(parseOperation);
  parsed.set(body, operations);
  return operations;
}

function parseOperation(entry: JsonValue): PatchOperation {
  if (!isJsonObject(entry)) throw bad('each operation must be an object with "op" and "path"');
  const unknown = Object.keys(entry).filter((key) => !['op', 'path', 'value'].includes(key));
  if (unknown.length > 0) throw bad(`unknown key ${unknown.join(', ')} in an operation`);
  const { op, path, value } = entry;
  if (typeof op !== 'string' || !OPERATIONS.has(op)) throw bad(`op must be one of add, replace, remove, not ${show(op)}`);
  if (typeof path !== 'string' || path.length > 512 || !PATH.test(path))
    throw bad(`path must look like /field or /field/key, not ${show(path)}`);
  if (op !== 'remove' && (value === undefined || value === null)) throw bad(`${op} of ${path} needs a value`);
  if (typeof value === 'number' && !Number.isInteger(value)) throw bad(`the value of ${path} must be a string or an integer`);
  // OPERATIONS holds exactly the members of the union.
  const known = op as PatchOperation['op'];
  return value === undefined || op === 'remove' ? { op: known, path } : { op: known, path, value };
}

/**
 * Applies the operations to one private copy, on which each operation costs the same however large its map is: to copy a map for
 * each operation would make a patch of 1,000 operations on a map of 1,000 keys a million copied entries. Every refusal names the
 * path; the given document stays as it is.
 */
export function applyPatch(document: JsonObject, operations: readonly PatchOperation[], rules: PatchRules): JsonObject {
  const draft: Draft = { fields: new Map(Object.entries(document)), maps: new Map(), rules };
  for (const operation of operations) applyOne(draft, operation);
  for (const [field, map] of draft.maps) draft.fields.set(field, Object.fromEntries(map));
  return Object.fromEntries(draft.fields);
}

interface Draft {
  readonly fields: Map<string, JsonValue>;
  /** Maps whose keys were addressed: these, not `fields`, hold what they have become. */
  readonly maps: Map<string, Map<string, JsonValue>>;
  readonly rules: PatchRules;
}

function applyOne(draft: Draft, operation: PatchOperation): void {
  const { rules } = draft;
  const [field = '', ...rest] = operation.path.slice(1).split('/');
  if (rules.internal.has(field)) throw bad(`${operation.path} is internal and cannot be changed`);
  if (!rules.fields.has(field)) throw bad(`${operation.path} does not exist: unknown field ${field}`);
  if (rest.length === 0) return applyToField(draft, field, operation);
  if (!rules.maps.has(field) || rest.length > 1) throw bad(`${operation.path} does not exist`);
  applyToKey(draft, field, rest[0] ?? '', operation);
}

function applyToField({ fields, maps, rules }: Draft, field: string, operation: PatchOperation): void {
  const value = fields.get(field);
  const present = maps.has(field) || (value !== undefined && value !== null);
  if (operation.op === 'remove') {
    if (rules.notRemovable.has(field)) throw bad(`${operation.path} is mandatory and cannot be removed`);
    if (!present) throw bad(`${operation.path} cannot be removed: it has no value`);
  } else if (operation.op === 'add' && present && !rules.maps.has(field)) {
    throw bad(`${operation.path} has a value already: use replace`);
  }
  maps.delete(field);
  fields.set(field, operation.op === 'remove' ? null : fieldValue(field, operation, rules));
}

function fieldValue(field: string, operation: PatchOperation, rules: PatchRules): JsonValue {
  const value = operation.value ?? null;
  if (rules.lists?.has(field)) return listValue(operation, value);
  if (!rules.maps.has(field)) {
    if (typeof value === 'object' && value !== null)
      throw bad(`the value of ${operation.path} must be a string, an integer or a boolean`);
    return value;
  }
  const map = typeof value === 'string' ? parseLiteral(value) : value;
  if (!isJsonObject(map ?? null)) throw bad(`the value of ${operation.path} must be an object, or its text`);
  // isJsonObject has just been asked; undefined and null were excluded by it.
  return map as JsonObject;
}

function listValue(operation: PatchOperation, value: JsonValue): JsonValue {
  const list = typeof value === 'string' ? parseLiteral(value) : value;
  if (!Array.isArray(list)) throw bad(`the value of ${operation.path} must be a list, or its text`);
  // Array.isArray does not narrow a readonly array.
  return list as JsonValue;
}

function applyToKey(draft: Draft, field: string, key: string, operation: PatchOperation): void {
  const map = mapOf(draft, field);
  if (operation.op !== 'add' && !map.has(key)) throw bad(`${operation.path} does not exist`);
  if (operation.op === 'remove') return void map.delete(key);
  const value = operation.value ?? null;
  if (typeof value === 'object') throw bad(`the value of ${operation.path} must be a string, an integer or a boolean`);
  map.set(key, value);
}

/** The draft's own copy of a map, made when a key of it is addressed for the first time. */
function mapOf({ fields, maps }: Draft, field: string): Map<string, JsonValue> {
  const known = maps.get(field);
  if (known) return known;
  const value = fields.get(field);
  const copy = new Map(isJsonObject(value) ? Object.entries(value) : []);
  maps.set(field, copy);
  return copy;
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
}

function bad(why: string): DomainError {
  return new DomainError('invalid-patch', { message: `Couldn't apply patch: ${why}.`, field: 'patch' });
}
