import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { aBayModel, type BayId, type BayModelId } from '@magnum-ts/core/testing';
import { createBay, deleteBay } from '../../packages/core/src/app/bays.js';
import { resizeBay } from '../../packages/core/src/app/resize.js';
import { upgradeBay } from '../../packages/core/src/app/upgrade.js';
import type { LeavingNode, UndrainedNode } from '../../packages/core/src/domain/drain.js';
import type { CoeSession } from '../../packages/core/src/ports/bay-driver.js';
import { HIVE, may } from '../support/asking.js';
import { expectNoTraceOfDeaths, hasStatus, type Scenario } from '../support/deaths.js';
import { work, type Machine, type Process } from '../support/machine.js';

/** Questions of a conductor until budgets let the last pod go. */
const ROUNDS = 3;

/** A cluster whose pods leave late, and whose conductor may die at each question. */
class Cluster implements CoeSession {
  #rounds = 0;

  health = async (): ReturnType<CoeSession['health']> => ({ health: 'HEALTHY', reason: { api: 'ok' } });

  drainNodes = async (nodes: readonly LeavingNode[]): Promise<readonly UndrainedNode[]> => {
    this.#rounds += 1;
    const why = '1 pod waits for the disruption budget default/web';
    return this.#rounds > ROUNDS ? [] : nodes.map(({ name }) => ({ node: name, why, isVital: false }));
  };

  releaseNodes = async (): Promise<void> => undefined;
  labelNodes = async (): Promise<void> => undefined;
}

const MODEL = { coe: 'kubernetes', networkDriver: 'flannel', flavorId: 'm1.small', externalNetworkId: 'public' } as const;
/** Of the model to which nodes are replaced: an id by being written here. */
const NEXT = 'a0000000-0000-4000-8000-00000000beef' as BayModelId;
const engine = (): CoeSession => new Cluster();

async function ask({ app }: Process, nodeCount = HIVE.nodeCount): Promise<BayId> {
  const model = aBayModel(MODEL);
  await app.store.write((repos) => repos.bayModels.insert(model));
  const wanted = { ...HIVE, nodeCount, masterCount: 3, masterLbEnabled: true };
  return (await createBay(app, may('bay:create'), wanted, new AbortController().signal)).bayId;
}

async function completed(process: Process, machine: Machine, nodeCount?: number): Promise<BayId> {
  const id = await ask(process, nodeCount);
  await work(process.deps, machine, hasStatus(process, id, 'CREATE_COMPLETE'));
  return id;
}

async function named(process: Process, id: BayId, role: string): Promise<string> {
  const [group] = (await process.app.store.read((repos) => repos.nodeGroups.ofBay(id))).filter((one) => one.role === role);
  const nodes = await process.app.store.read((repos) => repos.nodes.ofBay(id));
  return nodes.find(({ nodeGroupId }) => nodeGroupId === group?.id)?.name ?? '';
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'its creation': { engine, prepare: (process) => ask(process), ends: 'CREATE_COMPLETE' },
  'the drain and deletion of a named worker': {
    engine,
    prepare: async (process, machine) => {
      const id = await completed(process, machine);
      const removeFirst = [await named(process, id, 'worker')];
      await resizeBay(process.app, may('cluster:resize'), id, { nodeCount: 1, removeFirst, group: null }, () => undefined);
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  'the replacement of each of its nodes': {
    engine,
    prepare: async (process, machine) => {
      const id = await completed(process, machine, 1);
      const { signal } = new AbortController();
      const next = aBayModel({ ...MODEL, id: NEXT, name: 'next', labels: { kubeapi_options: '--v=2' } });
      await process.app.store.write((repos) => repos.bayModels.insert(next));
      const wanted = { bayModel: next.id, maxBatchSize: 1, group: null, check: () => undefined };
      await upgradeBay(process.app, may('cluster:upgrade'), id, wanted, signal);
      return id;
    },
    ends: 'UPDATE_COMPLETE',
  },
  'its deletion': {
    engine,
    prepare: async (process, machine) => {
      const id = await completed(process, machine);
      await deleteBay(process.app, may('bay:delete'), id);
      return id;
    },
    ends: undefined,
  },
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'magnum-crash-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(Object.entries(SCENARIOS))(
  'a conductor of a bay of Kubernetes that dies in the middle of %s',
  (_name, scenario) => {
    test('leaves, once another has taken over, exactly what an undisturbed one leaves', { timeout: 1_800_000 }, async () => {
      await expectNoTraceOfDeaths(scenario, folder);
    });
  },
);
