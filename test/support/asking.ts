import { Secret } from '@magnum-ts/core';
import { aBayModel, type BayId } from '@magnum-ts/core/testing';
import { createBay, type CreateBay } from '../../packages/core/src/app/bays.js';
import type { Access, AppDeps } from '../../packages/core/src/app/deps.js';
import type { Actor } from '../../packages/core/src/domain/actor.js';
import { OWNER_TOKEN } from './machine.js';

/** Who asks in tests that call the use cases themselves. */
export const OWNER: Actor = {
  userId: 'user',
  userName: 'demo',
  userDomainId: 'default',
  projectId: 'project',
  roles: ['member', 'reader'],
  trusteeOf: null,
  token: new Secret(OWNER_TOKEN),
};

export const may = (action: string): Access => ({ actor: OWNER, action, policies: {}, vocabulary: 'bay' });

/** A manager and two workers of the model that `askForBay` makes. */
export const HIVE: CreateBay = {
  name: 'hive',
  bayModel: 'model',
  nodeCount: 2,
  masterCount: 1,
  createTimeout: 60,
  keypair: null,
  dockerVolumeSize: null,
  labels: null,
  mergeLabels: false,
  masterFlavorId: null,
  flavorId: null,
  discoveryUrl: null,
  fixedNetwork: null,
  fixedSubnet: null,
  floatingIpEnabled: true,
  masterLbEnabled: null,
};

/** The first bay of a new machine: it is accepted, and no conductor has worked on it yet. */
export async function askForBay(app: AppDeps, change: Partial<CreateBay> = {}): Promise<BayId> {
  await app.store.write((repos) => repos.bayModels.insert(aBayModel({ flavorId: 'm1.small', externalNetworkId: 'public' })));
  return (await createBay(app, may('bay:create'), { ...HIVE, ...change }, new AbortController().signal)).bayId;
}
