import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '@magnum-ts/core';
import { EMPTY_RECONCILER_STATE, type BayId } from '@magnum-ts/core/testing';
import { getAddons } from '../../packages/core/src/app/addons.js';
import { secretHashOf } from '../../packages/core/src/app/node-proof.js';
import type { Access } from '../../packages/core/src/app/deps.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import { askForBay, may, OWNER } from '../support/asking.js';
import { aMachine, startProcess, type Machine, type Process } from '../support/machine.js';

const ADDON = { name: 'metrics', version: 'v1', images: ['registry.example/metrics:v1'], objects: [{ kind: 'Namespace' }] };
const NODE_SECRET = new Secret('secret-of-the-node');

let machine: Machine;
let process: Process;
let bayId: BayId;
beforeEach(async () => {
  machine = await aMachine();
  const engines = driverRegistry(false);
  process = await startProcess(machine, {
    ...engines,
    driverOf: (model) => ({
      ...engines.driverOf(model),
      addons: ({ bay, cloud }) => [
        {
          ...ADDON,
          version: `${bay.desired.labels['tag'] ?? ADDON.version}${cloud ? `-${cloud.facts.regionName}-${cloud.trusted}` : ''}`,
        },
      ],
    }),
  });
  bayId = await askForBay(process.app, { labels: { tag: 'v2' } });
});
afterEach(async () => {
  await process.engine.stop();
  await machine.db.destroy();
});

/** Asks as a node of the bay that has enrolled; with another secret, or none, where it is said. */
async function askAs(secret: Secret | null, id = bayId, fillsAccount = false): Promise<Awaited<ReturnType<typeof getAddons>>> {
  const { name }: { name: string } = await machine.db('node').where({ bay_id: bayId }).first('name');
  await machine
    .db('node')
    .where({ bay_id: bayId, name })
    .update({ enrolment: 'done', secret_hash: secretHashOf(NODE_SECRET) });
  const trusteeOf = { bayId: id, projectId: 'project', generation: 0 };
  const proof = secret ? { nodeProof: { name, secret } } : {};
  const access: Access = {
    ...may('addon:get'),
    actor: { ...OWNER, userId: 'trustee', projectId: null, roles: [], trusteeOf, ...proof },
  };
  return getAddons({ ...process.app, engines: process.deps.engines }, access, { bay: id, fillsAccount });
}

describe('the add-ons of a bay', () => {
  test('are what its driver makes of its labels, for a node that proves which one it is', async () => {
    expect(await askAs(NODE_SECRET)).toEqual({ bayId, addons: [{ ...ADDON, version: 'v2' }] });
  });

  test('are made with the cloud of the bay, and with whether its nodes have a trust, where the node gives them its account', async () => {
    const facts = { regionName: 'RegionOne' };
    const trustee = { userId: 'trustee', domainId: 'd', username: 'u', passwordRef: 'p' };
    for (const [trustId, trusted] of [
      [null, false],
      ['trust-1', true],
    ] as const) {
      await process.app.store.write((repos) =>
        repos.support.save(bayId, { ...EMPTY_RECONCILER_STATE, facts: facts as never, trustee: { ...trustee, trustId } }),
      );
      expect((await askAs(NODE_SECRET, bayId, true)).addons).toEqual([{ ...ADDON, version: `v2-RegionOne-${trusted}` }]);
      expect((await askAs(NODE_SECRET)).addons).toEqual([{ ...ADDON, version: 'v2' }]);
    }
  });

  test('are refused to one that proves nothing, or wrongly, and to a node of another bay', async () => {
    for (const secret of [null, new Secret('of another node')])
      await expect(askAs(secret)).rejects.toMatchObject({ kind: 'forbidden' });
    // A plain id of no bay here.
    const other = '00000000-0000-4000-8000-000000000000' as BayId;
    await expect(askAs(NODE_SECRET, other)).rejects.toMatchObject({ kind: 'bay-not-found' });
  });
});
