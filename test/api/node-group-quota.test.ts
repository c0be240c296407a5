import { afterAll, beforeAll, expect, test } from 'vitest';
import { aService, itemsOf, refusalOf, type Reply, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService({ conductor: false, rowLimits: { nodeGroup: 3 } });
  await service.createModel();
  await service.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm', name: 'hive' }, version: '1.2' });
  await service.db('bay').update({ status: 'CREATE_COMPLETE', api_address: 'tcp://192.0.2.1:2375' });
});
afterAll(() => service.stop());

const create = (name: string): Promise<Reply> =>
  service.request('POST', '/v1/clusters/hive/nodegroups', { version: '1.14', body: { name } });

test('a cluster has so many node groups, those that every cluster has counted, and no more', async () => {
  expect((await create('third')).status).toBe(202);
  const refused = await create('fourth');
  expect(refusalOf(refused)).toMatchObject({ status: 403, detail: expect.stringContaining('maximum of 3 node groups') });
  expect(refused.text).toContain('[quotas] max_node_groups_per_cluster');
  const groups = itemsOf(await service.request('GET', '/v1/clusters/hive/nodegroups', { version: '1.14' }), 'nodegroups');
  expect(groups.map(({ name }) => name)).toEqual(['default-master', 'default-worker', 'third']);
});
