import { credentialContext, wantedCredential } from '../domain/credential.js';
import { DomainError } from '../domain/errors.js';
import type { RpcMethods } from '../ports/bus.js';
import type { BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';

/**
 * The newest credential of a bay's nodes; the password is sealed for the API. Errors: `engine-not-live` before there is one.
 */
export async function newestCredential(
  deps: Pick<ConductorDeps, 'vault' | 'sealer'>,
  { bay, support }: BayState,
): Promise<RpcMethods['credential.newest']['reply']> {
  const { generation, trustee } = wantedCredential(bay, support);
  const password = trustee && (await deps.vault.get(trustee.passwordRef));
  if (!trustee || !password)
    throw new DomainError(
      'engine-not-live',
      `Bay ${bay.name} has no credential yet: it is ${bay.observed.status}. Try again later.`,
    );
  return {
    generation,
    userId: trustee.userId,
    sealedPassword: deps.sealer.seal(password.reveal(), credentialContext(bay.id)),
    trustId: trustee.trustId ?? null,
  };
}
