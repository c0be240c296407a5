import { ApiError, createMagnum, NotFoundError, type AnswerInfo, type ClusterSummary } from '@magnum-ts/sdk';
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest';
import { aService, MODEL, ORIGIN, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService();
});
afterAll(async () => service.stop());

test('the SDK takes a cluster from its template to its end, over the service in this process', async () => {
  const { clusters, clusterTemplates, credentials } = createMagnum({
    endpoint: `${ORIGIN}/v1`,
    token: service.tokens.demo,
    fetch: service.fetch,
  });
  const template = await clusterTemplates.create({ ...MODEL, coe: 'swarm', tags: 'a' });
  expect((await clusterTemplates.update('swarm', { tags: 'b', labels: { open_ports: '80' } })).tags).toBe('b');
  expect((await clusterTemplates.list().toArray()).map(({ uuid }) => uuid)).toEqual([template.uuid]);

  const { uuid } = await clusters.create({ name: 'hive', cluster_template_id: 'swarm', node_count: 2 });
  const statuses: string[] = [];
  const up = await clusters.waitUntil(uuid, { intervalMs: 20, onEvent: ({ status }) => void statuses.push(status) });
  expect(up).toMatchObject({ name: 'hive', status: 'CREATE_COMPLETE', labels: { open_ports: '80' } });
  expect(up.cluster_id).toBeTruthy();
  expect(statuses).toContain('CREATE_COMPLETE');

  await clusters.update('hive', { node_count: 1 }, { rollback: true });
  expect((await clusters.waitUntil(uuid, { intervalMs: 20 })).node_count).toBe(1);
  await clusters.update(uuid, { health_status: 'UNHEALTHY', health_status_reason: JSON.stringify({ api: 'down' }) });
  expect((await clusters.get(uuid)).health_status_reason).toEqual({ api: 'down' });
  expect(await clusters.listDetail({ sort_key: 'name', limit: 1 }).toArray()).toHaveLength(1);
  const [summary] = await clusters.list().toArray();
  expectTypeOf(summary).toEqualTypeOf<ClusterSummary | undefined>();
  expect(summary).not.toHaveProperty('api_address');

  expect(await credentials.rotate('hive')).toEqual({ uuid });
  expect((await clusters.waitUntil(uuid, { intervalMs: 20 })).status).toBe('UPDATE_COMPLETE');

  await clusters.delete('hive');
  await clusters.waitUntilDeleted(uuid, { intervalMs: 20 });
  await expect(clusters.get(uuid)).rejects.toThrow(NotFoundError);
  await clusterTemplates.delete(template.uuid);
  expect(await clusterTemplates.list().toArray()).toEqual([]);
});

test('the SDK changes only what was seen, and creates once however often an answer is lost', async () => {
  let lost = 0;
  const { bayModels } = createMagnum({
    endpoint: `${ORIGIN}/v1`,
    token: service.tokens.demo,
    retries: { baseMs: 1 },
    fetch: async (request) => {
      const isFirst = request.method === 'POST' && (lost += 1) === 1;
      const answer = await service.fetch(request);
      if (isFirst) throw new TypeError('the connection broke');
      return answer;
    },
  });
  const seen: AnswerInfo[] = [];
  const onAnswer = (answer: AnswerInfo): void => void seen.push(answer);
  const made = await bayModels.create({ ...MODEL, coe: 'swarm', name: 'once' }, { idempotencyKey: 'a-key', onAnswer });
  expect((await bayModels.list().toArray()).map(({ uuid }) => uuid)).toEqual([made.uuid]);
  const ifMatch = seen.at(-1)?.etag ?? '';
  expect((await bayModels.update(made.uuid, { tags: 'first' }, { ifMatch, onAnswer })).tags).toBe('first');
  await expect(bayModels.update(made.uuid, { tags: 'second' }, { ifMatch })).rejects.toMatchObject({ status: 412 });
  await expect(bayModels.delete(made.uuid, { ifMatch })).rejects.toThrow(ApiError);
  await bayModels.delete(made.uuid, { ifMatch: seen.at(-1)?.etag ?? '' });
});
