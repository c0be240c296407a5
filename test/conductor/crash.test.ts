import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aBayModel, type BayId, type BayModelId, CrashPoints } from '@magnum-ts/core/testing';
import { deleteBay, updateBay, type UpdateBay } from '../../packages/core/src/app/bays.js';
import { rotateAuthority, rotateCredential } from '../../packages/core/src/app/rotate.js';
import { createNodeGroup, deleteNodeGroup } from '../../packages/core/src/app/node-groups.js';
import { resizeBay } from '../../packages/core/src/app/resize.js';
import { upgradeBay } from '../../packages/core/src/app/upgrade.js';
import { askForBay, may } from '../support/asking.js';
import { beginningOf, expectNoTraceOfDeaths, hasStatus, type Scenario, whatExists } from '../support/deaths.js';
import { aMachine, copyOf, mortal, startProcess, work, type Machine, type Process } from '../support/machine.js';

const toNodes = (nodeCount: number): UpdateBay => ({ health: null, work: { nodeCount, rollbackOnFailure: false } });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'magnum-crash-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const ask = (process: Process): Promise<BayId> => askForBay(process.app);

const supportOf = (process: Process, id: BayId) => process.app.store.read((repos) => repos.support.get(id));

const signal = new AbortController().signal;
const A_GROUP = {
  name: 'large',
  role: 'gpu',
  nodeCount: 2,
  minNodeCount: 0,
  maxNodeCount: null,
  dockerVolumeSize: null,
  labels: null,
  mergeLabels: false,
  flavorId: 'm1.large',
  imageId: null,
  version: null,
  nodeLabels: null,
  nodeTaints: null,
};
const NEXT_MODEL_ID = '99999999-8888-4777-8666-555555555556' as BayModelId;

/** A bay with a second group of workers. */
const withGroup = async (process: Process, machine: Machine): Promise<BayId> => {
  const id = await completed(process, machine);
  await createNodeGroup(process.app, may('nodegroup:create'), id, A_GROUP, signal);
  await work(process.deps, machine, hasStatus(process, id, 'UPDATE_COMPLETE'));
  return id;
};

const completed = async (process: Process, machine: Machine): Promise<BayId> => {
  const id = await ask(process);
  await work(process.deps, machine, hasStatus(process, id, 'CREATE_COMPLETE'));
  return id;
};

const rotationBy = (rotate: (process: Process, id: BayId) => Promise<unknown>): Scenario => ({
  prepare: async (process, machine) => {
    const id = await completed(process, machine);
    await rotate(process, id);
    return id;
  },
  ends: 'UPDATE_COMPLETE',
});
const ROTATIONS = {
  authority: rotationBy((process, id) => rotateAuthority(process.app, may('certificate:rotate_ca'), id, () => undefined)),
  credential: rotationBy((process, id) => rotateCredential(process.app, may('credential:rotate'), id, () => undefined)),
};

const SCENARIOS: Record<string, Scenario> = {
  create: { prepare: ask, ends: 'CREATE_COMPLETE' },
  'grow by two': {
    prepare: async (process, machine) => {
      const id = await completed(process, machine);
      await updateBay(process.app, may('bay:update'), id, () => toNodes(4));
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  'shrink by one': {
    prepare: async (process, machine) => {
      const id = await completed(process, machine);
      await updateBay(process.app, may('bay:update'), id, () => toNodes(1));
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  'remove the older of two workers': {
    prepare: async (process, machine) => {
      const id = await completed(process, machine);
      const nodes = await process.app.store.read((repos) => repos.nodes.ofBay(id));
      // The names are drawn; what is left must be the younger one.
      await machine.db('node').where({ uuid: nodes[2]?.id }).update({ created_at: 7 });
      const removeFirst = [nodes[1]?.name ?? ''];
      await resizeBay(process.app, may('cluster:resize'), id, { nodeCount: 1, removeFirst, group: null }, () => undefined);
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  'another authority': ROTATIONS.authority,
  'another credential for the nodes': ROTATIONS.credential,
  'add a node group': {
    prepare: async (process, machine) => {
      const id = await completed(process, machine);
      await createNodeGroup(process.app, may('nodegroup:create'), id, A_GROUP, signal);
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  'delete a node group': {
    prepare: async (process, machine) => {
      const id = await withGroup(process, machine);
      await deleteNodeGroup(process.app, may('nodegroup:delete'), { bay: id, group: 'large' }, () => undefined);
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  upgrade: {
    prepare: async (process, machine) => {
      const id = await completed(process, machine);
      await process.app.store.write((repos) =>
        repos.bayModels.insert(
          aBayModel({
            id: NEXT_MODEL_ID,
            name: 'next',
            imageId: 'ubuntu-24.04',
            flavorId: 'm1.small',
            externalNetworkId: 'public',
            labels: { open_ports: '443' },
          }),
        ),
      );
      const wanted = { bayModel: 'next', maxBatchSize: 2, group: null, check: () => undefined };
      await upgradeBay(process.app, may('cluster:upgrade'), id, wanted, signal);
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  'growth in the middle of another authority': {
    prepare: async (process, machine) => {
      const id = await completed(process, machine);
      await rotateAuthority(process.app, may('certificate:rotate_ca'), id, () => undefined);
      await work(process.deps, machine, async () => (await supportOf(process, id)).rotation?.phase === 'overlap');
      await updateBay(process.app, may('bay:update'), id, () => toNodes(3));
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  delete: {
    prepare: async (process, machine) => {
      const id = await completed(process, machine);
      await deleteBay(process.app, may('bay:delete'), id);
      return id;
    },
    ends: undefined,
  },
};

describe.each(Object.entries(SCENARIOS))('a conductor that dies in the middle of: %s', (_name, scenario) => {
  test('leaves, once another has taken over, exactly what an undisturbed one leaves', { timeout: 900_000 }, () =>
    expectNoTraceOfDeaths(scenario, folder),
  );
});

/** Works on the bay until that moment; then the process dies, and another one is asked to delete the bay. */
async function deletedAfterDeath(
  machine: Machine,
  { first, id, moment, ends }: { readonly first: Process; readonly id: BayId; readonly moment: number; readonly ends: string },
): Promise<'done' | 'killed'> {
  const outcome = await work(mortal(first, new CrashPoints(moment)), machine, hasStatus(first, id, ends));
  await first.engine.stop();
  const second = await startProcess(machine);
  await deleteBay(second.app, may('bay:delete'), id);
  machine.clock.advance(31_000);
  await work(second.deps, machine, hasStatus(second, id, undefined));
  await second.engine.stop();
  return outcome;
}

test('a bay whose deletion is asked for at any moment of its creation leaves nothing at all', { timeout: 900_000 }, async () => {
  for (let moment = 1; ; moment += 3) {
    const machine = await aMachine();
    const first = await startProcess(machine);
    const outcome = await deletedAfterDeath(machine, { first, id: await ask(first), moment, ends: 'CREATE_COMPLETE' });
    expect(await whatExists(machine), `asked after moment ${moment}`).toEqual({
      bays: [],
      groups: [],
      nodes: [],
      stacks: [],
      parts: { network: 0, server: 0, volume: 0, address: 0, balancer: 0 },
      secrets: [],
      users: 0,
      ranges: 0,
      intents: 0,
      allocations: 0,
      requestTokens: 0,
      trusts: 0,
    });
    await machine.db.destroy();
    if (outcome === 'done') break;
  }
});

test.each(Object.entries(ROTATIONS))(
  'a bay that is deleted at any moment of getting another %s leaves nothing behind',
  { timeout: 900_000 },
  async (_what, rotation) => {
    const { machine: before, id } = await beginningOf(rotation);
    for (let moment = 1; ; moment += 2) {
      const machine = await copyOf(before, folder);
      const first = await startProcess(machine);
      const outcome = await deletedAfterDeath(machine, { first, id, moment, ends: 'UPDATE_COMPLETE' });
      const left = { bays: [], secrets: [], users: 0, intents: 0, trusts: 0 };
      expect(await whatExists(machine), `asked after moment ${moment}`).toMatchObject(left);
      await machine.db.destroy();
      if (outcome === 'done') break;
    }
    await before.db.destroy();
  },
);
