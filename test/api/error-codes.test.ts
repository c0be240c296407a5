import { createMagnum, type Magnum, type ServiceErrorCode } from '@magnum-ts/sdk';
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest';
import type { ErrorName } from '../../packages/core/src/domain/errors.js';
import { aService, MODEL, NOWHERE, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService({ conductor: false, rowLimits: { bayModel: 1 } });
  await service.createModel();
});
afterAll(async () => service.stop());

const aMagnum = (token: string, microversion = '1.14'): Magnum =>
  createMagnum({ endpoint: 'http://magnum.test:9511', token, microversion, fetch: service.fetch, retries: { attempts: 1 } });

test('the codes of the SDK are the kinds of the service', () => {
  expectTypeOf<ServiceErrorCode>().toEqualTypeOf<ErrorName>();
});

test.each<readonly [ServiceErrorCode, number, (magnum: Magnum) => Promise<unknown>]>([
  ['bay-not-found', 404, ({ bays }) => bays.get(NOWHERE)],
  ['bay-model-not-found', 404, ({ bayModels }) => bayModels.get(NOWHERE)],
  ['invalid-parameter', 400, ({ bays }) => bays.create({ baymodel_id: NOWHERE })],
  ['quota-exceeded', 403, ({ bayModels }) => bayModels.create({ ...MODEL, coe: 'swarm' })],
  ['path-not-found', 404, (magnum) => magnum.raw({ method: 'GET', path: '/v1/nothing/at/all/there' })],
  ['method-not-allowed', 405, (magnum) => magnum.raw({ method: 'PUT', path: '/v1/bays' })],
  ['invalid-parameter', 400, ({ bays }) => bays.list({ limit: -1 }).toArray()],
  ['invalid-patch', 400, ({ bayModels }) => bayModels.update('swarm', [{ op: 'replace', path: '/uuid', value: 'x' }])],
  ['precondition-failed', 412, ({ bayModels }) => bayModels.delete('swarm', { ifMatch: '"another"' })],
  ['forbidden', 403, ({ services }) => services.list().toArray()],
])('a refusal is told by its code: %s', async (code, status, call) => {
  await expect(call(aMagnum(service.tokens.demo))).rejects.toMatchObject({ code, status });
});

test('so is that of a token, of a version, and of a key that belongs to another request', async () => {
  await expect(aMagnum('nonsense').bays.get('x')).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
  const late = aMagnum(service.tokens.demo, '1.99').bays.get('x');
  await expect(late).rejects.toMatchObject({ code: 'version-not-supported', status: 406 });
  const { bays } = aMagnum(service.tokens.demo);
  await bays.create({ name: 'one', baymodel_id: 'swarm' }, { idempotencyKey: 'k' });
  const other = bays.create({ name: 'two', baymodel_id: 'swarm' }, { idempotencyKey: 'k' });
  await expect(other).rejects.toMatchObject({ code: 'key-reused', status: 422 });
});
