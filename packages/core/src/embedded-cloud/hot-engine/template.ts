import { parse as parseYaml } from 'yaml';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import { calledFunction, holds } from './functions.js';
import { parseParameter, type ParameterSchema } from './parameters.js';
import { refuse } from './refusal.js';

export interface Template {
  readonly parameters: ReadonlyMap<string, ParameterSchema>;
  readonly conditions: JsonObject;
  readonly resources: ReadonlyMap<string, ResourceTemplate>;
  readonly outputs: ReadonlyMap<string, OutputTemplate>;
}

export interface ResourceTemplate {
  readonly name: string;
  readonly type: string;
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  readonly condition: JsonValue | undefined;
  /** Properties are values already: whatever looks like a function in them is data. */
  readonly literal: boolean;
}

export interface OutputTemplate {
  readonly value: JsonValue;
  readonly condition: JsonValue | undefined;
}

const VERSIONS = [
  '2013-05-23',
  '2014-10-16',
  '2015-04-30',
  '2015-10-15',
  '2016-04-08',
  '2016-10-14',
  '2017-02-24',
  '2017-09-01',
  '2018-03-02',
  '2018-08-31',
  '2021-04-16',
  'newton',
  'ocata',
  'pike',
  'queens',
  'rocky',
  'wallaby',
];
const SECTIONS = ['heat_template_version', 'description', 'parameter_groups', 'parameters', 'conditions', 'resources', 'outputs'];
const RESOURCE_KEYS = [
  'type',
  'properties',
  'depends_on',
  'condition',
  'metadata',
  'deletion_policy',
  'external_id',
  'update_policy',
];
const OUTPUT_KEYS = ['description', 'value', 'condition'];

export function parseTemplate(document: unknown): Template {
  if (!isJsonObject(document)) refuse('The template is not a JSON object or YAML mapping.');
  const version = document['heat_template_version'];
  if (typeof version !== 'string' || !VERSIONS.includes(version)) {
    refuse(
      `The template version is invalid: "heat_template_version: ${String(version)}". "heat_template_version" should be one of: ${VERSIONS.join(', ')}`,
    );
  }
  const unknown = Object.keys(document).find((section) => !SECTIONS.includes(section));
  if (unknown !== undefined) refuse(`The template section is invalid: ${unknown}`);
  return {
    parameters: section(document, 'parameters', parseParameter),
    conditions: Object.fromEntries(section(document, 'conditions', (_, value) => value)),
    resources: section(document, 'resources', parseResource),
    outputs: section(document, 'outputs', parseOutput),
  };
}

/** A nested template, written as YAML or JSON. */
export function parseTemplateText(name: string, text: string): Template {
  try {
    const document: unknown = text.trimStart().startsWith('{') ? JSON.parse(text) : parseYaml(text);
    return parseTemplate(document);
  } catch (error) {
    return refuse(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function section<T>(document: JsonObject, name: string, parse: (key: string, value: JsonValue) => T): ReadonlyMap<string, T> {
  const value = document[name] ?? {};
  if (!isJsonObject(value)) refuse(`"${name}" should be a map`);
  return new Map(Object.entries(value).map(([key, item]) => [key, parse(key, item)]));
}

function parseResource(name: string, value: JsonValue): ResourceTemplate {
  if (!isJsonObject(value)) refuse(`Resource ${name} must be a map`);
  const unknown = Object.keys(value).find((key) => !RESOURCE_KEYS.includes(key));
  if (unknown !== undefined) refuse(`"${unknown}" is not a valid keyword inside a resource definition (${name})`);
  const { type, properties, condition, deletion_policy: policy } = value;
  if (typeof type !== 'string' || type === '') refuse(`The resource ${name} has no type`);
  if (!/^[^/]{1,255}$/.test(name)) refuse(`Invalid resource name "${name}"`);
  if (policy !== undefined && policy !== 'Delete' && policy !== 'delete')
    refuse(`The deletion_policy ${String(policy)} of ${name} is not supported`);
  for (const key of ['external_id', 'update_policy'])
    if (value[key] !== undefined) refuse(`"${key}" of ${name} is not supported`);
  if (properties !== undefined && properties !== null && !isJsonObject(properties))
    refuse(`The properties of ${name} must be a map`);
  return {
    name,
    type,
    properties: properties ?? {},
    dependsOn: names(name, value['depends_on'] ?? []),
    condition,
    literal: false,
  };
}

function names(resource: string, value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return refuse(`depends_on of ${resource} must be a resource name or a list of them`);
  return value.map((name: JsonValue) =>
    typeof name === 'string' ? name : refuse(`depends_on of ${resource} must list resource names`),
  );
}

function parseOutput(name: string, value: JsonValue): OutputTemplate {
  if (!isJsonObject(value)) refuse(`Output ${name} must be a map`);
  const unknown = Object.keys(value).find((key) => !OUTPUT_KEYS.includes(key));
  if (unknown !== undefined) refuse(`Outputs contains an invalid key "${unknown}" (${name})`);
  if (value['value'] === undefined) refuse(`Each output must contain a value key (${name})`);
  return { value: value['value'], condition: value['condition'] };
}

/** Every function call in a value, outermost first. `branch` picks what is looked at of an `if`; without it, all of it. */
export function* calls(
  value: JsonValue,
  branch?: (call: JsonValue) => readonly JsonValue[],
): Generator<{ readonly name: string; readonly value: JsonValue }> {
  if (Array.isArray(value)) {
    for (const item of value) yield* calls(item, branch);
    return;
  }
  if (!isJsonObject(value)) return;
  const name = calledFunction(value);
  const inner = name === undefined ? undefined : (value[name] ?? null);
  if (name !== undefined && inner !== undefined) yield { name, value: inner };
  const looked = name === 'if' && branch && inner !== undefined ? branch(inner) : Object.values(value);
  for (const item of looked) yield* calls(item, branch);
}

/** Conditions of a template under given parameters; evaluated when asked for, a circle among them is refused. */
export function conditionsOf(
  template: Template,
  parameter: (name: string) => JsonValue,
): (condition: JsonValue | undefined) => boolean {
  const open = new Set<string>();
  const refs = { parameter, condition: named };
  function named(name: string): boolean {
    const condition = Object.hasOwn(template.conditions, name) ? template.conditions[name] : undefined;
    if (condition === undefined) refuse(`Invalid condition "${name}"`);
    if (open.has(name)) refuse(`Circular definition for condition "${name}"`);
    open.add(name);
    const result = holds(condition, refs);
    open.delete(name);
    return result;
  }
  return (condition) => condition === undefined || holds(condition, refs);
}

/** Names of the resources that a value refers to, through the branches that are taken. */
export function resourcesIn(value: JsonValue, isTrue: (condition: JsonValue) => boolean): readonly string[] {
  const taken = (call: JsonValue): readonly JsonValue[] => {
    const [condition, then, otherwise] = Array.isArray(call) ? call : [];
    const branch: JsonValue | undefined = condition !== undefined && isTrue(condition) ? then : otherwise;
    return branch === undefined ? [] : [branch];
  };
  const found = [...calls(value, taken)].flatMap((call) => {
    const name =
      call.name === 'get_resource'
        ? call.value
        : call.name === 'get_attr' && Array.isArray(call.value)
          ? call.value[0]
          : undefined;
    return typeof name === 'string' ? [name] : [];
  });
  return [...new Set(found)];
}
