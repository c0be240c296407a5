import type { Bay, BayDesired } from '../domain/bay.js';
import type { BayModel } from '../domain/bay-model.js';
import type { ReconcilerState } from '../domain/reconciler-state.js';
import { awaitsCredential } from '../domain/credential.js';
import { DomainError } from '../domain/errors.js';
import { awaitsAuthority } from '../domain/rotation.js';
import type { BayDriver, Rotatable } from '../ports/bay-driver.js';
import { changeBay, requireAccepts, type Accepted, type BayCheck } from './bay-changes.js';
import type { Access, AppDeps } from './deps.js';
import { findBay } from './find.js';

/**
 * Asks for another certificate authority. Where an earlier change has not come to its end (a node was away), it is taken up
 * again. Errors: `not-supported` for a bay without TLS, of a driver that cannot, or in a status in which it would be lost.
 */
export async function rotateAuthority(deps: AppDeps, access: Access, ident: string, check: BayCheck): Promise<Accepted> {
  const { bay, model, support } = await rotatable(deps, access, ident, check);
  if (model.tlsDisabled) {
    throw new DomainError(
      'not-supported',
      (words) => `Rotating the certificates of ${words.bay} ${bay.name} is not supported: it was made with tls_disabled.`,
    );
  }
  requireRotates(deps.engines.driverOf(model), 'authority');
  requireAccepts(bay, 'rotate-ca');
  const isResumed = awaitsAuthority(bay, support);
  return begin(deps, access, bay, { caGeneration: bay.desired.caGeneration + (isResumed ? 0 : 1) });
}

/** The same for the credential of the bay's nodes. */
export async function rotateCredential(deps: AppDeps, access: Access, ident: string, check: BayCheck): Promise<Accepted> {
  const { bay, model, support } = await rotatable(deps, access, ident, check);
  requireRotates(deps.engines.driverOf(model), 'credentials');
  requireAccepts(bay, 'rotate-credential');
  const isResumed = awaitsCredential(bay, support);
  return begin(deps, access, bay, { credentialGeneration: bay.desired.credentialGeneration + (isResumed ? 0 : 1) });
}

async function rotatable(
  deps: AppDeps,
  access: Access,
  ident: string,
  check: BayCheck,
): Promise<{ readonly bay: Bay; readonly model: BayModel; readonly support: ReconcilerState }> {
  const { bay } = await findBay(deps, access, ident);
  check(bay);
  const { model, support } = await deps.store.read(async (repos) => ({
    model: await repos.bayModels.get(bay.desired.bayModelId),
    support: await repos.support.get(bay.id),
  }));
  if (!model) throw new DomainError('internal', `Bay model ${bay.desired.bayModelId} is missing.`);
  return { bay, model, support };
}

async function begin(deps: AppDeps, access: Access, bay: Bay, change: Partial<BayDesired>): Promise<Accepted> {
  const wanted = { ...bay, desired: { ...bay.desired, ...change } };
  return changeBay(deps, wanted, { operation: 'update', by: access.actor }, async (repos) => {
    for (const group of await repos.nodeGroups.ofBay(bay.id))
      await repos.nodeGroups.saveStatus(group.id, 'UPDATE_IN_PROGRESS', null);
  });
}

function requireRotates(driver: BayDriver, what: Rotatable): void {
  if (driver.rotates?.includes(what)) return;
  throw new DomainError('not-supported', `The driver ${driver.name} cannot give a running bay another ${what}.`);
}
