import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aService, itemsOf, NOWHERE, refusalOf, resource, type Fields, type Reply, type Service } from '../support/service.js';

let service: Service;
let [host, member] = ['', ''];
beforeAll(async () => {
  service = await aService({ conductor: false });
  await service.createModel();
  const bay = async (name: string): Promise<string> =>
    resource(await service.request('POST', '/v1/bays', { body: { name, baymodel_id: 'swarm' }, version: '1.2' }), 202).uuid;
  [host, member] = [await bay('host'), await bay('member')];
});
afterAll(async () => service.stop());

const PROPERTIES = { 'dns-zone': 'example.org' };
const create = (body: Fields): Promise<Reply> => service.request('POST', '/v1/federations', { body });
const change = (...operations: readonly Fields[]): Promise<Reply> =>
  service.request('PATCH', '/v1/federations/world', { body: operations });
const federation = async (): Promise<Fields> => (await service.request('GET', '/v1/federations/world')).body;

describe('federations', () => {
  test('are records: nothing is done in the clusters, and the status says so', async () => {
    const { uuid } = resource(await create({ name: 'world', hostcluster_id: 'host', properties: PROPERTIES }), 202);
    expect(await federation()).toMatchObject({
      uuid,
      name: 'world',
      hostcluster_id: host,
      member_ids: [],
      properties: PROPERTIES,
      status: 'CREATE_FAILED',
      status_reason: expect.stringContaining('No driver of this service federates clusters of swarm'),
      updated_at: null,
    });
    const [summary] = itemsOf(await service.request('GET', '/v1/federations'), 'federations');
    expect(summary).not.toHaveProperty('status_reason');
    const [whole] = itemsOf(await service.request('GET', '/v1/federations/detail'), 'federations');
    expect(whole).toEqual(await federation());
  });

  test('get a name where none is given', async () => {
    const { uuid } = resource(await create({ hostcluster_id: host, properties: PROPERTIES }), 202);
    expect((await service.request('GET', `/v1/federations/${uuid}`)).body['name']).toMatch(/^[a-z]+-\d+-federation$/);
    expect((await service.request('DELETE', `/v1/federations/${uuid}`)).status).toBe(204);
    expect((await service.request('GET', `/v1/federations/${uuid}`)).status).toBe(404);
  });

  test.each([
    [400, { properties: PROPERTIES }, 'hostcluster_id'],
    [404, { hostcluster_id: 'nobody', properties: PROPERTIES }, 'nobody'],
    [400, { hostcluster_id: 'host' }, 'properties'],
    [400, { hostcluster_id: 'host', properties: { a: 'b' } }, 'dns-zone'],
    [400, { hostcluster_id: 'host', properties: PROPERTIES, name: '1x' }, 'name'],
  ])('%i for %j', async (status, body, named) => {
    expect(refusalOf(await create(body))).toMatchObject({ status, detail: expect.stringContaining(named) });
  });

  test('take members in, once each, and let them go', async () => {
    expect((await change({ op: 'add', path: '/member_ids', value: 'member' })).status).toBe(202);
    expect(await federation()).toMatchObject({ member_ids: [member], status: 'UPDATE_FAILED', updated_at: expect.any(String) });
    expect(refusalOf(await change({ op: 'add', path: '/member_ids', value: member })).status).toBe(409);
    expect(refusalOf(await change({ op: 'add', path: '/member_ids', value: NOWHERE })).status).toBe(404);
    expect(refusalOf(await change({ op: 'remove', path: '/member_ids', value: host })).status).toBe(404);
    expect((await change({ op: 'remove', path: '/member_ids', value: member })).status).toBe(202);
    expect((await federation())['member_ids']).toEqual([]);
  });

  test('change their properties, but never lose the zone', async () => {
    expect((await change({ op: 'replace', path: '/properties', value: "{'dns-zone': 'example.net', 'x': 'y'}" })).status).toBe(
      202,
    );
    expect((await federation())['properties']).toEqual({ 'dns-zone': 'example.net', x: 'y' });
    expect(refusalOf(await change({ op: 'remove', path: '/properties/dns-zone' }))).toMatchObject({
      status: 400,
      detail: expect.stringContaining('dns-zone'),
    });
  });

  test.each([
    [{ op: 'replace', path: '/name', value: 'x' }, 'name'],
    [{ op: 'replace', path: '/hostcluster_id', value: 'x' }, 'hostcluster_id'],
    [{ op: 'add', path: '/member_ids' }, 'member_ids'],
    [{ op: 'add', path: '/member_ids', value: ['x'] }, 'member_ids'],
    [{ op: 'replace', path: '/member_ids', value: 'x' }, 'member_ids'],
    [{ op: 'replace', path: '/uuid', value: 'x' }, 'uuid'],
  ])('refuse %j', async (operation, named) => {
    const before = await federation();
    expect(refusalOf(await change(operation))).toMatchObject({ status: 400, detail: expect.stringContaining(named) });
    expect(await federation()).toEqual(before);
  });

  test('refuse a patch that is none', async () => {
    for (const body of [[], {}, 'x'])
      expect((await service.request('PATCH', '/v1/federations/world', { body })).status, JSON.stringify(body)).toBe(400);
  });

  test('of other projects are not there', async () => {
    const ask = { token: service.tokens.other };
    expect((await service.request('GET', '/v1/federations/world', ask)).status).toBe(404);
    expect((await service.request('DELETE', '/v1/federations/world', ask)).status).toBe(404);
  });
});
