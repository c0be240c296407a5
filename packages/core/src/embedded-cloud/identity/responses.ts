import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../domain/json.js';
import type { EmbeddedConfig, EmbeddedDomain, EmbeddedProject } from '../config.js';
import type { ApplicationCredential } from './application-credentials.js';
import type { Account } from './directory.js';
import type { KeystoneError } from './keystone-error.js';
import type { TokenHolder } from './token-holder.js';

/** A service of the catalog; its URLs as clients use them. */
export interface CatalogEntry {
  readonly type: string;
  readonly name: string;
  readonly publicUrl: string;
  readonly internalUrl: string;
  readonly adminUrl: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

export function json(status: number, body: JsonObject, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      vary: 'X-Auth-Token, X-Subject-Token',
      ...headers,
    },
  });
}

export function errorResponse(error: KeystoneError, authUrl: string): Response {
  const body = { error: { code: error.status, message: error.message, title: TITLES[error.status] ?? 'Error' } };
  const { retryAfterSeconds } = error;
  return json(error.status, body, {
    ...(error.status === 401 ? { 'www-authenticate': `Keystone uri="${authUrl}"` } : {}),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
}

/** A role has no other id than its name gives it. */
export function roleId(name: string): string {
  return hexId(`role/${name}`);
}

function hexId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Keystone's time: microseconds and a Z. */
function timeText(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}

export function catalogBody(entries: readonly CatalogEntry[], region: string): readonly JsonObject[] {
  return entries.map((entry) => ({
    id: hexId(entry.type),
    type: entry.type,
    name: entry.name,
    endpoints: (
      [
        ['public', entry.publicUrl],
        ['internal', entry.internalUrl],
        ['admin', entry.adminUrl],
      ] as const
    ).map(([kind, url]) => ({
      id: hexId(`${entry.type}/${kind}`),
      interface: kind,
      region,
      region_id: region,
      url,
    })),
  }));
}

export interface TokenView extends TokenHolder {
  readonly config: EmbeddedConfig;
  /** Null when the client asked for none. */
  readonly catalog: readonly CatalogEntry[] | null;
}

export function tokenBody(view: TokenView): JsonObject {
  const { token, account, credential, roles, config } = view;
  const project = config.projects.find((known) => known.id === token.projectId);
  const scope: JsonObject =
    project === undefined
      ? {}
      : {
          project: { id: project.id, name: project.name, domain: domainRef(config, project.domainId) },
          is_domain: false,
          roles: roles.map((name) => ({ id: roleId(name), name })),
          ...(view.catalog === null ? {} : { catalog: catalogBody(view.catalog, config.region) }),
        };
  return {
    token: {
      methods: token.methods,
      audit_ids: [token.auditId],
      issued_at: timeText(token.issuedAt),
      expires_at: timeText(token.expiresAt),
      user: { id: account.id, name: account.name, domain: domainRef(config, account.domainId), password_expires_at: null },
      ...scope,
      ...(credential === undefined
        ? {}
        : {
            application_credential: { id: credential.id, name: credential.name, restricted: !credential.unrestricted },
          }),
    },
  };
}

function domainRef(config: EmbeddedConfig, id: string): JsonObject {
  return { id, name: config.domains.find((domain) => domain.id === id)?.name ?? id };
}

export function userBody(account: Account, base: string): JsonObject {
  return {
    id: account.id,
    name: account.name,
    domain_id: account.domainId,
    enabled: true,
    password_expires_at: null,
    options: {},
    ...(account.defaultProjectId === null ? {} : { default_project_id: account.defaultProjectId }),
    links: { self: `${base}/users/${account.id}` },
  };
}

/** Without its secret: only the answer to its creation has that. */
export function applicationCredentialBody(credential: ApplicationCredential, base: string): JsonObject {
  const { id, userId, name, description, projectId, roles, unrestricted, expiresAt } = credential;
  return {
    id,
    name,
    description,
    project_id: projectId,
    roles: roles.map((role) => ({ id: roleId(role), name: role, domain_id: null })),
    // Keystone writes this time, and no other one, without a Z.
    expires_at: expiresAt === null ? null : timeText(expiresAt).replace('Z', ''),
    unrestricted,
    access_rules: [],
    links: { self: `${base}/users/${userId}/application_credentials/${id}` },
  };
}

export function projectBody(project: EmbeddedProject, base: string): JsonObject {
  return {
    id: project.id,
    name: project.name,
    domain_id: project.domainId,
    parent_id: project.domainId,
    description: '',
    enabled: true,
    is_domain: false,
    tags: [],
    options: {},
    links: { self: `${base}/projects/${project.id}` },
  };
}

export function domainBody(domain: EmbeddedDomain, base: string): JsonObject {
  return {
    id: domain.id,
    name: domain.name,
    description: '',
    enabled: true,
    tags: [],
    options: {},
    links: { self: `${base}/domains/${domain.id}` },
  };
}

export function listBody(name: string, items: readonly JsonValue[], self: string): JsonObject {
  return { [name]: items, links: { next: null, self, previous: null } };
}

export function versionBody(base: string): JsonObject {
  return {
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `${base}/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
  };
}
