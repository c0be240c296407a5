import { LRUCache } from 'lru-cache';
import { DomainError } from '../../domain/errors.js';
import type { Vault } from '../../ports/certificates.js';
import type { CloudAccess, CloudCredential } from '../../ports/orchestrator.js';
import { fixedToken, passwordLogin, type TokenSource } from './auth.js';
import { openSession, type Session, type SessionDeps } from './session.js';

/** Sessions with the cloud, by whose rights they are. */
export interface Sessions {
  /** The service's own. */
  readonly service: Session;
  /** The caller's or the bay owner's; the service's own where the access carries no credential. */
  of(access: CloudAccess): Session;
  /** The same, but never the service's own: what is made under those would belong to the service. */
  owner(access: CloudAccess): Session;
  /** Project of the service user. */
  serviceProject(signal: AbortSignal): Promise<string>;
}

const MOST_TRUSTS = 2_000;

/** Trusts keep their token from pass to pass: all calls for one bay share one login. */
export function cloudSessions(deps: SessionDeps, vault: Pick<Vault, 'get'>): Sessions {
  const service = openSession(deps);
  const trusts = new LRUCache<string, Session>({ max: MOST_TRUSTS });
  const under = (credential: CloudCredential): Session => {
    if (credential.kind === 'token') return openSession(deps, fixedToken(credential.token));
    const known = trusts.get(credential.trustId);
    if (known) return known;
    const session = openSession(deps, trustLogin(deps, vault, credential));
    trusts.set(credential.trustId, session);
    return session;
  };
  return {
    service,
    of: ({ credential }) => (credential ? under(credential) : service),
    owner: ({ credential, projectId }) => {
      if (credential) return under(credential);
      throw new DomainError(
        'cloud-refused',
        `Nothing can be made in project ${projectId}: its owner has given no trust. Update the bay with a token of the project, or delete it.`,
      );
    },
    serviceProject: async (signal) => {
      const { document } = await deps.service.token(false, signal);
      if (document.project) return document.project.id;
      throw new DomainError('cloud-unavailable', 'The service user has no project: set project_name in [keystone_authtoken].');
    },
  };
}

function trustLogin(
  deps: SessionDeps,
  vault: Pick<Vault, 'get'>,
  credential: Extract<CloudCredential, { kind: 'trust' }>,
): TokenSource {
  return passwordLogin(deps, {
    keystone: deps.keystone,
    user: { id: credential.userId },
    password: async () => {
      const password = await vault.get(credential.passwordRef);
      if (password) return password;
      throw new DomainError('internal', `The password ${credential.passwordRef} is not in the vault.`);
    },
    scope: { trust: credential.trustId },
    as: "the account that holds the bay owner's trust (the owner may be gone, or may have lost a role)",
    refusedAs: 'cloud-refused',
  });
}
