import type { components } from '@magnum-ts/openapi';
import type { JsonObject, JsonValue } from '../../domain/json.js';
import { isJsonObject } from '../../domain/json.js';
import type { Labels } from '../../domain/labels.js';
import type { Call } from './handler.js';

type Schemas = components['schemas'];

/** The wire form of a resource: a schema of the specification. */
export type Wire<Name extends keyof Schemas> = Schemas[Name] & JsonObject;

/** What is shown of a resource, compared with its schema by the compiler. */
export function wireJson<Name extends keyof Schemas>(shown: Schemas[Name]): Wire<Name> {
  return shown as Wire<Name>; // the specification describes JSON alone
}

/** The body of an operation whose body is an object. */
export function bodyOf(call: Pick<Call, 'body'>): JsonObject {
  return (call.body ?? {}) as JsonObject; // it was checked against the operation's schema
}

/** Readers of a checked body: what is absent, null or empty text is null (docs/contract/resources.md#defaults). */
export function textField(body: JsonObject, name: string): string | null {
  const value = body[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function numberField(body: JsonObject, name: string): number | null {
  const value = body[name];
  return typeof value === 'number' ? value : null;
}

export function flagField(body: JsonObject, name: string): boolean | null {
  const value = body[name];
  return typeof value === 'boolean' ? value : null;
}

/** A list of texts. */
export function textsField(body: JsonObject, name: string): readonly string[] | null {
  const value = body[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null;
}

/** Labels and environments: every value becomes text. */
export function mapField(body: JsonObject, name: string): Labels | null {
  const value = body[name];
  if (!isJsonObject(value ?? null)) return null;
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, inner]) => [key, asText(inner)])); // asked the line above
}

function asText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
