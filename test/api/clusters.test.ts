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
import { get, made, patch, post, resize } from '../support/clusters.js';

const LABELS = { open_ports: '80', swarm_strategy: 'spread' };

/** One cluster, at rest: whatever changes here was changed by the request at hand. */
let service: Service;
let cluster: Fields & { readonly uuid: string };
let template: string;
/** Where clusters come and go. */
let busy: Service;
beforeAll(async () => {
  [service, busy] = await Promise.all([aService(), aService()]);
  template = (await service.createModel({ labels: LABELS, docker_volume_size: 4, floating_ip_enabled: false })).uuid;
  await busy.createModel({ labels: LABELS, docker_volume_size: 4, floating_ip_enabled: false });
  cluster = await made(service, { name: 'hive' });
});
afterAll(async () => {
  await Promise.all([service.stop(), busy.stop()]);
});

describe('a new cluster', () => {
  test('has the defaults, and what its template says', () => {
    expect(cluster).toMatchObject({
      name: 'hive',
      cluster_template_id: template,
      keypair: 'default',
      node_count: 1,
      master_count: 1,
      create_timeout: 60,
      labels: LABELS,
      merge_labels: false,
      labels_overridden: {},
      labels_added: {},
      labels_skipped: {},
      docker_volume_size: 4,
      flavor_id: 'm1.small',
      master_flavor_id: null,
      floating_ip_enabled: false,
      master_lb_enabled: false,
      fixed_network: null,
      fixed_subnet: null,
      status: 'CREATE_COMPLETE',
      project_id: service.config.projects[0]?.id,
      links: [
        { href: `${ORIGIN}/v1/clusters/${cluster.uuid}`, rel: 'self' },
        { href: `${ORIGIN}/clusters/${cluster.uuid}`, rel: 'bookmark' },
      ],
    });
    expect(cluster['cluster_id']).toBeTruthy();
    expect(cluster['node_addresses']).toHaveLength(1);
    expect(cluster).not.toHaveProperty('faults');
    expect(cluster['stack_id']).toBe(cluster['cluster_id']);
  });

  test('is accepted with 202 and its id alone at every version, and is in progress at once', async () => {
    for (const version of ['1.1', '1.2', '1.14']) {
      const reply = await post(busy, {}, version);
      expect([reply.status, Object.keys(reply.body), reply.headers.get('location')]).toEqual([202, ['uuid'], null]);
      const { uuid } = resource(reply, 202);
      const seen = await get(busy, uuid);
      expect(seen['status']).toMatch(/^CREATE_(IN_PROGRESS|COMPLETE)$/);
      expect([seen['node_count'], seen['master_count']]).toEqual([1, 1]);
      expect(seen['name']).toMatch(/^[a-z]+-\d+-cluster$/);
    }
  });

  test('takes what is said over what the template says', async () => {
    const said = await made(busy, {
      name: 'said',
      keypair: 'default',
      node_count: '2',
      master_count: 3,
      master_lb_enabled: 'yes',
      floating_ip_enabled: true,
      docker_volume_size: 9,
      flavor_id: 'm1.medium',
      master_flavor_id: 'm1.tiny',
      create_timeout: 0,
      discovery_url: null,
      labels: { open_ports: 443, colour: 'red' },
    });
    expect(said).toMatchObject({
      node_count: 2,
      master_count: 3,
      master_lb_enabled: true,
      floating_ip_enabled: true,
      docker_volume_size: 9,
      flavor_id: 'm1.medium',
      master_flavor_id: 'm1.tiny',
      create_timeout: 0,
      labels: { open_ports: '443', colour: 'red' },
      // The template's value, of what the cluster says otherwise.
      labels_overridden: { open_ports: '80' },
      labels_added: { colour: 'red' },
      labels_skipped: { swarm_strategy: 'spread' },
    });
  });

  test('lays its labels over the template’s where it is asked to, and never says so again', async () => {
    const { uuid } = resource(await post(busy, { labels: { open_ports: '443', x: 'y' }, merge_labels: true }), 202);
    const seen = await get(busy, uuid);
    expect(seen['labels']).toEqual({ open_ports: '443', swarm_strategy: 'spread', x: 'y' });
    expect(seen['merge_labels']).toBe(false);
    const plain = resource(await post(busy, { merge_labels: 'true' }), 202);
    expect((await get(busy, plain.uuid))['labels']).toEqual(LABELS);
  });

  test('without workers is taken from 1.10 on, comes up, and grows', async () => {
    expect(refusalOf(await post(busy, { node_count: 0 }, '1.9'))).toMatchObject({
      status: 400,
      detail: expect.stringContaining('node_count'),
    });
    const { uuid } = await made(busy, { name: 'masters-only', node_count: 0 }, '1.10');
    expect(await get(busy, uuid, '1.9')).toMatchObject({ node_count: 0, master_count: 1, node_addresses: [] });
    expect((await busy.request('GET', `/v1/bays/${uuid}`)).body['node_count']).toBe(0);
    expect((await patch(busy, uuid, resize(1))).status).toBe(202);
    await busy.until(uuid, 'UPDATE_COMPLETE');
    expect((await patch(busy, uuid, resize(0), '1.9')).status).toBe(400);
    expect((await patch(busy, uuid, resize(0), '1.10')).status).toBe(202);
    await busy.until(uuid, 'UPDATE_COMPLETE');
    expect((await get(busy, uuid))['node_count']).toBe(0);
  });

  test('finds its template by id, name or number', async () => {
    const { id } = (await busy.db('bay_model').where({ name: 'swarm' }).first('id')) as { id: number }; // made above
    for (const ident of ['swarm', String(id)]) {
      const { uuid } = resource(await post(busy, { cluster_template_id: ident }), 202);
      expect((await get(busy, uuid))['cluster_template_id'], ident).toBe((await templateNamed('swarm'))['uuid']);
    }
  });

  const templateNamed = async (name: string): Promise<Fields> => (await busy.request('GET', `/v1/clustertemplates/${name}`)).body;

  test('of a template that is not there is 400 below 1.10, and 404 from then on', async () => {
    for (const [version, status] of [
      ['1.1', 400],
      ['1.9', 400],
      ['1.10', 404],
      ['1.14', 404],
    ] as const) {
      for (const ident of ['nobody', NOWHERE, '987654321'])
        expect(refusalOf(await post(service, { cluster_template_id: ident }, version)), version).toMatchObject({
          status,
          detail: `ClusterTemplate ${ident} could not be found.`,
        });
    }
  });

  test('of a hidden template is for administrators', async () => {
    const { admin, demo } = busy.tokens;
    const secret = resource(
      await busy.request('POST', '/v1/clustertemplates', {
        body: { ...MODEL, name: 'secret', public: true, hidden: true },
        token: admin,
      }),
      201,
    );
    expect((await post(busy, { cluster_template_id: secret.uuid }, '1.14', demo)).status).toBe(404);
    expect((await post(busy, { cluster_template_id: secret.uuid }, '1.14', admin)).status).toBe(202);
    await busy.db('bay_model').where({ uuid: secret.uuid }).update({ project_id: busy.config.projects[0]?.id });
    expect(refusalOf(await post(busy, { cluster_template_id: secret.uuid }, '1.14', demo)).status).toBe(403);
  });

  test.each<[string, Fields, number, string]>([
    ['an unknown field', { colour: 'red' }, 400, 'colour'],
    ['the bay’s word for its template', { baymodel_id: 'swarm' }, 400, 'baymodel_id'],
    ['a stack of its own', { stack_id: 'x' }, 400, 'stack_id'],
    ['an address of its own', { api_address: 'https://192.0.2.1' }, 400, 'api_address'],
    ['the project of another owner', { project_id: 'x' }, 400, 'project_id'],
    ['no template', { cluster_template_id: null }, 400, 'cluster_template_id'],
    ['negative nodes', { node_count: -1 }, 400, 'node_count'],
    ['a million nodes', { node_count: 1_000_000 }, 400, 'node_count'],
    ['no masters', { master_count: 0 }, 400, 'master_count'],
    ['masters that could be divided', { master_count: 2, master_lb_enabled: true }, 400, 'odd'],
    ['many masters without a balancer', { master_count: 3 }, 400, 'master_lb_enabled'],
    ['a negative timeout', { create_timeout: -1 }, 400, 'create_timeout'],
    ['a name over the limit', { name: 'x'.repeat(243) }, 400, 'name'],
    ['a name that begins with a digit', { name: '1cluster' }, 400, 'name'],
    ['labels as text', { labels: 'a=b' }, 400, 'labels'],
    ['a key pair of no text', { keypair: '' }, 400, 'keypair'],
    ['an unknown key pair', { keypair: 'nobody' }, 404, 'nobody'],
    ['an unknown flavor', { flavor_id: 'huge' }, 400, 'flavor_id'],
    ['an unknown network', { fixed_network: 'moon' }, 400, 'moon'],
    ['a word that is no boolean', { merge_labels: 'maybe' }, 400, 'merge_labels'],
  ])('with %s is refused at every version, and nothing changes', async (_what, fields, status, word) => {
    const before = await stateOf(service);
    for (const version of ['1.1', '1.9', '1.14']) {
      const reply = await post(service, fields, version);
      expect(reply.status, reply.text).toBe(status);
      expect(refusalOf(reply).detail).toContain(word);
    }
    expect(await stateOf(service)).toBe(before);
  });

  test.each(['uuid', 'status', 'status_reason', 'health_status', 'faults', 'labels_added'])(
    'takes %s, as ever, without effect',
    async (field) => {
      const { uuid } = resource(await post(busy, { [field]: NOWHERE }), 202);
      expect(uuid).not.toBe(NOWHERE);
      expect((await get(busy, uuid))['status']).toMatch(/^CREATE_/);
    },
  );
});

describe('reading clusters', () => {
  test('finds one by id or name, with and without /v1 and a trailing slash', async () => {
    for (const path of [`/v1/clusters/${cluster.uuid}`, '/v1/clusters/hive/', '/clusters/hive', `/clusters/${cluster.uuid}/`])
      expect((await service.request('GET', path, { version: '1.14' })).body, path).toEqual(await get(service, 'hive'));
  });

  test('shows the stack as stack_id, and from 1.13 on as cluster_id as well', async () => {
    for (const path of ['/v1/clusters/hive', '/v1/clusters', '/v1/clusters/detail']) {
      const seen = async (version: string): Promise<Fields> => {
        const { body } = await service.request('GET', path, { version });
        return Array.isArray(body['clusters']) ? ((body['clusters'] as readonly Fields[])[0] ?? {}) : body; // checked by the helper
      };
      expect((await seen('1.12'))['stack_id']).toBe(cluster['cluster_id']);
      expect(await seen('1.12')).not.toHaveProperty('cluster_id');
      expect((await seen('1.13'))['cluster_id']).toBe(cluster['cluster_id']);
      // The auto-healer of Kubernetes asks with the latest version, and looks for `stack_id`.
      expect((await seen('1.13'))['stack_id']).toBe(cluster['cluster_id']);
    }
  });

  test('has in lists what lists have, and everything in detail', async () => {
    const [summary] = itemsOf(await service.request('GET', '/v1/clusters', { version: '1.14' }), 'clusters');
    const [detail] = itemsOf(await service.request('GET', '/v1/clusters/detail', { version: '1.14' }), 'clusters');
    expect(Object.keys(summary ?? {}).toSorted()).toEqual(
      'uuid name cluster_template_id keypair node_count master_count docker_volume_size labels merge_labels master_flavor_id flavor_id create_timeout status health_status stack_id cluster_id links'
        .split(' ')
        .toSorted(),
    );
    expect(detail).toEqual(await get(service, 'hive'));
  });

  test('shows a bay, and bays show a cluster: they are the same', async () => {
    const asBay = (await service.request('GET', `/v1/bays/${cluster.uuid}`)).body;
    expect(asBay).toMatchObject({ uuid: cluster.uuid, name: 'hive', baymodel_id: template, bay_create_timeout: 60 });
    const bay = await busy.createBay({ name: 'made-as-bay', bay_create_timeout: 7 });
    expect(await get(busy, bay.uuid)).toMatchObject({
      name: 'made-as-bay',
      create_timeout: 7,
      cluster_template_id: bay['baymodel_id'],
      cluster_id: bay['stack_id'],
    });
    expect((await busy.request('DELETE', `/v1/clusters/${bay.uuid}`)).status).toBe(204);
    await busy.until(bay.uuid, 'gone');
  });

  test.each([NOWHERE, 'nobody', '%20', '%00', 'x'.repeat(300), "' OR 1=1 --"])('answers 404 for %s', async (ident) => {
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', resize(2)],
      ['DELETE', undefined],
    ] as const)
      expect((await service.request(method, `/v1/clusters/${ident}`, { body })).status, method).toBe(404);
    expect((await service.request('GET', `/v1/clusters/${ident}/events`)).status).toBe(404);
  });

  test('names what is not found in the words of the path', async () => {
    const said = async (path: string): Promise<string> => refusalOf(await service.request('GET', path)).detail;
    expect(await said('/v1/clusters/my-bay')).toBe('Cluster my-bay could not be found.');
    expect(await said('/v1/bays/my-cluster')).toBe('Bay my-cluster could not be found.');
    expect(await said('/v1/clustertemplates/x')).toBe('ClusterTemplate x could not be found.');
    expect(await said('/v1/baymodels/x')).toBe('BayModel x could not be found.');
  });

  test('lists its events, page by page', async () => {
    const first = await service.request('GET', '/v1/clusters/hive/events?limit=2');
    expect(itemsOf(first, 'events')[0]).toMatchObject({ source: 'magnum', kind: 'accepted', status: 'CREATE_IN_PROGRESS' });
    expect(first.body['next']).toMatch(`${ORIGIN}/v1/clusters/${cluster.uuid}/events?after=`);
  });

  test('shows which node groups failed, and why, once it has failed', async () => {
    const crowded = await aService({ config: { addressPool: '10.213.0.0/24' } });
    await crowded.createModel();
    await crowded.createBay({ name: 'first' });
    const { uuid } = resource(await post(crowded, { name: 'second' }), 202);
    await crowded.until(uuid, 'CREATE_FAILED');
    const faults = (await get(crowded, uuid))['faults'];
    expect(Object.keys(faults as Fields).toSorted()).toEqual(['default-master', 'default-worker']); // an object by the spec
    expect(JSON.stringify(faults)).toContain('network');
    await crowded.stop();
  });
});
