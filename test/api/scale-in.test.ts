import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { anEngine, type Engine } from '../support/engine.js';
import { aService, itemsOf, type Service } from '../support/service.js';

// Which nodes leave when a request names none. Mesos counts its tasks; the other engines are not asked.
const TASKS = [0, 5, 1, 4, 2];
let service: Service;
let engine: Engine;
beforeAll(async () => {
  service = await aService();
  await service.createModel({ name: 'mesos', coe: 'mesos', image_id: 'debian-12-mesos', network_driver: null });
  await service.createModel({ name: 'swarm' });
  engine = await anEngine(service);
});
afterAll(() => service.stop());
beforeEach(() => engine.failWith(undefined));

interface Worker {
  readonly name: string;
  readonly isLeaving: boolean;
}

async function workersOf(bay: string): Promise<readonly Worker[]> {
  const nodes = itemsOf(await service.request('GET', `/v1/nodes?bay_ident=${bay}`), 'nodes');
  return nodes
    .filter(({ role }) => role === 'worker')
    .map(({ name, status }) => ({ name: String(name), isLeaving: status === 'DELETE_IN_PROGRESS' }));
}

/** A bay of that model whose workers have those tasks, in the order in which they were made. */
async function aBusyBay(name: string, model: string): Promise<readonly string[]> {
  await service.createBay({ name, baymodel_id: model, node_count: TASKS.length });
  const names = (await workersOf(name)).map((worker) => worker.name);
  names.forEach((worker, index) => engine.workloads.set(worker, TASKS[index] ?? 0));
  return names;
}

/** Places of the workers that stay. */
async function staying(bay: string, names: readonly string[]): Promise<readonly number[]> {
  const left = (await workersOf(bay)).filter(({ isLeaving }) => !isLeaving);
  return left.map(({ name }) => names.indexOf(name)).toSorted();
}

const size = (value: number): object => [{ op: 'replace', path: '/node_count', value }];

describe('a bay that shrinks', () => {
  test('loses the nodes with the fewest tasks first, when its driver says so', async () => {
    const names = await aBusyBay('ore', 'mesos');
    expect((await engine.request('PATCH', '/v1/bays/ore', { body: size(3) })).status).toBe(200);
    expect(await staying('ore', names)).toEqual([1, 3, 4]);
  });

  test('loses the newest of other engines, and of an engine that does not answer', async () => {
    const swarm = await aBusyBay('hive', 'swarm');
    expect((await engine.request('PATCH', '/v1/bays/hive', { body: size(3) })).status).toBe(200);
    expect(await staying('hive', swarm)).toEqual([0, 1, 2]);
    const silent = await aBusyBay('silent', 'mesos');
    engine.failWith('engine-unavailable');
    expect((await engine.request('PATCH', '/v1/bays/silent', { body: size(3) })).status).toBe(200);
    expect(await staying('silent', silent)).toEqual([0, 1, 2]);
  });

  test('loses the named nodes before any other, and then those with the fewest tasks', async () => {
    const names = await aBusyBay('named', 'mesos');
    const body = { node_count: 2, nodes_to_remove: [names[1]] };
    const headers = { 'openstack-api-version': 'container-infra 1.7' };
    expect((await engine.request('POST', '/v1/clusters/named/actions/resize', { body, headers })).status).toBe(202);
    expect(await staying('named', names)).toEqual([3, 4]);
  });
});
