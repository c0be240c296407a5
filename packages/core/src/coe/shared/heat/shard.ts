import { isJsonObject, type JsonObject, type JsonValue } from '../../../domain/json.js';
import { getAttribute, getParam, templateLine, type HotParameter, type HotResource, type HotTemplate } from './template.js';

/** A node of a shard: the name of its nested template, and the properties that it would have in the root template. */
export interface ShardMember {
  readonly name: string;
  readonly type: string;
  readonly properties: JsonObject;
}

export interface Shard {
  /** Name of the shard's resource in the root template, unique there. */
  readonly name: string;
  readonly description: string;
  /** Parameters that the members' own templates declare. */
  readonly parameters: Readonly<Record<string, HotParameter>>;
  readonly members: readonly ShardMember[];
  /** Outputs of each member that the root reads: the name in the shard's output, and the name in the member's template. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly dependsOn: readonly string[];
  readonly furtherOutputs?: HotTemplate['outputs'];
}

/** The shard's resource in the root template, and the text of the shard's own template. */
export interface RenderedShard {
  readonly resource: HotResource;
  readonly file: string;
  readonly text: string;
  readonly parameters: Readonly<Record<string, HotParameter>>;
}

/** Name of a shard's output: a map from each member's name to the outputs that the root reads. */
export const SHARD_OUTPUT = 'members';

/**
 * A part of a group's nodes as a nested stack.
 *
 * Heat accepts templates of 512 KiB and requests of 1 MiB by default, and a root template needs 1.2 KB for each node that it holds:
 * 500 nodes were too many. A shard states once what its members have in common, so that a node takes half as much, and no template
 * grows with the whole bay. A node never moves from one shard to another, because that would replace its server: its shard is chosen
 * when the node is created in the database, and stored with it. A change of one shard leaves the templates of the others as they are.
 *
 * A property that is equal for all members becomes a parameter of the shard, so that references to resources of the root are
 * resolved there. Of maps that differ, the common entries become one. Other values that differ are part of the member, or, where
 * they refer to the root, entries of a map by the members' names.
 */
export function renderShard(shard: Shard): RenderedShard {
  const names = [...new Set(shard.members.flatMap(({ properties }) => Object.keys(properties)))];
  const plans = new Map(names.map((name) => [name, planOf(name, shard)]));
  const parameters = Object.fromEntries(
    [...plans].flatMap(([name, { parameter }]) => (parameter === undefined ? [] : [[name, parameter]])),
  );
  const template: HotTemplate = {
    description: shard.description,
    parameters,
    resources: Object.fromEntries(
      shard.members.map(({ name, type, properties }) => [
        name,
        { type, properties: Object.fromEntries(Object.keys(properties).map((key) => [key, plans.get(key)?.of(name) ?? null])) },
      ]),
    ),
    outputs: {
      [SHARD_OUTPUT]: { value: Object.fromEntries(shard.members.map(({ name }) => [name, outputsOf(name, shard.outputs)])) },
      ...shard.furtherOutputs,
    },
  };
  const file = `${shard.name}.yaml`;
  const properties = Object.fromEntries(
    [...plans].flatMap(([name, { handed }]) => (handed === undefined ? [] : [[name, handed]])),
  );
  const resource: HotResource = {
    type: file,
    ...(shard.dependsOn.length > 0 ? { depends_on: shard.dependsOn } : {}),
    properties,
  };
  return { resource, file, text: templateLine(template), parameters };
}

function outputsOf(member: string, wanted: Shard['outputs']): JsonObject {
  return Object.fromEntries(Object.entries(wanted).map(([name, output]) => [name, getAttribute(member, output)]));
}

/** How the members receive one property. */
interface PropertyPlan {
  /** Parameter of the shard; absent where each member holds its own value. */
  readonly parameter?: HotParameter;
  /** Value that the root template gives to the shard. */
  readonly handed?: JsonValue;
  of(member: string): JsonValue;
}

function planOf(property: string, { members, parameters }: Shard): PropertyPlan {
  const values = new Map(
    members.flatMap(({ name, properties }): [string, JsonValue][] => {
      const value = properties[property];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const [first = null, ...others] = values.values();
  const declared = parameters[property] ?? { type: 'string' };
  if (others.every((value) => isSame(value, first))) {
    return { parameter: withoutDefault(declared), handed: first, of: () => getParam(property) };
  }
  const maps = [...values.values()].filter(isJsonObject).filter((map) => !isCall(map));
  const common = maps.length === values.size ? commonOf(maps) : {};
  const rest = new Map([...values].map(([name, value]) => [name, isJsonObject(value) ? without(value, common) : value]));
  if (Object.keys(common).length > 0 && ![...rest.values()].some(refersToRoot)) {
    const merged = (name: string): JsonObject => ({ map_merge: [getParam(property), rest.get(name) ?? {}] });
    return { parameter: withoutDefault(declared), handed: common, of: merged };
  }
  if (![...values.values()].some(refersToRoot)) return { of: (name) => values.get(name) ?? null };
  const hidden = declared.hidden === true ? { hidden: true } : {};
  return {
    parameter: { type: 'json', ...hidden },
    handed: Object.fromEntries(values),
    of: (name) => ({ get_param: [property, name] }),
  };
}

function withoutDefault({ type, hidden }: HotParameter): HotParameter {
  return { type, ...(hidden === undefined ? {} : { hidden }) };
}

function commonOf(maps: readonly JsonObject[]): JsonObject {
  const [first = {}, ...others] = maps;
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => others.every((other) => isSame(other[key], value))));
}

function without(map: JsonObject, common: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !Object.hasOwn(common, key)));
}

/** Whether both have the same text as JSON, without writing it down: a bay of 1,000 nodes compares thousands of values. */
function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) return Array.isArray(other) && areSame(one, other);
  if (!isJsonObject(one) || !isJsonObject(other)) return false;
  const names = Object.keys(one);
  return areSame(names, Object.keys(other)) && names.every((name) => isSame(one[name], other[name]));
}

function areSame(one: readonly JsonValue[], other: readonly JsonValue[]): boolean {
  return one.length === other.length && one.every((value, index) => isSame(value, other[index]));
}

const CALLS = new Set(['get_param', 'get_resource', 'get_attr']);

function isCall(map: JsonObject): boolean {
  const [name, ...others] = Object.keys(map);
  return name !== undefined && others.length === 0 && (CALLS.has(name) || name === 'map_merge');
}

/** Whether a value holds a function that only the root can resolve. */
function refersToRoot(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(refersToRoot);
  if (!isJsonObject(value)) return false;
  return Object.entries(value).some(([key, inner]) => CALLS.has(key) || refersToRoot(inner));
}
