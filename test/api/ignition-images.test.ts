import { afterAll, beforeAll, expect, test } from 'vitest';
import { aService, refusalOf, type Fields, type Reply, type Service } from '../support/service.js';

/** All nodes of a cluster boot alike: what its stack gives to one, each of the others must be able to read. Nothing works on what is accepted. */
let service: Service;
let cluster = '';
beforeAll(async () => {
  service = await aService({ conductor: false });
  const kubernetes = { coe: 'kubernetes', network_driver: 'flannel' };
  await service.createModel({ ...kubernetes, name: 'debian', image_id: 'debian-12' });
  await service.createModel({ ...kubernetes, name: 'coreos', image_id: 'fedora-coreos-latest' });
  const made = await ask('POST', '/v1/clusters', { name: 'sea', cluster_template_id: 'coreos' });
  expect(made.status, JSON.stringify(made.body)).toBe(202);
  cluster = String(made.body['uuid']);
  await service.db('intent').delete();
  await service.db('bay').update({ status: 'CREATE_COMPLETE', api_address: 'https://192.0.2.7:6443' });
  await service.db('node_group').update({ status: 'CREATE_COMPLETE' });
});
afterAll(async () => service.stop());

const ask = (method: string, path: string, body: Fields): Promise<Reply> =>
  service.request(method, path, { version: '1.14', body });
const at = (path: string): string => `/v1/clusters/${cluster}${path}`;

test('an upgrade to an image that boots another way is refused', async () => {
  expect(refusalOf(await ask('POST', at('/actions/upgrade'), { cluster_template: 'debian' }))).toMatchObject({
    status: 409,
    detail: expect.stringContaining("servers of its image boot by cloud-init, the cluster's by Ignition as fedora-coreos has it"),
  });
});

test('a node group of an image that boots another way is refused, and one of an image like the others is made', async () => {
  expect(refusalOf(await ask('POST', at('/nodegroups'), { name: 'extra', image_id: 'debian-12' }))).toMatchObject({
    status: 400,
    detail: expect.stringContaining('servers of image debian-12 boot by cloud-init'),
  });
  expect((await ask('POST', at('/nodegroups'), { name: 'extra', image_id: 'fedora-coreos-latest' })).status).toBe(202);
});
