import type { Secret } from '../domain/secret.js';

/** Who calls: the result of validating a token. */
export interface TokenIdentity {
  readonly userId: string;
  readonly userName: string;
  readonly userDomainId: string;
  /** Null for tokens without project scope (a trustee's). */
  readonly projectId: string | null;
  readonly projectName: string | null;
  readonly roles: readonly string[];
  readonly expiresAt: Date;
  /** Set for tokens that are scoped to a domain. */
  readonly domainId?: string | null;
  /** True for tokens that are scoped to the whole system. */
  readonly systemScope?: boolean;
  /** True for restricted application credentials: they may not make trusts. */
  readonly restricted?: boolean;
}

export interface TrusteeAccount {
  readonly userId: string;
  readonly domainId: string;
}

/** What lets an account act for a bay's owner. */
export interface TrustRequest {
  /** The account that gets the trust; it has no other. */
  readonly trustee: { readonly userId: string; readonly password: Secret };
  /** A token of the owner, scoped to the bay's project. */
  readonly ownerToken: Secret;
  /** Names of the roles that are handed on; empty: all that the token has. */
  readonly roles: readonly string[];
  /** True: named roles that the token lacks are left out; without named ones `admin` is, where others are left. */
  readonly isLeast?: boolean;
  /** How often the trust may be handed on: Heat makes one of its own for each stack. */
  readonly redelegations: number;
}

/** Keystone's trusts. Errors: `cloud-refused` when the owner may not or cannot delegate, `cloud-unavailable`. */
export interface Trusts {
  /** Finds the account's trust, or makes it. Returns its id. */
  ensure(request: TrustRequest, signal: AbortSignal): Promise<string>;
  /** Deleting what is gone, or whose owner is gone, is success. */
  delete(trustId: string, trustee: TrustRequest['trustee'], signal: AbortSignal): Promise<void>;
}

/** The caller's signal, made when it is asked for: most requests never need one. */
export interface Caller {
  readonly signal: AbortSignal;
}

/** Keystone, or the embedded one. Errors: `unauthorized`, `cloud-unavailable`. */
export interface Identity {
  /** Undefined when the token is unknown, expired or revoked. The caller's signal is asked for only where something is waited for. */
  validate(token: Secret, caller: Caller): Promise<TokenIdentity | undefined>;
  /** Makes the account if it is absent; the password is set again if it is there. */
  ensureTrustee(username: string, password: Secret, signal: AbortSignal): Promise<TrusteeAccount>;
  /**
   * Resolves when no account of that name is left, and none of that id where one is given: an identity service may know an account by its id
   * alone. Deleting what is gone is success. True where something was there.
   */
  deleteTrustee(username: string, signal: AbortSignal, userId?: string): Promise<boolean>;
  /** Whether there is a project of that id. */
  projectExists(projectId: string, signal: AbortSignal): Promise<boolean>;
  readonly trusteeDomainId: string;
  /** Null where the service works with its own rights, as in the embedded cloud. */
  readonly trusts: Trusts | null;
  /** For the `WWW-Authenticate` header of a 401. */
  readonly publicAuthUrl: string;
}
