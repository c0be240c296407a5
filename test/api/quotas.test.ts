import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aService, itemsOf, refusalOf, type Ask, type Reply, type Service } from '../support/service.js';

let service: Service;
let project = '';
let other = '';
beforeAll(async () => {
  service = await aService({ conductor: false });
  project = service.config.projects[0]?.id ?? '';
  other = service.config.projects.at(-1)?.id ?? '';
});
afterAll(async () => service.stop());

const asAdmin = (method: string, path: string, ask: Ask = {}): Promise<Reply> =>
  service.request(method, path, { ...ask, token: service.tokens.admin });

describe('quotas', () => {
  test('default for a project that has none of its own, without id and times, whatever the resource', async () => {
    for (const resource of ['Cluster', 'Unicorn']) {
      const reply = await service.request('GET', `/v1/quotas/${project}/${resource}`);
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({ project_id: project, resource: 'Cluster', hard_limit: 20 });
    }
  });

  test('are given, shown to their project, changed and taken away by administrators', async () => {
    const made = await asAdmin('POST', '/v1/quotas', { body: { project_id: project, resource: 'Cluster', hard_limit: 5 } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ id: expect.any(Number), project_id: project, hard_limit: 5, updated_at: null });
    expect((await service.request('GET', `/v1/quotas/${project}/Cluster`)).body).toEqual(made.body);
    const changed = await asAdmin('PATCH', `/v1/quotas/${project}/Cluster`, {
      body: { project_id: 'ignored', resource: 'Cluster', hard_limit: '7' },
    });
    expect(changed.status).toBe(202);
    expect(changed.body).toMatchObject({ project_id: project, hard_limit: 7, updated_at: expect.any(String) });
    expect((await asAdmin('PATCH', `/v1/quotas/${project}/Cluster`, { body: {} })).body['hard_limit']).toBe(7);
    expect((await asAdmin('DELETE', `/v1/quotas/${project}/Cluster`)).status).toBe(204);
    expect((await asAdmin('DELETE', `/v1/quotas/${project}/Cluster`)).status).toBe(404);
    expect((await asAdmin('PATCH', `/v1/quotas/${project}/Cluster`, { body: { hard_limit: 1 } })).status).toBe(404);
    expect((await asAdmin('PATCH', `/v1/quotas/${project}/Unicorn`, { body: { hard_limit: 1 } })).status).toBe(404);
  });

  test('are limited to one by default, and to one quota a project', async () => {
    const body = { project_id: project };
    expect((await asAdmin('POST', '/v1/quotas', { body })).body['hard_limit']).toBe(1);
    expect(refusalOf(await asAdmin('POST', '/v1/quotas', { body })).status).toBe(409);
    await asAdmin('DELETE', `/v1/quotas/${project}/Cluster`);
  });

  test.each([
    [404, { project_id: 'nobody' }, 'nobody'],
    [400, {}, 'project_id'],
    [400, { project_id: null }, 'project_id'],
    [400, { project_id: 'x', resource: 'Bay' }, 'resource'],
    [400, { project_id: 'x', hard_limit: -1 }, 'hard_limit'],
    [400, { project_id: 'x', hard_limit: 2_147_483_648 }, 'hard_limit'],
  ])('%i for %j', async (status, body, named) => {
    expect(refusalOf(await asAdmin('POST', '/v1/quotas', { body }))).toMatchObject({
      status,
      detail: expect.stringContaining(named),
    });
  });

  test('of another project are not shown to members', async () => {
    expect((await service.request('GET', `/v1/quotas/${other}/Cluster`)).status).toBe(403);
    expect((await asAdmin('GET', `/v1/quotas/${other}/Cluster`)).status).toBe(200);
  });

  test('are listed page by page, of all projects where that is asked for', async () => {
    for (const id of [project, other]) await asAdmin('POST', '/v1/quotas', { body: { project_id: id, hard_limit: 3 } });
    const all = itemsOf(await asAdmin('GET', '/v1/quotas?all_tenants=True'), 'quotas');
    expect(all.map((quota) => quota['project_id'])).toEqual([project, other]);
    const first = await asAdmin('GET', '/v1/quotas?all_tenants=True&limit=1');
    const next = new URL(String(first.body['next']));
    expect(next.searchParams.get('marker')).toBe(String(all[0]?.['id']));
    const second = await asAdmin('GET', next.pathname + next.search);
    expect(itemsOf(second, 'quotas').map((quota) => quota['project_id'])).toEqual([other]);
    const own = itemsOf(await asAdmin('GET', '/v1/quotas'), 'quotas').map((quota) => quota['project_id']);
    expect(own.every((id) => id !== other)).toBe(true);
    expect((await asAdmin('GET', '/v1/quotas?marker=abc')).status).toBe(400);
    expect((await asAdmin('GET', '/v1/quotas?sort_key=colour')).status).toBe(400);
    for (const id of [project, other]) await asAdmin('DELETE', `/v1/quotas/${id}/Cluster`);
  });
});

describe('stats', () => {
  test('count clusters and all nodes, masters included, of the own project', async () => {
    await service.createModel();
    await service.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm', node_count: 3 }, version: '1.2' });
    await service.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm', node_count: 1 }, version: '1.2' });
    const counted = { clusters: 2, nodes: 6 };
    for (const query of ['', `?project_id=${project}`, '?type=Cluster'])
      expect((await service.request('GET', `/v1/stats${query}`)).body, query).toEqual(counted);
    expect((await service.request('GET', '/v1/stats', { token: service.tokens.other })).body).toEqual({ clusters: 0, nodes: 0 });
  });

  test('are of all projects for administrators who name none', async () => {
    expect((await asAdmin('GET', '/v1/stats')).body).toEqual({ clusters: 2, nodes: 6 });
    expect((await asAdmin('GET', `/v1/stats?project_id=${other}`)).body).toEqual({ clusters: 0, nodes: 0 });
  });

  test('refuse another type, and another project', async () => {
    expect(refusalOf(await service.request('GET', '/v1/stats?type=bay'))).toMatchObject({
      status: 400,
      detail: expect.stringContaining('type'),
    });
    expect((await service.request('GET', `/v1/stats?project_id=${other}`)).status).toBe(403);
  });
});

describe('the limit of clusters', () => {
  const create = (to: Service): Promise<Reply> =>
    to.request('POST', '/v1/clusters', { body: { cluster_template_id: 'swarm' }, version: '1.14' });

  test('lets exactly as many in as there is room for, however many ask at once', async () => {
    const busy = await aService({ conductor: false });
    await busy.createModel();
    const project_id = busy.config.projects[0]?.id;
    await busy.request('POST', '/v1/quotas', { body: { project_id, hard_limit: 10 }, token: busy.tokens.admin });
    const replies = await Promise.all(Array.from({ length: 50 }, () => create(busy)));
    expect(replies.filter(({ status }) => status === 202)).toHaveLength(10);
    const refused = replies.filter(({ status }) => status !== 202).map(refusalOf);
    expect(refused).toHaveLength(40);
    for (const refusal of refused) expect(refusal).toMatchObject({ status: 403, detail: expect.stringContaining('10') });
    expect((await busy.request('GET', '/v1/stats')).body).toEqual({ clusters: 10, nodes: 20 });
    await busy.stop();
  });

  test('counts clusters that are being deleted, and bays, which know no limit themselves', async () => {
    const busy = await aService({ conductor: false });
    await busy.createModel();
    const project_id = busy.config.projects[0]?.id;
    await busy.request('POST', '/v1/quotas', { body: { project_id, hard_limit: 2 }, token: busy.tokens.admin });
    const bay = (): Promise<Reply> => busy.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm' }, version: '1.2' });
    expect((await create(busy)).status).toBe(202);
    const { body } = await bay();
    expect((await create(busy)).status).toBe(403);
    await busy.request('DELETE', `/v1/bays/${String(body['uuid'])}`, { version: '1.2' });
    expect((await create(busy)).status).toBe(403);
    expect((await bay()).status).toBe(202);
    await busy.stop();
  });
});
