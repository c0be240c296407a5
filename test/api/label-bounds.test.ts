import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aService, MODEL, refusalOf, resource, type Fields, type Reply, type Service } from '../support/service.js';

let service: Service;
let usual: Service;
let uuid = '';
beforeAll(async () => {
  usual = await aService({ conductor: false });
  service = await aService({ conductor: false, labelBounds: { count: 2, length: 20 } });
  uuid = resource(
    await service.request('POST', '/v1/baymodels', { body: { ...MODEL, name: 'narrow', labels: { a: '1', b: '2' } } }),
    201,
  ).uuid;
});
afterAll(() => Promise.all([service.stop(), usual.stop()]));

const THREE = { a: '1', b: '2', c: '3' };
const post = (path: string, body: Fields): Promise<Reply> => service.request('POST', path, { body, version: '1.14' });

test.each<[string, () => Promise<Reply>]>([
  ['a bay model', () => service.request('POST', '/v1/baymodels', { body: { ...MODEL, name: 'wide', labels: THREE } })],
  ['a patch', () => service.request('PATCH', `/v1/baymodels/${uuid}`, { body: [{ op: 'add', path: '/labels/c', value: '3' }] })],
  ['a bay', () => post('/v1/bays', { baymodel_id: uuid, labels: THREE })],
  ['merged labels', () => post('/v1/clusters', { cluster_template_id: uuid, merge_labels: true, labels: { c: '3' } })],
  ['a dry run', () => post('/v1/clusters?dry_run=true', { cluster_template_id: uuid, labels: THREE })],
])("an operator's number of labels holds for %s", async (_what, ask) => {
  const refused = await ask();
  expect(refusalOf(refused)).toMatchObject({ status: 400, detail: expect.stringMatching(/labels: they are 3; .* 2 at most/) });
});

test.each<[string, Fields]>([
  ['a name', { ['x'.repeat(21)]: '1' }],
  ['a value', { a: 'x'.repeat(21) }],
])("an operator's length of labels holds for %s", async (_what, labels) => {
  const refused = await post('/v1/bays', { baymodel_id: uuid, labels });
  expect(refusalOf(refused)).toMatchObject({ status: 400, detail: expect.stringContaining('20 characters at most') });
  expect((await post('/v1/bays', { baymodel_id: uuid, labels: { a: 'x'.repeat(20) } })).status).toBe(202);
});

describe('a label in which a driver takes longer texts', () => {
  const model = (coe: string, labels: Fields): Promise<Reply> =>
    usual.request('POST', '/v1/baymodels', { body: { ...MODEL, name: `of-${coe}`, coe, image_id: IMAGES[coe], labels } });
  const IMAGES: Readonly<Record<string, string>> = {
    kubernetes: 'debian-12-kubernetes',
    'swarm-mode': String(MODEL['image_id']),
  };

  test('has the bound that the driver says, and all others keep theirs', async () => {
    expect((await model('kubernetes', { trusted_ca: 'x'.repeat(6_144) })).status).toBe(201);
    for (const labels of [{ trusted_ca: 'x'.repeat(6_145) }, { trusted_cas: 'x'.repeat(256) }, { kube_tag: 'x'.repeat(256) }])
      expect(refusalOf(await model('kubernetes', labels))).toMatchObject({
        status: 400,
        detail: expect.stringContaining('labels'),
      });
  });

  test('has the usual bound where another driver serves the bay', async () => {
    const refused = refusalOf(await model('swarm-mode', { trusted_ca: 'x'.repeat(256) }));
    expect(refused).toMatchObject({
      status: 400,
      detail: expect.stringContaining('"trusted_ca" may have 255 characters at most'),
    });
  });

  test('is no longer where it is patched in', async () => {
    const { uuid } = resource(await model('kubernetes', {}), 201);
    const patch = (name: string, length: number): Promise<Reply> =>
      usual.request('PATCH', `/v1/baymodels/${uuid}`, {
        body: [{ op: 'add', path: `/labels/${name}`, value: 'x'.repeat(length) }],
      });
    expect((await patch('trusted_ca', 6_144)).status).toBe(200);
    for (const refused of [await patch('trusted_ca', 6_145), await patch('colour', 256)]) expect(refused.status).toBe(400);
  });
});
