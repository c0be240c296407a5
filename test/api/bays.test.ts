import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import {
  aService,
  itemsOf,
  NOWHERE,
  ORIGIN,
  refusalOf,
  resource,
  stateOf,
  type Fields,
  type Service,
} from '../support/service.js';

const MODEL_FIELDS = { labels: { open_ports: '80', swarm_strategy: 'spread' }, docker_volume_size: 4 };

/** One bay, at rest: whatever changes here was changed by the request at hand. */
let service: Service;
let bay: Fields & { readonly uuid: string };
/** Where bays come and go. */
let busy: Service;
beforeAll(async () => {
  [service, busy] = await Promise.all([aService(), aService()]);
  for (const each of [service, busy]) await each.createModel(MODEL_FIELDS);
  bay = await service.createBay({ name: 'hive' });
});
afterAll(async () => {
  await Promise.all([service.stop(), busy.stop()]);
});

const post = (to: Service, fields: Fields, version = '1.2') =>
  to.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm', ...fields }, version });
const patch = (to: Service, ident: string, operations: unknown, version = '1.2') =>
  to.request('PATCH', `/v1/bays/${ident}`, { body: operations, version });
const resize = (count: unknown) => [{ op: 'replace', path: '/node_count', value: count }];

describe('a new bay', () => {
  test('has the defaults, and what its model says', () => {
    expect(bay).toMatchObject({
      name: 'hive',
      node_count: 1,
      master_count: 1,
      bay_create_timeout: 60,
      labels: { open_ports: '80', swarm_strategy: 'spread' },
      docker_volume_size: 4,
      flavor_id: 'm1.small',
      master_flavor_id: null,
      floating_ip_enabled: true,
      master_lb_enabled: false,
      fixed_network: null,
      status: 'CREATE_COMPLETE',
      links: [
        { href: `${ORIGIN}/v1/bays/${bay.uuid}`, rel: 'self' },
        { href: `${ORIGIN}/bays/${bay.uuid}`, rel: 'bookmark' },
      ],
    });
    expect(bay['api_address']).toMatch(/^tcp:\/\/[\d.]+:2375$/);
    expect(bay['stack_id']).toBeTruthy();
    expect(bay['node_addresses']).toHaveLength(1);
    expect(bay).not.toHaveProperty('bay_faults');
  });

  test('is accepted with 202 and its id alone from 1.2, and is in progress at once', async () => {
    const reply = await post(busy, { name: 'asynchronous' });
    expect([reply.status, Object.keys(reply.body), reply.headers.get('location')]).toEqual([202, ['uuid'], null]);
    const { uuid } = resource(reply, 202);
    expect((await busy.request('GET', `/v1/bays/${uuid}`)).body['status']).toMatch(/^CREATE_(IN_PROGRESS|COMPLETE)$/);
    await busy.until(uuid, 'CREATE_COMPLETE');
  });

  test('is answered whole with 201 at 1.1, once its stack is accepted', async () => {
    const reply = await post(busy, { name: 'synchronous' }, '1.1');
    expect(reply.status, reply.text).toBe(201);
    const { uuid } = resource(reply, 201);
    expect(reply.body['stack_id']).toBeTruthy();
    expect(reply.headers.get('location')).toBe(`${ORIGIN}/v1/bays/${uuid}`);
    await busy.until(uuid, 'CREATE_COMPLETE');
    const changed = await patch(busy, uuid, resize(2), '1.1');
    expect([changed.status, changed.body['node_count']], changed.text).toEqual([200, 2]);
    await busy.until(uuid, 'UPDATE_COMPLETE');
    expect((await busy.request('DELETE', `/v1/bays/${uuid}`)).status).toBe(204);
    await busy.until(uuid, 'gone');
  });

  test('takes what is said over what the model says; labels are not merged', async () => {
    const { uuid } = resource(
      await post(busy, {
        node_count: '2',
        master_count: '3',
        master_lb_enabled: 'yes',
        floating_ip_enabled: 'n',
        docker_volume_size: 9,
        flavor_id: 'm1.medium',
        master_flavor_id: 'm1.tiny',
        labels: { open_ports: 443, octavia_lb_healthcheck: false },
        bay_create_timeout: '0',
        name: null,
        discovery_url: null,
      }),
      202,
    );
    const made = await busy.until(uuid, 'CREATE_COMPLETE');
    expect(made).toMatchObject({
      node_count: 2,
      master_count: 3,
      master_lb_enabled: true,
      floating_ip_enabled: false,
      docker_volume_size: 9,
      flavor_id: 'm1.medium',
      master_flavor_id: 'm1.tiny',
      labels: { open_ports: '443', octavia_lb_healthcheck: 'false' },
      bay_create_timeout: 0,
    });
    expect(made['name']).toMatch(/^[a-z]+-\d+-bay$/);
  });

  test('takes empty labels for none said', async () => {
    const { uuid } = resource(await post(busy, { labels: {} }), 202);
    expect((await busy.request('GET', `/v1/bays/${uuid}`)).body['labels']).toEqual({
      open_ports: '80',
      swarm_strategy: 'spread',
    });
  });

  test('warns of ill-typed labels in a header, and takes them', async () => {
    const reply = await post(busy, { labels: { octavia_lb_healthcheck: 'perhaps', unheard_of: 'fine' } });
    expect(reply.status, reply.text).toBe(202);
    expect(reply.headers.get('warning')).toMatch(/^299 magnum "labels\.octavia_lb_healthcheck: expected boolean/);
    const { uuid } = resource(reply, 202);
    expect((await busy.request('GET', `/v1/bays/${uuid}`)).body['labels']).toEqual({
      octavia_lb_healthcheck: 'perhaps',
      unheard_of: 'fine',
    });
  });

  test('keeps labels that look like commands byte by byte', async () => {
    const labels = {
      shell: '$(touch /tmp/x); `id` && rm -rf / | "quoted" \'single\' \\ \n\t é😀',
      __proto__: '${IFS}',
      'a b.c/d': '',
    };
    const { uuid } = resource(await post(busy, { labels: JSON.parse(JSON.stringify(labels)) as Fields }), 202);
    const made = await busy.until(uuid, 'CREATE_COMPLETE');
    expect(JSON.stringify(made['labels'])).toBe(JSON.stringify(labels));
  });

  test.each<[string, Fields, number, string]>([
    ['an unknown field', { colour: 'red' }, 400, 'colour'],
    ['a stack of its own', { stack_id: 'x' }, 400, 'stack_id'],
    ['an address of its own', { api_address: 'https://192.0.2.1' }, 400, 'api_address'],
    ['links', { links: [] }, 400, 'links'],
    ['no model', { baymodel_id: null }, 400, 'baymodel_id'],
    ['an unknown model', { baymodel_id: 'nobody' }, 400, 'nobody'],
    ['an unknown id of a model', { baymodel_id: NOWHERE }, 400, NOWHERE],
    ['a model that is a number', { baymodel_id: 7 }, 400, 'baymodel_id'],
    ['no nodes', { node_count: 0 }, 400, 'node_count'],
    ['negative nodes', { node_count: -1 }, 400, 'node_count'],
    ['half a node', { node_count: 1.5 }, 400, 'node_count'],
    ['nodes in words', { node_count: 'three' }, 400, 'node_count'],
    ['a million nodes', { node_count: 1_000_000 }, 400, 'node_count'],
    ['nodes beyond numbers', { node_count: 1e308 }, 400, 'node_count'],
    ['no masters', { master_count: 0 }, 400, 'master_count'],
    ['many masters without a balancer', { master_count: 3 }, 400, 'master_lb_enabled'],
    ['a million masters', { master_count: 1_000_000, master_lb_enabled: true }, 400, 'master_count'],
    ['a negative timeout', { bay_create_timeout: -1 }, 400, 'bay_create_timeout'],
    ['a timeout of aeons', { bay_create_timeout: 9e15 }, 400, 'bay_create_timeout'],
    ['a name over the limit', { name: 'x'.repeat(243) }, 400, 'name'],
    ['an empty name', { name: '' }, 400, 'name'],
    ['a name that begins with a digit', { name: '1bay' }, 400, 'name'],
    ['a name with a blank', { name: 'a bay' }, 400, 'name'],
    ['a name with a newline at its end', { name: 'bay\n' }, 400, 'name'],
    ['labels as text', { labels: 'a=b' }, 400, 'labels'],
    ['a label with an object', { labels: { a: {} } }, 400, 'labels'],
    ['a word that is no boolean', { floating_ip_enabled: 'maybe' }, 400, 'floating_ip_enabled'],
    ['a volume of nothing', { docker_volume_size: 0 }, 400, 'docker_volume_size'],
    ['an unknown flavor', { flavor_id: 'huge' }, 400, 'flavor_id'],
    ['an unknown flavor of masters', { master_flavor_id: 'huge' }, 400, 'master_flavor_id'],
    ['an unknown network', { fixed_network: 'moon' }, 400, 'moon'],
    ['an unknown subnet', { fixed_subnet: 'moon' }, 400, 'moon'],
    ['a discovery address without end', { discovery_url: `https://${'x'.repeat(255)}` }, 400, 'discovery_url'],
    ['a NUL', { name: 'a\u0000b' }, 400, 'NUL'],
    ['half a character', { labels: { a: '\ud800' } }, 400, 'half a character'],
  ])('with %s is refused at every version, and nothing changes', async (_what, fields, status, word) => {
    const before = await stateOf(service);
    for (const version of ['1.1', '1.2', '1.9']) {
      const reply = await post(service, fields, version);
      expect(reply.status, reply.text).toBe(status);
      expect(refusalOf(reply).detail).toContain(word);
    }
    expect(await stateOf(service)).toBe(before);
  });

  test('that the orchestrator refuses is a 400 at 1.1, and leaves nothing', async () => {
    const crowded = await aService({ config: { addressPool: '10.213.0.0/24' } });
    await crowded.createModel();
    await crowded.createBay({ name: 'first' });
    const reply = await crowded.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm', name: 'second' } });
    expect(refusalOf(reply)).toMatchObject({ status: 400, detail: expect.stringContaining('network') });
    await until('one bay is left', async () => itemsOf(await crowded.request('GET', '/v1/bays'), 'bays').length === 1);
    expect(itemsOf(await crowded.request('GET', '/v1/bays'), 'bays').map((item) => item['name'])).toEqual(['first']);
    await crowded.stop();
  });
});

describe('reading bays', () => {
  test('finds one by id or name, with and without /v1 and a trailing slash', async () => {
    for (const path of [`/v1/bays/${bay.uuid}`, `/v1/bays/${bay.uuid}/`, '/v1/bays/hive', '/bays/hive', `/bays/${bay.uuid}`]) {
      expect((await service.request('GET', path)).body, path).toMatchObject({ uuid: bay.uuid, name: 'hive' });
    }
  });

  test('shows fewer fields in a list than in detail', async () => {
    const [summary] = itemsOf(await service.request('GET', '/v1/bays'), 'bays');
    const [detail] = itemsOf(await service.request('GET', '/v1/bays/detail'), 'bays');
    expect(Object.keys(summary ?? {}).toSorted()).toEqual([
      'bay_create_timeout',
      'baymodel_id',
      'docker_volume_size',
      'flavor_id',
      'floating_ip_enabled',
      'labels',
      'links',
      'master_count',
      'master_flavor_id',
      'name',
      'node_count',
      'stack_id',
      'status',
      'uuid',
    ]);
    expect(detail).toMatchObject(summary ?? {});
    expect(detail).toEqual((await service.request('GET', '/v1/bays/hive')).body);
  });

  test('asks for the uuid where a name is borne by several', async () => {
    for (const name of ['twin', 'twin']) await busy.createBay({ name });
    for (const reply of [
      await busy.request('GET', '/v1/bays/twin'),
      await patch(busy, 'twin', resize(2)),
      await busy.request('DELETE', '/v1/bays/twin'),
      await busy.request('GET', '/v1/bays/twin/events'),
      await busy.request('GET', '/v1/nodes?bay_ident=twin'),
      await busy.request('GET', '/v1/certificates/twin'),
    ]) {
      expect(refusalOf(reply)).toMatchObject({ status: 409, detail: expect.stringContaining('uuid') });
    }
  });

  test('is for the project alone, also for its administrator elsewhere', async () => {
    for (const token of [service.tokens.other, service.tokens.admin]) {
      expect(itemsOf(await service.request('GET', '/v1/bays', { token }), 'bays')).toEqual([]);
      expect(itemsOf(await service.request('GET', '/v1/nodes', { token }), 'nodes')).toEqual([]);
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/events'],
        ['DELETE', ''],
      ] as const) {
        expect((await service.request(method, `/v1/bays/${bay.uuid}${path}`, { token })).status).toBe(404);
      }
      expect((await service.request('PATCH', `/v1/bays/${bay.uuid}`, { token, body: resize(5) })).status).toBe(404);
    }
    expect((await service.request('GET', '/v1/bays/hive', { token: service.tokens.mate })).status).toBe(200);
    expect((await service.request('GET', '/v1/bays/hive')).body['node_count']).toBe(1);
  });

  test('lists its events oldest first, page by page', async () => {
    const all = itemsOf(await service.request('GET', '/v1/bays/hive/events'), 'events');
    expect(all[0]).toMatchObject({ source: 'magnum', resource: 'hive', resource_type: 'bay', status: 'CREATE_IN_PROGRESS' });
    expect(all.some((event) => event['source'] === 'stack')).toBe(true);
    const ids = all.map((event) => Number(event['id']));
    expect(ids).toEqual(ids.toSorted((one, other) => one - other));
    const first = await service.request('GET', '/v1/bays/hive/events?limit=2');
    const next = new URL(String(first.body['next']));
    const second = await service.request('GET', next.pathname + next.search);
    expect([...itemsOf(first, 'events'), ...itemsOf(second, 'events')]).toEqual(all.slice(0, 4));
    expect((await service.request('GET', `/v1/bays/hive/events?after=${ids.at(-1) ?? 0}`)).body).toEqual({ events: [] });
    for (const query of ['limit=0', 'limit=1001', 'after=-1', 'after=x', 'marker=1']) {
      expect((await service.request('GET', `/v1/bays/hive/events?${query}`)).status, query).toBe(400);
    }
  });
});

describe('changing a bay', () => {
  test('grows and shrinks it, and shows the change as in progress at once', async () => {
    const { uuid } = await busy.createBay({ name: 'elastic' });
    const reply = await patch(busy, uuid, resize('3'));
    expect([reply.status, reply.body], reply.text).toEqual([202, { uuid }]);
    const during = (await busy.request('GET', `/v1/bays/${uuid}`)).body;
    expect(during['node_count']).toBe(3);
    expect(during['status']).toMatch(/^UPDATE_/);
    expect((await busy.until(uuid, 'UPDATE_COMPLETE'))['node_addresses']).toHaveLength(3);
    expect((await patch(busy, uuid, [{ op: 'remove', path: '/node_count' }])).status).toBe(202);
    await busy.until(uuid, 'UPDATE_COMPLETE');
    expect((await busy.request('GET', `/v1/bays/${uuid}`)).body['node_count']).toBe(1);
    expect(
      itemsOf(await busy.request('GET', `/v1/nodes?bay_ident=${uuid}`), 'nodes').filter((node) => node['role'] === 'worker'),
    ).toHaveLength(1);
  });

  test('may ask for a rollback from 1.3 on', async () => {
    for (const [version, status] of [
      ['1.1', 400],
      ['1.2', 400],
      ['1.3', 202],
      ['latest', 202],
    ] as const) {
      const reply = await service.request('PATCH', '/v1/bays/hive?rollback=True', { body: resize(1), version });
      expect(reply.status, `${version} ${reply.text}`).toBe(status);
    }
    expect((await service.request('PATCH', '/v1/bays/hive/?rollback=perhaps', { body: resize(1), version: '1.3' })).status).toBe(
      400,
    );
    await service.until(bay.uuid, 'UPDATE_COMPLETE');
  });

  test.each<[string, unknown, string]>([
    ['its name', [{ op: 'replace', path: '/name', value: 'other' }], 'name'],
    ['its masters', [{ op: 'replace', path: '/master_count', value: 3 }], 'master_count'],
    ['its labels', [{ op: 'add', path: '/labels/x', value: 'y' }], 'labels'],
    ['its model', [{ op: 'replace', path: '/baymodel_id', value: NOWHERE }], 'baymodel_id'],
    ['its status', [{ op: 'replace', path: '/status', value: 'DELETE_COMPLETE' }], 'status'],
    ['its stack', [{ op: 'replace', path: '/stack_id', value: 'x' }], 'stack_id'],
    ['its addresses', [{ op: 'remove', path: '/node_addresses' }], 'node_addresses'],
    ['its id', [{ op: 'replace', path: '/uuid', value: NOWHERE }], 'uuid'],
    ['the model away', [{ op: 'remove', path: '/baymodel_id' }], 'baymodel_id'],
    ['nodes and name', [...resize(2), { op: 'replace', path: '/name', value: 'other' }], 'name'],
    ['to no nodes', resize(0), 'node_count'],
    ['to negative nodes', resize(-3), 'node_count'],
    ['to a million nodes', resize(1_000_000), 'node_count'],
    ['to nodes in words', resize('many'), 'node_count'],
    ['to a list of nodes', resize([2]), 'node_count'],
    ['nothing', [], 'no operation'],
    ['what it has not', [{ op: 'add', path: '/colour', value: 'red' }], 'colour'],
  ])('%s is refused, and nothing changes', async (_what, operations, word) => {
    const before = await stateOf(service);
    for (const version of ['1.1', '1.2']) {
      const reply = await patch(service, 'hive', operations, version);
      expect(refusalOf(reply)).toMatchObject({ status: 400, detail: expect.stringContaining(word) });
    }
    expect(await stateOf(service)).toBe(before);
  });

  test('that does not exist is 404', async () => {
    expect((await patch(service, NOWHERE, resize(2))).status).toBe(404);
    expect((await service.request('DELETE', `/v1/bays/${NOWHERE}`)).status).toBe(404);
    expect((await service.request('GET', '/v1/bays/nobody/events')).status).toBe(404);
  });
});
