import type { ApplicationCredential, ApplicationCredentials } from './application-credentials.js';
import { withImplied, type Account, type Directory } from './directory.js';
import type { Token, Tokens } from './tokens.js';

/** A token that is good at this moment, and what it stands for. */
export interface TokenHolder {
  readonly token: Token;
  readonly account: Account;
  /** Undefined for a token that was got in another way. */
  readonly credential: ApplicationCredential | undefined;
  /** On the token's project; none without one. */
  readonly roles: readonly string[];
}

export interface HolderDeps {
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly credentials: ApplicationCredentials;
}

/** Undefined when the token is unknown, expired or revoked, or when its user or its application credential is gone. */
export async function findHolder(deps: HolderDeps, id: string): Promise<TokenHolder | undefined> {
  const token = await deps.tokens.find(id);
  const account = token && (await deps.directory.byId(token.userId));
  if (!account) return undefined;
  if (token.applicationCredentialId === undefined)
    return { token, account, credential: undefined, roles: rolesOn(deps.directory, account, token.projectId) };
  const credential = await deps.credentials.byId(token.applicationCredentialId);
  const roles = credential ? usableRoles(deps, account, credential) : [];
  return roles.length === 0 ? undefined : { token, account, credential, roles };
}

/**
 * The roles that the credential gives at this moment; none once it is expired. Never more than its user has left: who loses a role loses it
 * in all that was handed on.
 */
export function usableRoles(
  deps: Pick<HolderDeps, 'directory' | 'credentials'>,
  account: Account,
  credential: ApplicationCredential,
): readonly string[] {
  if (deps.credentials.isExpired(credential)) return [];
  const own = rolesOn(deps.directory, account, credential.projectId);
  return withImplied(credential.roles).filter((role) => own.includes(role));
}

export function rolesOn({ config }: Directory, account: Account, projectId: string | null): readonly string[] {
  const project = config.projects.find((known) => known.id === projectId);
  return project ? account.rolesOn(project.id) : [];
}
