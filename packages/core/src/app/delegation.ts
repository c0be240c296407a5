import type { Actor } from '../domain/actor.js';
import { requestTokenRef } from '../domain/reconciler-state.js';
import type { BayId } from '../domain/ids.js';
import { DomainError } from '../domain/errors.js';
import type { Repositories } from '../ports/store.js';
import type { AppDeps } from './deps.js';

/** A bay is made in a project, under a trust of its owner: a token that cannot give one is refused before any work is done. */
export function requireDelegable(deps: Pick<AppDeps, 'delegation'>, actor: Actor): void {
  if (deps.delegation && actor.restricted)
    throw new DomainError(
      'forbidden',
      'The token comes from a restricted application credential, which may not make trusts, and a bay needs one. ' +
        'Make the application credential with --unrestricted, or log in with a password.',
    );
}

/** Keeps the token, sealed, until the conductor has made a trust of it. Call it where the intent is written. */
export async function keepRequestToken(
  deps: Pick<AppDeps, 'delegation'>,
  repos: Pick<Repositories, 'secrets'>,
  bay: { readonly id: BayId; readonly projectId: string },
  actor: Actor,
): Promise<void> {
  // An administrator of another project cannot give a trust for this one.
  if (!deps.delegation || !actor.token || actor.restricted || actor.projectId !== bay.projectId) return;
  const ref = requestTokenRef(bay.id);
  await repos.secrets.put(ref, deps.delegation.seal(actor.token.reveal(), ref));
}
