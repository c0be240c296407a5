import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import type { EmbeddedProject } from '../config.js';
import type { Account, Directory } from './directory.js';
import type { LoginThrottle } from './login-throttle.js';
import { forbidden, KeystoneError, unauthorized } from './responses.js';
import type { Tokens } from './tokens.js';

export interface Login {
  readonly account: Account;
  readonly projectId: string | null;
  readonly methods: readonly string[];
  /** The end of the token that the login was made with, if it was. */
  readonly notAfter: Date | undefined;
}

export interface LoginDeps {
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly throttle: LoginThrottle;
}

/** Reads and checks the body of `POST /v3/auth/tokens`, sent from `source`. Throws what Keystone answers. */
export async function logIn(deps: LoginDeps, body: JsonObject, source: string): Promise<Login> {
  const { directory, tokens } = deps;
  const auth = mapIn(body, 'auth', 'request body');
  const identity = mapIn(auth, 'identity', 'auth');
  const methods = identity['methods'];
  if (!Array.isArray(methods) || methods.length === 0) throw missing('methods', 'identity');
  const [method, ...others] = methods;
  if (others.length > 0 || (method !== 'password' && method !== 'token')) throw unauthorized();
  const known =
    method === 'password' ? await byPassword(deps, identity, source) : await loginByToken(directory, tokens, identity);
  return { ...known, projectId: projectFor(directory, known.account, auth['scope']) };
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

function missing(name: string, where: string): KeystoneError {
  return new KeystoneError(
    400,
    `Expecting to find ${name} in ${where}. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.`,
  );
}

async function byPassword(deps: LoginDeps, identity: JsonObject, source: string): Promise<Omit<Login, 'projectId'>> {
  const { directory, throttle } = deps;
  const user = mapIn(mapIn(identity, 'password', 'identity'), 'user', 'password');
  const password = textIn(user, 'password', 'user');
  const id = user['id'];
  const name = typeof id === 'string' ? id : textIn(user, 'name', 'user');
  const account =
    typeof id === 'string' ? await directory.byId(id) : await directory.byName(name, domainId(directory, user, 'user') ?? '');
  const check = (): Promise<boolean> => directory.hasPassword(account, password);
  // The passwords of nodes' accounts are random and long enough not to be guessed, and a bay's nodes may all come from one address.
  const isOfNodes = account?.domainId === directory.config.trusteeDomainId;
  const isRight = isOfNodes ? await check() : await throttle.attempt(account?.id ?? `unknown ${name}`, source, check);
  if (!account || !isRight) throw unauthorized();
  return { account, methods: ['password'], notAfter: undefined };
}

async function loginByToken(directory: Directory, tokens: Tokens, identity: JsonObject): Promise<Omit<Login, 'projectId'>> {
  const token = await tokens.find(textIn(mapIn(identity, 'token', 'identity'), 'id', 'token'));
  const account = token && (await directory.byId(token.userId));
  if (!account) throw unauthorized();
  return { account, methods: [...new Set([...token.methods, 'token'])], notAfter: token.expiresAt };
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
