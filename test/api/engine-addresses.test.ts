import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aesSealer, type BayId, knexStore, systemClock } from '@magnum-ts/core/testing';
import { EmbeddedCloud } from '../../packages/core/src/embedded-cloud/cloud.js';
import { engineGuard } from '../../packages/core/src/adapters/system/engine-networks.js';
import { engineAddresses } from '../../packages/core/src/conductor/engine-addresses.js';
import { knownAddresses } from '../../packages/core/src/conductor/known-addresses.js';
import { loadBayState, type BayState } from '../../packages/core/src/conductor/bay-state.js';
import type { AddressGuard } from '../../packages/core/src/http/address-guard.js';
import { aService, SEALING_KEY, type Service } from '../support/service.js';

let service: Service;
let uuid: BayId;
let cloud: EmbeddedCloud;
let guard: AddressGuard;
beforeAll(async () => {
  service = await aService();
  await service.createModel();
  uuid = (await service.createBay({ name: 'hive', node_count: 2 })).uuid as BayId; // a bay's
  cloud = new EmbeddedCloud({
    db: service.db,
    config: service.config,
    backend: { usedRanges: async () => [] },
    sealer: aesSealer(SEALING_KEY),
    authUrl: () => '',
    magnumUrl: () => '',
  });
  guard = engineGuard({ allowed: () => cloud.nodeNetworks(), ownHosts: async () => [], source: 'the nodes of this cloud' });
});
afterAll(async () => service.stop());

async function bayState(): Promise<BayState> {
  const found = await loadBayState(knexStore(service.db, systemClock), uuid);
  if (!found) throw new Error('the bay is gone');
  return found;
}

const found = async () => {
  const orchestrator = { find: async () => new Map() };
  const deps = { cloud, orchestrator, clock: systemClock, knownAddresses: knownAddresses() };
  return engineAddresses(deps, await bayState(), new AbortController().signal);
};

describe('addresses of engines in the embedded cloud', () => {
  test('are those that its nodes have, and the only ones that its service connects to', async () => {
    const { bay, nodes } = await bayState();
    const { api, ofNode } = await found();
    expect(`tcp://${api ?? ''}:2375`).toBe(bay.observed.apiAddress);
    expect([...ofNode.values()]).toEqual(nodes.map(({ observed }) => observed.publicAddress));
    for (const { observed } of nodes)
      for (const address of [observed.publicAddress ?? '', observed.privateAddress ?? '']) await guard.requireAllowed(address);
    for (const address of ['10.0.0.5', '192.0.2.1', '127.0.0.1'])
      await expect(guard.requireAllowed(address)).rejects.toThrow(`The address ${address} is refused`);
  });

  test('stay what they are where the outputs of a stack name others', async () => {
    const before = await found();
    const other = { private_address: '169.254.169.254', public_address: '169.254.169.254' };
    await service.db('node').where({ bay_id: uuid }).update(other);
    await service.db('bay').where({ uuid }).update({ api_address: 'tcp://127.0.0.1:40533/x?:2375' });
    expect(await found()).toEqual(before);
  });
});
