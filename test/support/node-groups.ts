import { until } from '@magnum-ts/core/testing';
import { anEngine, type Engine } from './engine.js';
import { aService, itemsOf, type Ask, type Fields, type Reply, type Service } from './service.js';

/** A cluster `hive` of one master and two workers in a service of its own, and requests about its node groups. */
export interface HiveWithGroups {
  readonly service: Service;
  readonly engine: Engine;
  readonly uuid: string;
  /** Path under the cluster's groups. */
  at(path: string): string;
  ask(method: string, path: string, more?: Ask): Promise<Reply>;
  create(body: Fields): Promise<Reply>;
  group(name: string): Promise<Fields>;
  nodesOf(name: string): Promise<readonly Fields[]>;
  patch(name: string, ...operations: readonly Fields[]): Promise<Reply>;
  resize(body: Fields, version?: string): Promise<Reply>;
  upgrade(body: Fields, version?: string): Promise<Reply>;
  statusOfCluster(): Promise<unknown>;
  waitForCluster(): Promise<unknown>;
}

export async function aHiveWithGroups(): Promise<HiveWithGroups> {
  const service = await aService();
  const engine = await anEngine(service);
  await service.createModel({ labels: { availability_zone: 'a', open_ports: '80' } });
  const { uuid } = await service.createBay({ name: 'hive', node_count: 2, docker_volume_size: 4 });
  const at = (path: string): string => `/v1/clusters/hive/nodegroups${path}`;
  const ask = (method: string, path: string, more: Ask = {}): Promise<Reply> =>
    service.request(method, at(path), { version: '1.9', ...more });
  const act = (action: string, body: Fields, version: string): Promise<Reply> =>
    service.request('POST', `/v1/clusters/hive/actions/${action}`, { body, version });
  const statusOfCluster = async (): Promise<unknown> => (await service.request('GET', `/v1/clusters/${uuid}`)).body['status'];
  return {
    service,
    engine,
    uuid,
    at,
    ask,
    create: (body) => ask('POST', '', { body }),
    group: async (name) => (await ask('GET', `/${name}`)).body,
    nodesOf: async (name) => itemsOf(await engine.request('GET', at(`/${name}/nodes`), { version: '1.9' }), 'nodes'),
    patch: (name, ...operations) => ask('PATCH', `/${name}`, { body: operations }),
    resize: (body, version = '1.10') => act('resize', body, version),
    upgrade: (body, version = '1.8') => act('upgrade', body, version),
    statusOfCluster,
    waitForCluster: () =>
      until('the work on the cluster is complete', async () => String(await statusOfCluster()).endsWith('_COMPLETE')),
  };
}
