import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import { refuse } from './refusal.js';
import type { ResourceRow } from './rows.js';
import type { Template } from './template.js';
import type { PropertyRule } from './types/type.js';

/** OS::Heat::ResourceGroup: a nested stack whose template is made from its own properties. */
export const GROUP_PROPERTIES: Readonly<Record<string, PropertyRule>> = {
  count: { type: 'number', min: 0, max: 1000 },
  index_var: { type: 'string' },
  resource_def: { type: 'map', required: true },
  removal_policies: { type: 'list' },
  removal_policies_mode: { type: 'string', oneOf: ['append', 'update'] },
};
export const GROUP_ATTRIBUTES = ['refs', 'refs_map', 'attributes', 'removed_rsrc_list'];

export function groupTemplate(properties: JsonObject, removed: readonly string[]): Template {
  const definition = properties['resource_def'];
  if (!isJsonObject(definition) || typeof definition['type'] !== 'string')
    return refuse('resource_def must be a map with a type');
  const unknown = Object.keys(definition).find((key) => !['type', 'properties', 'metadata'].includes(key));
  if (unknown !== undefined) refuse(`"${unknown}" in resource_def is not supported`);
  const { type } = definition;
  const given = isJsonObject(definition['properties']) ? definition['properties'] : {};
  const variable = typeof properties['index_var'] === 'string' ? properties['index_var'] : '%index%';
  const resources = memberNames(Number(properties['count'] ?? 1), removed).map((name) => {
    // Replacing in a map gives a map.
    const own = insertIndex(given, variable, name) as JsonObject;
    return [name, { name, type, properties: own, dependsOn: [], condition: undefined, literal: true }] as const;
  });
  return { parameters: new Map(), conditions: {}, resources: new Map(resources), outputs: new Map() };
}

/** The first `count` indices that were not removed by name: the others keep theirs. */
function memberNames(count: number, removed: readonly string[]): readonly string[] {
  const names: string[] = [];
  for (let index = 0; names.length < count; index += 1) if (!removed.includes(String(index))) names.push(String(index));
  return names;
}

function insertIndex(value: JsonValue, variable: string, index: string): JsonValue {
  if (typeof value === 'string') return value.replaceAll(variable, () => index);
  if (Array.isArray(value)) return value.map((item: JsonValue) => insertIndex(item, variable, index));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.replaceAll(variable, () => index), insertIndex(item, variable, index)]),
  );
}

/** Names that may never come back: those of earlier updates, and those that the removal policies name, by name or id. */
export function removedMembers(properties: JsonObject, group: ResourceRow, members: readonly ResourceRow[]): readonly string[] {
  const policies = Array.isArray(properties['removal_policies']) ? properties['removal_policies'] : [];
  const wanted = policies
    .filter(isJsonObject)
    .flatMap((policy) => (Array.isArray(policy['resource_list']) ? policy['resource_list'].map(String) : []));
  const named = wanted.flatMap(
    (reference) =>
      members.find((member) => member.name === reference || member.id === reference)?.name ??
      (/^\d+$/.test(reference) ? [reference] : []),
  );
  const before = properties['removal_policies_mode'] === 'update' ? [] : removedOf(group);
  return [...new Set([...before, ...named])];
}

export function removedOf(group: ResourceRow): readonly string[] {
  const removed = group.attributes?.['removed'];
  return Array.isArray(removed) ? removed.map(String) : [];
}
