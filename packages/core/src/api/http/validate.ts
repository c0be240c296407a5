import { isWithin, loadSchemas, type JsonSchema, type Operation, type OperationId } from '@magnum-ts/openapi';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { DomainError } from '../../domain/errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import { jsonProblem, REQUEST_BOUNDS } from '../../domain/json-bounds.js';
import { parsePatch } from '../../domain/patch.js';
import { coerceBody, coerceValue, typesOf } from './coerce.js';

/** Names that a refusal lists, at most. */
const MOST_SHOWN = 10;
const LARGEST_INTEGER = 2_147_483_647;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const compiled = new WeakMap<JsonSchema, ValidateFunction>();
let ajv: Ajv2020 | undefined;

/** Checks a body against its operation's schema at that version. Every refusal names the field: docs/contract/protocol.md#request-bodies. */
export function validBody(operation: Operation & { readonly id: OperationId }, version: string, body: JsonValue): JsonValue {
  assertSane(body);
  const schema = loadSchemas().requests[operation.id]?.find((range) => isWithin(version, range.from, range.to))?.schema;
  if (operation.bodyKind === 'json-patch') {
    // Looked at before the thing that it is for: what is no patch is none of anything.
    parsePatch(body);
    return body;
  }
  if (!schema) return body;
  return validObject(schema, body);
}

/** Checks an object that came from outside, or that a patch has made. */
export function validObject(schema: JsonSchema, body: JsonValue): JsonObject {
  if (!isJsonObject(body)) throw new DomainError('invalid-body', 'The request body must be a JSON object.');
  assertNoReadOnly(schema, body);
  const coerced = coerceBody(body, schema);
  const check = checkOf(schema);
  if (!check(coerced)) throw refusal(check.errors?.[0], coerced);
  assertStorable(schema, coerced);
  return coerced;
}

/** Whole numbers are 32 bits wide in the database. */
function assertStorable(schema: JsonSchema, body: JsonObject): void {
  for (const [name, value] of Object.entries(body)) {
    if (
      typeof value !== 'number' ||
      Math.abs(value) <= LARGEST_INTEGER ||
      !typesOf(schema.properties?.[name] ?? {}).has('integer')
    )
      continue;
    throw new DomainError('invalid-parameter', {
      field: name,
      message: invalidInput(name, `it must be at most ${LARGEST_INTEGER}`, value),
    });
  }
}

type Query = Readonly<Record<string, JsonValue>>;
const withoutAny = new WeakMap<Operation, Map<string, Query>>();

/** Query parameters by name, typed by their schemas, defaults filled in. Unknown ones are refused by name. */
export function validQuery(operation: Operation, version: string, text: string): Query {
  if (text !== '') return readQuery(operation, version, new URLSearchParams(text));
  // Most requests have none: what that comes to is known after the first of them.
  const known = withoutAny.get(operation) ?? new Map<string, Query>();
  const before = known.get(version);
  if (before) return before;
  const query = readQuery(operation, version, new URLSearchParams());
  withoutAny.set(operation, known.set(version, query));
  return query;
}

function readQuery(operation: Operation, version: string, search: URLSearchParams): Query {
  const known = operation.queryParams.filter((parameter) => isWithin(version, parameter.minVersion, parameter.maxVersion));
  const unknown = [...new Set(search.keys())].filter((name) => !known.some((parameter) => parameter.name === name));
  if (unknown.length > 0) {
    throw new DomainError('invalid-parameter', {
      field: unknown[0] ?? '',
      message: `Unknown argument: ${unknown.slice(0, MOST_SHOWN).map(quoteValue).join(', ')}.`,
    });
  }
  return Object.fromEntries(
    known.flatMap((parameter) => {
      const value = queryValue(parameter.name, parameter.schema, search.getAll(parameter.name), parameter.required);
      return value === undefined ? [] : [[parameter.name, value]];
    }),
  );
}

function queryValue(name: string, schema: JsonSchema, given: readonly string[], required: boolean): JsonValue | undefined {
  if (given.length > 1)
    throw new DomainError('invalid-parameter', { field: name, message: `Argument ${quoteValue(name)} is given more than once.` });
  const [text] = given;
  if (text === undefined) {
    if (required) throw new DomainError('invalid-parameter', { field: name, message: `Missing argument: ${quoteValue(name)}.` });
    return schema.default as JsonValue | undefined; // the spec's own JSON
  }
  assertSane(text);
  const value = coerceValue(text, schema);
  const check = checkOf(schema);
  if (!check(value)) throw refusal(check.errors?.[0], value, name);
  return value;
}

function checkOf(schema: JsonSchema): ValidateFunction {
  ajv ??= new Ajv2020({ strict: false, verbose: true, logger: false, formats: { uuid: UUID, 'date-time': true } });
  const known = compiled.get(schema);
  if (known) return known;
  const check = ajv.compile(schema);
  compiled.set(schema, check);
  return check;
}

function assertNoReadOnly(schema: JsonSchema, body: JsonObject): void {
  const name = schema['x-readonly']?.find((field) => Object.hasOwn(body, field) && body[field] !== null);
  if (name === undefined) return;
  throw new DomainError('invalid-parameter', {
    field: name,
    message: invalidInput(name, 'cannot set read only field', body[name]),
  });
}

/** Nesting and numbers of values that only an attack has, and text that no database and no wire can carry unchanged. */
function assertSane(value: JsonValue): void {
  const problem = jsonProblem(value, REQUEST_BOUNDS, unreadable);
  if (problem !== undefined) throw new DomainError('invalid-body', `The request ${problem}.`);
}

function unreadable(text: string): string | undefined {
  if (!text.includes('\u0000') && text.isWellFormed()) return undefined;
  return `holds the invalid text ${quoteValue(text)}: it has a NUL or half a character`;
}

function refusal(error: ErrorObject | undefined, body: JsonValue, parameter?: string): DomainError {
  // A key may be the empty text: a field's name ends in no dot for that.
  const path = (error?.instancePath ?? '').slice(1).replaceAll('/', '.').replace(/\.$/, '');
  const field = parameter ?? path;
  if (error?.keyword === 'additionalProperties') {
    const name = String(error.params['additionalProperty']);
    return new DomainError('invalid-parameter', {
      field: name,
      message: `Unknown attribute: ${quoteValue(name)}. Remove it, or correct its name.`,
    });
  }
  if (error?.keyword === 'required') {
    const name = String(error.params['missingProperty']);
    return new DomainError('invalid-parameter', {
      field: name,
      message: invalidInput(name, 'mandatory field missing', 'None'),
    });
  }
  const value = parameter === undefined ? error?.data : body;
  return new DomainError('invalid-parameter', {
    field,
    message: invalidInput(field, reasonOf(error), value),
  });
}

function reasonOf(error: ErrorObject | undefined): string {
  if (error?.keyword === 'enum')
    return `value should be one of: ${(error.params['allowedValues'] as readonly unknown[]).join(', ')}`; // ajv's shape for enum
  if (error?.keyword === 'pattern') {
    const examples: unknown = error.parentSchema?.['examples'];
    // Few people read a regular expression of a time.
    if (Array.isArray(examples) && examples.length > 0) return `it must be written as in ${String(examples[0])}`;
    return `it must match ${String(error.params['pattern'])}`;
  }
  return error?.message ?? 'it is not valid';
}

/** Clients print what stands before the first full stop and nothing else: the reason is in it. */
function invalidInput(field: string, reason: string, value: unknown): string {
  return `Invalid input for field/attribute ${field}: ${reason}. Value: ${quoteValue(value)}.`;
}

/** What was sent, short, and with nothing that could fool a terminal or a log. */
function quoteValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return `'${text.slice(0, 80).replaceAll(/[\p{C}\p{Surrogate}]/gu, '?')}'`;
}
