import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BayId } from '@magnum-ts/core/testing';
import { DomainError } from '@magnum-ts/core';
import { updateNodeGroup, type NodeGroupChange } from '../../packages/core/src/app/node-groups.js';
import { resizeBay } from '../../packages/core/src/app/resize.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import type { NodeDescription } from '../../packages/core/src/domain/node-description.js';
import type { CoeSession } from '../../packages/core/src/ports/bay-driver.js';
import { askForBay, may } from '../support/asking.js';
import { aMachine, startProcess, work, type Machine, type Process } from '../support/machine.js';

/** An engine whose nodes have labels and taints; it remembers every call, and fails as often as a test wants. */
class LabelledEngine implements CoeSession {
  readonly calls: (readonly NodeDescription[])[] = [];
  failures = 0;
  checks = 0;

  health = async (): ReturnType<CoeSession['health']> => {
    this.checks += 1;
    return { health: 'HEALTHY', reason: { api: 'ok' } };
  };

  labelNodes = async (nodes: readonly NodeDescription[]): Promise<void> => {
    this.calls.push(nodes);
    if (this.calls.length <= this.failures) throw new DomainError('engine-unavailable', 'The engine does not answer.');
  };
}

const TAINT = { key: 'gpu', value: 'yes', effect: 'NoSchedule' } as const;

let machine: Machine;
let process: Process;
let engine: LabelledEngine;
let bayId: BayId;
beforeEach(async () => {
  machine = await aMachine();
  engine = new LabelledEngine();
  process = await startProcess(machine, { ...driverRegistry(false), areLive: true, connect: () => engine });
  bayId = await askForBay(process.app);
  await work(process.deps, machine, isComplete('CREATE_COMPLETE'));
});
afterEach(async () => {
  await process.engine.stop();
  await machine.db.destroy();
});

const bay = () => process.app.store.read((repos) => repos.bays.get(bayId));
const isComplete = (status: string) => async () => (await bay())?.observed.status === status;
const wasCalled = (times: number) => async () => engine.calls.length >= times;

async function describeWorkers(change: Pick<NodeGroupChange, 'nodeLabels' | 'nodeTaints'>): Promise<void> {
  const place = { bay: bayId, group: 'default-worker' };
  const whole = { minNodeCount: 0, maxNodeCount: null, ...change };
  await updateNodeGroup(process.app, may('nodegroup:update'), place, () => whole);
}

/** Labels and taints of the last call by the name of the node. */
const last = (): Readonly<Record<string, unknown>> =>
  Object.fromEntries((engine.calls.at(-1) ?? []).map(({ name, labels, taints }) => [name, { labels, taints }]));

test('a change of a group reaches every node of the group, and no node of another, as soon as the bay is complete again', async () => {
  const [master, ...workers] = await process.app.store.read((repos) => repos.nodes.ofBay(bayId));
  await describeWorkers({ nodeLabels: { zone: 'a' }, nodeTaints: [TAINT] });
  engine.calls.length = 0;
  await work(process.deps, machine, wasCalled(1));
  expect((await bay())?.observed.status).toBe('UPDATE_COMPLETE');
  const plain = { labels: {}, taints: [] };
  const marked = { labels: { zone: 'a' }, taints: [TAINT] };
  expect(last()).toEqual({ [master?.name ?? '']: plain, ...Object.fromEntries(workers.map(({ name }) => [name, marked])) });
  expect(engine.calls.at(-1)?.map(({ role, group }) => [role, group])).toEqual([
    ['master', 'default-master'],
    ['worker', 'default-worker'],
    ['worker', 'default-worker'],
  ]);
  await describeWorkers({ nodeLabels: null, nodeTaints: null });
  engine.calls.length = 0;
  await work(process.deps, machine, wasCalled(1));
  expect(Object.values(last())).toEqual([plain, plain, plain]);
});

test('a node that is removed is described no more, and a new one is described like its group', async () => {
  await describeWorkers({ nodeLabels: { zone: 'a' }, nodeTaints: null });
  await work(process.deps, machine, isComplete('UPDATE_COMPLETE'));
  const [, leaving] = await process.app.store.read((repos) => repos.nodes.ofBay(bayId));
  const wanted = { nodeCount: 2, removeFirst: [leaving?.name ?? ''], group: null };
  await resizeBay(process.app, may('cluster:resize'), bayId, wanted, () => undefined);
  engine.calls.length = 0;
  await work(process.deps, machine, wasCalled(1));
  const described = engine.calls.at(-1) ?? [];
  expect(described.map(({ name }) => name)).not.toContain(leaving?.name);
  expect(described.map(({ labels }) => labels)).toEqual([{}, { zone: 'a' }, { zone: 'a' }]);
});

test('a call that fails says nothing about the health of the bay, and the next health check repeats it', async () => {
  await work(process.deps, machine, wasCalled(1));
  await describeWorkers({ nodeLabels: { zone: 'a' }, nodeTaints: null });
  [engine.calls.length, engine.failures] = [0, 2];
  await work(process.deps, machine, wasCalled(3));
  expect((await bay())?.observed).toMatchObject({ status: 'UPDATE_COMPLETE', health: 'HEALTHY' });
  expect(engine.calls.map((nodes) => nodes.at(-1)?.labels)).toEqual(Array(3).fill({ zone: 'a' }));
});

test('where health checks are switched off, a change still reaches the nodes, once', async () => {
  const deps = { ...process.deps, healthIntervalMs: 0 };
  await describeWorkers({ nodeLabels: { zone: 'a' }, nodeTaints: null });
  [engine.calls.length, engine.checks] = [0, 0];
  await work(deps, machine, wasCalled(1));
  machine.clock.advance(3_600_000);
  await work(deps, machine, async () => true);
  expect([engine.checks, engine.calls.length]).toEqual([0, 1]);
  expect(engine.calls[0]?.at(-1)?.labels).toEqual({ zone: 'a' });
});
