import { afterAll, beforeAll, expect, test } from 'vitest';
import { aService, type Fields, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService();
});
afterAll(() => service.stop());

const zonesOf = async (bayId: string, role: string): Promise<readonly unknown[]> =>
  (await service.db('node').where({ bay_id: bayId, role }).orderBy('id')).map(({ zone }: Fields) => zone);

test.each(['swarm-mode', 'kubernetes'])(
  'nodes of %s are spread over the zones of the label, each group for itself',
  async (coe) => {
    const { uuid: model } = await service.createModel({ name: coe, coe });
    const labels = { availability_zone: 'nova-a,nova-b,nova-c' };
    const size = { master_count: 3, node_count: 4, master_lb_enabled: true };
    const { uuid } = await service.createBay({ name: `spread-${coe}`, baymodel_id: model, labels, ...size });
    expect(await zonesOf(uuid, 'master')).toEqual(['nova-a', 'nova-b', 'nova-c']);
    expect(await zonesOf(uuid, 'worker')).toEqual(['nova-a', 'nova-b', 'nova-c', 'nova-a']);
    const { name: gone }: { name: string } = await service
      .db('node')
      .where({ bay_id: uuid, zone: 'nova-b', role: 'worker' })
      .first();
    const body = { node_count: 4, nodes_to_remove: [gone] };
    expect((await service.request('POST', `/v1/clusters/${uuid}/actions/resize`, { body, version: '1.7' })).status).toBe(202);
    await service.until(uuid, 'UPDATE_COMPLETE');
    expect(await service.db('node').where({ bay_id: uuid, name: gone })).toEqual([]);
    expect(await zonesOf(uuid, 'worker')).toEqual(['nova-a', 'nova-c', 'nova-a', 'nova-b']);
  },
  60_000,
);

test('a label with one zone, or none, leaves no choice', async () => {
  for (const [name, labels] of [
    ['one', { availability_zone: 'nova-a' }],
    ['none', {}],
  ] as const) {
    const { uuid } = await service.createBay({ name, baymodel_id: 'swarm-mode', labels });
    expect([...(await zonesOf(uuid, 'master')), ...(await zonesOf(uuid, 'worker'))]).toEqual([null, null]);
  }
}, 60_000);
