import { isJsonObject, type JsonObject, type JsonValue } from '../../../domain/json.js';
import { Secret } from '../../../domain/secret.js';
import type { StackSpec } from '../../../ports/orchestrator.js';

/** Attributes of the nested stack by `resource.attribute`; an unknown one resolves to its own name. */
export type Attributes = Readonly<Record<string, JsonValue>>;

/** The user data of one node as Heat would resolve it, with the functions that the templates use and no others. */
export function resolveUserData(stack: StackSpec, node: string, attributes: Attributes = {}, overrides: JsonObject = {}): string {
  const { type, properties } = resolveNode(stack, node, attributes);
  const nested = JSON.parse(stack.files[type] ?? '') as JsonObject;
  const defaults = Object.fromEntries(
    Object.entries(objectAt(nested, 'parameters')).flatMap(([name, value]) =>
      isJsonObject(value) && value['default'] !== undefined ? [[name, value['default']]] : [],
    ),
  );
  const parameters = { ...defaults, ...properties, ...overrides };
  return String(resolve(objectAt(serverIn(nested), 'properties')['user_data'] ?? '', { stack, parameters, attributes }));
}

function serverIn(nested: JsonObject): JsonObject {
  return objectAt(objectAt(nested, 'resources'), serverNameIn(nested));
}

/** Name of the server's resource in the nested template of a node. */
export function serverNameIn(nested: JsonObject): string {
  const found = Object.entries(objectAt(nested, 'resources')).find(
    ([, resource]) => isJsonObject(resource) && resource['type'] === 'OS::Nova::Server',
  );
  return found?.[0] ?? '';
}

/** Type and resolved properties of a node's resource, in the root template or in a nested one, whose parameters that around it gives. */
export function resolveNode(stack: StackSpec, node: string, attributes: Attributes = {}): Resolved {
  const parameters = Object.fromEntries(
    Object.entries(stack.parameters).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
  );
  const given = (resource: JsonValue, known: JsonObject): JsonObject => {
    const values = isJsonObject(resource) ? resource['properties'] : undefined;
    return resolve(values ?? {}, { stack, parameters: known, attributes }) as JsonObject; // a map resolves to a map
  };
  const find = (template: JsonObject, known: JsonObject): Resolved | undefined => {
    const resources = isJsonObject(template['resources']) ? template['resources'] : {};
    const own = resources[node];
    if (isJsonObject(own)) return { type: String(own['type']), properties: given(own, known) };
    for (const holder of Object.values(resources)) {
      const type = isJsonObject(holder) ? String(holder['type']) : '';
      // A template is JSON.
      const nested = type in stack.files ? (JSON.parse(stack.files[type] ?? '') as JsonObject) : undefined;
      const found = nested && find(nested, given(holder, known));
      if (found) return found;
    }
    return undefined;
  };
  const found = find(stack.template, parameters);
  if (!found) throw new Error(`there is no node ${node} in the stack`);
  return found;
}

/** The resources of a node's nested template, their properties resolved as Heat would: what the node is really made of. */
export function resolveResources(stack: StackSpec, node: string): Readonly<Record<string, Resolved>> {
  const { type, properties } = resolveNode(stack, node);
  const nested = JSON.parse(stack.files[type] ?? '') as JsonObject; // a template is JSON
  const entries = Object.entries(objectAt(nested, 'resources')).map(([name, resource]): [string, Resolved] => {
    const { user_data: _, ...given } = isJsonObject(resource) ? objectOr(resource['properties']) : {};
    const resolved = resolve(given, { stack, parameters: properties, attributes: {} }) as JsonObject; // a map resolves to a map
    return [name, { type: isJsonObject(resource) ? String(resource['type']) : '', properties: resolved }];
  });
  return Object.fromEntries(entries);
}

function objectOr(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

interface Resolved {
  readonly type: string;
  readonly properties: JsonObject;
}

interface Scope {
  readonly stack: StackSpec;
  readonly parameters: JsonObject;
  readonly attributes: Attributes;
}

function resolve(value: JsonValue, scope: Scope): JsonValue {
  if (Array.isArray(value)) return value.map((entry: JsonValue) => resolve(entry, scope));
  if (!isJsonObject(value)) return value;
  const [name = '', argument = null] = Object.entries(value).length === 1 ? (Object.entries(value)[0] ?? []) : [];
  switch (name) {
    case 'get_param':
      return Array.isArray(argument) ? within(scope, argument.map(String)) : (scope.parameters[String(argument)] ?? '');
    case 'get_resource':
      return `id-of-${String(argument)}`;
    case 'get_file':
      return scope.stack.files[String(argument)] ?? '';
    case 'get_attr':
      return scope.attributes[(argument as readonly JsonValue[]).join('.')] ?? (argument as readonly JsonValue[]).join('.');
    case 'map_merge':
      return Object.assign({}, ...(resolve(argument, scope) as readonly JsonObject[])) as JsonObject;
    case 'str_replace':
      return replaced(argument as JsonObject, scope);
    default:
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolve(entry, scope)]));
  }
}

/** A parameter that is a map may be given as JSON. */
function within({ parameters }: Scope, path: readonly string[]): JsonValue {
  const found = path.reduce<JsonValue>((value, key, index) => {
    const map = index === 1 && typeof value === 'string' ? (JSON.parse(value) as JsonValue) : value; // a parameter of type json
    return isJsonObject(map) ? (map[key] ?? null) : null;
  }, parameters);
  return found ?? '';
}

function replaced(argument: JsonObject, scope: Scope): string {
  const entries = Object.entries(objectAt(argument, 'params')).map(([key, value]): [string, string] => [
    key,
    textOf(resolve(value, scope)),
  ]);
  // One pass: replaced text is not searched again.
  const pattern = new RegExp(entries.map(([key]) => key.replaceAll(/[$[\]^|\\{}]/g, '\\$&')).join('|'), 'g');
  const texts = new Map(entries);
  return String(resolve(argument['template'] ?? '', scope)).replace(pattern, (key) => texts.get(key) ?? '');
}

/** As Python's json.dumps, which Heat calls: ASCII, keys in order, a space after each comma and colon. */
function textOf(value: JsonValue): string {
  return typeof value === 'object' && value !== null ? jsonOf(value) : String(value);
}

function jsonOf(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((entry: JsonValue) => jsonOf(entry)).join(', ')}]`;
  if (isJsonObject(value)) {
    const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
    return `{${entries.map(([key, entry]) => `${jsonOf(key)}: ${jsonOf(entry)}`).join(', ')}}`;
  }
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function objectAt(from: JsonValue, ...path: readonly string[]): JsonObject {
  const found = path.reduce<JsonValue>((value, name) => (isJsonObject(value) ? (value[name] ?? null) : null), from);
  if (!isJsonObject(found)) throw new Error(`there is nothing at ${path.join('.')}`);
  return found;
}
