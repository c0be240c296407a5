import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import type { EmbeddedProject } from '../config.js';
import type { Account, Directory } from './directory.js';
import type { ApplicationCredential } from './application-credentials.js';
import type { LoginThrottle } from './login-throttle.js';
import { credentialScope, forbidden, missing, unauthorized } from './keystone-error.js';
import { findHolder, rolesOn, usableRoles, type HolderDeps } from './token-holder.js';

export interface Login {
  readonly account: Account;
  readonly projectId: string | null;
  readonly methods: readonly string[];
  /** What the login was made with, where it was an application credential. */
  readonly credential: ApplicationCredential | undefined;
  /** On the project. */
  readonly roles: readonly string[];
  /** The end of the token or application credential that the login was made with, if it has one. */
  readonly notAfter: Date | undefined;
}

/** A login of a user, who may choose among the own projects. */
type UserLogin = Pick<Login, 'account' | 'methods' | 'notAfter'>;

export interface LoginDeps extends HolderDeps {
  readonly throttle: LoginThrottle;
}

const APPLICATION_CREDENTIAL = 'application_credential';

/** Reads and checks the body of `POST /v3/auth/tokens`, sent from `source`. Throws what Keystone answers. */
export async function logIn(deps: LoginDeps, body: JsonObject, source: string): Promise<Login> {
  const auth = mapIn(body, 'auth', 'request body');
  const identity = mapIn(auth, 'identity', 'auth');
  const methods = identity['methods'];
  if (!Array.isArray(methods) || methods.length === 0) throw missing('methods', 'identity');
  const [method, ...others] = methods;
  if (others.length > 0) throw unauthorized();
  if (method === APPLICATION_CREDENTIAL) return byApplicationCredential(deps, auth, { identity, source });
  if (method !== 'password' && method !== 'token') throw unauthorized();
  const known = method === 'password' ? await byPassword(deps, identity, source) : await loginByToken(deps, identity);
  const projectId = projectFor(deps.directory, known.account, auth['scope']);
  return { ...known, projectId, credential: undefined, roles: rolesOn(deps.directory, known.account, projectId) };
}

function mapIn(parent: JsonObject, name: string, where: string): JsonObject {
  const value = parent[name];
  if (!isJsonObject(value)) throw missing(name, where);
  return value;
}

function textIn(parent: JsonObject, name: string, where: string): string {
  const value = parent[name];
  if (typeof value !== 'string') throw missing(name, where);
  return value;
}

async function byPassword(deps: LoginDeps, identity: JsonObject, source: string): Promise<UserLogin> {
  const { directory, throttle } = deps;
  const user = mapIn(mapIn(identity, 'password', 'identity'), 'user', 'password');
  const password = textIn(user, 'password', 'user');
  const id = user['id'];
  const name = typeof id === 'string' ? id : textIn(user, 'name', 'user');
  const account = await findUser(directory, user);
  const check = (): Promise<boolean> => directory.hasPassword(account, password);
  // The passwords of nodes' accounts are random and long enough not to be guessed, and a bay's nodes may all come from one address.
  const isOfNodes = account?.domainId === directory.config.trusteeDomainId;
  const isRight = isOfNodes ? await check() : await throttle.attempt(account?.id ?? `unknown ${name}`, source, check);
  if (!account || !isRight) throw unauthorized();
  return { account, methods: ['password'], notAfter: undefined };
}

async function loginByToken(deps: LoginDeps, identity: JsonObject): Promise<UserLogin> {
  const holder = await findHolder(deps, textIn(mapIn(identity, 'token', 'identity'), 'id', 'token'));
  if (!holder) throw unauthorized();
  const { token, account, credential } = holder;
  // The new token would have all roles of the user, and would outlive the credential.
  if (credential)
    throw forbidden(
      'Using a token of an application credential to create another token. Log in with the application credential instead',
    );
  return { account, methods: [...new Set([...token.methods, 'token'])], notAfter: token.expiresAt };
}

/** Project and roles are those of the credential. Whatever is wrong with the credential, the answer is the same. */
async function byApplicationCredential(
  deps: LoginDeps,
  auth: JsonObject,
  { identity, source }: { readonly identity: JsonObject; readonly source: string },
): Promise<Login> {
  if (auth['scope'] !== undefined && auth['scope'] !== null) throw credentialScope();
  const proof = mapIn(identity, APPLICATION_CREDENTIAL, 'identity');
  const secret = textIn(proof, 'secret', APPLICATION_CREDENTIAL);
  const credential = await findCredential(deps, proof);
  const account = credential && (await deps.directory.byId(credential.userId));
  const roles = account ? usableRoles(deps, account, credential) : [];
  const check = async (): Promise<boolean> => (await deps.credentials.hasSecret(credential?.id, secret)) && roles.length > 0;
  const label = JSON.stringify([APPLICATION_CREDENTIAL, credential?.id ?? [proof['id'] ?? proof['name'], proof['user'] ?? null]]);
  const isRight = await deps.throttle.attempt(label, source, check);
  if (!account || !isRight) throw unauthorized();
  const { projectId, expiresAt } = credential;
  return { account, projectId, methods: [APPLICATION_CREDENTIAL], credential, roles, notAfter: expiresAt ?? undefined };
}

/** By its id, or by its name and its user. */
async function findCredential(
  { directory, credentials }: LoginDeps,
  proof: JsonObject,
): Promise<ApplicationCredential | undefined> {
  const { id, name } = proof;
  if (typeof id === 'string') return credentials.byId(id);
  if (typeof name !== 'string') throw missing('id or name', APPLICATION_CREDENTIAL);
  const owner = await findUser(directory, mapIn(proof, 'user', APPLICATION_CREDENTIAL));
  return owner && credentials.byName(owner.id, name);
}

/** By its id, or by its name and its domain. */
async function findUser(directory: Directory, user: JsonObject): Promise<Account | undefined> {
  const { id } = user;
  if (typeof id === 'string') return directory.byId(id);
  return directory.byName(textIn(user, 'name', 'user'), domainId(directory, user, 'user') ?? '');
}

/** Undefined when there is no such domain: then no user in it can be found either. */
function domainId(directory: Directory, owner: JsonObject, where: string): string | undefined {
  const domain = mapIn(owner, 'domain', where);
  const { id, name } = domain;
  if (typeof id !== 'string' && typeof name !== 'string') throw missing('id or name', 'domain');
  return directory.config.domains.find((known) => (typeof id === 'string' ? known.id === id : known.name === name))?.id;
}

function projectFor(directory: Directory, account: Account, scope: JsonValue | undefined): string | null {
  if (scope === undefined || scope === null) return account.defaultProjectId;
  if (scope === 'unscoped') return null;
  if (!isJsonObject(scope)) throw missing('project', 'scope');
  if (scope['unscoped'] !== undefined) return null;
  if (scope['OS-TRUST:trust'] !== undefined) throw forbidden('identity:get_trust');
  // No account has a role on a domain or on the system here.
  if (scope['project'] === undefined) throw unauthorized();
  const project = findProject(directory, mapIn(scope, 'project', 'scope'));
  if (!project || account.rolesOn(project.id).length === 0) throw unauthorized();
  return project.id;
}

function findProject(directory: Directory, wanted: JsonObject): EmbeddedProject | undefined {
  const { projects } = directory.config;
  if (typeof wanted['id'] === 'string') return projects.find((project) => project.id === wanted['id']);
  const name = textIn(wanted, 'name', 'project');
  const domain = domainId(directory, wanted, 'project');
  return projects.find((project) => project.name === name && project.domainId === domain);
}
