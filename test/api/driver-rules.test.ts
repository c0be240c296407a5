import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aService, refusalOf, type Fields, type Reply, type Service } from '../support/service.js';

/** What a driver refuses when a cluster is made, it refuses whatever else would make the cluster so. Nothing works on what is accepted. */
let service: Service;
let cluster = '';
beforeAll(async () => {
  service = await aService({ conductor: false });
  await service.createModel({ labels: { open_ports: '80' } });
  for (const [label, value, template] of WRONG) await service.createModel({ name: template, labels: { [label]: value } });
  await service.createModel({ name: 'better', labels: { open_ports: '443' } });
  const made = await ask('POST', '/v1/clusters', { name: 'hive', cluster_template_id: 'swarm' });
  cluster = String(made.body['uuid']);
  await rest();
});
afterAll(async () => service.stop());

const WRONG = [
  ['open_ports', 'nonsense', 'no-port'],
  ['open_ports', '80,99999', 'no-such-port'],
  ['api_allowed_cidrs', 'everywhere', 'no-range'],
  ['master_lb_allowed_cidrs', '0.0.0.0/0 }\n  lua-load /tmp/x.lua', 'no-text'],
] as const;

const ask = (method: string, path: string, body?: unknown): Promise<Reply> =>
  service.request(method, path, { version: '1.14', ...(body === undefined ? {} : { body }) });
const at = (path: string): string => `/v1/clusters/${cluster}${path}`;

/** The cluster as it is when its last change has ended. */
async function rest(): Promise<void> {
  await service.db('intent').delete();
  await service
    .db('bay')
    .where({ uuid: cluster })
    .update({ status: 'CREATE_COMPLETE', status_reason: null, api_address: 'tcp://192.0.2.7:2375' });
  await service.db('node_group').update({ status: 'CREATE_COMPLETE', status_reason: null });
}

const fingerprint = async (): Promise<string> =>
  JSON.stringify(await Promise.all(['bay', 'node_group', 'node', 'intent'].map((table) => service.db(table))));

async function expectRefused(field: string, request: () => Promise<Reply>): Promise<void> {
  const before = await fingerprint();
  expect(refusalOf(await request())).toMatchObject({ status: 400, detail: expect.stringContaining(field) });
  expect(await fingerprint()).toBe(before);
}

describe.each(WRONG)('label %s: %j', (label, value, template) => {
  const field = `labels.${label}`;
  const labels: Fields = { [label]: value };

  test('is refused when a cluster is made, with labels of its own, laid over, or of its template', async () => {
    for (const more of [{ labels }, { labels, merge_labels: true }])
      await expectRefused(field, () => ask('POST', '/v1/clusters', { cluster_template_id: 'swarm', ...more }));
    await expectRefused(field, () => ask('POST', '/v1/clusters', { cluster_template_id: template }));
  });

  test('is refused when it comes in by an upgrade', async () => {
    for (const more of [{}, { nodegroup: 'default-worker' }, { max_batch_size: 2 }])
      await expectRefused(field, () => ask('POST', at('/actions/upgrade'), { cluster_template: template, ...more }));
  });

  test('is refused when a new node group brings it', async () => {
    for (const more of [{ labels }, { labels, merge_labels: true }])
      await expectRefused(field, () => ask('POST', at('/nodegroups'), { name: 'extra', ...more }));
  });
});

test('a value that a cluster had before a rule existed does not prevent changes, and an upgrade removes it', async () => {
  const broken = JSON.stringify({ open_ports: 'nonsense' });
  await service.db('bay').where({ uuid: cluster }).update({ labels: broken });
  await service.db('node_group').update({ labels: broken });
  expect((await ask('POST', at('/actions/resize'), { node_count: 2 })).status).toBe(202);
  await rest();
  await expectRefused('labels.api_allowed_cidrs', () =>
    ask('POST', at('/nodegroups'), { name: 'extra', labels: { api_allowed_cidrs: 'everywhere' } }),
  );
  expect((await ask('PATCH', `/v1/certificates/${cluster}`)).status).toBe(202);
  await rest();
  expect((await ask('POST', at('/actions/upgrade'), { cluster_template: 'better' })).status).toBe(202);
});
