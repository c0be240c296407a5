import { isWithin, loadSchemas, type JsonSchema } from '@magnum-ts/openapi';
import { DomainError } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/json.js';
import { applyPatch, parsePatch, type PatchOperation, type PatchRules } from '../../domain/patch.js';
import { typesOf } from './coerce.js';
import type { Call } from './handler.js';
import { validObject } from './validate.js';

const NO_VALUE = null;

/** Applies a JSON patch to a resource's wire form, and checks the result field by field as at creation (docs/contract/patches.md#form). */
export function patchResource(resource: string, document: JsonObject, call: Pick<Call, 'body' | 'version'>): JsonObject {
  const { body, version } = call;
  const schema = loadSchemas().resources[resource]?.find((range) => isWithin(version, range.from, range.to))?.schema;
  if (!schema) throw new DomainError('internal', `No schema for patches of ${resource}.`);
  const operations = parsePatch(body ?? NO_VALUE);
  const result = applyPatch(document, operations, rulesOf(schema));
  return checkedChanges(schema, document, result, operations);
}

/** Fewer operations are applied in less than a millisecond. */
const LONG_PATCH = 100;

/** Applying a long patch to large maps, in its turn. */
export async function patchInTurn<T>(
  { body, longWork, signal }: Pick<Call, 'body' | 'longWork' | 'signal'>,
  apply: () => T,
): Promise<T> {
  const isLong = Array.isArray(body) && body.length > LONG_PATCH;
  if (!isLong) return apply();
  return longWork.turns.run({ group: longWork.group, signal: signal() }, () => Promise.resolve(apply()));
}

function rulesOf(schema: JsonSchema): PatchRules {
  const properties = Object.entries(schema.properties ?? {});
  const having = (hint: JsonSchema['x-patch']): ReadonlySet<string> =>
    new Set(properties.filter(([, property]) => property['x-patch'] === hint).map(([name]) => name));
  const required = properties.filter(([, property]) => property['x-create'] === 'required').map(([name]) => name);
  return {
    fields: new Set(properties.map(([name]) => name)),
    internal: new Set([...having('internal'), 'id', 'project_id', 'user_id']),
    notRemovable: new Set([...having('not-removable'), ...required]),
    maps: new Set(properties.filter(([, property]) => typesOf(property).has('object')).map(([name]) => name)),
    lists: new Set(properties.filter(([, property]) => typesOf(property).has('array')).map(([name]) => name)),
  };
}

/** Only changed fields are checked again: a stored field of an earlier release cannot make an unrelated change fail. */
function checkedChanges(
  schema: JsonSchema,
  before: JsonObject,
  after: JsonObject,
  operations: readonly PatchOperation[],
): JsonObject {
  const touched = new Set(operations.map((operation) => operation.path.split('/')[1] ?? ''));
  const changed = Object.fromEntries(Object.entries(after).filter(([name, value]) => touched.has(name) && value !== null));
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, property]) => [name, { ...property, ...property['x-create-as'] }]),
  );
  const checked = validObject(schemaFor(schema, properties), changed);
  return { ...before, ...Object.fromEntries([...touched].map((name) => [name, null])), ...checked };
}

const derived = new WeakMap<JsonSchema, JsonSchema>();

function schemaFor(schema: JsonSchema, properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const known = derived.get(schema);
  if (known) return known;
  const made = { type: 'object', additionalProperties: false, properties };
  derived.set(schema, made);
  return made;
}

/** Whether a patch has an operation on one of the fields. */
export function touches(call: Pick<Call, 'body'>, fields: readonly string[]): boolean {
  return parsePatch(call.body ?? NO_VALUE).some(({ path }) => fields.includes(path.split('/')[1] ?? ''));
}

/** Fields whose value differs. */
export function changedFields(before: JsonObject, after: JsonObject): readonly string[] {
  return Object.keys(after).filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null));
}
