import { DomainError } from '../domain/errors.js';
import { awaitsAuthority } from '../domain/rotation.js';
import type { BayDriver, Rotatable } from '../ports/bay-driver.js';
import { changeBay, requireAccepts, type Accepted } from './bay-changes.js';
import type { Access, AppDeps } from './deps.js';
import { findBay } from './find.js';

/**
 * Asks for another certificate authority. Where an earlier change has not come to its end (a node was away), it is taken up
 * again. Errors: `not-supported` for a bay without TLS, of a driver that cannot, or in a status in which it would be lost.
 */
export async function rotateAuthority(deps: AppDeps, access: Access, ident: string): Promise<Accepted> {
  const { bay } = await findBay(deps, access, ident);
  const { model, support } = await deps.store.read(async (repos) => ({
    model: await repos.bayModels.get(bay.desired.bayModelId),
    support: await repos.support.get(bay.id),
  }));
  if (!model) throw new DomainError('internal', `Bay model ${bay.desired.bayModelId} is missing.`);
  if (model.tlsDisabled) {
    throw new DomainError(
      'not-supported',
      (words) => `Rotating the certificates of ${words.bay} ${bay.name} is not supported: it was made with tls_disabled.`,
    );
  }
  requireRotates(deps.engines.driverOf(model), 'authority');
  requireAccepts(bay, 'rotate-ca');
  const isResumed = awaitsAuthority(bay, support);
  const desired = { ...bay.desired, caGeneration: bay.desired.caGeneration + (isResumed ? 0 : 1) };
  return changeBay(deps, { ...bay, desired }, { operation: 'update', by: access.actor }, async (repos) => {
    for (const group of await repos.nodeGroups.ofBay(bay.id))
      await repos.nodeGroups.saveStatus(group.id, 'UPDATE_IN_PROGRESS', null);
  });
}

function requireRotates(driver: BayDriver, what: Rotatable): void {
  if (driver.rotates?.includes(what)) return;
  throw new DomainError('not-supported', `The driver ${driver.name} cannot give a running bay another ${what}.`);
}
