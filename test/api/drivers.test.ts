import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anEngine } from '../support/engine.js';
import { aService, itemsOf, MODEL, ORIGIN, refusalOf, resource, type Fields, type Service } from '../support/service.js';

let service: Service;
let template: string;
beforeAll(async () => {
  service = await aService({ conductor: false });
  template = (await service.createModel()).uuid;
});
afterAll(async () => service.stop());

const ODD = { octavia_lb_healthcheck: 'perhaps', open_port: '80', tier: 'gold' };
const HEADER =
  '299 magnum "labels.octavia_lb_healthcheck: expected boolean, got \'perhaps\'", ' +
  '299 magnum "labels.open_port: no such label is read by the driver; did you mean open_ports?", ' +
  '299 magnum "labels.tier: no such label is read by the driver"';

describe('drivers', () => {
  test('say what they can serve, and every label that they read', async () => {
    const drivers = itemsOf(await service.request('GET', '/v1/drivers'), 'drivers');
    expect(drivers.map(({ name }) => name).toSorted()).toEqual(['kubeadm', 'mesos', 'swarm-mode']);
    const driver = drivers.find(({ name }) => name === 'swarm-mode');
    expect(driver).toMatchObject({
      name: 'swarm-mode',
      platforms: expect.arrayContaining([{ server_type: 'vm', distro: 'debian', coe: 'swarm' }]),
      links: [{ href: `${ORIGIN}/v1/drivers/swarm-mode`, rel: 'self' }, expect.anything()],
    });
    expect(driver?.['labels']).toContainEqual({
      name: 'octavia_lb_algorithm',
      type: 'string',
      default: 'ROUND_ROBIN',
      one_of: ['ROUND_ROBIN', 'LEAST_CONNECTIONS', 'SOURCE_IP', 'SOURCE_IP_PORT'],
      minimum: null,
      maximum: null,
      meaning: 'How the load balancer chooses a manager.',
    });
    expect((await service.request('GET', '/v1/drivers/swarm-mode')).body).toEqual(driver);
    expect(refusalOf(await service.request('GET', '/v1/drivers/nobody'))).toMatchObject({
      status: 404,
      detail: 'Driver nobody could not be found.',
    });
  });
});

describe('odd labels', () => {
  const body = (collection: string): Fields =>
    collection.endsWith('s') && collection.includes('template')
      ? { ...MODEL, labels: ODD }
      : { cluster_template_id: template, labels: ODD };

  test.each(['clusters', 'clustertemplates'])('of new %s are warned of, and taken', async (collection) => {
    const reply = await service.request('POST', `/v1/${collection}`, { body: body(collection), version: '1.14' });
    const { uuid } = resource(reply, collection === 'clusters' ? 202 : 201);
    expect(reply.headers.get('warning')).toBe(HEADER);
    expect((await service.request('GET', `/v1/${collection}/${uuid}`)).body['labels']).toEqual(ODD);
  });

  test('of a changed template are warned of, as long as they are there', async () => {
    const { uuid } = await service.createModel({ name: 'changing' });
    const patch = (operations: unknown) => service.request('PATCH', `/v1/clustertemplates/${uuid}`, { body: operations });
    const odd = await patch([{ op: 'add', path: '/labels/tier', value: 'gold' }]);
    expect([odd.status, odd.headers.get('warning')]).toEqual([200, expect.stringContaining('labels.tier')]);
    expect((await patch([{ op: 'remove', path: '/labels/tier' }])).headers.get('warning')).toBeNull();
  });

  test('by the hundred make no header that breaks clients', async () => {
    const labels = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`label-${index}-${'x'.repeat(200)}`, 'y']));
    const reply = await service.request('POST', '/v1/clusters', {
      body: { cluster_template_id: template, labels },
      version: '1.14',
    });
    expect(reply.status).toBe(202);
    expect(reply.headers.get('warning')).toMatch(/299 magnum "and 90 more"$/);
    expect(reply.headers.get('warning')?.length).toBeLessThan(6_000);
  });

  test('are refused where the operator says so, on clusters, templates and patches, and nothing changes', async () => {
    const { request } = await anEngine(service, { labelCheck: 'enforce' });
    const { uuid } = await service.createModel({ name: 'strict' });
    const before = await service.db('bay').count();
    for (const [method, path, sent] of [
      ['POST', '/v1/clusters', body('clusters')],
      ['POST', '/v1/bays', { baymodel_id: template, labels: ODD }],
      ['POST', '/v1/clustertemplates', body('clustertemplates')],
      ['PATCH', `/v1/clustertemplates/${uuid}`, [{ op: 'add', path: '/labels/open_port', value: '80' }]],
    ] as const)
      expect(refusalOf(await request(method, path, { body: sent, version: '1.14' }))).toMatchObject({
        status: 400,
        detail: expect.stringMatching(/^labels\..*\/v1\/drivers\/swarm-mode\.$/),
      });
    expect(await service.db('bay').count()).toEqual(before);
    const fine = { cluster_template_id: template, labels: { open_ports: '80' } };
    expect((await request('POST', '/v1/clusters', { body: fine, version: '1.14' })).status).toBe(202);
  });

  test('are passed over where the operator says so', async () => {
    const { request } = await anEngine(service, { labelCheck: 'off' });
    const reply = await request('POST', '/v1/clusters', { body: body('clusters'), version: '1.14' });
    expect([reply.status, reply.headers.get('warning')]).toEqual([202, null]);
  });
});
