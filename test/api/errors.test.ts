import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '@magnum-ts/openapi';
import { anEngine } from '../support/engine.js';
import { aService, MODEL, NOWHERE, operationIds, refusalOf, stateOf, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService({ conductor: false });
});
afterAll(async () => service.stop());

const concrete = (path: string): string => path.replaceAll(/\{\w+\}/g, NOWHERE);
const guarded = operationIds().filter((id) => !operations[id].public);

describe('a request without a valid token', () => {
  test.each(guarded)('%s answers 401, and says where to log in', async (id) => {
    const { method, path } = operations[id];
    for (const token of [null, '', 'nonsense', 'x'.repeat(5_000)]) {
      const reply = await service.request(method, concrete(path), { token });
      expect(reply.status).toBe(401);
      expect(reply.headers.get('www-authenticate')).toMatch(/^Keystone uri="http.*\/identity\/v3"$/);
      expect(reply.body).toMatchObject({ error: { code: 401, title: 'Unauthorized' } });
    }
  });

  test('answers 401 for paths that do not exist either', async () => {
    expect((await service.request('GET', '/v1/secrets', { token: null })).status).toBe(401);
  });
});

describe('routing', () => {
  test.each([
    '/v1/clusters/a/b/c/d',
    '/v1/bays/a/b/c',
    '/v2',
    '/v1/v1/bays',
    '/nothing',
    '/v1/BAYS',
    '/v1/bays%2fdetail/x',
    '/%2e%2e/%2e%2e/etc/passwd',
  ])('%s is 404', async (path) => {
    expect(refusalOf(await service.request('GET', path)).status).toBe(404);
  });

  test('answers 405 with what is allowed', async () => {
    const cases = [
      ['PUT', '/v1/bays', 'GET, HEAD, OPTIONS, POST'],
      ['POST', '/v1/bays/x', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
      ['DELETE', '/v1/bays/detail', 'GET, HEAD, OPTIONS'],
      ['GET', '/v1/containers/x/start', 'OPTIONS, PUT'],
      ['HEAD', '/v1/containers/x/start', 'OPTIONS, PUT'],
      ['POST', '/v1/bays/x/events', 'GET, HEAD, OPTIONS'],
      ['DELETE', '/v1/certificates/x', 'GET, HEAD, OPTIONS, PATCH'],
      ['PROPFIND', '/v1/bays', 'GET, HEAD, OPTIONS, POST'],
    ] as const;
    for (const [method, path, allow] of cases) {
      const reply = await service.request(method, path);
      expect([reply.status, reply.headers.get('allow')], `${method} ${path}`).toEqual([405, allow]);
    }
  });
});

test('refusals of paths, methods and kinds of answers have no code, and those of operations have', async () => {
  const codes = async (method: string, path: string, headers: Record<string, string> = {}): Promise<unknown> =>
    refusalOf(await service.request(method, path, { headers })).code;
  expect(await codes('GET', '/v1/secrets')).toBe('');
  expect(await codes('DELETE', '/v1/bays')).toBe('');
  expect(await codes('GET', '/v1/bays', { accept: 'image/*' })).toBe('');
  expect(await codes('GET', `/v1/bays/${NOWHERE}`)).toBe('client');
});

test('every path names its methods to every caller, and HEAD is GET without a body', async () => {
  for (const path of ['/', '/v1', '/v1/', '/v1/bays', '/v1/bays/x', '/clusters', `/v1/certificates/${NOWHERE}`]) {
    const reply = await service.request('OPTIONS', path, { token: null });
    expect([reply.status, reply.headers.get('allow')], path).toEqual([200, expect.stringMatching(/GET, HEAD, OPTIONS/)]);
  }
  expect((await service.request('OPTIONS', '/v1/secrets')).status).toBe(404);
  for (const [path, status] of [
    ['/', 200],
    ['/v1', 200],
    ['/v1/bays', 200],
    [`/v1/bays/${NOWHERE}`, 404],
  ] as const) {
    const [head, get] = [await service.request('HEAD', path), await service.request('GET', path)];
    expect([head.status, head.headers.get('content-type')], path).toEqual([status, get.headers.get('content-type')]);
  }
  expect((await service.request('HEAD', '/v1/bays', { token: null })).status).toBe(401);
});

describe('what a client accepts and sends', () => {
  test.each(['application/json', '*/*', 'application/*', 'text/html, application/json;q=0.5', '', 'APPLICATION/JSON'])(
    'Accept: %s is served',
    async (accept) => {
      expect((await service.request('GET', '/v1/bays', { headers: { accept } })).status).toBe(200);
    },
  );

  test.each(['text/html', 'application/xml', 'image/*'])('Accept: %s is 406 with title and detail', async (accept) => {
    expect(refusalOf(await service.request('GET', '/v1/bays', { headers: { accept } }))).toMatchObject({
      status: 406,
      title: expect.stringMatching(/./),
      detail: expect.stringContaining('json'),
    });
  });

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'text/javascript',
    'application/javascript',
    'Application/JSON',
  ])('%s is read', async (type) => {
    const reply = await service.request('POST', '/v1/baymodels', { body: MODEL, headers: { 'Content-Type': type } });
    expect(reply.status).toBe(201);
  });

  test.each([
    'application/xml',
    'text/plain',
    'application/octet-stream',
    'application/json-patch+json',
    'multipart/form-data; boundary=x',
    '',
  ])('%s is 415, and nothing changes', async (type) => {
    const before = await stateOf(service);
    const reply = await service.request('POST', '/v1/baymodels', { body: MODEL, headers: { 'Content-Type': type } });
    expect(refusalOf(reply).status).toBe(415);
    expect(await stateOf(service)).toBe(before);
  });

  test('a form is ignored: the body is absent', async () => {
    const reply = await service.request('POST', '/v1/baymodels', {
      raw: 'name=x',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(refusalOf(reply).status).toBe(400);
  });

  test('a mebibyte is read, one byte more is 413', async () => {
    const padded = (size: number): string => JSON.stringify(MODEL) + ' '.repeat(size - JSON.stringify(MODEL).length);
    expect((await service.request('POST', '/v1/baymodels', { raw: padded(1_048_576) })).status).toBe(201);
    const before = await stateOf(service);
    expect(refusalOf(await service.request('POST', '/v1/baymodels', { raw: padded(1_048_577) })).status).toBe(413);
    expect(await stateOf(service)).toBe(before);
  });

  test.each([
    ['half of UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['a byte order in front of nothing', new Uint8Array([0xef, 0xbb, 0xbf])],
    ['NaN', 'NaN'],
    ['two documents', '{}{}'],
  ])('%s is no JSON', async (_what, raw) => {
    expect(refusalOf(await service.request('POST', '/v1/baymodels', { raw })).status).toBe(400);
  });

  test('a request id of the client is not taken for the service’s own', async () => {
    const mine = `req-${NOWHERE}`;
    const reply = await service.request('GET', '/v1/bays', { headers: { 'X-Openstack-Request-Id': mine } });
    expect(reply.headers.get('x-openstack-request-id')).not.toBe(mine);
  });
});

describe('query parameters', () => {
  test.each([
    'colour=red',
    'limit=0',
    'limit=-1',
    'limit=many',
    'limit=1.5',
    'limit=',
    'sort_dir=up',
    'sort_key=colour',
    'sort_key=__proto__',
    'sort_key=id;drop table bay',
    'marker=nobody',
    'limit=1&limit=2',
    'rollback=true',
    '__proto__=1',
    'sort_key=%00',
    `limit=${'9'.repeat(40)}`,
  ])('%s is 400', async (query) => {
    for (const path of ['/v1/bays', '/v1/baymodels/detail', '/v1/containers']) {
      expect(refusalOf(await service.request('GET', `${path}?${query}`)).status, path).toBe(400);
    }
  });

  test('an unknown marker is 404', async () => {
    for (const path of ['/v1/bays', '/v1/baymodels', '/v1/nodes', '/v1/containers'])
      expect((await service.request('GET', `${path}?marker=${NOWHERE}`)).status, path).toBe(404);
  });
});

describe('a failure of the service itself', () => {
  test('is a 500 that says nothing of its insides', async () => {
    const broken = await anEngine(service, {
      store: (store) => ({
        ...store,
        read: async () => {
          throw new TypeError('select secret from table at /srv/magnum/x.js:1:1');
        },
      }),
    });
    const reply = await broken.request('GET', '/v1/baymodels');
    expect(refusalOf(reply)).toMatchObject({
      status: 500,
      code: 'server',
      detail: expect.stringContaining('x-openstack-request-id'),
    });
    expect(reply.text).not.toMatch(/select|TypeError|\/srv/);
  });

  test('of its database is a 503 that says when to come again, and nothing of its insides', async () => {
    const broken = await aService({ conductor: false });
    await broken.db.schema.dropTable('bay_model');
    const reply = await broken.request('GET', '/v1/baymodels');
    expect(refusalOf(reply)).toMatchObject({ status: 503, code: 'server', detail: expect.stringContaining('database') });
    expect(reply.headers.get('retry-after')).toBe('5');
    expect(reply.text).not.toMatch(/bay_model|select|sqlite|Error:/i);
    await broken.stop();
  });
});
