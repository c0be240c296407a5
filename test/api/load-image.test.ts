import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anEngine, type Engine } from '../support/engine.js';
import { aService, refusalOf, type Service } from '../support/service.js';
import { trusteeToken } from '../support/trustee.js';

// The copying itself is proven on real nodes (test/e2e/bay.test.ts); here, that it is a request like every other one.

let service: Service;
let engine: Engine;
let uuid = '';
beforeAll(async () => {
  service = await aService();
  await service.createModel();
  ({ uuid } = await service.createBay({ name: 'hive' }));
  engine = await anEngine(service);
});
afterAll(async () => service.stop());

describe.each(['bays', 'clusters'])('an image for one of the %s', (collection) => {
  const path = `/v1/${collection}/hive/images`;
  const body = { image: 'busybox:1' };

  test('is copied to its nodes, which are named', async () => {
    const reply = await engine.request('POST', path, { body });
    expect([reply.status, reply.body]).toEqual([200, { nodes: ['node with busybox:1'] }]);
    expect(reply.headers.get('x-openstack-request-id')).toMatch(/^req-/);
    expect((await engine.request('POST', `/v1/${collection}/${uuid}/images`, { body })).status).toBe(200);
  });

  test.each([
    ['without a token', { token: null, body }, 401],
    ['without an image', { body: {} }, 400],
    ['with an empty name', { body: { image: '' } }, 400],
    ['with more than an image', { body: { image: 'a', nodes: ['x'] } }, 400],
    ['in a version that is not there', { body, version: '9.9' }, 406],
  ])('is refused %s', async (_, ask, status) => {
    expect((await engine.request('POST', path, ask)).status).toBe(status);
  });

  test('is refused to another project, to the nodes, and for a bay that is not there', async () => {
    const nodes = await trusteeToken(service, uuid);
    expect((await engine.request('POST', path, { body, token: nodes })).status).toBe(403);
    expect((await engine.request('POST', path, { body, token: service.tokens.other })).status).toBe(404);
    expect((await engine.request('POST', `/v1/${collection}/none/images`, { body })).status).toBe(404);
    expect((await engine.request('GET', path)).status).toBe(405);
  });

  test('is refused with the reason by a service that stands beside no engine', async () => {
    const refused = refusalOf(await service.request('POST', path, { body }));
    expect(refused).toMatchObject({ status: 409, detail: expect.stringMatching(/simulated/) });
  });
});
