import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aService, refusalOf, resource, type Reply, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService();
  await service.createModel();
});
afterAll(async () => service.stop());

const etagOf = (reply: Reply): string => {
  const etag = reply.headers.get('etag');
  expect(etag, reply.text).toMatch(/^"\d+"$/);
  return etag ?? '';
};
const send = (method: string, path: string, body: unknown, match?: string): Promise<Reply> =>
  service.request(method, path, {
    version: '1.14',
    ...(body === undefined ? {} : { body }),
    ...(match === undefined ? {} : { headers: { 'If-Match': match } }),
  });
const tagged = (tag: string) => [{ op: 'add', path: '/labels/tag', value: tag }];

describe.each(['baymodels', 'clustertemplates'])('If-Match on %s', (collection) => {
  test('lets the first of two changes through, and refuses the second with the outdated version in the error', async () => {
    const { uuid } = await service.createModel({ name: 'other' });
    const path = `/v1/${collection}/${uuid}`;
    const seen = etagOf(await send('GET', path, undefined));
    const first = await send('PATCH', path, tagged('first'), seen);
    expect(first.status, first.text).toBe(200);
    expect(etagOf(first)).not.toBe(seen);
    const second = await send('PATCH', path, tagged('second'), seen);
    expect(refusalOf(second)).toMatchObject({ status: 412, detail: expect.stringContaining(seen) });
    expect((await send('DELETE', path, undefined, seen)).status).toBe(412);
    const now = await send('GET', path, undefined);
    expect([now.body['labels'], etagOf(now)]).toEqual([{ tag: 'first' }, etagOf(first)]);
    expect((await send('PATCH', path, tagged('third'), `"0", ${etagOf(now)}`)).status).toBe(200);
    expect((await send('DELETE', path, undefined, '*')).status).toBe(204);
  });

  test('holds between requests at the same time', async () => {
    const { uuid } = await service.createModel({ name: 'other' });
    const path = `/v1/${collection}/${uuid}`;
    const seen = etagOf(await send('GET', path, undefined));
    const replies = await Promise.all(['a', 'b', 'c', 'd'].map((tag) => send('PATCH', path, tagged(tag), seen)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual(
      [200, ...replies.slice(1).map(({ status }) => (status === 412 ? 412 : 409))].toSorted(),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe.each(['bays', 'clusters'])('If-Match on %s', (collection) => {
  test('is about what was asked for, and not about what was observed', async () => {
    const bay = await service.createBay();
    const path = `/v1/${collection}/${bay.uuid}`;
    const seen = etagOf(await send('GET', path, undefined));
    const resize = (count: number) => [{ op: 'replace', path: '/node_count', value: count }];
    const first = await send('PATCH', path, resize(2), seen);
    expect(first.status, first.text).toBe(202);
    await service.until(bay.uuid, 'UPDATE_COMPLETE');
    expect(etagOf(await send('GET', path, undefined))).toBe(etagOf(first));
    expect((await send('PATCH', path, resize(3), seen)).status).toBe(412);
    expect((await send('PATCH', path, resize(3), `W/${etagOf(first)}`)).status).toBe(412);
    expect((await send('DELETE', path, undefined, seen)).status).toBe(412);
    expect((await send('GET', path, undefined)).body['node_count']).toBe(2);
    expect((await send('DELETE', path, undefined, etagOf(first))).status).toBe(204);
    await service.until(bay.uuid, 'gone');
  });

  test('takes the tag of a 202', async () => {
    const model = collection === 'bays' ? 'baymodel_id' : 'cluster_template_id';
    const made = await send('POST', `/v1/${collection}`, { [model]: 'swarm' });
    const { uuid } = resource(made, 202);
    expect((await send('DELETE', `/v1/${collection}/${uuid}`, undefined, etagOf(made))).status).toBe(204);
  });
});

test('If-Match is refused where it has no effect, and not ignored', async () => {
  const reply = await send('POST', '/v1/clusters', { cluster_template_id: 'swarm' }, '"1"');
  expect(refusalOf(reply)).toMatchObject({ status: 400, detail: expect.stringContaining('If-Match') });
});

describe('If-Match on quotas', () => {
  const asAdmin = (method: string, path: string, body?: unknown, match?: string): Promise<Reply> =>
    service.request(method, path, {
      token: service.tokens.admin,
      ...(body === undefined ? {} : { body }),
      ...(match === undefined ? {} : { headers: { 'If-Match': match } }),
    });

  test('lets the first of two changes through, and refuses the second; the default has no versions', async () => {
    const projectId = service.config.projects[0]?.id ?? '';
    const path = `/v1/quotas/${projectId}/Cluster`;
    expect((await asAdmin('GET', path)).headers.get('etag')).toBeNull();
    const made = await asAdmin('POST', '/v1/quotas', { project_id: projectId, resource: 'Cluster', hard_limit: 5 });
    const seen = made.headers.get('etag') ?? '';
    expect(seen).toMatch(/^"\d+\.\d+"$/);
    expect((await asAdmin('GET', path)).headers.get('etag')).toBe(seen);
    // At once, so that both may fall into one millisecond.
    const [one, other] = await Promise.all([6, 7].map((limit) => asAdmin('PATCH', path, { hard_limit: limit }, seen)));
    expect([one?.status, other?.status].sort()).toEqual([202, 412]);
    expect((await asAdmin('DELETE', path, undefined, seen)).status).toBe(412);
    const now = (await asAdmin('GET', path)).headers.get('etag') ?? '';
    expect(now).not.toBe(seen);
    expect((await asAdmin('DELETE', path, undefined, now)).status).toBe(204);
    const again = await asAdmin('POST', '/v1/quotas', { project_id: projectId, resource: 'Cluster', hard_limit: 5 });
    expect(again.headers.get('etag')).not.toBe(now);
    expect((await asAdmin('DELETE', path)).status).toBe(204);
  });
});
