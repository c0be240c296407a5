import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  aService,
  itemsOf,
  MODEL,
  NOWHERE,
  ORIGIN,
  refusalOf,
  resource,
  stateOf,
  type Fields,
  type Reply,
  type Service,
} from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService();
});
afterAll(async () => service.stop());

const { keypair_id: _keypair, ...PLAIN } = MODEL;
const post = (fields: Fields, token = service.tokens.demo): Promise<Reply> =>
  service.request('POST', '/v1/clustertemplates', { body: { ...PLAIN, ...fields }, token });
const patch = (ident: string, operations: unknown, token = service.tokens.demo): Promise<Reply> =>
  service.request('PATCH', `/v1/clustertemplates/${ident}`, { body: operations, token });
const made = async (fields: Fields, token = service.tokens.demo) => resource(await post(fields, token), 201);

describe('a new cluster template', () => {
  test('is answered whole with 201 and where it is, and needs no key pair', async () => {
    const reply = await post({ name: 'plain', keypair_id: null, driver: null });
    const { uuid } = resource(reply, 201);
    expect(reply.headers.get('location')).toBe(`${ORIGIN}/v1/clustertemplates/${uuid}`);
    expect(reply.body).toMatchObject({
      ...PLAIN,
      name: 'plain',
      keypair_id: null,
      driver: 'swarm-mode',
      tags: null,
      hidden: false,
      public: false,
      project_id: service.config.projects[0]?.id,
      cluster_distro: 'debian',
      links: [
        { href: `${ORIGIN}/v1/clustertemplates/${uuid}`, rel: 'self' },
        { href: `${ORIGIN}/clustertemplates/${uuid}`, rel: 'bookmark' },
      ],
    });
    expect((await service.request('GET', `/v1/clustertemplates/${uuid}`)).body).toEqual(reply.body);
  });

  test('has a name of its own kind where none is said', async () => {
    expect((await made({ name: null }))['name']).toMatch(/^[a-z]+-\d+-template$/);
  });

  test('is a bay model too, and a bay model is a template', async () => {
    const template = await made({ name: 'both', tags: 'a,b' });
    const model = (await service.request('GET', '/v1/baymodels/both')).body;
    expect(model).toMatchObject({ uuid: template.uuid, tags: 'a,b', coe: 'swarm' });
    expect(model).not.toHaveProperty('driver');
    expect(model).not.toHaveProperty('project_id');
    const { uuid } = await service.createModel({ name: 'model' });
    expect((await service.request('GET', '/v1/clustertemplates/model')).body['uuid']).toBe(uuid);
    const renamed = await service.request('PATCH', `/v1/baymodels/${template.uuid}`, {
      body: [{ op: 'add', path: '/keypair_id', value: 'default' }],
    });
    expect([renamed.status, renamed.body['tags']], renamed.text).toEqual([200, 'a,b']);
  });

  test.each<[string, Fields, number, string]>([
    ['an unknown field', { colour: 'red' }, 400, 'colour'],
    ['a project of its own', { project_id: 'x' }, 400, 'project_id'],
    ['no engine', { coe: null }, 400, 'coe'],
    ['an engine that is refused by name', { coe: 'dcos' }, 400, 'coe'],
    ['no image', { image_id: null }, 400, 'image_id'],
    ['an unknown image', { image_id: 'windows' }, 400, 'windows'],
    ['an unknown driver', { driver: 'k8s_cluster_api' }, 400, 'k8s_cluster_api'],
    ['a driver of no name', { driver: '' }, 400, 'driver'],
    [
      'a driver for something else',
      { driver: 'swarm-mode', coe: 'mesos', network_driver: null, image_id: 'debian-12' },
      400,
      'mesos',
    ],
    [
      'an engine that no driver serves',
      { coe: 'mesos', network_driver: null, image_id: 'fedora-atomic-latest' },
      400,
      'Cluster type',
    ],
    ['a public template of a member', { public: true }, 403, 'clustertemplate:publish'],
    ['a hidden template of a member', { hidden: true }, 403, 'clustertemplate:publish'],
    ['too many tags', { tags: 'x'.repeat(256) }, 400, 'tags'],
  ])('with %s is refused, and nothing changes', async (_what, fields, status, word) => {
    const before = await stateOf(service);
    const reply = await post(fields);
    expect(reply.status, reply.text).toBe(status);
    expect(refusalOf(reply).detail).toContain(word);
    expect(await stateOf(service)).toBe(before);
  });
});

test('may name a key pair that only others have: it is looked for when a cluster is made', async () => {
  const { uuid } = await made({ keypair_id: 'of-somebody-else' });
  const reply = await patch(uuid, [{ op: 'replace', path: '/name', value: 'shared' }]);
  expect([reply.status, reply.body['keypair_id']]).toEqual([200, 'of-somebody-else']);
  const cluster = await service.request('POST', '/v1/clusters', { body: { cluster_template_id: uuid } });
  expect([cluster.status, refusalOf(cluster).detail]).toEqual([404, 'Unable to find keypair of-somebody-else.']);
});

describe('a patch of a cluster template', () => {
  test('changes what may change, driver and key pair included', async () => {
    const { uuid } = await made({ keypair_id: 'default', labels: { a: '1', b: '2' } });
    const reply = await patch(uuid, [
      { op: 'replace', path: '/name', value: 'renamed' },
      { op: 'remove', path: '/keypair_id' },
      { op: 'add', path: '/tags', value: 'x,y' },
      { op: 'replace', path: '/driver', value: 'swarm-mode' },
      { op: 'add', path: '/labels/c', value: '3' },
      { op: 'remove', path: '/labels/a' },
    ]);
    expect(reply.status, reply.text).toBe(200);
    expect(reply.body).toMatchObject({ name: 'renamed', keypair_id: null, tags: 'x,y', labels: { b: '2', c: '3' } });
    expect(reply.body['updated_at']).not.toBeNull();
    expect((await service.request('GET', '/v1/clustertemplates/renamed')).body).toEqual(reply.body);
  });

  test.each<[string, unknown, number]>([
    ['its project', [{ op: 'replace', path: '/project_id', value: 'x' }], 400],
    ['its id', [{ op: 'replace', path: '/uuid', value: NOWHERE }], 400],
    ['the engine away', [{ op: 'remove', path: '/coe' }], 400],
    ['the image away', [{ op: 'remove', path: '/image_id' }], 400],
    ['the network away', [{ op: 'remove', path: '/external_network_id' }], 400],
    ['to an unknown driver', [{ op: 'replace', path: '/driver', value: 'nobody' }], 400],
    ['what it has not', [{ op: 'add', path: '/colour', value: 'x' }], 400],
    ['publication by a member', [{ op: 'replace', path: '/public', value: true }], 403],
    ['hiding by a member', [{ op: 'replace', path: '/hidden', value: true }], 403],
  ])('%s is refused, and nothing changes', async (_what, operations, status) => {
    const { uuid } = await made({});
    const before = await stateOf(service);
    expect((await patch(uuid, operations)).status).toBe(status);
    expect(await stateOf(service)).toBe(before);
  });
});

describe('a cluster template in use', () => {
  test('can be renamed, tagged, hidden and published, and nothing else', async () => {
    const { uuid } = await made({ name: 'in-use' });
    const cluster = resource(
      await service.request('POST', '/v1/clusters', { body: { cluster_template_id: uuid }, version: '1.14' }),
      202,
    );
    for (const [path, value] of [
      ['/flavor_id', 'm1.medium'],
      ['/driver', 'swarm-mode'],
    ] as const) {
      const reply = await patch(uuid, [{ op: 'replace', path, value }]);
      if (path === '/flavor_id')
        expect(refusalOf(reply)).toMatchObject({
          status: 400,
          detail: expect.stringMatching(/^ClusterTemplate .* is referenced by one or multiple clusters/),
        });
      else expect(reply.status).toBe(200);
    }
    expect(refusalOf(await service.request('DELETE', `/v1/clustertemplates/${uuid}`)).status).toBe(400);
    expect((await patch(uuid, [{ op: 'replace', path: '/name', value: 'still-in-use' }])).status).toBe(200);
    expect((await patch(uuid, [{ op: 'add', path: '/tags', value: 'old' }])).status).toBe(200);
    const { admin } = service.tokens;
    expect((await patch(uuid, [{ op: 'replace', path: '/public', value: true }], admin)).status).toBe(200);
    expect((await patch(uuid, [{ op: 'replace', path: '/public', value: false }], admin)).status).toBe(400);
    expect((await patch(uuid, [{ op: 'replace', path: '/hidden', value: true }], admin)).status).toBe(200);
    await service.request('DELETE', `/v1/clusters/${cluster.uuid}`);
    await service.until(cluster.uuid, 'gone');
    expect((await service.request('DELETE', `/v1/clustertemplates/${uuid}`)).status).toBe(204);
  });
});

describe('who sees cluster templates', () => {
  test('own ones, public ones that are not hidden, and everything for administrators', async () => {
    const { admin, other, demo } = service.tokens;
    const own = await made({ name: 'own' });
    const shared = await made({ name: 'shared', public: true }, admin);
    const secret = await made({ name: 'secret', public: true, hidden: true }, admin);
    const seen = async (token: string, path = ''): Promise<readonly unknown[]> =>
      itemsOf(await service.request('GET', `/v1/clustertemplates${path}`, { token }), 'clustertemplates').map(({ uuid }) => uuid);
    expect(await seen(other)).toEqual([shared.uuid]);
    for (const path of ['', '/detail'])
      expect(await seen(admin, path)).toEqual(expect.arrayContaining([own, shared, secret].map(({ uuid }) => uuid)));
    expect(await seen(demo)).not.toContain(secret.uuid);
    const status = async (method: string, uuid: string, token: string): Promise<number> =>
      (
        await service.request(method, `/v1/clustertemplates/${uuid}`, {
          token,
          ...(method === 'PATCH' ? { body: [{ op: 'replace', path: '/name', value: 'x' }] } : {}),
        })
      ).status;
    expect(await status('GET', secret.uuid, other)).toBe(404);
    expect(await status('GET', shared.uuid, other)).toBe(200);
    expect(await status('PATCH', shared.uuid, other)).toBe(403);
    expect(await status('DELETE', shared.uuid, other)).toBe(403);
    expect(await status('GET', own.uuid, other)).toBe(404);
    expect(await status('GET', own.uuid, admin)).toBe(200);
    expect(await status('PATCH', own.uuid, admin)).toBe(200);
    expect(await status('DELETE', own.uuid, admin)).toBe(204);
  });

  test('a name that several carry is asked to be a uuid', async () => {
    for (let twins = 0; twins < 2; twins += 1) await made({ name: 'twin' });
    expect(refusalOf(await service.request('GET', '/v1/clustertemplates/twin'))).toMatchObject({
      status: 409,
      detail: 'Multiple clustertemplates exist with same name twin. Please use the uuid instead.',
    });
  });
});
