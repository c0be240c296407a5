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
  type Service,
} from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService();
});
afterAll(async () => service.stop());

const post = (fields: Fields, token = service.tokens.demo) =>
  service.request('POST', '/v1/baymodels', { body: { ...MODEL, ...fields }, token });
const patch = (uuid: string, operations: unknown, token = service.tokens.demo) =>
  service.request('PATCH', `/v1/baymodels/${uuid}`, { body: operations, token });

describe('creating a bay model', () => {
  test('takes name servers with blanks between them, and shows them as they were written', async () => {
    const reply = await post({ dns_nameserver: '8.8.8.8, 1.1.1.1' });
    expect([reply.status, reply.body['dns_nameserver']]).toEqual([201, '8.8.8.8, 1.1.1.1']);
  });

  test('answers 201 with the whole model, where it is, and the defaults', async () => {
    const reply = await post({ name: 'plain' });
    expect(reply.status).toBe(201);
    const { uuid } = resource(reply, 201);
    expect(reply.headers.get('location')).toBe(`${ORIGIN}/v1/baymodels/${uuid}`);
    expect(reply.body).toMatchObject({
      ...MODEL,
      name: 'plain',
      cluster_distro: 'debian',
      network_driver: 'docker',
      server_type: 'vm',
      labels: {},
      floating_ip_enabled: true,
      master_lb_enabled: false,
      tls_disabled: false,
      public: false,
      hidden: false,
      registry_enabled: false,
      docker_volume_size: null,
      apiserver_port: null,
      master_flavor_id: null,
      tags: null,
      updated_at: null,
      links: [
        { href: `${ORIGIN}/v1/baymodels/${uuid}`, rel: 'self' },
        { href: `${ORIGIN}/baymodels/${uuid}`, rel: 'bookmark' },
      ],
    });
    expect((await service.request('GET', `/v1/baymodels/${uuid}`)).body).toEqual(reply.body);
  });

  test('reads numbers as text, booleans in words, and null as absent', async () => {
    const reply = await post({
      docker_volume_size: ' 7 ',
      apiserver_port: '8080',
      tls_disabled: 'YES',
      registry_enabled: 't',
      floating_ip_enabled: 'off',
      master_lb_enabled: '1',
      tags: null,
      labels: null,
      name: null,
      server_type: null,
    });
    expect(reply.status, reply.text).toBe(201);
    expect(reply.body).toMatchObject({
      docker_volume_size: 7,
      apiserver_port: 8080,
      tls_disabled: true,
      registry_enabled: true,
      floating_ip_enabled: false,
      master_lb_enabled: true,
      tags: null,
      labels: {},
      server_type: 'vm',
    });
    expect(reply.body['name']).toMatch(/^[a-z]+-\d+-baymodel$/);
  });

  test('keeps labels of every JSON type as text', async () => {
    const reply = await post({
      labels: { text: 'a b', number: 3, fraction: 1.5, yes: true, nothing: null, __proto__x: '$(id)' },
    });
    expect(reply.body['labels']).toEqual({ text: 'a b', number: '3', fraction: '1.5', yes: 'true', __proto__x: '$(id)' });
  });

  test('overwrites the distribution with the image’s, and finds an image by its id', async () => {
    const reply = await post({ image_id: service.config.images[0]?.id, cluster_distro: 'plan9' });
    expect(reply.body['cluster_distro']).toBe('debian');
  });

  test.each<[string, Fields, number, string]>([
    ['an unknown field', { colour: 'red' }, 400, 'colour'],
    ['a field that is read-only', { created_at: '2026-01-01T00:00:00+00:00' }, 400, 'created_at'],
    ['links', { links: [] }, 400, 'links'],
    ['no engine', { coe: null }, 400, 'coe'],
    ['an unknown engine', { coe: 'dcos' }, 400, 'coe'],
    ['no image', { image_id: null }, 400, 'image_id'],
    ['an image of no text', { image_id: '' }, 400, 'image_id'],
    ['no key pair', { keypair_id: null }, 400, 'keypair_id'],
    ['a name that is a number', { name: 5 }, 400, 'name'],
    ['a name over the limit', { name: 'x'.repeat(256) }, 400, 'name'],
    ['an empty name', { name: '' }, 400, 'name'],
    ['a port below the range', { apiserver_port: 1023 }, 400, 'apiserver_port'],
    ['a port above the range', { apiserver_port: '65536' }, 400, 'apiserver_port'],
    ['a size of nothing', { docker_volume_size: 0 }, 400, 'docker_volume_size'],
    ['half a gigabyte', { docker_volume_size: 1.5 }, 400, 'docker_volume_size'],
    ['a size beyond numbers', { docker_volume_size: '9'.repeat(40) }, 400, 'docker_volume_size'],
    ['a size larger than a column', { docker_volume_size: 1e300 }, 400, 'docker_volume_size'],
    ['a word that is no boolean', { tls_disabled: 'perhaps' }, 400, 'tls_disabled'],
    ['a number that is no boolean', { public: 2 }, 400, 'public'],
    ['a list of labels', { labels: ['a'] }, 400, 'labels'],
    ['a label with a list', { labels: { a: ['b'] } }, 400, 'labels'],
    ['an unknown server type', { server_type: 'lxc' }, 400, 'server_type'],
    ['a network driver of another engine', { network_driver: 'calico' }, 400, 'network_driver'],
    ['a volume driver of another engine', { volume_driver: 'cinder' }, 400, 'volume_driver'],
    ['devicemapper without room', { docker_storage_driver: 'devicemapper', docker_volume_size: 2 }, 400, 'docker_volume_size'],
    ['a name server that is a name', { dns_nameserver: '8.8.8.8,resolver' }, 400, 'resolver'],
    ['a name server of IPv6', { dns_nameserver: '2001:4860:4860::8888' }, 400, "'2001:4860:4860::8888' is not an IPv4 address"],
    ['one of several name servers of IPv6', { dns_nameserver: '8.8.8.8, ::1' }, 400, "'::1' is not an IPv4 address"],
    ['a name server that is nothing', { dns_nameserver: '8.8.8.8,' }, 400, 'dns_nameserver'],
    ['an unknown image', { image_id: 'windows' }, 400, 'windows'],
    ['an unknown flavor', { flavor_id: 'huge' }, 400, 'flavor_id'],
    ['an unknown flavor of masters', { master_flavor_id: 'huge' }, 400, 'master_flavor_id'],
    ['an unknown external network', { external_network_id: 'moon' }, 400, 'moon'],
    ['an unknown network', { fixed_network: 'moon' }, 400, 'moon'],
    ['an unknown subnet', { fixed_subnet: 'moon' }, 400, 'moon'],
    ['an unknown key pair', { keypair_id: 'nobody' }, 404, 'nobody'],
    ['an engine that no driver serves', { coe: 'mesos', network_driver: null, image_id: 'fedora-atomic-latest' }, 400, 'mesos'],
    [
      'bare metal that no driver serves',
      { coe: 'mesos', network_driver: null, image_id: 'debian-12', server_type: 'bm' },
      400,
      'bm',
    ],
    ['a public model of a member', { public: true }, 403, 'baymodel:publish'],
    ['a hidden model of a member', { hidden: 'yes' }, 403, 'baymodel:publish'],
  ])('with %s is refused, and nothing changes', async (_what, fields, status, word) => {
    const before = await stateOf(service);
    const reply = await post(fields);
    expect(reply.status, reply.text).toBe(status);
    expect(refusalOf(reply).detail).toContain(word);
    expect(refusalOf(reply).code).toBe('client');
    expect(await stateOf(service)).toBe(before);
  });

  test.each([
    ['no body', undefined, 400],
    ['a list', '[]', 400],
    ['a text', '"swarm"', 400],
    ['null', 'null', 400],
    ['half a document', '{"name": ', 400],
    ['a deep nest', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 400],
  ])('with %s in place of an object is refused', async (_what, raw, status) => {
    const reply = await service.request('POST', '/v1/baymodels', raw === undefined ? {} : { raw });
    expect(reply.status, reply.text).toBe(status);
  });
});

describe('reading bay models', () => {
  test('finds one by id or name, with and without /v1 and a trailing slash', async () => {
    const model = await service.createModel({ name: 'by-name' });
    for (const path of [
      `/v1/baymodels/${model.uuid}`,
      '/v1/baymodels/by-name',
      '/v1/baymodels/by-name/',
      '/baymodels/by-name',
      `/baymodels/${model.uuid}/`,
    ]) {
      expect((await service.request('GET', path)).body['uuid'], path).toBe(model.uuid);
    }
  });

  test('asks for the uuid where a name is borne by several', async () => {
    await service.createModel({ name: 'twin' });
    const second = await service.createModel({ name: 'twin' });
    for (const [method, body] of [
      ['GET', undefined],
      ['DELETE', undefined],
      ['PATCH', [{ op: 'replace', path: '/name', value: 'x' }]],
    ] as const) {
      const reply = await service.request(method, '/v1/baymodels/twin', { body });
      expect(refusalOf(reply)).toMatchObject({ status: 409, detail: expect.stringContaining('uuid') });
    }
    expect((await service.request('GET', `/v1/baymodels/${second.uuid}`)).status).toBe(200);
  });

  test.each([NOWHERE, 'nobody', '%20', '..%2f..%2fetc', '%00', '%ff', 'x'.repeat(300), "' OR 1=1 --"])(
    'answers 404 for %s',
    async (ident) => {
      expect((await service.request('GET', `/v1/baymodels/${ident}`)).status).toBe(404);
    },
  );

  test('shows detail and plain lists alike, for every item', async () => {
    const [plain, detail] = [await service.request('GET', '/v1/baymodels'), await service.request('GET', '/v1/baymodels/detail')];
    expect(itemsOf(plain, 'baymodels')).toEqual(itemsOf(detail, 'baymodels'));
  });
});

describe('projects', () => {
  test('see their own models only', async () => {
    const mine = await service.createModel({ name: 'mine' });
    expect(itemsOf(await service.request('GET', '/v1/baymodels', { token: service.tokens.other }), 'baymodels')).toEqual([]);
    for (const [method, body] of [
      ['GET', undefined],
      ['DELETE', undefined],
      ['PATCH', [{ op: 'replace', path: '/name', value: 'x' }]],
    ] as const) {
      expect((await service.request(method, `/v1/baymodels/${mine.uuid}`, { body, token: service.tokens.other })).status).toBe(
        404,
      );
    }
    expect((await service.request('GET', `/v1/baymodels/${mine.uuid}`)).body['name']).toBe('mine');
    expect((await service.request('GET', `/v1/baymodels/${mine.uuid}`, { token: service.tokens.mate })).status).toBe(200);
  });

  test('read public models of others, and cannot change them; hidden ones are not seen', async () => {
    const shared = resource(await post({ name: 'shared', public: true }, service.tokens.admin), 201);
    const secret = resource(await post({ name: 'secret', public: true, hidden: true }, service.tokens.admin), 201);
    const { other } = service.tokens;
    expect((await service.request('GET', '/v1/baymodels/shared', { token: other })).status).toBe(200);
    expect(
      itemsOf(await service.request('GET', '/v1/baymodels', { token: other }), 'baymodels').map((model) => model['name']),
    ).toEqual(['shared']);
    expect((await service.request('GET', `/v1/baymodels/${secret.uuid}`, { token: other })).status).toBe(404);
    expect((await service.request('DELETE', `/v1/baymodels/${shared.uuid}`, { token: other })).status).toBe(403);
    expect((await patch(shared.uuid, [{ op: 'replace', path: '/name', value: 'taken' }], other)).status).toBe(403);
    expect((await service.request('GET', `/v1/baymodels/${shared.uuid}`, { token: other })).body['name']).toBe('shared');
  });
});

describe('a patch of a bay model', () => {
  test('changes what may change, as at creation', async () => {
    const { uuid } = await service.createModel({ name: 'patched', tags: 'a' });
    const reply = await patch(uuid, [
      { op: 'replace', path: '/name', value: 'renamed' },
      { op: 'replace', path: '/docker_volume_size', value: '5' },
      { op: 'add', path: '/dns_nameserver', value: '9.9.9.9' },
      { op: 'remove', path: '/tags' },
      { op: 'replace', path: '/master_lb_enabled', value: 'True' },
      { op: 'replace', path: '/floating_ip_enabled', value: false },
    ]);
    expect(reply.status, reply.text).toBe(200);
    expect(reply.body).toMatchObject({
      uuid,
      name: 'renamed',
      docker_volume_size: 5,
      dns_nameserver: '9.9.9.9',
      tags: null,
      master_lb_enabled: true,
      floating_ip_enabled: false,
      updated_at: expect.any(String),
    });
    expect((await service.request('GET', '/v1/baymodels/renamed')).body).toEqual(reply.body);
  });

  test('changes labels key by key, and whole by the text of a Python dict', async () => {
    const { uuid } = await service.createModel({ labels: { a: '1', b: '2' } });
    const keys = await patch(uuid, [
      { op: 'add', path: '/labels/c', value: 3 },
      { op: 'replace', path: '/labels/a', value: 'x' },
      { op: 'remove', path: '/labels/b' },
    ]);
    expect(keys.body['labels']).toEqual({ a: 'x', c: '3' });
    const whole = await patch(uuid, [
      { op: 'replace', path: '/labels', value: "{'on': True, u'size': 4, 'quote': \"it's\", 'none': None}" },
    ]);
    expect(whole.body['labels']).toEqual({ on: 'true', size: '4', quote: "it's" });
    const gone = await patch(uuid, [{ op: 'remove', path: '/labels' }]);
    expect(gone.body['labels']).toEqual({});
  });

  test('takes the distribution of a new image along', async () => {
    const { uuid } = await service.createModel();
    expect((await patch(uuid, [{ op: 'replace', path: '/image_id', value: 'ubuntu-24.04' }])).body['cluster_distro']).toBe(
      'ubuntu',
    );
  });

  test.each<[string, unknown, number]>([
    ['no list', { op: 'replace', path: '/name', value: 'x' }, 400],
    ['an empty list', [], 400],
    ['an unknown operation', [{ op: 'move', from: '/name', path: '/tags' }], 400],
    ['test', [{ op: 'test', path: '/name', value: 'twin' }], 400],
    ['an unknown key', [{ op: 'replace', path: '/name', value: 'x', also: 1 }], 400],
    ['a bad path', [{ op: 'replace', path: 'name', value: 'x' }], 400],
    ['an unknown field', [{ op: 'add', path: '/colour', value: 'x' }], 400],
    ['no value', [{ op: 'replace', path: '/name' }], 400],
    ['null as value', [{ op: 'replace', path: '/name', value: null }], 400],
    ['a fraction', [{ op: 'replace', path: '/docker_volume_size', value: 1.5 }], 400],
    ['a list as value', [{ op: 'replace', path: '/name', value: ['x'] }], 400],
    ['uuid', [{ op: 'replace', path: '/uuid', value: NOWHERE }], 400],
    ['links', [{ op: 'remove', path: '/links' }], 400],
    ['created_at', [{ op: 'replace', path: '/created_at', value: 'now' }], 400],
    ['project_id', [{ op: 'add', path: '/project_id', value: 'x' }], 400],
    ['__proto__', [{ op: 'add', path: '/__proto__', value: 'x' }], 400],
    ['removal of the engine', [{ op: 'remove', path: '/coe' }], 400],
    ['removal of the image', [{ op: 'remove', path: '/image_id' }], 400],
    ['removal of the key pair', [{ op: 'remove', path: '/keypair_id' }], 400],
    ['removal of the network', [{ op: 'remove', path: '/external_network_id' }], 400],
    ['removal of what is not set', [{ op: 'remove', path: '/tags' }], 400],
    ['addition where there is a value', [{ op: 'add', path: '/name', value: 'x' }], 400],
    ['an unknown label', [{ op: 'remove', path: '/labels/nope' }], 400],
    ['labels that are no dict', [{ op: 'replace', path: '/labels', value: "['a']" }], 400],
    ['a value out of range', [{ op: 'replace', path: '/apiserver_port', value: 80 }], 400],
    ['an unknown flavor', [{ op: 'add', path: '/master_flavor_id', value: 'huge' }], 400],
    ['an unknown key pair', [{ op: 'replace', path: '/keypair_id', value: 'nobody' }], 404],
    ['publication by a member', [{ op: 'replace', path: '/public', value: true }], 403],
    ['hiding by a member', [{ op: 'replace', path: '/hidden', value: 'yes' }], 403],
    [
      'one good and one bad operation',
      [
        { op: 'replace', path: '/name', value: 'half' },
        { op: 'remove', path: '/coe' },
      ],
      400,
    ],
  ])('with %s is refused, and nothing changes', async (_what, operations, status) => {
    const { uuid } = await service.createModel({ name: 'steady' });
    const before = await stateOf(service);
    const reply = await patch(uuid, operations);
    expect(reply.status, reply.text).toBe(status);
    expect(await stateOf(service)).toBe(before);
    await service.request('DELETE', `/v1/baymodels/${uuid}`);
  });

  test('publishes and hides by an administrator', async () => {
    const { uuid } = await service.createModel({ name: 'promoted' }, service.tokens.admin);
    const reply = await patch(uuid, [{ op: 'replace', path: '/public', value: true }], service.tokens.admin);
    expect(reply.body['public']).toBe(true);
    expect((await service.request('GET', `/v1/baymodels/${uuid}`, { token: service.tokens.other })).status).toBe(200);
  });
});

describe('a bay model in use', () => {
  test('can be renamed and tagged; nothing else changes, and it stays', async () => {
    const { uuid } = await service.createModel({ name: 'used' });
    const bay = await service.createBay({ baymodel_id: uuid });
    expect((await patch(uuid, [{ op: 'replace', path: '/flavor_id', value: 'm1.large' }])).status).toBe(400);
    expect((await patch(uuid, [{ op: 'add', path: '/labels/a', value: 'b' }])).status).toBe(400);
    expect((await service.request('DELETE', `/v1/baymodels/${uuid}`)).status).toBe(400);
    const reply = await patch(uuid, [
      { op: 'replace', path: '/name', value: 'still-used' },
      { op: 'add', path: '/tags', value: 'x' },
    ]);
    expect(reply.body, reply.text).toMatchObject({ name: 'still-used', tags: 'x', flavor_id: 'm1.small' });
    await service.request('DELETE', `/v1/bays/${bay.uuid}`, { version: '1.2' });
    await service.until(bay.uuid, 'gone');
    expect((await service.request('DELETE', `/v1/baymodels/${uuid}`)).status).toBe(204);
  });
});

describe('deleting a bay model', () => {
  test('answers 204 without a body, then 404', async () => {
    const { uuid } = await service.createModel();
    const reply = await service.request('DELETE', `/v1/baymodels/${uuid}`, {
      headers: { 'Content-Type': 'application/octet-stream' },
    });
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect((await service.request('GET', `/v1/baymodels/${uuid}`)).status).toBe(404);
    expect((await service.request('DELETE', `/v1/baymodels/${uuid}`)).status).toBe(404);
  });
});
