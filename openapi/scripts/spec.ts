import { isObject, objectAt, textAt, textsAt, type Json, type JsonObject } from './json.js';

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

export interface SpecOperation {
  readonly method: (typeof METHODS)[number];
  readonly path: string;
  readonly parameters: readonly JsonObject[];
  readonly body: JsonObject;
}

/** Every operation in the order of the document, with the parameters of its path, references followed. */
export function operationsOf(spec: JsonObject): SpecOperation[] {
  return Object.entries(objectAt(spec, 'paths')).flatMap(([path, item]) => {
    if (!isObject(item)) return [];
    return METHODS.filter((method) => isObject(item[method])).map((method) => {
      const body = objectAt(item, method);
      const listed = [item['parameters'], body['parameters']].flatMap((list) => (Array.isArray(list) ? list : []));
      return { method, path, body, parameters: listed.map((parameter) => follow(spec, parameter)) };
    });
  });
}

/** The object behind a reference; keys beside the reference win, as OpenAPI 3.1 has it. */
export function follow(spec: JsonObject, value: Json): JsonObject {
  if (!isObject(value)) throw new Error(`expected an object, found ${JSON.stringify(value)}`);
  const reference = value['$ref'];
  if (typeof reference !== 'string') return value;
  const target = objectAt(spec, ...reference.replace(/^#\//, '').split('/'));
  if (Object.keys(target).length === 0) throw new Error(`${reference} leads nowhere`);
  const { $ref: _, ...beside } = value;
  return { ...follow(spec, target), ...beside };
}

/** A schema without references. The spec has no recursive schemas; one would end in a stack overflow here. */
export function dereference(spec: JsonObject, value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => dereference(spec, item));
  if (!isObject(value)) return value;
  const target = follow(spec, value);
  return Object.fromEntries(Object.entries(target).map(([key, item]) => [key, dereference(spec, item)]));
}

/** The document with everything said that the hand-written one leaves to rules (see its head). */
export function complete(source: JsonObject): JsonObject {
  const spec = structuredClone(source);
  const schemas = objectAt(spec, 'components', 'schemas');
  for (const [name, schema] of Object.entries(schemas)) schemas[name] = derived(spec, follow(spec, schema));
  for (const { body } of operationsOf(spec)) {
    body['responses'] = { ...objectAt(body, 'responses'), default: { $ref: '#/components/responses/Error' } };
  }
  return spec;
}

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  description: 'ETag of the version to change; 412 when it was changed meanwhile. An extension.',
  schema: { type: 'string', examples: ['"3"'] },
};
const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'A text of your own for this request, such as a UUID: repeated with the same key and body within a day, it is carried out once and answered alike. An extension.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/** For readers and their tools: headers as parameters of the operations that read them. */
export function withHeaders(spec: JsonObject): JsonObject {
  const copy = structuredClone(spec);
  const header = {
    name: 'OpenStack-API-Version',
    in: 'header',
    description: 'Microversion to speak; 1.1 where absent.',
    schema: { type: 'string', examples: [`container-infra ${textAt(objectAt(spec, 'info'), 'x-max-version') ?? ''}`] },
  };
  for (const { body, method } of operationsOf(copy)) {
    const own = Array.isArray(body['parameters']) ? body['parameters'] : [];
    const match = body['x-etag'] === true && method !== 'get' ? [IF_MATCH] : [];
    body['parameters'] = [...own, header, ...match, ...(method === 'post' ? [IDEMPOTENCY_KEY] : [])];
  }
  return copy;
}

function derived(spec: JsonObject, schema: JsonObject): JsonObject {
  const origin = textAt(schema, 'x-create-from');
  if (origin !== undefined) return creationOf(spec, objectAt(spec, 'components', 'schemas', origin));
  if (isObject(schema['x-pick'])) return pickOf(spec, schema['x-pick']);
  return schema;
}

function pickOf(spec: JsonObject, pick: JsonObject): JsonObject {
  const origin = objectAt(spec, 'components', 'schemas', textAt(pick, 'from') ?? '');
  const names = textsAt(pick, 'properties');
  const properties = objectAt(origin, 'properties');
  const missing = names.filter((name) => !(name in properties));
  if (missing.length > 0) throw new Error(`x-pick names unknown properties: ${missing.join(', ')}`);
  const required = textsAt(origin, 'required').filter((name) => names.includes(name));
  return { type: 'object', required, properties: Object.fromEntries(names.map((name) => [name, properties[name] ?? {}])) };
}

/** The body of a creation: what may be supplied, `null` meaning "absent" wherever absence is allowed (docs/contract/protocol.md#request-bodies). */
function creationOf(spec: JsonObject, resource: JsonObject): JsonObject {
  const all = Object.entries(objectAt(resource, 'properties')).map(([name, schema]) => [name, follow(spec, schema)] as const);
  const rule = (schema: JsonObject): string | undefined => textAt(schema, 'x-create');
  const unruled = all.filter(([, schema]) => rule(schema) === undefined).map(([name]) => name);
  if (unruled.length > 0) throw new Error(`properties without x-create: ${unruled.join(', ')}`);
  const named = (wanted: string): string[] => all.filter(([, schema]) => rule(schema) === wanted).map(([name]) => name);
  return {
    type: 'object',
    additionalProperties: false,
    required: named('required'),
    'x-readonly': named('readonly'),
    'x-ignored': named('ignored'),
    properties: Object.fromEntries(
      all
        .filter(([, schema]) => rule(schema) !== 'readonly' && rule(schema) !== 'ignored')
        .map(([name, schema]) => [name, writable(schema)]),
    ),
  };
}

function writable(schema: JsonObject): JsonObject {
  const { 'x-create-as': override, 'x-patch': _, ...rest } = schema;
  const merged = { ...rest, ...(isObject(override) ? override : {}) };
  return textAt(schema, 'x-create') === 'optional' ? nullable(merged) : notNullable(merged);
}

function nullable(schema: JsonObject): JsonObject {
  const types = [schema['type'] ?? []].flat().filter((type) => type !== 'null');
  const choices = Array.isArray(schema['enum']) ? { enum: [...schema['enum'], null] } : {};
  return { ...schema, type: [...types, 'null'], ...choices };
}

function notNullable(schema: JsonObject): JsonObject {
  const types = [schema['type'] ?? []].flat().filter((type) => type !== 'null');
  const [only] = types;
  return { ...schema, type: types.length === 1 && only !== undefined ? only : types };
}
