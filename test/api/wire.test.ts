import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aService, itemsOf, MODEL, NOWHERE, refusalOf, resource, type Fields, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService({ conductor: false });
  await service.createModel({ name: 'swarm', labels: {} });
});
afterAll(async () => service.stop());

const ask = (method: string, path: string, body?: unknown, more: { readonly token?: string; readonly version?: string } = {}) =>
  service.request(method, path, { ...(body === undefined ? {} : { body }), version: '1.14', ...more });
const cluster = async (fields: Fields = {}) =>
  resource(await ask('POST', '/v1/clusters', { cluster_template_id: 'swarm', ...fields }), 202).uuid;

describe('refusals', () => {
  test('carry their sentence at the root, too, where openstacksdk and Ansible look for it', async () => {
    const refused = await ask('POST', '/v1/clustertemplates', { ...MODEL, image_id: 'nosuch' });
    expect(refused.body['message']).toBe(refusalOf(refused).detail);
    expect((await ask('GET', `/v1/bays/${NOWHERE}`)).body['message']).toContain('could not be found');
    expect((await ask('GET', '/v1/nothing/at/all/here')).body['message']).toContain('could not be found');
  });

  test.each([
    ['/v1/clusters?limit=0', 'limit', /must be >= 1/],
    ['/v1/clusters?limit=-1', 'limit', /must be >= 1/],
    ['/v1/clusters?limit=many', 'limit', /must be integer/],
    ['/v1/clusters?marker=none', 'marker', /uuid/i],
    ['/v1/clusters?sort_dir=up', 'sort_dir', /should be one of: asc, desc/],
  ])('say why in their title: %s', async (path, field, why) => {
    const { title } = refusalOf(await ask('GET', path));
    expect(title).toContain(field);
    expect(title).toMatch(why);
  });

  test.each([
    ['a missing field', { name: 'a' }, /mandatory field missing/],
    ['a value of the wrong type', { ...MODEL, docker_volume_size: 'x' }, /docker_volume_size: must be integer/],
    ['a read-only field', { ...MODEL, created_at: '2026-01-01T00:00:00Z' }, /created_at: cannot set read only field/],
  ])('of %s say why in their title', async (_name, body, why) => {
    expect(refusalOf(await ask('POST', '/v1/clustertemplates', body)).title).toMatch(why);
  });

  test.each<[string, string, Readonly<Record<string, string>>, number, string]>([
    ['GET', '/v1/nothing/at/all/here', {}, 404, 'Not Found'],
    ['PUT', '/v1/clusters', {}, 405, 'Method Not Allowed'],
    ['GET', '/v1/clusters', { accept: 'text/html' }, 406, 'Not Acceptable'],
    ['GET', '/v1/clusters', { 'OpenStack-API-Version': 'compute 1.1' }, 406, 'Not Acceptable'],
    ['GET', '/v1/clusters', { 'OpenStack-API-Version': 'container-infra one' }, 406, 'Not Acceptable'],
    ['GET', '/v1/clusters/x/nodegroups', { 'OpenStack-API-Version': 'container-infra 1.1' }, 406, 'Not Acceptable'],
  ])('before an operation have the words of HTTP as their title: %s %s %j', async (method, path, headers, status, title) => {
    for (const accept of [{ accept: 'application/json' }, { accept: '*/*' }, {}]) {
      const refused = await service.request(method, path, { headers: { ...accept, ...headers } });
      expect([refused.status, refusalOf(refused).title]).toEqual([status, title]);
      expect(refusalOf(refused).detail).not.toBe(title);
    }
  });

  test.each<[string, Readonly<Record<string, string>>, string, number, RegExp]>([
    ['more than a mebibyte', {}, ' '.repeat(1_048_577), 413, /^[^.]*1048576 bytes/],
    ['another type than JSON', { 'Content-Type': 'application/xml' }, '<a/>', 415, /^[^.]*application\/xml/],
  ])('of a body of %s say why in their title', async (_what, headers, raw, status, why) => {
    const refused = await service.request('POST', '/v1/bays', { raw, headers: { accept: 'application/json', ...headers } });
    expect([refused.status, refusalOf(refused).title]).toEqual([status, expect.stringMatching(why)]);
  });

  test.each([
    [{ labels: { api_allowed_cidrs: 'nonsense' } }, 'labels.api_allowed_cidrs'],
    [{ labels: { open_ports: 'nonsense' } }, 'labels.open_ports'],
    [{ labels: { swarm_address_pool: '10.0.0.0/30' } }, 'labels.swarm_address_pool'],
  ])('of the driver name their field: %j', async (fields, field) => {
    const refused = await ask('POST', '/v1/clusters', { cluster_template_id: 'swarm', ...fields });
    expect(refused.status).toBe(400);
    expect(refusalOf(refused).detail).toContain(field);
  });

  test.each([
    ['swarm', MODEL.image_id, 2],
    ['swarm', MODEL.image_id, 4],
    ['kubernetes', 'debian-12-kubernetes', 2],
    ['kubernetes', 'debian-12-kubernetes', 4],
    ['mesos', 'ubuntu-24.04', 2],
    ['mesos', 'debian-12', 4],
  ])('of an even number of masters of %s (%s) in the bay wording name master_count: %i', async (coe, image, masters) => {
    const name = `even-${coe}-${masters}`;
    await service.createModel({ name, coe, image_id: image, network_driver: null, master_lb_enabled: true });
    const refused = await ask('POST', '/v1/bays', { baymodel_id: name, master_count: masters });
    expect([refused.status, refusalOf(refused).detail]).toEqual([400, expect.stringContaining('master_count')]);
  });

  test.each([
    [{ cluster_uuid: 'nope', csr: 'x' }, 'Cluster nope'],
    [{ bay_uuid: 'nope', csr: 'x' }, 'Bay nope'],
  ])('of a certificate call what is missing by the word of its field: %j', async (body, words) => {
    const refused = await ask('POST', '/v1/certificates', body);
    expect([refused.status, refusalOf(refused).detail]).toEqual([400, expect.stringContaining(words)]);
  });

  test.each([
    ['network_driver', 'Network driver type nosuch is not supported'],
    ['volume_driver', 'Volume driver type nosuch is not supported'],
  ])('of an unknown %s begin with the words that clients look for', async (field, words) => {
    expect(refusalOf(await ask('POST', '/v1/clustertemplates', { ...MODEL, [field]: 'nosuch' })).detail).toContain(words);
  });

  test.each([
    '/v1/clustertemplates/none',
    '/v1/clusters/none',
    '/v1/baymodels/none',
    '/v1/bays/none',
    '/v1/federations/none',
    '/v1/nodes/none',
    '/v1/containers/none',
    '/v1/clusters/none/nodegroups/none',
  ])('of a body that is no patch come before the look for %s', async (path) => {
    expect((await ask('PATCH', path, { name: 'a' })).status).toBe(400);
    expect((await ask('PATCH', path, [{ op: 'replace', path: '/name', value: 'b' }])).status).toBe(404);
  });

  test('of an upgrade of what failed name the way out', async () => {
    const uuid = await cluster({ name: 'failed' });
    await service.db('bay').where({ uuid }).update({ status: 'CREATE_FAILED' });
    const refused = await ask('POST', `/v1/clusters/${uuid}/actions/upgrade`, { cluster_template: 'swarm' });
    expect(refused.status).toBe(400);
    expect(refusalOf(refused).detail).not.toContain('Wait');
    expect(refusalOf(refused).detail).toContain('resize it');
  });

  test.each(['hidden', 'public', 'tls_disabled', 'registry_enabled', 'server_type'])(
    'of removing %s from a template are 400',
    async (field) => {
      expect((await ask('PATCH', '/v1/clustertemplates/swarm', [{ op: 'remove', path: `/${field}` }])).status).toBe(400);
    },
  );
});

describe('administrators', () => {
  test("upgrade another project's cluster to a template of that project, and members do not", async () => {
    const uuid = await cluster({ name: 'theirs' });
    await service.db('bay').where({ uuid }).update({ status: 'CREATE_COMPLETE' });
    await service.createModel({ name: 'theirs-next' });
    const upgrade = (token: string) =>
      ask('POST', `/v1/clusters/${uuid}/actions/upgrade`, { cluster_template: 'theirs-next' }, { token });
    expect((await upgrade(service.tokens.other)).status).toBe(404);
    expect((await upgrade(service.tokens.admin)).status).toBe(202);
  });
});

describe('the label min_node_count', () => {
  test('is the least size of the default workers, of the template or of the cluster', async () => {
    await service.createModel({ name: 'least', labels: { min_node_count: '1' } });
    const uuid = await cluster({ cluster_template_id: 'least', name: 'least' });
    await service.db('bay').where({ uuid }).update({ status: 'CREATE_COMPLETE' });
    const group = await ask('GET', `/v1/clusters/${uuid}/nodegroups/default-worker`);
    expect(group.body['min_node_count']).toBe(1);
    expect((await ask('GET', `/v1/clusters/${uuid}/nodegroups/default-master`)).body['min_node_count']).toBe(0);
    const refused = await ask('POST', `/v1/clusters/${uuid}/actions/resize`, { node_count: 0 });
    expect([refused.status, refusalOf(refused).detail]).toEqual([400, expect.stringContaining('at least 1')]);
  });

  test('that is no number is refused', async () => {
    const refused = await ask('POST', '/v1/clusters', { cluster_template_id: 'swarm', labels: { min_node_count: 'few' } });
    expect([refused.status, refusalOf(refused).detail]).toEqual([400, expect.stringContaining('labels.min_node_count')]);
  });
});

const leastOf = async (uuid: string): Promise<unknown> =>
  (await ask('GET', `/v1/clusters/${uuid}/nodegroups/default-worker`)).body['min_node_count'];

describe('the label min_node_count of a cluster itself', () => {
  test.each<[string, Fields, number]>([
    ['stands alone', { cluster_template_id: 'swarm', labels: { min_node_count: '2' } }, 2],
    ['replaces the labels of the template', { cluster_template_id: 'floor', labels: { min_node_count: '3' } }, 3],
    [
      'is merged over that of the template',
      { cluster_template_id: 'floor', merge_labels: true, labels: { min_node_count: 2 } },
      2,
    ],
    ['is that of the template, others merged in', { cluster_template_id: 'floor', merge_labels: true, labels: { a: 'b' } }, 1],
  ])('%s: it is the least size of the default workers, also for a change', async (_what, fields, least) => {
    if ((await ask('GET', '/v1/clustertemplates/floor')).status === 404)
      await service.createModel({ name: 'floor', labels: { min_node_count: '1', open_ports: '80' } });
    const uuid = await cluster({ ...fields, node_count: 3 });
    expect(await leastOf(uuid)).toBe(least);
    await service.db('bay').where({ uuid }).update({ status: 'CREATE_COMPLETE' });
    for (const [method, path, body] of [
      ['PATCH', '', [{ op: 'replace', path: '/node_count', value: least - 1 }]],
      ['POST', '/actions/resize', { node_count: least - 1 }],
    ] as const) {
      const refused = await ask(method, `/v1/clusters/${uuid}${path}`, body);
      expect([refused.status, refusalOf(refused).detail], `${method} ${path}`).toEqual([
        400,
        expect.stringContaining(`at least ${least}`),
      ]);
      expect(refusalOf(refused).detail).toContain('node_count');
    }
    const taken = await ask('PATCH', `/v1/clusters/${uuid}`, [{ op: 'replace', path: '/node_count', value: least }]);
    expect(taken.status, taken.text).toBe(202);
  });
});

test('a cluster may be made with fewer nodes than its label min_node_count, and changes only to what the label allows', async () => {
  const uuid = await cluster({ labels: { min_node_count: '3' }, node_count: 1 });
  const seen = await ask('GET', `/v1/clusters/${uuid}`);
  expect([seen.body['node_count'], await leastOf(uuid)]).toEqual([1, 3]);
  await service.db('bay').where({ uuid }).update({ status: 'CREATE_COMPLETE' });
  const change = (value: number) => ask('PATCH', `/v1/clusters/${uuid}`, [{ op: 'replace', path: '/node_count', value }]);
  expect((await change(2)).status).toBe(400);
  expect((await change(3)).status).toBe(202);
});

const LOOKS = [
  ['GET', ''],
  ['GET', '/detail'],
  ['GET', '/one'],
  ['DELETE', '/one'],
] as const;

describe('the label boot_volume_size', () => {
  test('makes a volume of the image that each server boots from', async () => {
    const reply = await ask('POST', '/v1/clusters?dry_run=true', {
      cluster_template_id: 'swarm',
      labels: { boot_volume_size: '20', boot_volume_type: 'fast' },
    });
    expect(reply.status, reply.text).toBe(200);
    expect(reply.text).toContain('OS::Cinder::Volume');
    expect(reply.headers.get('warning') ?? '').not.toContain('boot_volume');
  });

  test('comes up in the embedded cloud; and pods of such a bay are refused, because it is a swarm', async () => {
    const live = await aService();
    try {
      await live.createModel({ name: 'swarm', labels: { boot_volume_size: '20' } });
      const { uuid } = await live.createBay({ name: 'booted' });
      const volumes = await live.db('hot_resource').where({ type: 'OS::Cinder::Volume' }).select('name');
      expect(volumes.length, uuid).toBe(2);
      for (const path of ['pods', 'services', 'rcs']) {
        for (const [method, suffix] of LOOKS) {
          const refused = await live.request(method, `/v1/${path}${suffix}?bay_ident=booted`);
          expect([refused.status, refusalOf(refused).detail], `${method} ${path}${suffix}`).toEqual([
            400,
            expect.stringContaining('kubernetes bays alone'),
          ]);
        }
      }
    } finally {
      await live.stop();
    }
  }, 60_000);
});

describe('clients of earlier eras', () => {
  test('send ssh_authorized_key, which is taken and warned of', async () => {
    const reply = await ask('POST', '/v1/baymodels', { ...MODEL, name: 'kilo', ssh_authorized_key: 'ssh-rsa AAAA' });
    expect(reply.status).toBe(201);
    expect(reply.headers.get('warning')).toContain('ssh_authorized_key');
  });

  test('call the image of a container image_id', async () => {
    const missing = await ask('POST', '/v1/containers', { bay_uuid: 'none', name: 'a' });
    expect(refusalOf(missing).detail).toContain('field/attribute image');
    const named = await ask('POST', '/v1/containers', { bay_uuid: 'none', name: 'a', image_id: 'nginx' });
    expect(refusalOf(named).detail).toContain('Bay none could not be found');
  });

  test.each(['/v1/bays?bay_uuid=x', '/v1/bays/detail?bay_uuid=x'])('send an argument that was passed over: %s', async (path) => {
    expect((await ask('GET', path)).status).toBe(200);
  });
});

test.each([
  ['/v1/clustertemplates?sort_key=labels', 'clustertemplates'],
  ['/v1/clusters?sort_key=labels', 'clusters'],
  ['/v1/nodes?sort_key=type', 'nodes'],
  ['/v1/nodes?sort_key=image_id', 'nodes'],
  ['/v1/nodes?sort_key=ironic_node_id', 'nodes'],
  ['/v1/containers?sort_key=environment', 'containers'],
])('every column can be sorted by: %s', async (path, collection) => {
  const reply = await ask('GET', path);
  expect(reply.status).toBe(200);
  expect(Array.isArray(itemsOf(reply, collection))).toBe(true);
});

test('a JSON boolean passes for a number, as in upstream', async () => {
  const uuid = await cluster({ name: 'boolean' });
  await service.db('bay').where({ uuid }).update({ status: 'CREATE_COMPLETE' });
  const patched = await ask('PATCH', `/v1/clusters/${uuid}`, [{ op: 'replace', path: '/node_count', value: true }]);
  expect(patched.status, patched.text).toBe(202);
});

test('a new cluster has an empty map as its health_status_reason, and what failed without words null', async () => {
  const uuid = await cluster({ name: 'quiet' });
  expect((await ask('GET', `/v1/clusters/${uuid}`)).body['health_status_reason']).toEqual({});
  await service.db('bay').where({ uuid }).update({ status: 'CREATE_FAILED' });
  await service.db('node_group').where({ bay_id: uuid, name: 'default-worker' }).update({ status: 'CREATE_FAILED' });
  expect((await ask('GET', `/v1/clusters/${uuid}`)).body['faults']).toEqual({ 'default-worker': null });
});

test('what a driver takes and does not act on is warned of', async () => {
  const fields = { volume_driver: 'rexray', network_driver: 'flannel', registry_enabled: true, apiserver_port: 6443 };
  const reply = await ask('POST', '/v1/clustertemplates', { ...MODEL, name: 'idle', ...fields });
  expect(reply.status, reply.text).toBe(201);
  for (const field of Object.keys(fields))
    expect(reply.headers.get('warning')).toContain(`${field}: accepted, and has no effect`);
  const made = await ask('POST', '/v1/clusters', { cluster_template_id: 'idle', discovery_url: 'https://discovery.test/x' });
  expect(made.headers.get('warning')).toContain('discovery_url');
});

test('a template is found by its number in the cluster wording', async () => {
  const row: { id: number } = await service.db('bay_model').where({ name: 'swarm' }).first('id');
  expect((await ask('POST', '/v1/clusters', { cluster_template_id: String(row.id), name: 'numbered' })).status).toBe(202);
});
