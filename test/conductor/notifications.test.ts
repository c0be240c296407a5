import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBay, deleteBay, updateBay } from '../../packages/core/src/app/bays.js';
import type { Access } from '../../packages/core/src/app/deps.js';
import type { BayId } from '../../packages/core/src/domain/ids.js';
import { aBayModel } from '../../packages/core/src/testing/builders.js';
import { Secret } from '../../packages/core/src/domain/secret.js';
import { aMachine, OWNER_TOKEN, startProcess, work, type Machine, type Process } from '../support/world.js';

const access = (action: string): Access => ({
  action,
  policies: {},
  vocabulary: 'bay',
  actor: {
    userId: 'user',
    userName: 'demo',
    userDomainId: 'default',
    projectId: 'project',
    roles: ['member'],
    trusteeOf: null,
    token: new Secret(OWNER_TOKEN),
  },
});
const WANTED = {
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

let machine: Machine;
let running: Process;
let told: string[];
beforeEach(async () => {
  machine = await aMachine();
  running = await startProcess(machine);
  told = [];
  await running.app.store.write((repos) =>
    repos.bayModels.insert(aBayModel({ flavorId: 'm1.small', externalNetworkId: 'public' })),
  );
});
afterEach(async () => {
  await running.engine.stop();
  await machine.db.destroy();
});

const deps = () => ({
  ...running.deps,
  notifier: {
    notify: async (said: { operation: string; outcome: string; nodeCount: number; bay: { observed: { status: string } } }) =>
      void told.push(`${said.operation} ${said.outcome} ${said.nodeCount} ${said.bay.observed.status}`),
  },
});
const statusOf = async (id: BayId) => (await running.app.store.read((repos) => repos.bays.get(id)))?.observed.status;
const until = (id: BayId, status: string | undefined) => work(deps(), machine, async () => (await statusOf(id)) === status);

test("a bay's life is told as pending and success, with the status that it has then", async () => {
  const { bayId } = await createBay(running.app, access('bay:create'), WANTED, new AbortController().signal);
  await until(bayId, 'CREATE_COMPLETE');
  await updateBay(running.app, access('bay:update'), bayId, () => ({
    health: null,
    work: { nodeCount: 3, rollbackOnFailure: false },
  }));
  await until(bayId, 'UPDATE_COMPLETE');
  await deleteBay(running.app, access('bay:delete'), bayId);
  await until(bayId, undefined);
  expect(told).toEqual([
    'create pending 2 CREATE_IN_PROGRESS',
    'create success 2 CREATE_COMPLETE',
    'update pending 3 UPDATE_IN_PROGRESS',
    'update success 3 UPDATE_COMPLETE',
    'delete pending 3 DELETE_IN_PROGRESS',
    'delete success 3 DELETE_IN_PROGRESS',
  ]);
});

test('a refusal of the orchestrator is told as failure', async () => {
  const { bayId } = await createBay(
    running.app,
    access('bay:create'),
    { ...WANTED, labels: { fixed_subnet_cidr: '10.0.0.0/31' } },
    new AbortController().signal,
  );
  await until(bayId, 'CREATE_FAILED');
  expect(told.at(0)).toBe('create pending 2 CREATE_IN_PROGRESS');
  expect(told.at(-1)).toBe('create failure 2 CREATE_FAILED');
});
