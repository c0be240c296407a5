import { afterAll, beforeAll, expect, test } from 'vitest';
import { aService, MODEL, refusalOf, resource, type Fields, type Reply, type Service } from '../support/service.js';

let service: Service;
let uuid = '';
beforeAll(async () => {
  service = await aService({ conductor: false, labelBounds: { count: 2, length: 20 } });
  uuid = resource(
    await service.request('POST', '/v1/baymodels', { body: { ...MODEL, name: 'narrow', labels: { a: '1', b: '2' } } }),
    201,
  ).uuid;
});
afterAll(() => service.stop());

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
