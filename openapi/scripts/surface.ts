import { isObject, objectAt, textAt, textsAt, type Json, type JsonObject } from './json.js';
import { dereference, operationsOf, type SpecOperation } from './spec.js';
import { bodySchema, responseSchema, successOf } from './schemas.js';
import { covers, rangeOf, schemaAt } from './versions.js';

/** Everything that can be seen at one version, a line each, sorted: what a reviewer reads when the spec changes. */
export function surfaceAt(spec: JsonObject, version: string): string {
  const lines = operationsOf(spec)
    .filter(({ body }) => covers(rangeOf(body), version))
    .flatMap((operation) => linesOf(spec, operation, version));
  return `${[...new Set(lines)].sort().join('\n')}\n`;
}

function linesOf(spec: JsonObject, operation: SpecOperation, version: string): string[] {
  const head = `${operation.path} ${operation.method.toUpperCase()}`;
  const status = successOf(operation).find(({ range }) => covers(range, version))?.status;
  if (status === undefined) throw new Error(`${head} has no success status at ${version}`);
  const parameters = operation.parameters
    .filter((parameter) => covers(rangeOf(parameter), version))
    .map((parameter) => {
      const needed = parameter['required'] === true ? ' required' : '';
      return `${head} ${textAt(parameter, 'in')} ${textAt(parameter, 'name')}: ${typeText(dereference(spec, parameter['schema'] ?? {}))}${needed}`;
    });
  const body = bodySchema(spec, operation);
  const answer = responseSchema(spec, operation, status);
  return [
    `${head} → ${status}, policy ${textAt(operation.body, 'x-policy') ?? 'none'}`,
    ...parameters,
    ...(body ? fields(schemaAt(body, version), `${head} body`) : []),
    ...(answer ? fields(schemaAt(dereference(spec, answer), version), `${head} ${status}`) : []),
  ];
}

function fields(schema: Json, prefix: string): string[] {
  if (!isObject(schema)) return [];
  if (isObject(schema['items'])) return fields(schema['items'], `${prefix}[]`);
  const required = new Set(textsAt(schema, 'required'));
  return Object.entries(objectAt(schema, 'properties')).flatMap(([name, property]) => {
    if (!isObject(property)) return [];
    const needed = required.has(name) ? ' required' : '';
    const nested = isObject(property['items']) && name !== 'links' ? fields(property['items'], `${prefix} ${name}[]`) : [];
    return [`${prefix} ${name}: ${typeText(property)}${needed}`, ...nested];
  });
}

function typeText(schema: Json): string {
  if (!isObject(schema)) return 'any';
  const types = [schema['type'] ?? 'any'].flat().join('|');
  if (Array.isArray(schema['enum'])) return `${types} of ${schema['enum'].map(String).join(', ')}`;
  const limits = Object.entries(schema)
    .filter(([key]) => LIMITS.has(key))
    .map(([key, value]) => `${key} ${String(value)}`);
  return [types, ...limits.sort()].join(' ');
}

const LIMITS = new Set(['minimum', 'maximum', 'minLength', 'maxLength', 'pattern', 'format']);
