import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import { jsonText } from './json-text.js';
import { refuse } from './refusal.js';

/** Where a template's references lead. All of them throw `cloud-refused` for what they do not know. */
export interface References {
  /** Parameters and the pseudo parameters. */
  parameter(name: string): JsonValue;
  /** The reference id of a resource, mostly its physical id. */
  resource(name: string): JsonValue;
  /** Undefined when the resource does not have it yet. `path` starts with the attribute's name. */
  attribute(name: string, path: readonly (string | number)[]): JsonValue | undefined;
  file(name: string): string;
  condition(name: string): boolean;
}

export type FunctionName = keyof typeof FUNCTIONS;
type Arguments = { readonly name: string; readonly value: JsonValue; readonly refs: References };

/** Functions of conditions; Heat knows them nowhere else. */
export const CONDITION_FUNCTIONS = ['equals', 'not', 'and', 'or', 'contains'];
/** Functions of Heat that are not served here; a map with one such key is refused, not passed on as data. */
const UNSUPPORTED = ['yaql', 'resource_facade', 'map_replace', 'filter', 'make_url', 'list_concat_unique', 'Ref'];

const FUNCTIONS = {
  get_param: getParam,
  get_resource: getResource,
  get_attr: getAttribute,
  get_file: getFile,
  if: choose,
  str_replace: (call: Arguments) => replace(call),
  str_replace_strict: (call: Arguments) => replaceStrictly(call, false),
  str_replace_vstrict: (call: Arguments) => replaceStrictly(call, true),
  list_join: joinLists,
  list_concat: concatenate,
  repeat,
  map_merge: mergeMaps,
  digest,
  str_split: split,
} as const satisfies Record<string, (call: Arguments) => JsonValue | undefined>;

/** The function that a value calls: a map with exactly one key that is a function's name. */
export function calledFunction(value: JsonObject): string | undefined {
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  const known = Object.hasOwn(FUNCTIONS, name) || CONDITION_FUNCTIONS.includes(name);
  return known || UNSUPPORTED.includes(name) || /^(get_|Fn::)/.test(name) ? name : undefined;
}

/** Refuses, by name, a function that is not served in this place. */
export function requireFunction(name: string, place: 'value' | 'condition'): void {
  const served = place === 'condition' ? [...CONDITION_FUNCTIONS, 'get_param'] : Object.keys(FUNCTIONS);
  if (served.includes(name)) return;
  const known = Object.hasOwn(FUNCTIONS, name) || CONDITION_FUNCTIONS.includes(name);
  refuse(known ? `The function "${name}" is not allowed in a ${place}` : `The function "${name}" is not supported`);
}

/** Evaluates every function in a value. Undefined: an `if` without else-branch chose nothing, so the place stays empty. */
export function resolve(value: JsonValue, refs: References): JsonValue | undefined {
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => presentValues(resolve(item, refs)));
  if (!isJsonObject(value)) return value;
  const name = calledFunction(value);
  if (name === undefined) return mapValues(value, (item) => resolve(item, refs));
  requireFunction(name, 'value');
  // requireFunction has just established that the name is a key of FUNCTIONS.
  return FUNCTIONS[name as FunctionName]({ name, value: value[name] ?? null, refs });
}

function presentValues(value: JsonValue | undefined): readonly JsonValue[] {
  return value === undefined ? [] : [value];
}

export function mapValues(value: JsonObject, change: (item: JsonValue, key: string) => JsonValue | undefined): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => presentValues(change(item, key)).map((changed) => [key, changed])),
  );
}

/** Evaluates a condition: a name, a boolean, or a condition function. */
export function holds(condition: JsonValue, refs: Pick<References, 'parameter' | 'condition'>): boolean {
  if (typeof condition === 'boolean') return condition;
  if (typeof condition === 'string') return refs.condition(condition);
  const name = isJsonObject(condition) ? calledFunction(condition) : undefined;
  if (!isJsonObject(condition) || name === undefined) refuse(`Invalid condition "${JSON.stringify(condition)}"`);
  requireFunction(name, 'condition');
  const value = condition[name] ?? null;
  if (name === 'get_param') return truth(operand(condition, refs));
  if (name === 'not') return !holds(value, refs);
  const operands = Array.isArray(value) ? value : refuse(`Arguments to "${name}" must be of the form: [value_1, value_2]`);
  if (name === 'and') return operands.every((one: JsonValue) => holds(one, refs));
  if (name === 'or') return operands.some((one: JsonValue) => holds(one, refs));
  const [left, right] = operands.map((one: JsonValue) => operand(one, refs));
  if (name === 'equals') return jsonText(left ?? null) === jsonText(right ?? null);
  return Array.isArray(right) && right.some((item: JsonValue) => jsonText(item) === jsonText(left ?? null));
}

function operand(value: JsonValue, refs: Pick<References, 'parameter' | 'condition'>): JsonValue {
  const name = isJsonObject(value) ? calledFunction(value) : undefined;
  if (name === undefined || !isJsonObject(value)) return value;
  if (name !== 'get_param') return holds(value, refs);
  const [parameter, ...path] = Array.isArray(value[name]) ? value[name] : [value[name] ?? null];
  return walk(refs.parameter(String(parameter)), path) ?? null;
}

function truth(value: JsonValue): boolean {
  return typeof value === 'string'
    ? ['true', 't', 'yes', 'y', 'on', '1'].includes(value.toLowerCase())
    : value !== null && value !== false && value !== 0;
}

/** Follows keys and indices; undefined where the path leaves the value. */
export function walk(value: JsonValue | undefined, path: readonly JsonValue[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((at, step) => {
    if (Array.isArray(at)) return at.at(Number(step));
    // Some attributes hold JSON text (a wait condition's data): a path continues inside it.
    const map = typeof at === 'string' ? parsedMap(at) : at;
    return isJsonObject(map) && Object.hasOwn(map, String(step)) ? map[String(step)] : undefined;
  }, value);
}

function parsedMap(text: string): unknown {
  try {
    return text.startsWith('{') ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function resolveOrNull(value: JsonValue, refs: References): JsonValue {
  return resolve(value, refs) ?? null;
}

function getParam({ value, refs }: Arguments): JsonValue {
  const [name, ...path] = listOf(resolveOrNull(value, refs));
  return walk(refs.parameter(String(name)), path) ?? null;
}

function getResource({ name, value, refs }: Arguments): JsonValue {
  return typeof value === 'string' ? refs.resource(value) : refuse(`Arguments to "${name}" must be a resource name`);
}

function getAttribute({ name, value, refs }: Arguments): JsonValue {
  const [resource, ...path] = listOf(resolveOrNull(value, refs));
  if (typeof resource !== 'string' || path.length === 0) {
    return refuse(`Arguments to "${name}" must be of the form [resource_name, attribute, (path), ...]`);
  }
  return (
    refs.attribute(
      resource,
      path.map((step) => (typeof step === 'number' ? step : String(step))),
    ) ?? null
  );
}

function getFile({ name, value, refs }: Arguments): JsonValue {
  const file = resolveOrNull(value, refs);
  return typeof file === 'string' ? refs.file(file) : refuse(`Argument to "${name}" must be a string`);
}

function choose({ name, value, refs }: Arguments): JsonValue | undefined {
  const [condition, then, otherwise] = Array.isArray(value) ? value : [];
  if (condition === undefined || then === undefined) {
    return refuse(`Arguments to "${name}" must be of the form: [condition_name, value_if_true, value_if_false]`);
  }
  const branch: JsonValue | undefined = holds(condition, refs) ? then : otherwise;
  return branch === undefined ? undefined : resolve(branch, refs);
}

function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : [value];
}

interface Replacement {
  readonly template: string;
  readonly texts: ReadonlyMap<string, string>;
}

function replacement({ name, value, refs }: Arguments): Replacement | null {
  if (!isJsonObject(value) || value['template'] === undefined || value['params'] === undefined) {
    return refuse(`"${name}" parameters must be of the form {template: ..., params: {...}}`);
  }
  const template = resolveOrNull(value['template'], refs);
  const params = resolveOrNull(value['params'], refs);
  if (template === null) return null;
  if (typeof template !== 'string') return refuse(`"${name}" template must be a string`);
  if (!isJsonObject(params)) return refuse(`"${name}" params must be a map`);
  return { template, texts: new Map(Object.entries(params).map(([key, item]) => [placeholder(name, key), textOf(item)])) };
}

function placeholder(name: string, key: string): string {
  return key === '' ? refuse(`"${name}" params keys must not be empty`) : key;
}

/** How Heat puts a value into a string: Python's words for booleans and numbers, JSON for lists and maps. */
function textOf(value: JsonValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return jsonText(value);
}

function replace(call: Arguments): JsonValue {
  const found = replacement(call);
  return found && substitute(found);
}

function replaceStrictly(call: Arguments, refuseEmpty: boolean): JsonValue {
  const found = replacement(call);
  if (found === null) return null;
  const missing = [...found.texts.keys()].filter((key) => !found.template.includes(key));
  if (missing.length > 0) refuse(`The following params were not found in the template: ${missing.join(',')}`);
  const empty = refuseEmpty ? [...found.texts].filter(([, text]) => text === '').map(([key]) => key) : [];
  if (empty.length > 0) refuse(`The following params are required to be non-empty: ${empty.join(',')}`);
  return substitute(found);
}

/** The longest placeholder first; what was put in is not looked at again. */
function substitute({ template, texts }: Replacement): string {
  let parts: readonly { readonly text: string; readonly done: boolean }[] = [{ text: template, done: false }];
  for (const key of [...texts.keys()].sort((one, other) => other.length - one.length)) {
    const put = { text: texts.get(key) ?? '', done: true };
    parts = parts.flatMap((part) =>
      part.done
        ? [part]
        : part.text.split(key).flatMap((text, index) => (index === 0 ? [{ text, done: false }] : [put, { text, done: false }])),
    );
  }
  return parts.map((part) => part.text).join('');
}

function joinLists({ name, value, refs }: Arguments): JsonValue {
  const [delimiter, ...lists] = Array.isArray(value) ? value.map((item: JsonValue) => resolveOrNull(item, refs)) : [];
  if (typeof delimiter !== 'string')
    return refuse(`Incorrect arguments to "${name}" should be: "${name}" : [ " ", [ "str1", "str2" ] ]`);
  return lists
    .flatMap((list) => (list === null ? [] : Array.isArray(list) ? list : refuse(`"${name}" must operate on a list`)))
    .map((item) => textOfItem(item, name))
    .join(delimiter);
}

function textOfItem(item: JsonValue, name: string): string {
  if (typeof item === 'number' || typeof item === 'boolean')
    return refuse(`Items to join in "${name}" must be string, map or list not ${typeof item}`);
  return textOf(item);
}

function concatenate({ name, value, refs }: Arguments): JsonValue {
  const lists = resolveOrNull(value, refs);
  if (!Array.isArray(lists)) return refuse(`Incorrect arguments to "${name}" should be a list of lists`);
  return lists.flatMap((list: JsonValue) =>
    list === null ? [] : Array.isArray(list) ? list : refuse(`"${name}" must operate on lists`),
  );
}

function mergeMaps({ name, value, refs }: Arguments): JsonValue {
  const maps = resolveOrNull(value, refs);
  if (!Array.isArray(maps)) return refuse(`Incorrect arguments to "${name}" should be a list of maps`);
  return Object.assign(
    {},
    ...maps.map((map: JsonValue) => (map === null || isJsonObject(map) ? map : refuse(`"${name}" must operate on maps`))),
  );
}

const DIGESTS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];

function digest({ name, value, refs }: Arguments): JsonValue {
  const [algorithm, text] = listOf(resolveOrNull(value, refs));
  if (typeof algorithm !== 'string' || typeof text !== 'string')
    return refuse(`Arguments to "${name}" must be [algorithm, value]`);
  if (!DIGESTS.includes(algorithm)) return refuse(`Algorithm must be one of ${DIGESTS.join(', ')}`);
  return createHash(algorithm).update(text).digest('hex');
}

function split({ name, value, refs }: Arguments): JsonValue {
  const [delimiter, text, index] = listOf(resolveOrNull(value, refs));
  if (typeof delimiter !== 'string' || (typeof text !== 'string' && text !== null)) {
    return refuse(`Incorrect arguments to "${name}" should be: "${name}" : [ ",", "apples,pears", <index> ]`);
  }
  const parts = text === null ? [] : text.split(delimiter);
  if (index === undefined) return parts;
  return parts.at(Number(index)) ?? refuse(`Incorrect index to "${name}" should be between 0 and ${parts.length - 1}`);
}

function repeat({ name, value, refs }: Arguments): JsonValue {
  if (!isJsonObject(value) || value['template'] === undefined || value['for_each'] === undefined) {
    return refuse(`"${name}" syntax should be {template: ..., for_each: {<var>: <list>}}`);
  }
  const lists = resolveOrNull(value['for_each'], refs);
  if (!isJsonObject(lists)) return refuse(`The "for_each" argument to "${name}" must contain a map`);
  const variables = Object.entries(lists).map(
    ([key, list]) =>
      [key, Array.isArray(list) ? list : refuse(`The values of the "for_each" argument to "${name}" must be lists`)] as const,
  );
  const template = value['template'];
  const rounds = value['permutations'] === false ? inStep(name, variables) : permutations(variables);
  return rounds.flatMap((round) => presentValues(resolve(insertValues(template, round), refs)));
}

type Variables = readonly (readonly [string, readonly JsonValue[]])[];
type Round = ReadonlyMap<string, JsonValue>;

function permutations(variables: Variables): readonly Round[] {
  return variables.reduce<readonly Round[]>(
    (rounds, [key, list]) => rounds.flatMap((round) => list.map((item) => new Map([...round, [key, item]]))),
    [new Map()],
  );
}

function inStep(name: string, variables: Variables): readonly Round[] {
  const [first] = variables;
  if (variables.some(([, list]) => list.length !== first?.[1].length))
    refuse(`For "${name}", the length of for_each values should be equal if no permutations.`);
  return (first?.[1] ?? []).map((_, index) => new Map(variables.map(([key, list]) => [key, list[index] ?? null])));
}

function insertValues(template: JsonValue, round: Round): JsonValue {
  if (typeof template === 'string') {
    const whole = round.get(template);
    if (whole !== undefined && typeof whole !== 'string') return whole;
    return [...round].reduce((text, [key, item]) => text.replaceAll(key, () => textOf(item)), template);
  }
  if (Array.isArray(template)) return template.map((item: JsonValue) => insertValues(item, round));
  if (!isJsonObject(template)) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, item]) => [String(insertValues(key, round)), insertValues(item, round)]),
  );
}
