import { DomainError } from './errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import { parseLiteral } from './python-literal.js';

export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  /** `/name`, `/labels/key` */
  readonly path: string;
  readonly value?: JsonValue;
}

/** What of a resource may be patched: contract, README §6. Names are wire names. */
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

/** Checks shape only; what may be changed is `applyPatch`'s business. */
export function parsePatch(body: JsonValue): readonly PatchOperation[] {
  if (!Array.isArray(body)) throw bad('the body must be a list of {"op", "path", "value"} objects');
  if (body.length === 0) throw bad('it holds no operation');
  if (body.length > MOST_OPERATIONS) throw bad(`at most ${MOST_OPERATIONS} operations are taken in one request`);
  // Array.isArray does not narrow a readonly array.
  return (body as readonly JsonValue[]).map(parseOperation);
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

/** Applies the operations to a copy. Every refusal names the path; nothing is changed in place. */
export function applyPatch(document: JsonObject, operations: readonly PatchOperation[], rules: PatchRules): JsonObject {
  return operations.reduce((current, operation) => applyOne(current, operation, rules), document);
}

function applyOne(document: JsonObject, operation: PatchOperation, rules: PatchRules): JsonObject {
  const [field = '', ...rest] = operation.path.slice(1).split('/');
  if (rules.internal.has(field)) throw bad(`${operation.path} is internal and cannot be changed`);
  if (!rules.fields.has(field)) throw bad(`${operation.path} does not exist: unknown field ${field}`);
  if (rest.length === 0) return applyToField(document, field, operation, rules);
  if (!rules.maps.has(field) || rest.length > 1) throw bad(`${operation.path} does not exist`);
  return applyToKey(document, field, rest[0] ?? '', operation);
}

function applyToField(document: JsonObject, field: string, operation: PatchOperation, rules: PatchRules): JsonObject {
  const present = document[field] !== undefined && document[field] !== null;
  if (operation.op === 'remove') {
    if (rules.notRemovable.has(field)) throw bad(`${operation.path} is mandatory and cannot be removed`);
    if (!present) throw bad(`${operation.path} cannot be removed: it has no value`);
    return { ...document, [field]: null };
  }
  if (operation.op === 'add' && present && !rules.maps.has(field))
    throw bad(`${operation.path} has a value already: use replace`);
  return { ...document, [field]: fieldValue(field, operation, rules) };
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

function applyToKey(document: JsonObject, field: string, key: string, operation: PatchOperation): JsonObject {
  const map = isJsonObject(document[field]) ? document[field] : {};
  const present = Object.hasOwn(map, key);
  if (operation.op !== 'add' && !present) throw bad(`${operation.path} does not exist`);
  const others = Object.entries(map).filter(([name]) => name !== key);
  if (operation.op === 'remove') return { ...document, [field]: Object.fromEntries(others) };
  const value = operation.value ?? null;
  if (typeof value === 'object') throw bad(`the value of ${operation.path} must be a string, an integer or a boolean`);
  return { ...document, [field]: Object.fromEntries([...others, [key, value]]) };
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
}

function bad(why: string): DomainError {
  return new DomainError('invalid-patch', { message: `Couldn't apply patch: ${why}.`, field: 'patch' });
}
