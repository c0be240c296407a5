import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aService, refusalOf, type Fields, type Reply, type Service } from '../support/service.js';

/** What works in the cloud for the owner of a bay needs a trust for its nodes, which the operator allows or does not. */
let [without, trusting]: [Service | undefined, Service | undefined] = [undefined, undefined];
beforeAll(async () => {
  without = await aService({ conductor: false });
  trusting = await aService({ conductor: false, nodesHaveTrust: true });
  for (const service of [without, trusting]) {
    await service.createModel({ name: 'k8s', coe: 'kubernetes' });
    await service.createModel({ name: 'volumes', coe: 'kubernetes', volume_driver: 'cinder' });
  }
});
afterAll(async () => {
  await without?.stop();
  await trusting?.stop();
});

function ask(service: Service | undefined, labels: Fields, more: Fields = {}): Promise<Reply> {
  const body = { cluster_template_id: 'k8s', labels, ...more };
  if (!service) throw new Error('not started');
  return service.request('POST', '/v1/clusters', { version: '1.14', body });
}

const WISHES: readonly (readonly [string, Fields, Fields])[] = [
  ['labels.cloud_provider_enabled', { cloud_provider_enabled: 'true' }, {}],
  ['labels.auto_scaling_enabled', { auto_scaling_enabled: 'True' }, {}],
  ['labels.auto_healing_controller', { auto_healing_enabled: 'true', auto_healing_controller: 'magnum-auto-healer' }, {}],
  ['labels.ingress_controller', { ingress_controller: 'octavia' }, {}],
  ['volume_driver', {}, { cluster_template_id: 'volumes' }],
];

describe.each(WISHES)('%s with %j', (field, labels, more) => {
  test('is refused by its name where nodes have no trust, and nothing is written', async () => {
    const refusal = refusalOf(await ask(without, labels, more));
    expect(refusal).toMatchObject({ status: 400, detail: expect.stringMatching(`^${field}: .*cluster_user_trust`) });
    expect(await without?.db('bay')).toEqual([]);
  });

  test('is accepted where they have one', async () => {
    expect(await ask(trusting, labels, more)).toMatchObject({ status: 202 });
  });
});

describe('where nodes have a trust', () => {
  test.each([
    [{ cloud_provider_enabled: 'false' }, /^volume_driver: .*cloud_provider_enabled=true/],
    [{ cinder_csi_enabled: 'false' }, /^volume_driver: .*cinder_csi_enabled=true/],
  ])('the volume driver cinder is refused with %j', async (labels, words) => {
    const refusal = refusalOf(await ask(trusting, labels, { cluster_template_id: 'volumes' }));
    expect(refusal).toMatchObject({ status: 400, detail: expect.stringMatching(words) });
  });

  test.each([
    [{ auto_scaling_enabled: 'true' }, 3],
    [{ auto_scaling_enabled: 'true', max_node_count: '7' }, 7],
    [{ max_node_count: '7' }, null],
  ] as const)('with %j the default workers have the maximum %j', async (labels, most) => {
    const made = await ask(trusting, labels, { node_count: 2 });
    const path = `/v1/clusters/${String(made.body['uuid'])}/nodegroups/default-worker`;
    expect((await trusting?.request('GET', path, { version: '1.14' }))?.body).toMatchObject({ max_node_count: most });
  });

  test('more workers than the autoscaler may make are refused', async () => {
    const reply = await ask(trusting, { auto_scaling_enabled: 'true', max_node_count: '2' }, { node_count: 3 });
    expect(refusalOf(reply)).toMatchObject({ status: 400, detail: expect.stringMatching(/^node_count: .*max_node_count is 2/) });
    for (const text of ['many', '-1', '1001']) {
      const wrong = await ask(trusting, { auto_scaling_enabled: 'true', max_node_count: text });
      expect(refusalOf(wrong)).toMatchObject({ status: 400, detail: expect.stringMatching(/^labels\.max_node_count/) });
    }
  });
});
