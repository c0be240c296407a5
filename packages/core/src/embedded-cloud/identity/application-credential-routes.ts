/** The paths under `/v3/users/{id}/application_credentials`. */
import { Secret } from '../../domain/secret.js';
import { readWanted } from './application-credential-body.js';
import type { ApplicationCredential } from './application-credentials.js';
import {
  caller,
  emptyReply,
  jsonBody,
  listReply,
  userFor,
  userForCaller,
  type Call,
  type Caller,
  type KeystoneDeps,
} from './calls.js';
import { forbidden, invalidField, KeystoneError } from './keystone-error.js';
import { applicationCredentialBody, json } from './responses.js';

export async function createApplicationCredential(deps: KeystoneDeps, call: Call): Promise<Response> {
  const who = await caller(deps, call);
  refuseRestricted(who);
  // Not even an administrator may: the secret would let the administrator act under the other user's name.
  if (who.account.id !== call.id) throw forbidden('Cannot create an application credential for another user');
  const { projectId } = who.token;
  if (projectId === null || who.roles.length === 0)
    throw forbidden('identity:create_application_credential: the token has no role on a project');
  const { secret: chosen, ...wanted } = readWanted(await jsonBody(call.request), who.roles);
  if (deps.credentials.isExpired(wanted)) throw invalidField('expires_at', 'it must not be before now.');
  const secret = chosen ?? deps.credentials.newSecret();
  const made = await deps.credentials.create({ ...wanted, userId: who.account.id, projectId }, new Secret(secret));
  return json(201, { application_credential: { ...applicationCredentialBody(made, call.base), secret } });
}

export async function listApplicationCredentials(deps: KeystoneDeps, call: Call): Promise<Response> {
  const account = await userFor(deps, call, 'identity:list_application_credentials');
  const name = call.url.searchParams.get('name');
  const all = await deps.credentials.ofUser(account.id);
  return listReply(
    call,
    'application_credentials',
    all.filter((item) => name === null || item.name === name).map((item) => applicationCredentialBody(item, call.base)),
  );
}

export async function showApplicationCredential(deps: KeystoneDeps, call: Call): Promise<Response> {
  const account = await userFor(deps, call, 'identity:get_application_credential');
  const found = await credentialOf(deps, call, account.id);
  return json(200, { application_credential: applicationCredentialBody(found, call.base) });
}

export async function deleteApplicationCredential(deps: KeystoneDeps, call: Call): Promise<Response> {
  const who = await caller(deps, call);
  refuseRestricted(who);
  const account = await userForCaller(deps, call, { who, action: 'identity:delete_application_credential' });
  await deps.credentials.delete((await credentialOf(deps, call, account.id)).id);
  return emptyReply();
}

/** The user in the path has to be the owner, so that nobody reaches another user's credential under the own id. */
async function credentialOf(deps: KeystoneDeps, call: Call, userId: string): Promise<ApplicationCredential> {
  const found = await deps.credentials.byId(call.innerId);
  if (found?.userId !== userId) throw new KeystoneError(404, `Could not find Application Credential: ${call.innerId}.`);
  return found;
}

/** A program whose credential was stolen could otherwise make another one that outlives the deletion of its own. */
function refuseRestricted({ credential }: Caller): void {
  if (credential && !credential.unrestricted)
    throw forbidden("Using method 'application_credential' is not allowed for managing additional application credentials");
}
