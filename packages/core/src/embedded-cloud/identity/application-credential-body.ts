/** Reads what `POST /v3/users/{id}/application_credentials` is asked for. Each refusal names the field, and none repeats a secret. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import type { ApplicationCredential } from './application-credentials.js';
import { invalidField, missing } from './keystone-error.js';
import { roleId } from './responses.js';

export type WantedCredential = Pick<ApplicationCredential, 'name' | 'description' | 'roles' | 'unrestricted' | 'expiresAt'> & {
  /** Undefined: one is made. */
  readonly secret: string | undefined;
};

/** Characters. */
export const LONGEST = { name: 255, description: 4_096, secret: 4_096 } as const;

/** `ownRoles`: names of the roles that the caller's token has; they are what is given where none are named. */
export function readWanted(body: JsonObject, ownRoles: readonly string[]): WantedCredential {
  const wanted = body['application_credential'];
  if (!isJsonObject(wanted)) throw missing('application_credential', 'request body');
  refuseAccessRules(wanted['access_rules']);
  return {
    name: readName(wanted['name']),
    description: readText(wanted, 'description') ?? null,
    // An empty secret is none, as in Keystone.
    secret: readText(wanted, 'secret') || undefined,
    roles: readRoles(wanted['roles'], ownRoles),
    unrestricted: readUnrestricted(wanted['unrestricted']),
    expiresAt: readTime(wanted['expires_at']),
  };
}

/** A client that limits a credential to some calls would believe that it is limited. */
function refuseAccessRules(value: JsonValue | undefined): void {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return;
  throw invalidField('access_rules', 'this service does not enforce access rules, so it accepts an empty list only.');
}

function readName(value: JsonValue | undefined): string {
  if (value === undefined) throw missing('name', 'application_credential');
  if (typeof value !== 'string' || value.trim() === '' || value.length > LONGEST.name)
    throw invalidField('name', `it must be a text of 1 to ${LONGEST.name} characters that is not blank.`);
  return value;
}

function readText(wanted: JsonObject, field: 'description' | 'secret'): string | undefined {
  const value = wanted[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.length > LONGEST[field])
    throw invalidField(field, `it must be a text of at most ${LONGEST[field]} characters.`);
  return value;
}

function readRoles(value: JsonValue | undefined, own: readonly string[]): readonly string[] {
  if (value === undefined || value === null) return own;
  if (!Array.isArray(value)) throw invalidField('roles', 'it must be a list of objects with an id or a name.');
  const items: readonly JsonValue[] = value;
  return items.length === 0 ? own : [...new Set(items.map((item) => readRole(item, own)))];
}

/** No role beyond those of the token: a credential of a program could otherwise make one that is worth more than itself. */
function readRole(value: JsonValue, own: readonly string[]): string {
  const { id, name } = isJsonObject(value) ? value : {};
  if (typeof id !== 'string' && typeof name !== 'string')
    throw invalidField('roles', 'each role must be an object with an id or a name.');
  const role = own.find((known) => (typeof id === 'string' ? roleId(known) === id : known === name));
  if (role === undefined) throw invalidField('roles', 'Cannot create an application credential with unassigned role.');
  return role;
}

function readUnrestricted(value: JsonValue | undefined): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'boolean') throw invalidField('unrestricted', 'it must be true or false.');
  return value;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z?$/;

/** A time without a zone is UTC, as in Keystone. */
function readTime(value: JsonValue | undefined): Date | null {
  if (value === undefined || value === null) return null;
  const time = typeof value === 'string' && TIME.test(value) ? new Date(`${value.replace('Z', '')}Z`) : undefined;
  // A day that its month does not have would be read as one of the next month.
  if (!time || Number.isNaN(time.getTime()) || !time.toISOString().startsWith(String(value).slice(0, 19)))
    throw invalidField('expires_at', 'it must be a time such as 2030-01-31T12:00:00.000000Z.');
  return time;
}
