import { wantedCredential } from '../domain/credential.js';
import type { BayId } from '../domain/ids.js';
import { DomainError } from '../domain/errors.js';
import type { Addon } from '../ports/bay-driver.js';
import type { Access, AppDeps } from './deps.js';
import { findBay } from './find.js';
import { provenNode } from './node-proof.js';

/** Which bay's add-ons a node asks for, and whether it writes its account of the cloud into the Secret that is for it. */
export interface AddonsAsked {
  readonly bay: string;
  readonly fillsAccount: boolean;
}

/**
 * What the bay deploys in its engine, for a node that proves which node of it it is. During an upgrade this is still what fits the model before: the
 * add-ons follow when all nodes are replaced. Errors: `forbidden`.
 */
export async function getAddons(
  deps: AppDeps,
  access: Access,
  asked: AddonsAsked,
): Promise<{ readonly bayId: BayId; readonly addons: readonly Addon[] }> {
  const { bay } = await findBay(deps, access, asked.bay);
  await provenNode(deps, access, bay.id);
  const { model, support } = await deps.store.read(async (repos) => ({
    model: await repos.bayModels.get(bay.desired.bayModelId),
    support: await repos.support.get(bay.id),
  }));
  if (!model) throw new DomainError('internal', `Bay model ${bay.desired.bayModelId} is missing.`);
  // The facts of a bay are there before its first node is.
  const cloud = asked.fillsAccount && support.facts ? { facts: support.facts, trusted: hasTrust(bay, support) } : undefined;
  return { bayId: bay.id, addons: deps.engines.driverOf(model).addons?.({ bay, model, ...(cloud ? { cloud } : {}) }) ?? [] };
}

function hasTrust(...found: Parameters<typeof wantedCredential>): boolean {
  return Boolean(wantedCredential(...found).trustee?.trustId);
}
