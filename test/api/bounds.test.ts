import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aService, MODEL, refusalOf, resource, type Fields, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService();
});
afterAll(async () => service.stop());

const map = (count: number, prefix = 'k'): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 'v']));
const model = (fields: Fields) => service.request('POST', '/v1/baymodels', { body: { ...MODEL, name: 'bounded', ...fields } });
const python = (labels: Readonly<Record<string, string>>): string => JSON.stringify(labels).replaceAll('"', "'");

describe('labels', () => {
  test.each([
    ['100 keys', map(100), 201],
    ['101 keys', map(101), 400],
    ['60,000 keys', map(60_000), 400],
    ['a value of 255 characters', { a: 'x'.repeat(255) }, 201],
    ['a value of 256 characters', { a: 'x'.repeat(256) }, 400],
    ['a key of 255 characters', { ['x'.repeat(255)]: 'a' }, 201],
    ['a key of 256 characters', { ['x'.repeat(256)]: 'a' }, 400],
  ])('of %s', async (_name, labels, status) => {
    const reply = await model({ labels });
    expect(reply.status).toBe(status);
    if (status === 400 && Object.keys(labels).length < 10_000) expect(refusalOf(reply).detail).toContain('labels');
  });

  test.each([
    ['as an object', (labels: Readonly<Record<string, string>>) => labels],
    ['as the text of a Python dictionary', python],
  ])('in a patch %s have the bounds that they have in a body', async (_name, written) => {
    const { uuid } = resource(await model({}), 201);
    const patch = (value: unknown) =>
      service.request('PATCH', `/v1/baymodels/${uuid}`, { body: [{ op: 'replace', path: '/labels', value }] });
    expect((await patch(written(map(100)))).status).toBe(200);
    for (const labels of [map(101), { a: 'x'.repeat(256) }, { ['x'.repeat(256)]: 'a' }]) {
      const refused = await patch(written(labels));
      expect(refused.status).toBe(400);
      expect(refusalOf(refused).detail).toContain('labels');
    }
  });

  test('have them in what a patch of single keys comes to', async () => {
    const { uuid } = resource(await model({ labels: map(60) }), 201);
    const add = (count: number) =>
      service.request('PATCH', `/v1/baymodels/${uuid}`, {
        body: Array.from({ length: count }, (_, index) => ({ op: 'add', path: `/labels/other-${index}`, value: 'v' })),
      });
    const refused = await add(41);
    expect(refused.status).toBe(400);
    expect(refusalOf(refused).detail).toContain('100');
    expect((await add(40)).status).toBe(200);
  });

  test('have them together with those that they are merged with', async () => {
    const { uuid } = resource(await model({ name: 'merged', labels: map(80, 'm') }), 201);
    const cluster = (labels: Fields) =>
      service.request('POST', '/v1/clusters', { body: { cluster_template_id: uuid, merge_labels: true, labels } });
    const refused = await cluster(map(21));
    expect(refused.status).toBe(400);
    expect(refusalOf(refused).detail).toMatch(/labels: together .* 101; at most 100/);
    expect((await cluster(map(20))).status).toBe(202);
  });
});

test.each([
  ['federations', '/v1/federations', { hostcluster_id: 'none', properties: { ...map(101), 'dns-zone': 'a' } }, 'properties'],
  ['containers', '/v1/containers', { bay_uuid: 'none', image: 'a', environment: map(101) }, 'environment'],
  ['containers', '/v1/containers', { bay_uuid: 'none', image: 'a', environment: { a: 'x'.repeat(256) } }, 'environment.a'],
  ['containers', '/v1/containers', { bay_uuid: 'none', image: 'a', command: 'x'.repeat(4_097) }, 'command'],
  ['certificates', '/v1/certificates', { cluster_uuid: 'none', csr: 'x'.repeat(16_385) }, 'csr'],
  ['node groups', '/v1/clusters/none/nodegroups', { name: 'a', node_labels: map(101) }, 'node_labels'],
  ['node groups', '/v1/clusters/none/nodegroups', { name: 'a', node_taints: Array(101).fill('a:NoSchedule') }, 'node_taints'],
  ['resizing', '/v1/clusters/none/actions/resize', { node_count: 1, nodes_to_remove: Array(1_001).fill('a') }, 'nodes_to_remove'],
  ['resizing', '/v1/clusters/none/actions/resize', { node_count: 1, nodes_to_remove: ['x'.repeat(256)] }, 'nodes_to_remove.0'],
])('what is too much of %s is refused by name (%s, %j)', async (_name, path, body, field) => {
  const refused = await service.request('POST', path, { body, version: '1.14' });
  expect(refused.status).toBe(400);
  expect(refusalOf(refused).detail).toContain(field);
});

test('help with spelling is given for as many labels as are warned of', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `open_port${index}`);
  const reply = await model({ labels: Object.fromEntries(names.map((name) => [name, '1'])) });
  expect(reply.status).toBe(201);
  expect(reply.headers.get('warning')).toContain('and 30 more');
});

test.each([
  ['objects', (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`],
  ['lists', (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`],
])(
  'bodies that nest %s without end, or hold values without number, are refused before they are looked at',
  async (_name, nested) => {
    const refused = await service.request('POST', '/v1/baymodels', { raw: nested(40_000) });
    expect(refused.status).toBe(400);
    expect(refusalOf(refused).detail).toContain('nested deeper than 32 levels');
    const many = await service.request('POST', '/v1/baymodels', { raw: `{"labels":[${'1,'.repeat(20_000)}1]}` });
    expect(many.status).toBe(400);
    expect(refusalOf(many).detail).toContain('more than 10000 values');
  },
);
