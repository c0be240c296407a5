import type { BayId } from '../domain/ids.js';
import { DomainError } from '../domain/errors.js';
import type { Addon } from '../ports/bay-driver.js';
import type { Access, AppDeps } from './deps.js';
import { findBay } from './find.js';
import { provenNode } from './node-proof.js';

/**
 * What the bay deploys in its engine, for a node that proves which node of it it is. During an upgrade this is still what fits the model before: the
 * add-ons follow when all nodes are replaced. Errors: `forbidden`.
 */
export async function getAddons(
  deps: AppDeps,
  access: Access,
  ident: string,
): Promise<{ readonly bayId: BayId; readonly addons: readonly Addon[] }> {
  const { bay } = await findBay(deps, access, ident);
  await provenNode(deps, access, bay.id);
  const model = await deps.store.read((repos) => repos.bayModels.get(bay.desired.bayModelId));
  if (!model) throw new DomainError('internal', `Bay model ${bay.desired.bayModelId} is missing.`);
  return { bayId: bay.id, addons: deps.engines.driverOf(model).addons?.({ bay }) ?? [] };
}
