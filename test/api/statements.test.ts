import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aService, itemsOf, type Service } from '../support/service.js';

const CLUSTERS = 1_000;

let service: Service;
let one = '';
const statements: string[] = [];
beforeAll(async () => {
  service = await aService({ conductor: false, defaultClusterQuota: CLUSTERS });
  await service.createModel({ labels: { open_ports: '80' } });
  const quota = { project_id: service.config.projects[0]?.id, resource: 'Cluster', hard_limit: CLUSTERS };
  await service.request('POST', '/v1/quotas', { body: quota, token: service.tokens.admin });
  for (let index = 0; index < CLUSTERS; index += 1) {
    const reply = await service.request('POST', '/v1/clusters', {
      body: { cluster_template_id: 'swarm', name: `c${index}`, node_count: 2, labels: { ordinal: String(index) } },
      version: '1.14',
    });
    expect(reply.status, reply.text).toBe(202);
    one ||= String(reply.body['uuid']);
  }
  service.db.on('query', ({ sql }: { readonly sql: string }) => statements.push(sql));
}, 120_000);
afterAll(async () => service.stop());

/** The statements that a request costs, without those of its token. */
async function costOf(
  path: string,
): Promise<{ readonly statements: readonly string[]; readonly items: number; readonly bytes: number }> {
  statements.length = 0;
  const reply = await service.request('GET', path, { version: '1.14' });
  expect(reply.status, reply.text.slice(0, 300)).toBe(200);
  const collection = Object.keys(reply.body)[0] ?? '';
  const items = Array.isArray(reply.body[collection]) ? itemsOf(reply, collection).length : 1;
  return { items, bytes: reply.text.length, statements: statements.filter((sql) => !/identity_|"?embedded_|token/.test(sql)) };
}

describe(`with ${CLUSTERS} clusters and their node groups`, () => {
  test.each(['/v1/clusters', '/v1/clusters/detail', '/v1/bays', '/v1/bays/detail'])(
    '%s costs one statement for each quarter of a mebibyte',
    async (path) => {
      const cost = await costOf(path);
      expect(cost.items).toBe(CLUSTERS);
      // One more where the size of a row was not known yet.
      expect(cost.statements.length).toBeLessThanOrEqual(1 + Math.ceil(cost.bytes / 262_144));
    },
  );

  test.each(['/v1/clusters', '/v1/clusters/detail'])('a page of %s after a marker costs two', async (path) => {
    const cost = await costOf(`${path}?limit=100&sort_key=name&marker=${one}`);
    expect(cost.items).toBe(100);
    expect(cost.statements).toHaveLength(2);
  });

  test('its node groups cost two, and so does one of them', async () => {
    for (const path of ['', '?role=worker', '/default-worker'])
      expect((await costOf(`/v1/clusters/${one}/nodegroups${path}`)).statements, path).toHaveLength(2);
  });

  test('quotas, federations and stats cost one statement each', async () => {
    for (const path of ['/v1/federations', '/v1/federations/detail', '/v1/stats'])
      expect((await costOf(path)).statements, path).toHaveLength(1);
  });

  test('one cluster costs one statement, and one that failed two', async () => {
    expect((await costOf(`/v1/clusters/${one}`)).statements).toHaveLength(1);
    await service.db('bay').where({ uuid: one }).update({ status: 'CREATE_FAILED' });
    expect((await costOf(`/v1/clusters/${one}`)).statements).toHaveLength(2);
  });
});
