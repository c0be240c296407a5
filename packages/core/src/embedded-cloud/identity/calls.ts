/** What the paths of Keystone have in common: who calls, and what is read and answered. */
import { isJsonObject, type JsonObject } from '../../domain/json.js';
import type { Logger } from '../../ports/logger.js';
import { limitedBody } from '../request-body.js';
import type { Account } from './directory.js';
import type { LoginThrottle } from './login-throttle.js';
import { forbidden, KeystoneError, unauthorized } from './keystone-error.js';
import { json, listBody, type CatalogEntry } from './responses.js';
import { findHolder, type HolderDeps, type TokenHolder } from './token-holder.js';

export interface KeystoneDeps extends HolderDeps {
  readonly throttle: LoginThrottle;
  readonly catalog: () => readonly CatalogEntry[];
  readonly authUrl: () => string;
  readonly logger: Logger;
}

export interface Call {
  readonly request: Request;
  /** Address of the client, as far as it is known. */
  readonly source: string;
  readonly url: URL;
  /** `http://host/identity/v3`, as the caller reached it. */
  readonly base: string;
  /** The first id in the path, and the one under it; empty where the path has none. */
  readonly id: string;
  readonly innerId: string;
}

export interface Caller extends TokenHolder {
  readonly isAdmin: boolean;
}

const BODY_LIMIT = 64 * 1024;

export async function caller(deps: KeystoneDeps, call: Call): Promise<Caller> {
  const given = call.request.headers.get('x-auth-token');
  const found = given ? await findHolder(deps, given) : undefined;
  if (!found) throw unauthorized();
  return { ...found, isAdmin: found.roles.includes('admin') };
}

/** The user of the path: the caller, or anybody for an administrator. */
export async function userFor(deps: KeystoneDeps, call: Call, action: string): Promise<Account> {
  return userForCaller(deps, call, { who: await caller(deps, call), action });
}

export async function userForCaller(
  deps: KeystoneDeps,
  call: Call,
  { who, action }: { readonly who: Caller; readonly action: string },
): Promise<Account> {
  if (call.id === who.account.id) return who.account;
  if (!who.isAdmin) throw forbidden(action);
  const account = await deps.directory.byId(call.id);
  if (!account) throw new KeystoneError(404, `Could not find user: ${call.id}.`);
  return account;
}

export async function jsonBody(request: Request): Promise<JsonObject> {
  const text = await limitedBody(request, BODY_LIMIT);
  if (text === undefined) throw new KeystoneError(413, 'Request is too large.');
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Refused below, like every other body that is no object.
  }
  throw new KeystoneError(
    400,
    'Expecting to find valid JSON. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.',
  );
}

export function listReply(call: Call, collection: string, items: readonly JsonObject[]): Response {
  return json(200, listBody(collection, items, call.url.href));
}

/** An answer without a body. */
export function emptyReply(): Response {
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
}
