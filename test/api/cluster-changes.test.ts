import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { get, made, patch, post, resize } from '../support/clusters.js';
import { aService, itemsOf, NOWHERE, refusalOf, resource, stateOf, type Fields, type Service } from '../support/service.js';
import { trusteeToken } from '../support/trustee.js';

/** One cluster, at rest: whatever changes here was changed by the request at hand. */
let service: Service;
let cluster: Fields & { readonly uuid: string };
/** Where clusters come and go. */
let busy: Service;
beforeAll(async () => {
  [service, busy] = await Promise.all([aService(), aService()]);
  for (const each of [service, busy]) await each.createModel({ docker_volume_size: 4, floating_ip_enabled: false });
  cluster = await made(service, { name: 'hive' });
});
afterAll(async () => {
  await Promise.all([service.stop(), busy.stop()]);
});

describe('changing a cluster', () => {
  test('grows it, and shows the change as in progress at once', async () => {
    const { uuid } = await made(busy, { name: 'elastic' });
    const reply = await patch(busy, uuid, resize('3'), '1.1');
    expect([reply.status, reply.body], reply.text).toEqual([202, { uuid }]);
    const during = await get(busy, uuid);
    expect(during['node_count']).toBe(3);
    expect(during['status']).toMatch(/^UPDATE_/);
    expect((await busy.until(uuid, 'UPDATE_COMPLETE'))['node_addresses']).toHaveLength(3);
    expect((await patch(busy, uuid, [{ op: 'remove', path: '/node_count' }])).status).toBe(202);
    await busy.until(uuid, 'UPDATE_COMPLETE');
    expect((await get(busy, uuid))['node_count']).toBe(1);
  });

  test('may ask for a rollback from 1.3 on', async () => {
    for (const [version, status] of [
      ['1.2', 400],
      ['1.3', 202],
    ] as const) {
      const reply = await service.request('PATCH', '/v1/clusters/hive/?rollback=True', { body: resize(1), version });
      expect(reply.status, `${version} ${reply.text}`).toBe(status);
    }
    await service.until(cluster.uuid, 'UPDATE_COMPLETE');
  });

  test('records what is said of its health, without an update', async () => {
    const { uuid } = await made(busy, { name: 'patient' });
    const reply = await patch(busy, uuid, [
      { op: 'replace', path: '/health_status', value: 'UNHEALTHY' },
      { op: 'replace', path: '/health_status_reason', value: "{'api': 'ok', 'worker-1.Ready': False}" },
    ]);
    expect([reply.status, reply.body], reply.text).toEqual([202, { uuid }]);
    expect(await get(busy, uuid)).toMatchObject({
      status: 'CREATE_COMPLETE',
      health_status: 'UNHEALTHY',
      health_status_reason: { api: 'ok', 'worker-1.Ready': 'False' },
    });
    expect((await patch(busy, uuid, [{ op: 'replace', path: '/health_status', value: 'ILL' }])).status).toBe(400);
    const both = await patch(busy, uuid, [...resize(2), { op: 'replace', path: '/health_status', value: 'HEALTHY' }]);
    expect(both.status, both.text).toBe(202);
    expect(await get(busy, uuid)).toMatchObject({ node_count: 2, health_status: 'HEALTHY' });
    await busy.until(uuid, 'UPDATE_COMPLETE');
  });

  test('lets the account of its nodes report the health, and do nothing else', async () => {
    const { uuid } = await made(busy, { name: 'self-aware' });
    const other = await made(busy, { name: 'next-door' });
    const token = await trusteeToken(busy, uuid);
    const health = [{ op: 'replace', path: '/health_status', value: 'HEALTHY' }];
    expect((await patch(busy, uuid, health, '1.14', token)).status).toBe(202);
    expect((await get(busy, uuid))['health_status']).toBe('HEALTHY');
    expect(refusalOf(await patch(busy, uuid, [...health, ...resize(2)], '1.14', token)).detail).toContain('cluster:update');
    expect((await patch(busy, other.uuid, health, '1.14', token)).status).toBe(404);
    expect((await patch(busy, uuid, health, '1.14', busy.tokens.mate)).status).toBe(202);
    expect((await patch(busy, uuid, health, '1.14', busy.tokens.other)).status).toBe(404);
  });

  test.each<[string, unknown, string]>([
    ['its name', [{ op: 'replace', path: '/name', value: 'other' }], 'name'],
    ['its masters', [{ op: 'replace', path: '/master_count', value: 3 }], 'master_count'],
    ['its labels', [{ op: 'add', path: '/labels/x', value: 'y' }], 'labels'],
    ['its template', [{ op: 'replace', path: '/cluster_template_id', value: NOWHERE }], 'cluster_template_id'],
    ['its template away', [{ op: 'remove', path: '/cluster_template_id' }], 'cluster_template_id'],
    ['its status', [{ op: 'replace', path: '/status', value: 'DELETE_COMPLETE' }], 'status'],
    ['its stack', [{ op: 'replace', path: '/stack_id', value: 'x' }], 'stack_id'],
    ['its cluster id', [{ op: 'replace', path: '/cluster_id', value: 'x' }], 'cluster_id'],
    ['its authority', [{ op: 'replace', path: '/ca_cert_ref', value: 'x' }], 'ca_cert_ref'],
    ['its addresses', [{ op: 'remove', path: '/node_addresses' }], 'node_addresses'],
    ['its project', [{ op: 'replace', path: '/project_id', value: 'x' }], 'project_id'],
    ['its label differences', [{ op: 'add', path: '/labels_added/x', value: 'y' }], 'labels_added'],
    ['nodes and name', [...resize(2), { op: 'replace', path: '/name', value: 'other' }], 'name'],
    ['to negative nodes', resize(-3), 'node_count'],
    ['to a million nodes', resize(1_000_000), 'node_count'],
    ['its health to a list', [{ op: 'replace', path: '/health_status_reason', value: "['a']" }], 'health_status_reason'],
    ['nothing', [], 'no operation'],
  ])('%s is refused, and nothing changes', async (_what, operations, word) => {
    const before = await stateOf(service);
    for (const version of ['1.1', '1.14'])
      expect(refusalOf(await patch(service, 'hive', operations, version))).toMatchObject({
        status: 400,
        detail: expect.stringContaining(word),
      });
    expect(await stateOf(service)).toBe(before);
  });

  test('is refused in the cluster’s words while it is made', async () => {
    const idle = await aService({ conductor: false });
    await idle.createModel();
    const { uuid } = resource(await post(idle, {}), 202);
    expect(refusalOf(await patch(idle, uuid, resize(2))).detail).toMatch(
      /^Updating a cluster when status is "CREATE_IN_PROGRESS"/,
    );
    await idle.stop();
  });
});

describe('administrators', () => {
  test('see and change clusters of every project, by the cluster wording alone', async () => {
    const { admin, other } = busy.tokens;
    const { uuid } = await made(busy, { name: 'far-away' });
    expect((await busy.request('GET', `/v1/clusters/${uuid}`, { token: other })).status).toBe(404);
    expect((await get(busy, uuid, '1.14', admin))['name']).toBe('far-away');
    expect((await busy.request('GET', `/v1/bays/${uuid}`, { token: admin })).status).toBe(404);
    for (const path of ['/v1/clusters', '/v1/clusters/detail']) {
      const names = async (token: string): Promise<readonly unknown[]> =>
        itemsOf(await busy.request('GET', path, { token }), 'clusters').map((item) => item['name']);
      expect(await names(admin)).toContain('far-away');
      expect(await names(other)).toEqual([]);
      expect((await busy.request('GET', `${path}?marker=${uuid}`, { token: admin })).status).toBe(200);
      expect((await busy.request('GET', `${path}?marker=${uuid}`, { token: other })).status).toBe(404);
    }
    expect((await busy.request('GET', `/v1/clusters/${uuid}/events`, { token: admin })).status).toBe(200);
    expect((await patch(busy, uuid, resize(2), '1.14', other)).status).toBe(404);
    expect((await patch(busy, uuid, resize(2), '1.14', admin)).status).toBe(202);
    await busy.until(uuid, 'UPDATE_COMPLETE');
    expect((await get(busy, uuid))['node_count']).toBe(2);
    expect((await busy.request('DELETE', `/v1/clusters/${uuid}`, { token: other })).status).toBe(404);
    expect((await busy.request('DELETE', `/v1/clusters/${uuid}`, { token: admin })).status).toBe(204);
    await busy.until(uuid, 'gone');
  });
});

describe('deleting a cluster', () => {
  test('answers 204, shows it as being deleted, and is no error twice', async () => {
    const { uuid } = await made(busy, { name: 'short-lived' });
    expect((await busy.request('DELETE', `/v1/clusters/${uuid}`)).status).toBe(204);
    const during = await busy.request('GET', `/v1/clusters/${uuid}`);
    if (during.status !== 404) expect(during.body['status']).toBe('DELETE_IN_PROGRESS');
    expect([204, 404]).toContain((await busy.request('DELETE', `/v1/clusters/${uuid}`)).status);
    await busy.until(uuid, 'gone');
  });
});
