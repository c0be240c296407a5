import { isObject, objectAt, textAt, textsAt, type Json, type JsonObject } from './json.js';
import { dereference, follow, operationsOf, type SpecOperation } from './spec.js';
import { bodySchema, responseSchema, successOf } from './schemas.js';
import { rangeOf } from './versions.js';

const HEAD = '// Generated from magnum.yaml by `npm run generate`. Do not edit.\n';

/** `generated/operations.js`: the operation table as data. */
export function operationsModule(spec: JsonObject): string {
  const table = Object.fromEntries(
    operationsOf(spec).map((operation) => [textAt(operation.body, 'operationId') ?? '', row(spec, operation)]),
  );
  const info = objectAt(spec, 'info');
  return [
    HEAD,
    `export const MIN_VERSION = ${JSON.stringify(info['x-min-version'])};\n`,
    `export const MAX_VERSION = ${JSON.stringify(info['x-max-version'])};\n`,
    `export const operations = ${JSON.stringify(table, null, 2)};\n`,
  ].join('');
}

/** `generated/operations.d.ts`: its types. The ids are a closed union, so that a forgotten handler does not compile. */
export function operationsTypes(spec: JsonObject): string {
  const ids = operationsOf(spec).map(({ body }) => JSON.stringify(textAt(body, 'operationId')));
  return [
    HEAD,
    '// The rows have the type `Operation` of src/operation.ts, which src/table.ts gives them.\n',
    `export type OperationId =\n  | ${ids.join('\n  | ')};\n\n`,
    'export declare const MIN_VERSION: string;\n',
    'export declare const MAX_VERSION: string;\n',
    'export declare const operations: { readonly [Id in OperationId]: object };\n\n',
    patchableTypes(spec),
  ].join('');
}

/** The fields that a patch may set (x-patch), without lists, whose items have no stable place. */
export function patchableTypes(spec: JsonObject): string {
  const names = [...new Set(operationsOf(spec).flatMap(({ body }) => textAt(body, 'x-patches') ?? []))].sort();
  const lines = names.map((name) => {
    const schema = dereference(spec, { $ref: `#/components/schemas/${name}` }) as JsonObject; // dereference of an object gives an object
    const fields = Object.entries(objectAt(schema, 'properties')).flatMap(([field, property]) => {
      const rule = textAt(property as JsonObject, 'x-patch'); // a property of this spec is never a boolean schema
      const types = [(property as JsonObject)['type'] ?? []].flat(); // as above
      if (types.includes('array') || (rule !== 'yes' && rule !== 'not-removable')) return [];
      return [`    readonly ${field}: '${rule === 'yes' ? 'removable' : 'fixed'}';\n`];
    });
    return `  readonly ${name}: {\n${fields.join('')}  };\n`;
  });
  return [
    '/** The fields of each resource that a change may set. `fixed`: their value may change, and may not be removed. */\n',
    `export interface PatchableFields {\n${lines.join('')}}\n`,
  ].join('');
}

function row(spec: JsonObject, operation: SpecOperation): JsonObject {
  const { body, method, path } = operation;
  const { from, to } = rangeOf(body);
  const open = Array.isArray(body['security']) && body['security'].length === 0;
  return {
    id: textAt(body, 'operationId') ?? '',
    method: method.toUpperCase(),
    path,
    tag: textsAt(body, 'tags')[0] ?? '',
    summary: textAt(body, 'summary') ?? '',
    minVersion: from,
    maxVersion: to,
    public: open,
    policy: textAt(body, 'x-policy') ?? null,
    policies: objectAt(body, 'x-policies'),
    vocabulary: textAt(body, 'x-vocabulary') ?? 'cluster',
    success: successOf(operation).map(({ range, status }) => ({
      ...range,
      status,
      schema: schemaName(responseSchema(spec, operation, status)),
    })),
    pathParams: parameters(spec, operation, 'path'),
    queryParams: parameters(spec, operation, 'query'),
    hasBody: body['requestBody'] !== undefined,
    streams: streams(spec, operation),
    etag: body['x-etag'] === true,
    once: body['x-once'] === true,
    bodyKind: bodyKind(spec, operation),
    patches: textAt(body, 'x-patches') ?? null,
    cli: cliHints(body),
  };
}

/** Whether a success can be a stream of server-sent events. */
function streams(spec: JsonObject, operation: SpecOperation): boolean {
  return Object.values(objectAt(operation.body, 'responses')).some(
    (response) => objectAt(follow(spec, response), 'content')['text/event-stream'] !== undefined,
  );
}

function bodyKind(spec: JsonObject, operation: SpecOperation): string {
  const schema = bodySchema(spec, operation);
  if (!schema) return 'none';
  return schema['type'] === 'array' ? 'json-patch' : 'object';
}

function schemaName(schema: JsonObject | undefined): string | null {
  const reference = schema && textAt(schema, '$ref');
  return reference ? (reference.split('/').at(-1) ?? null) : null;
}

function parameters(spec: JsonObject, operation: SpecOperation, place: 'path' | 'query'): JsonObject[] {
  return operation.parameters
    .filter((parameter) => parameter['in'] === place)
    .map((parameter) => {
      const { from, to } = rangeOf(parameter);
      return {
        name: textAt(parameter, 'name') ?? '',
        required: parameter['required'] === true,
        description: textAt(parameter, 'description') ?? '',
        minVersion: from,
        maxVersion: to,
        schema: dereference(spec, parameter['schema'] ?? {}),
        cli: isObject(parameter['x-cli']) ? parameter['x-cli'] : null,
      };
    });
}

function cliHints(body: JsonObject): Json {
  const hints = objectAt(body, 'x-cli');
  const command = textAt(hints, 'command');
  if (command === undefined) return null;
  return {
    command,
    aliases: textsAt(hints, 'aliases'),
    positional: textsAt(hints, 'positional'),
    columns: textsAt(hints, 'columns'),
    rows: textAt(hints, 'rows') ?? null,
    text: textAt(hints, 'text') ?? null,
    many: hints['many'] === true,
    wait: textAt(hints, 'wait') ?? null,
  };
}
