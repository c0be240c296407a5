import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { aService, itemsOf, refusalOf, resource, stateOf, type Reply, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService();
  await service.createModel();
});
afterAll(async () => service.stop());

const resize = (count: number): unknown => [{ op: 'replace', path: '/node_count', value: count }];
const patch = (ident: string, operations: unknown): Promise<Reply> =>
  service.request('PATCH', `/v1/bays/${ident}`, { body: operations, version: '1.2' });

describe('a bay in progress', () => {
  test('cannot be updated, can be deleted, and being deleted twice is no error', async () => {
    const idle = await aService({ conductor: false });
    await idle.createModel();
    const { uuid } = resource(
      await idle.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm', name: 'slow' }, version: '1.2' }),
      202,
    );
    expect((await idle.request('GET', `/v1/bays/${uuid}`)).body).toMatchObject({
      status: 'CREATE_IN_PROGRESS',
      stack_id: null,
      node_count: 1,
      master_count: 1,
    });
    const before = await stateOf(idle);
    expect(refusalOf(await idle.request('PATCH', `/v1/bays/${uuid}`, { body: resize(2), version: '1.2' }))).toMatchObject({
      status: 400,
      detail: expect.stringContaining('CREATE_IN_PROGRESS'),
    });
    expect(await stateOf(idle)).toBe(before);
    for (let times = 0; times < 2; times += 1) {
      const reply = await idle.request('DELETE', '/v1/bays/slow', { version: '1.2' });
      expect([reply.status, reply.text]).toEqual([204, '']);
      expect((await idle.request('GET', `/v1/bays/${uuid}`)).body['status']).toBe('DELETE_IN_PROGRESS');
    }
    expect((await idle.request('PATCH', `/v1/bays/${uuid}`, { body: resize(2), version: '1.2' })).status).toBe(400);
    await idle.stop();
  });

  test('is updated again while an update runs: the last word counts', async () => {
    const { uuid } = await service.createBay({ name: 'hasty' });
    expect((await patch(uuid, resize(3))).status).toBe(202);
    expect((await patch(uuid, resize(2))).status).toBe(202);
    expect((await service.until(uuid, 'UPDATE_COMPLETE'))['node_count']).toBe(2);
    await until(
      'the bay has three nodes',
      async () => itemsOf(await service.request('GET', `/v1/nodes?bay_ident=${uuid}`), 'nodes').length === 3,
    );
    expect(itemsOf(await service.request('GET', `/v1/nodes?bay_ident=${uuid}`), 'nodes')).toHaveLength(3);
  });

  test('after its deletion is 404, in every place', async () => {
    const { uuid } = await service.createBay({ name: 'mortal' });
    expect((await service.request('DELETE', '/v1/bays/mortal', { version: '1.2' })).status).toBe(204);
    await service.until(uuid, 'gone');
    for (const path of [
      `/v1/bays/${uuid}`,
      '/v1/bays/mortal',
      `/v1/bays/${uuid}/events`,
      `/v1/certificates/${uuid}`,
      `/v1/nodes?bay_ident=${uuid}`,
    ]) {
      expect((await service.request('GET', path)).status, path).toBe(404);
    }
    expect((await service.request('DELETE', `/v1/bays/${uuid}`, { version: '1.2' })).status).toBe(404);
  });
});
