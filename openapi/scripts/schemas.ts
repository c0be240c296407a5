import { objectAt, objectsAt, textAt, type Json, type JsonObject } from './json.js';
import { dereference, follow, operationsOf, type SpecOperation } from './spec.js';
import { allVersions, byRange, covers, schemaAt, type VersionRange } from './versions.js';

/** What `generated/schemas.json` holds: JSON Schema 2020-12 without references. */
export function schemasOf(spec: JsonObject): JsonObject {
  const versions = allVersions(spec);
  const requests: JsonObject = {};
  const responses: JsonObject = {};
  for (const operation of operationsOf(spec)) {
    const id = textAt(operation.body, 'operationId') ?? '';
    const body = bodySchema(spec, operation);
    if (body) requests[id] = ranges(versions, body);
    responses[id] = responsesOf(spec, operation, versions);
  }
  const resources = Object.fromEntries(patchedNames(spec).map((name) => [name, ranges(versions, resourceSchema(spec, name))]));
  return { requests, responses, resources };
}

function ranges(versions: readonly string[], schema: Json): Json {
  return byRange(versions, (version) => schemaAt(schema, version)).map(({ value, from, to }) => ({ from, to, schema: value }));
}

export function bodySchema(spec: JsonObject, operation: SpecOperation): JsonObject | undefined {
  if (!operation.body['requestBody']) return undefined;
  const content = objectAt(follow(spec, operation.body['requestBody']), 'content', 'application/json');
  // Ignored properties are accepted without a look at their value, so the wire schema names them and the types do not.
  return withIgnored(dereference(spec, content['schema'] ?? {}));
}

function withIgnored(schema: Json): JsonObject {
  const object = schema as JsonObject; // a body's schema is never a boolean schema in this spec
  const { 'x-ignored': ignored, ...rest } = object;
  if (!Array.isArray(ignored)) return object;
  const accepted = Object.fromEntries(ignored.map((name) => [String(name), { 'x-create': 'ignored' }]));
  return { ...rest, properties: { ...objectAt(object, 'properties'), ...accepted } };
}

export function successOf(operation: SpecOperation): { range: VersionRange; status: number }[] {
  return objectsAt(operation.body, 'x-success').map((entry) => ({
    range: { from: textAt(entry, 'from') ?? '1.1', to: textAt(entry, 'to') ?? null },
    status: Number(entry['status']),
  }));
}

export function responseSchema(spec: JsonObject, operation: SpecOperation, status: number): JsonObject | undefined {
  const response = objectAt(operation.body, 'responses')[String(status)];
  if (!response) throw new Error(`${textAt(operation.body, 'operationId')} promises ${status} and does not describe it`);
  const schema = objectAt(follow(spec, response), 'content', 'application/json')['schema'];
  return schema === undefined ? undefined : (schema as JsonObject); // as above: never a boolean schema
}

function responsesOf(spec: JsonObject, operation: SpecOperation, versions: readonly string[]): Json {
  return successOf(operation).flatMap(({ range, status }) => {
    const schema = responseSchema(spec, operation, status);
    if (!schema) return [{ ...range, status, schema: null }];
    const whole = dereference(spec, schema);
    const within = versions.filter((version) => covers(range, version));
    const runs = byRange(within, (version) => schemaAt(whole, version));
    return runs.map(({ value, ...run }) => ({ from: run.from, to: run.to ?? range.to, status, schema: value }));
  });
}

function patchedNames(spec: JsonObject): string[] {
  return [...new Set(operationsOf(spec).flatMap(({ body }) => textAt(body, 'x-patches') ?? []))].sort();
}

function resourceSchema(spec: JsonObject, name: string): Json {
  const schema = dereference(spec, { $ref: `#/components/schemas/${name}` });
  const unruled = Object.entries(objectAt(schema as JsonObject, 'properties')) // dereference of an object gives an object
    .filter(([, property]) => textAt(property as JsonObject, 'x-patch') === undefined)
    .map(([property]) => property);
  if (unruled.length > 0) throw new Error(`${name}: properties without x-patch: ${unruled.join(', ')}`);
  return schema;
}
