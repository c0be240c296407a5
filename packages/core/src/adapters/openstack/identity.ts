import { Semaphore } from '../../concurrency/semaphore.js';
import { DomainError, isDomainError } from '../../domain/errors.js';
import type { Secret } from '../../domain/secret.js';
import type { Caller, Identity, TokenIdentity, TrusteeAccount, Trusts } from '../../ports/identity.js';
import { passwordLogin, type Reference, type TokenDocument } from './auth.js';
import { dataOf, openSession, type Session, type SessionDeps } from './session.js';
import { accountLogin, keystoneTrusts } from './trusts.js';

export interface KeystoneOptions {
  /** For the `WWW-Authenticate` header. */
  readonly publicAuthUrl: string;
  /** Where trustees live, and who may make them there. Undefined: no bay can be made, and the error says so. */
  readonly trustees:
    | {
        readonly domain: Reference;
        readonly admin: { readonly id: string } | { readonly name: string; readonly domain: Reference };
        readonly password: Secret;
      }
    | undefined;
}

/**
 * Changes of accounts and trusts that one process has under way at a time. Each bay needs two accounts and a trust, some ten calls; a
 * hundred bays at once kept every thread of a Keystone busy, so that the tokens of other requests were not validated in time.
 */
const ACCOUNT_CHANGES = 3;

/** Keystone v3: tokens are validated by the service user, trustees are made by the trustee domain's own administrator. */
export class KeystoneIdentity implements Identity {
  readonly trusts;
  readonly #deps: SessionDeps;
  readonly #service: Session;
  readonly #trustees: Session | undefined;
  readonly #options: KeystoneOptions;
  readonly #changes = new Semaphore(ACCOUNT_CHANGES);
  #domainId: string | undefined;

  constructor(deps: SessionDeps, options: KeystoneOptions) {
    this.#options = options;
    this.#deps = deps;
    this.#service = openSession(deps);
    this.#trustees = options.trustees && openSession(deps, trusteeAdmin(deps, options.trustees));
    this.trusts = boundedTrusts(keystoneTrusts(deps), this.#changes);
    const { domain } = options.trustees ?? { domain: { id: '' } };
    this.#domainId = 'id' in domain ? domain.id : undefined;
  }

  get publicAuthUrl(): string {
    return this.#options.publicAuthUrl;
  }

  /** Known from the configuration, or from the first login there; until then no token can be a trustee's. */
  get trusteeDomainId(): string {
    return this.#domainId ?? '';
  }

  async validate(token: Secret, { signal }: Caller): Promise<TokenIdentity | undefined> {
    const plain = token.reveal();
    // What cannot stand in a header cannot be a token.
    if (!/^[\x21-\x7e]{1,8192}$/.test(plain)) return undefined;
    await this.#findDomain(signal);
    try {
      const { token: document } = await dataOf(
        this.#service.identity.GET('/v3/auth/tokens', { params: { header: { 'X-Subject-Token': plain } }, signal }),
      );
      return identityOf(document);
    } catch (error) {
      if (isDomainError(error, 'not-found')) return undefined;
      throw unavailable(error);
    }
  }

  ensureTrustee(username: string, password: Secret, signal: AbortSignal): Promise<TrusteeAccount> {
    return this.#changes.run(signal, () => this.#ensureTrustee(username, password, signal));
  }

  deleteTrustee(username: string, signal: AbortSignal, userId?: string): Promise<boolean> {
    return this.#changes.run(signal, () => this.#deleteTrustee(username, userId, signal));
  }

  async #ensureTrustee(username: string, password: Secret, signal: AbortSignal): Promise<TrusteeAccount> {
    const [session, domainId] = await this.#trusteeDomain(signal);
    const known = await this.#findUser(session, domainId, username, signal);
    if (known) {
      // Setting a password ends every token of the account, also those that Heat works with: only where it is another one.
      if (!(await this.#canLogIn(known, password, signal)))
        await session.identity.PATCH('/v3/users/{user_id}', {
          params: { path: { user_id: known } },
          body: { user: { password: password.reveal() } },
          signal,
        });
      return { userId: known, domainId };
    }
    try {
      const { user } = await dataOf(
        session.identity.POST('/v3/users', {
          body: {
            user: { name: username, domain_id: domainId, password: password.reveal(), description: 'Made by Magnum for a bay' },
          },
          signal,
        }),
      );
      return { userId: user.id, domainId };
    } catch (error) {
      // Another conductor was faster; or an earlier call was heard although its answer was lost.
      const made = isDomainError(error, 'conflict') ? await this.#findUser(session, domainId, username, signal) : undefined;
      if (made) return this.#ensureTrustee(username, password, signal);
      throw error;
    }
  }

  /**
   * An empty list does not prove that there is no account. A Keystone with several threads in a process may take the token of another
   * request for this one's, and lists the accounts of that token's domain then (seen: one look-up in thirty, beside requests of Heat's
   * domain administrator). So an empty list is asked for once more, and the account's id counts where it is known.
   */
  async #deleteTrustee(username: string, userId: string | undefined, signal: AbortSignal): Promise<boolean> {
    const [session, domainId] = await this.#trusteeDomain(signal);
    const find = (): Promise<string | undefined> => this.#findUser(session, domainId, username, signal);
    const listed = (await find()) ?? (await find());
    let wasThere = false;
    for (const id of new Set([listed, userId])) {
      if (id !== undefined && (await deleteForGood(session, { id, isListed: id === listed }, signal))) wasThere = true;
    }
    return wasThere;
  }

  async projectExists(projectId: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#service.identity.GET('/v3/projects/{project_id}', { params: { path: { project_id: projectId } }, signal });
      return true;
    } catch (error) {
      if (isDomainError(error, 'not-found')) return false;
      throw error;
    }
  }

  async #canLogIn(userId: string, password: Secret, signal: AbortSignal): Promise<boolean> {
    try {
      await accountLogin(this.#deps, { userId, password }, undefined).token(false, signal);
      return true;
    } catch (error) {
      if (isDomainError(error, 'cloud-refused')) return false;
      throw error;
    }
  }

  async #findUser(session: Session, domainId: string, name: string, signal: AbortSignal): Promise<string | undefined> {
    const { users } = await dataOf(
      session.identity.GET('/v3/users', { params: { query: { name, domain_id: domainId } }, signal }),
    );
    return users.find((user) => user.name === name)?.id;
  }

  async #trusteeDomain(signal: AbortSignal): Promise<readonly [Session, string]> {
    await this.#findDomain(signal);
    if (this.#trustees && this.#domainId) return [this.#trustees, this.#domainId];
    throw new DomainError(
      'cloud-refused',
      'The service has no domain for the accounts of bays: set trustee_domain_name (or _id), trustee_domain_admin_name (or _id) and trustee_domain_admin_password in [trust].',
    );
  }

  /** A domain that is configured by its name is looked up once. */
  async #findDomain(signal: AbortSignal): Promise<void> {
    const { trustees } = this.#options;
    if (this.#domainId !== undefined || !trustees || !('name' in trustees.domain)) return;
    const { name } = trustees.domain;
    try {
      const { domains } = await dataOf(this.#service.identity.GET('/v3/domains', { params: { query: { name } }, signal }));
      this.#domainId = domains[0]?.id;
    } catch (error) {
      throw unavailable(error);
    }
    if (this.#domainId === undefined) {
      throw new DomainError('cloud-unavailable', `Keystone has no domain ${name}, which [trust] trustee_domain_name names.`);
    }
  }
}

/** As many as a Keystone needs that brings an account back once, and some more. */
const MOST_DELETIONS = 5;

/**
 * Deletes an account until Keystone no longer knows its id. A login that is under way while its account is deleted makes the account
 * again: Keystone takes it for one of another directory, without password, and finds it by its id alone, not by its name. Rules that
 * let an administrator delete in one domain only refuse what is in none, so that what is gone may be refused and not be missing: a
 * refusal is an error for an account that Keystone has just listed.
 */
async function deleteForGood(
  session: Session,
  { id, isListed }: { readonly id: string; readonly isListed: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  for (let deletions = 0; deletions < MOST_DELETIONS; deletions += 1) {
    try {
      await session.identity.DELETE('/v3/users/{user_id}', { params: { path: { user_id: id } }, signal });
    } catch (error) {
      const mayBeGone = deletions > 0 || !isListed;
      if (!isDomainError(error, 'not-found') && !(mayBeGone && isDomainError(error, 'cloud-refused'))) throw error;
      return isListed || deletions > 0;
    }
  }
  throw new DomainError(
    'cloud-unavailable',
    `Keystone still knows the account ${id} after it was deleted ${MOST_DELETIONS} times.`,
  );
}

function boundedTrusts(trusts: Trusts, changes: Semaphore): Trusts {
  return {
    ensure: (request, signal) => changes.run(signal, () => trusts.ensure(request, signal)),
    delete: (trustId, trustee, signal) => changes.run(signal, () => trusts.delete(trustId, trustee, signal)),
  };
}

/** A failure between this service and Keystone is not the caller's fault, and may be transient. */
function unavailable(error: unknown): unknown {
  if (!isDomainError(error) || error.kind === 'cloud-unavailable') return error;
  return new DomainError('cloud-unavailable', {
    message: 'Keystone did not validate the token. Try again later.',
    cause: error,
  });
}

function trusteeAdmin(deps: SessionDeps, trustees: NonNullable<KeystoneOptions['trustees']>) {
  return passwordLogin(deps, {
    keystone: deps.keystone,
    user: trustees.admin,
    password: () => Promise.resolve(trustees.password),
    scope: { domain: trustees.domain },
    as: 'the administrator of the trustee domain ([trust])',
    refusedAs: 'cloud-unavailable',
  });
}

function identityOf(document: TokenDocument): TokenIdentity {
  return {
    userId: document.user.id,
    userName: document.user.name,
    userDomainId: document.user.domain.id,
    projectId: document.project?.id ?? null,
    projectName: document.project?.name ?? null,
    roles: (document.roles ?? []).map((role) => role.name),
    expiresAt: new Date(document.expires_at),
    domainId: document.domain?.id ?? null,
    systemScope: document.system?.all === true,
    restricted: document.application_credential?.restricted === true,
  };
}
