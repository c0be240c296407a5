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
}

export interface TrusteeAccount {
  readonly userId: string;
  readonly domainId: string;
}

/** Whoever waits: a request makes its signal when it is asked for it. */
export interface Caller {
  readonly signal: AbortSignal;
}

/** Keystone, or the embedded one. Errors: `unauthorized`, `cloud-unavailable`. */
export interface Identity {
  /** Undefined when the token is unknown, expired or revoked. The caller's signal is asked for only where something is waited for. */
  validate(token: Secret, caller: Caller): Promise<TokenIdentity | undefined>;
  /** Makes the account if it is absent; the password is set again if it is there. */
  ensureTrustee(username: string, password: Secret, signal: AbortSignal): Promise<TrusteeAccount>;
  /** Deleting what is gone is success. */
  deleteTrustee(username: string, signal: AbortSignal): Promise<void>;
  /** Whether there is a project of that id. */
  projectExists(projectId: string, signal: AbortSignal): Promise<boolean>;
  readonly trusteeDomainId: string;
  /** For the `WWW-Authenticate` header of a 401. */
  readonly publicAuthUrl: string;
}
