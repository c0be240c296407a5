import { DomainError, isDomainError } from '../../domain/errors.js';
import type { TrustRequest, Trusts } from '../../ports/identity.js';
import { fixedToken, passwordLogin, type TokenDocument, type TokenSource } from './auth.js';
import { dataOf, openSession, type Session, type SessionDeps } from './session.js';

/** Trusts by which an account acts for the owner of a bay. Asked for before they are made: an account holds one at most. */
export function keystoneTrusts(deps: SessionDeps): Trusts {
  return {
    ensure: async (request, signal) => {
      const { userId } = request.trustee;
      const trustee = openSession(deps, accountLogin(deps, request.trustee, undefined));
      const { trusts } = await dataOf(
        trustee.identity.GET('/v3/OS-TRUST/trusts', { params: { query: { trustee_user_id: userId } }, signal }),
      );
      for (const trust of trusts) {
        if (trust.trustee_user_id === userId && (await isUsable(deps, request.trustee, trust.id, signal))) return trust.id;
      }
      return makeTrust(deps, request, signal);
    },
    delete: async (trustId, trustee, signal) => {
      // Only the owner may end a trust; under the trust, the account is the owner.
      const owner = openSession(deps, accountLogin(deps, trustee, trustId));
      try {
        await owner.identity.DELETE('/v3/OS-TRUST/trusts/{trust_id}', { params: { path: { trust_id: trustId } }, signal });
      } catch (error) {
        if (!isDomainError(error, 'not-found') && !isDomainError(error, 'cloud-refused')) throw error;
      }
    },
  };
}

/** A trust stays listed when its giver has lost the roles, or is gone. */
async function isUsable(
  deps: SessionDeps,
  trustee: TrustRequest['trustee'],
  trustId: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await accountLogin(deps, trustee, trustId).token(false, signal);
    return true;
  } catch (error) {
    if (isDomainError(error, 'cloud-refused')) return false;
    throw error;
  }
}

async function makeTrust(deps: SessionDeps, request: TrustRequest, signal: AbortSignal): Promise<string> {
  const owner = openSession(deps, fixedToken(request.ownerToken));
  const document = await ownerOf(owner, request, signal);
  if (!document.project) throw refusal('the token is not scoped to a project');
  const roles = rolesToHandOn(document.roles ?? [], request);
  try {
    const { trust } = await dataOf(
      owner.identity.POST('/v3/OS-TRUST/trusts', {
        body: {
          trust: {
            trustor_user_id: document.user.id,
            trustee_user_id: request.trustee.userId,
            project_id: document.project.id,
            impersonation: true,
            allow_redelegation: request.redelegations > 0,
            ...(request.redelegations > 0 ? { redelegation_count: request.redelegations } : {}),
            roles: roles.map(({ id }) => ({ id })),
          },
        },
        signal,
      }),
    );
    return trust.id;
  } catch (error) {
    if (isDomainError(error, 'cloud-refused')) throw refusal(error.message);
    throw isTokenEnded(error) ? tokenEnded(error) : error;
  }
}

interface Role {
  readonly id: string;
  readonly name: string;
}

/** Of the roles that the owner holds, those that the account gets. Errors: `cloud-refused` where a role that is needed is not held. */
export function rolesToHandOn(
  held: readonly Role[],
  { roles, isLeast }: Pick<TrustRequest, 'roles' | 'isLeast'>,
): readonly Role[] {
  const named = held.filter((role) => roles.includes(role.name));
  if (isLeast !== true) {
    const lacking = roles.filter((name) => !held.some((role) => role.name === name));
    if (lacking.length > 0) throw refusal(`the caller lacks the roles ${lacking.join(', ')} that [trust] roles names`);
    return roles.length === 0 ? held : named;
  }
  if (roles.length > 0) {
    if (named.length > 0) return named;
    throw refusal(`the caller has none of the roles ${roles.join(', ')} that [trust] delegate_roles names`);
  }
  const others = held.filter((role) => role.name.toLowerCase() !== 'admin');
  return others.length > 0 ? others : held;
}

async function ownerOf(owner: Session, request: TrustRequest, signal: AbortSignal): Promise<TokenDocument> {
  try {
    const header = { 'X-Subject-Token': request.ownerToken.reveal() };
    return (await dataOf(owner.identity.GET('/v3/auth/tokens', { params: { header }, signal }))).token;
  } catch (error) {
    throw isTokenEnded(error) || isDomainError(error, 'not-found') ? tokenEnded(error) : error;
  }
}

/** The session reports a token that is refused twice as a service that may recover; a token that was given from outside has ended. */
function isTokenEnded(error: unknown): boolean {
  return (
    isDomainError(error, 'cloud-unavailable') && error.cause instanceof Error && / was answered 401$/.test(error.cause.message)
  );
}

function tokenEnded(cause: unknown): DomainError {
  return new DomainError('cloud-refused', {
    message:
      'The token of the request ended before the service could act for its owner. Update the bay with a fresh token, or delete it.',
    cause,
  });
}

function refusal(why: string): DomainError {
  return new DomainError('cloud-refused', `The service cannot act for the owner of the bay: ${why}. Bays need a trust.`);
}

/** Logs in as an account of a bay; with a trust, as its owner. */
export function accountLogin(deps: SessionDeps, trustee: TrustRequest['trustee'], trust: string | undefined): TokenSource {
  return passwordLogin(deps, {
    keystone: deps.keystone,
    user: { id: trustee.userId },
    password: () => Promise.resolve(trustee.password),
    scope: trust === undefined ? undefined : { trust },
    as: 'the account of the bay',
    refusedAs: 'cloud-refused',
  });
}
