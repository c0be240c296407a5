import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { aService, refusalOf, type Fields, type Reply, type Service } from '../support/service.js';

/** Control planes of Kubernetes can be added to a running cluster, and leave it. */
let service: Service;
beforeAll(async () => {
  service = await aService();
  // Simulated nodes have no engine that could be drained.
  await service.createModel({ name: 'k8s', coe: 'kubernetes', labels: { drain_timeout: '0' } });
});
afterAll(() => service.stop());

const ask = (method: string, path: string, body?: Fields): Promise<Reply> =>
  service.request(method, path, { version: '1.14', ...(body ? { body } : {}) });

async function aCluster(more: Fields): Promise<string> {
  const made = await ask('POST', '/v1/clusters', { cluster_template_id: 'k8s', ...more });
  expect(made.status, made.text).toBe(202);
  const uuid = String(made.body['uuid']);
  await settled(uuid);
  return uuid;
}

async function settled(uuid: string): Promise<Fields> {
  let shown: Fields = {};
  const isSettled = async (): Promise<boolean> => {
    shown = (await ask('GET', `/v1/clusters/${uuid}`)).body;
    return !String(shown['status']).endsWith('IN_PROGRESS');
  };
  await until('the cluster has settled', isSettled, { withinMs: 60_000 });
  return shown;
}

const resize = (uuid: string, count: number): Promise<Reply> =>
  ask('POST', `/v1/clusters/${uuid}/actions/resize`, { node_count: count, nodegroup: 'default-master' });

test('to three and to five behind a load balancer, and to no number without a majority', async () => {
  const uuid = await aCluster({ master_lb_enabled: true });
  for (const count of [3, 5]) {
    expect((await resize(uuid, count)).status).toBe(202);
    expect(await settled(uuid)).toMatchObject({ status: 'UPDATE_COMPLETE', master_count: count, node_count: 1 });
    const { body } = await ask('GET', `/v1/clusters/${uuid}/nodegroups/default-master`);
    expect(body).toMatchObject({ node_count: count, node_addresses: Array.from({ length: count }, () => expect.any(String)) });
  }
  for (const count of [0, 2, 4, 7])
    expect(refusalOf(await resize(uuid, count))).toMatchObject({
      status: 400,
      detail: expect.stringContaining('control planes'),
    });
});

test('not beyond one without a load balancer before them', async () => {
  const uuid = await aCluster({});
  expect(refusalOf(await resize(uuid, 3))).toMatchObject({ status: 400, detail: expect.stringContaining('load balancer') });
});
