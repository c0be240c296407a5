import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EMBEDDED_DEFAULTS } from '@magnum-ts/core';
import { aBayModel, type BayId, type BayModelId, CrashPoints } from '@magnum-ts/core/testing';
import { deleteBay, updateBay, type UpdateBay } from '../../packages/core/src/app/bays.js';
import { rotateAuthority, rotateCredential } from '../../packages/core/src/app/rotate.js';
import { createNodeGroup, deleteNodeGroup } from '../../packages/core/src/app/node-groups.js';
import { resizeBay } from '../../packages/core/src/app/resize.js';
import { upgradeBay } from '../../packages/core/src/app/upgrade.js';
import { askForBay, may } from '../support/asking.js';
import { aMachine, copyOf, mortal, startProcess, work, type Machine, type Process } from '../support/machine.js';

const toNodes = (nodeCount: number): UpdateBay => ({ health: null, work: { nodeCount, rollbackOnFailure: false } });
const EXTERNAL = EMBEDDED_DEFAULTS.externalNetworks[0]?.id ?? '';

let machine: Machine;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'magnum-crash-'));
});
afterEach(async () => {
  await machine.db.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (process: Process): Promise<BayId> => askForBay(process.app);

const statusOf = async (process: Process, id: BayId) =>
  (await process.app.store.read((repos) => repos.bays.get(id)))?.observed.status;
const hasStatus = (process: Process, id: BayId, status: string | undefined) => async () =>
  (await statusOf(process, id)) === status;

const supportOf = (process: Process, id: BayId) => process.app.store.read((repos) => repos.support.get(id));

/**
 * Everything that exists, by kind: a run that was disturbed must leave the same behind as an undisturbed one.
 * Tests give nodes that must survive the creation time 7, which no real node has: `marked` shows whether they are the same rows.
 */
async function whatExists(): Promise<Record<string, unknown>> {
  const count = async (table: string, where: Record<string, unknown> = {}) =>
    Number((await machine.db(table).where(where).count({ n: '*' }).first())?.['n'] ?? 0);
  // The external network is the cloud's own and outlives every bay.
  const parts: { kind: string }[] = await machine.db('simulated_part').whereNot({ part_key: EXTERNAL }).select('kind');
  return {
    bays: await machine
      .db('bay')
      .select('name', 'status', 'status_reason', 'generation', 'accepted_generation', 'baymodel_id', 'labels'),
    groups: await machine.db('node_group').select('name', 'node_count', 'status', 'image_id', 'labels').orderBy('name'),
    nodes: (
      await machine.db('node').select('role', 'desired', 'status', 'image_id', 'baymodel_id', 'created_at').orderBy('id')
    ).map(({ created_at, ...node }: { created_at: number }) => ({ ...node, marked: created_at === 7 })),
    stacks: await machine.db('hot_stack').select('action', 'state'),
    parts: Object.fromEntries(
      ['network', 'server', 'volume', 'address', 'balancer'].map((kind) => [
        kind,
        parts.filter((part) => part.kind === kind).length,
      ]),
    ),
    secrets: await secretNames(),
    users: await count('embedded_user'),
    ranges: await count('embedded_range'),
    intents: await count('intent'),
    allocations: await count('hot_allocation'),
    requestTokens: Number(
      (await machine.db('vault_secret').where('ref', 'like', '%/request-token').count({ n: '*' }).first())?.['n'] ?? 0,
    ),
    // Keystone ends the trusts of an account that goes.
    trusts: (
      await machine
        .db('embedded_user')
        .whereIn('id', [...machine.trusts.keys()])
        .select('id')
    ).length,
  };
}

/** References without the bay's id, which every run draws anew. */
async function secretNames(): Promise<readonly string[]> {
  const rows: { ref: string }[] = await machine.db('vault_secret').select('ref').orderBy('ref');
  return rows.map(({ ref }) => ref.split('/').slice(2).join('/'));
}

interface Scenario {
  /** Brings the bay to where the scenario begins, undisturbed, and asks for what the scenario is about. */
  readonly prepare: (process: Process) => Promise<BayId>;
  readonly ends: string | undefined;
}

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
const withGroup = async (process: Process): Promise<BayId> => {
  const id = await completed(process);
  await createNodeGroup(process.app, may('nodegroup:create'), id, A_GROUP, signal);
  await work(process.deps, machine, hasStatus(process, id, 'UPDATE_COMPLETE'));
  return id;
};

const completed = async (process: Process): Promise<BayId> => {
  const id = await ask(process);
  await work(process.deps, machine, hasStatus(process, id, 'CREATE_COMPLETE'));
  return id;
};

const rotationBy = (rotate: (process: Process, id: BayId) => Promise<unknown>): Scenario => ({
  prepare: async (process) => {
    const id = await completed(process);
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
    prepare: async (process) => {
      const id = await completed(process);
      await updateBay(process.app, may('bay:update'), id, () => toNodes(4));
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  'shrink by one': {
    prepare: async (process) => {
      const id = await completed(process);
      await updateBay(process.app, may('bay:update'), id, () => toNodes(1));
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  'remove the older of two workers': {
    prepare: async (process) => {
      const id = await completed(process);
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
    prepare: async (process) => {
      const id = await completed(process);
      await createNodeGroup(process.app, may('nodegroup:create'), id, A_GROUP, signal);
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  'delete a node group': {
    prepare: async (process) => {
      const id = await withGroup(process);
      await deleteNodeGroup(process.app, may('nodegroup:delete'), { bay: id, group: 'large' }, () => undefined);
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  upgrade: {
    prepare: async (process) => {
      const id = await completed(process);
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
    prepare: async (process) => {
      const id = await completed(process);
      await rotateAuthority(process.app, may('certificate:rotate_ca'), id, () => undefined);
      await work(process.deps, machine, async () => (await supportOf(process, id)).rotation?.phase === 'overlap');
      await updateBay(process.app, may('bay:update'), id, () => toNodes(3));
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  delete: {
    prepare: async (process) => {
      const id = await completed(process);
      await deleteBay(process.app, may('bay:delete'), id);
      return id;
    },
    ends: undefined,
  },
};

/** Where a scenario begins. It is brought there once; every death begins with a copy of it. */
interface Beginning {
  readonly machine: Machine;
  readonly id: BayId;
  readonly ends: string | undefined;
}

async function beginningOf(scenario: Scenario): Promise<Beginning> {
  machine = await aMachine();
  const process = await startProcess(machine);
  const id = await scenario.prepare(process);
  await process.engine.stop();
  return { machine, id, ends: scenario.ends };
}

/** Goes on from there, dying at that moment; then a new process takes over. Returns the moments lived, and what exists in the end. */
async function runDyingAt(
  moment: number,
  { machine: before, id, ends }: Beginning,
): Promise<{ killed: boolean; moments: number; exists: Record<string, unknown> }> {
  machine = await copyOf(before, folder);
  const first = await startProcess(machine);
  const points = new CrashPoints(moment);
  const outcome = await work(mortal(first, points), machine, hasStatus(first, id, ends));
  await first.engine.stop();
  const second = await startProcess(machine);
  machine.clock.advance(31_000);
  await work(second.deps, machine, hasStatus(second, id, ends));
  await second.engine.stop();
  const exists = await whatExists();
  return { killed: outcome === 'killed', moments: points.moments, exists };
}

describe.each(Object.entries(SCENARIOS))('a conductor that dies in the middle of: %s', (_name, scenario) => {
  test('leaves, once another has taken over, exactly what an undisturbed one leaves', { timeout: 900_000 }, async () => {
    const beginning = await beginningOf(scenario);
    const { exists: expected, moments } = await runDyingAt(Infinity, beginning);
    await machine.db.destroy();
    expect(moments).toBeGreaterThan(10);
    let deaths = 0;
    for (let moment = 1; ; moment += 1) {
      const { killed, exists } = await runDyingAt(moment, beginning);
      expect(exists, `died at moment ${moment}`).toEqual(expected);
      if (!killed) break;
      deaths += 1;
      await machine.db.destroy();
    }
    await beginning.machine.db.destroy();
    expect(deaths).toBeGreaterThan(10);
    process.stdout.write(`died at each of ${deaths} moments\n`);
  });
});

/** Works on the bay until that moment; then the process dies, and another one is asked to delete the bay. */
async function deletedAfterDeath(
  first: Process,
  id: BayId,
  { moment, ends }: { readonly moment: number; readonly ends: string },
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
    machine = await aMachine();
    const first = await startProcess(machine);
    const outcome = await deletedAfterDeath(first, await ask(first), { moment, ends: 'CREATE_COMPLETE' });
    expect(await whatExists(), `asked after moment ${moment}`).toEqual({
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
    if (outcome === 'done') break;
    await machine.db.destroy();
  }
});

test.each(Object.entries(ROTATIONS))(
  'a bay that is deleted at any moment of getting another %s leaves nothing behind',
  { timeout: 900_000 },
  async (_what, rotation) => {
    const { machine: before, id } = await beginningOf(rotation);
    for (let moment = 1; ; moment += 2) {
      machine = await copyOf(before, folder);
      const first = await startProcess(machine);
      const outcome = await deletedAfterDeath(first, id, { moment, ends: 'UPDATE_COMPLETE' });
      const left = { bays: [], secrets: [], users: 0, intents: 0, trusts: 0 };
      expect(await whatExists(), `asked after moment ${moment}`).toMatchObject(left);
      if (outcome === 'done') break;
      await machine.db.destroy();
    }
    await before.db.destroy();
  },
);
