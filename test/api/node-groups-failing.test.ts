import { afterEach, beforeEach, expect, test } from 'vitest';
import { EMBEDDED_DEFAULTS } from '@magnum-ts/core';
import { Hopeless, until } from '@magnum-ts/core/testing';
import { aService, itemsOf, type Fields, type Reply, type Service } from '../support/service.js';

const [PUBLIC] = EMBEDDED_DEFAULTS.externalNetworks;

/** Thirteen floating addresses: a group that needs more fails. */
let service: Service;
let cluster = '';
beforeEach(async () => {
  if (!PUBLIC) throw new Error('the embedded cloud has no external network');
  service = await aService({ config: { externalNetworks: [{ ...PUBLIC, cidr: '172.31.200.0/28' }] } });
  await service.createModel();
  await service.createModel({ name: 'next', image_id: 'ubuntu-24.04' });
  cluster = (await service.createBay({ name: 'hive' })).uuid;
});
afterEach(() => service.stop());

const ask = (method: string, path: string, body?: unknown): Promise<Reply> =>
  service.request(method, `/v1/clusters/${cluster}${path}`, { version: '1.14', ...(body === undefined ? {} : { body }) });
const whole = async (): Promise<Fields> => (await ask('GET', '')).body;
const group = async (name: string): Promise<Fields> => (await ask('GET', `/nodegroups/${name}`)).body;
const nodesOf = async (name: string): Promise<readonly Fields[]> =>
  itemsOf(await ask('GET', `/nodegroups/${name}/nodes`), 'nodes');

/** Any other end of the work fails at once. */
const waitForStatus = (status: string): Promise<Fields> =>
  until(`the cluster is ${status}`, async () => {
    const cluster = await whole();
    if (cluster['status'] === status) return cluster;
    if (String(cluster['status']).endsWith('_IN_PROGRESS')) return undefined;
    throw new Hopeless(`${String(cluster['status'])}: ${String(cluster['status_reason'])}`);
  });

/** Takes so many addresses that too few are left. */
async function filled(count: number): Promise<void> {
  expect((await ask('POST', '/nodegroups', { name: 'filler', node_count: count })).status).toBe(202);
  await waitForStatus('UPDATE_COMPLETE');
}

test('a group that cannot be made fails alone, says why, and is small enough after a resize', async () => {
  expect((await ask('POST', '/nodegroups', { name: 'huge', node_count: 14 })).status).toBe(202);
  const failed = await waitForStatus('UPDATE_FAILED');
  expect(await group('huge')).toMatchObject({ status: 'CREATE_FAILED', status_reason: expect.stringContaining('address') });
  expect((await group('default-worker'))['status']).toBe('CREATE_COMPLETE');
  expect(Object.keys(failed['faults'] as Fields)).toEqual(['huge']); // an object by the spec
  expect((await ask('POST', '/actions/resize', { node_count: 1, nodegroup: 'huge' })).status).toBe(202);
  await waitForStatus('UPDATE_COMPLETE');
  expect((await group('huge'))['status']).toBe('UPDATE_COMPLETE');
  expect(await nodesOf('huge')).toHaveLength(1);
});

test('a group that cannot be made can be deleted', async () => {
  await ask('POST', '/nodegroups', { name: 'huge', node_count: 40 });
  await waitForStatus('UPDATE_FAILED');
  expect((await ask('DELETE', '/nodegroups/huge')).status).toBe(204);
  await waitForStatus('UPDATE_COMPLETE');
  expect(itemsOf(await ask('GET', '/nodegroups'), 'nodegroups').map(({ name }) => name)).toEqual([
    'default-master',
    'default-worker',
  ]);
});

test('an upgrade that fails keeps the old template, and goes on where it stopped when it is asked for again', async () => {
  const before = (await whole())['cluster_template_id'];
  await filled(11);
  expect((await ask('POST', '/actions/upgrade', { cluster_template: 'next' })).status).toBe(202);
  expect(await waitForStatus('UPDATE_FAILED')).toMatchObject({ cluster_template_id: before, master_count: 1, node_count: 12 });
  expect((await group('default-master'))['status']).toBe('UPDATE_FAILED');
  expect((await group('filler'))['status']).toBe('CREATE_COMPLETE');
  expect((await ask('DELETE', '/nodegroups/filler')).status).toBe(204);
  await waitForStatus('UPDATE_COMPLETE');
  // The master that was too many is gone, the old one stayed.
  expect((await nodesOf('default-master')).map(({ image_id }) => image_id)).toEqual(['debian-12']);
  expect((await ask('POST', '/actions/upgrade', { cluster_template: 'next' })).status).toBe(202);
  const after = await waitForStatus('UPDATE_COMPLETE');
  expect(after['cluster_template_id']).not.toBe(before);
  for (const name of ['default-master', 'default-worker'])
    expect((await nodesOf(name)).map(({ image_id }) => image_id)).toEqual(['ubuntu-24.04']);
}, 60_000);

test('a growth that is rolled back gives the group its size and the nodes that it had', async () => {
  const before = await nodesOf('default-worker');
  const reply = await service.request('PATCH', `/v1/clusters/${cluster}?rollback=true`, {
    body: [{ op: 'replace', path: '/node_count', value: 40 }],
    version: '1.3',
  });
  expect(reply.status).toBe(202);
  expect(await waitForStatus('ROLLBACK_COMPLETE')).toMatchObject({ node_count: 1 });
  expect(await group('default-worker')).toMatchObject({ status: 'ROLLBACK_COMPLETE', node_count: 1 });
  expect((await nodesOf('default-worker')).map(({ uuid }) => uuid)).toEqual(before.map(({ uuid }) => uuid));
});

test('a node group is made once for each Idempotency-Key', async () => {
  const create = (): Promise<Reply> =>
    service.request('POST', `/v1/clusters/${cluster}/nodegroups`, {
      body: { name: 'once' },
      version: '1.9',
      headers: { 'Idempotency-Key': 'a-key' },
    });
  const [first, second] = [await create(), await create()];
  expect([first.status, second.status]).toEqual([202, 202]);
  expect(second.body['uuid']).toBe(first.body['uuid']);
  await waitForStatus('UPDATE_COMPLETE');
});

test('labels that the driver does not know are named in a warning', async () => {
  const reply = await ask('POST', '/nodegroups', { name: 'odd', node_count: 0, labels: { colour: 'red' } });
  expect(reply.status).toBe(202);
  expect(reply.headers.get('warning')).toContain('colour');
});

test('If-Match lets a caller change only what it has seen, of groups, resizes and upgrades', async () => {
  const seen = (await ask('GET', '/nodegroups/default-worker')).headers.get('etag') ?? '';
  expect(seen).toBe((await ask('GET', '')).headers.get('etag'));
  const change = (method: string, path: string, body: unknown, tag: string): Promise<Reply> =>
    service.request(method, `/v1/clusters/${cluster}${path}`, {
      version: '1.14',
      headers: { 'If-Match': tag },
      ...(body === undefined ? {} : { body }),
    });
  const bounds = [{ op: 'replace', path: '/max_node_count', value: 9 }];
  const changed = await change('PATCH', '/nodegroups/default-worker', bounds, seen);
  expect(changed.status).toBe(202);
  const tag = changed.headers.get('etag') ?? '';
  expect(tag).not.toBe(seen);
  for (const [method, path, body] of [
    ['PATCH', '/nodegroups/default-worker', bounds],
    ['POST', '/actions/resize', { node_count: 2 }],
    ['POST', '/actions/upgrade', { cluster_template: 'next' }],
    ['DELETE', '/nodegroups/default-worker', undefined],
  ] as const)
    expect((await change(method, path, body, seen)).status, `${method} ${path}`).toBe(412);
  expect((await change('POST', '/actions/resize', { node_count: 2 }, tag)).status).toBe(202);
  expect(await group('default-worker')).toMatchObject({ updated_at: expect.any(String), node_count: 2 });
});
