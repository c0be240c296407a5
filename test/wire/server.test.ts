import { afterAll, beforeAll, afterEach, describe, expect, test } from 'vitest';
import { router, silentLogger } from '@magnum-ts/core';
import { docsRoom } from '../../packages/server/src/docs.js';
import { Listeners } from '../../packages/server/src/app.js';
import { aService, itemsOf, MODEL, type Service } from '../support/service.js';
import { exchange } from './raw.js';

const TIMEOUTS = { headersMs: 400, requestMs: 800, keepAliveMs: 300, checkEveryMs: 100 };

let service: Service;
let listeners: Listeners;
let port: number;
beforeAll(async () => {
  service = await aService({ conductor: false });
  listeners = new Listeners(router([docsRoom], service.answer, silentLogger), { timeouts: TIMEOUTS });
  port = await listeners.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await listeners.close(500);
  await service.stop();
});
/** Whatever was done to it, the server answers afterwards. */
afterEach(async () => {
  expect((await fetch(`http://127.0.0.1:${port}/v1`)).status).toBe(200);
});

const LOGIN = {
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { name: 'demo', domain: { id: 'default' }, password: 'demo-password' } },
    },
  },
};
const url = (path: string): string => `http://127.0.0.1:${port}${path}`;
const head = (line: string, ...fields: readonly string[]): string =>
  [line, 'Host: magnum.test', `X-Auth-Token: ${service.tokens.demo}`, ...fields, '', ''].join('\r\n');
const jsonHead = (...fields: readonly string[]): string =>
  head('POST /v1/baymodels HTTP/1.1', 'Content-Type: application/json', ...fields);
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const models = async (): Promise<number> => itemsOf(await service.request('GET', '/v1/baymodels'), 'baymodels').length;

describe('bodies', () => {
  test('come in chunks as in one piece', async () => {
    const text = JSON.stringify({ ...MODEL, name: 'in-chunks' });
    const reply = await exchange(port, [
      jsonHead('Transfer-Encoding: chunked', 'Connection: close'),
      chunk(text.slice(0, 9)),
      chunk(text.slice(9)),
      '0\r\n\r\n',
    ]);
    expect(reply.status, reply.text).toBe(201);
    expect(reply.headers['location']).toMatch(/^http:\/\/magnum\.test\/v1\/baymodels\//);
  });

  test('over a mebibyte are 413 by their announcement alone, and the connection is closed', async () => {
    const before = await models();
    const reply = await exchange(port, [jsonHead('Content-Length: 1048577'), '{']);
    expect([reply.status, reply.headers['connection'], reply.closed]).toEqual([413, 'close', true]);
    expect(JSON.parse(reply.body)).toMatchObject({ errors: [{ status: 413 }] });
    expect(await models()).toBe(before);
  });

  test('over a mebibyte in chunks are 413, and are not read to their end', async () => {
    const reply = await exchange(port, [
      jsonHead('Transfer-Encoding: chunked'),
      ...Array.from({ length: 20 }, () => chunk('x'.repeat(65_536))),
    ]);
    expect([reply.status, reply.closed]).toEqual([413, true]);
  });

  test.each([
    ['{"name": ', 'application/json', 400],
    ['<a/>', 'application/xml', 415],
    ['{}', '', 415],
  ])('%s of type %s is %i', async (body, type, status) => {
    const reply = await fetch(url('/v1/baymodels'), {
      method: 'POST',
      body,
      headers: { 'X-Auth-Token': service.tokens.demo, 'Content-Type': type },
    });
    expect(reply.status).toBe(status);
    expect(reply.headers.get('content-type')).toBe('application/json');
  });

  test('that are never sent whole end with the time for a request', async () => {
    const started = Date.now();
    const reply = await exchange(port, [jsonHead('Content-Length: 100'), '{"na'], 5_000);
    expect([0, 400, 408]).toContain(reply.status);
    expect(reply.closed).toBe(true);
    expect(Date.now() - started).toBeLessThan(3_000);
  });

  test('of GET are not looked at', async () => {
    const reply = await exchange(port, [head('GET /v1/bays HTTP/1.1', 'Content-Length: 4', 'Connection: close'), 'abcd']);
    expect(reply.status).toBe(200);
  });
});

describe('requests that are none', () => {
  test.each<[string, () => string]>([
    ['garbage', () => '\u0000\u0001\u0002 nonsense\r\n\r\n'],
    ['a TLS greeting', () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
    ['no method', () => ' /v1 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['another protocol', () => 'GET /v1 SIP/2.0\r\n\r\n'],
    ['no host', () => 'GET /v1 HTTP/1.1\r\n\r\n'],
    ['a header without a colon', () => 'GET /v1 HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n'],
    ['a header with a NUL', () => 'GET /v1 HTTP/1.1\r\nHost: x\r\nA: b\u0000c\r\n\r\n'],
    ['both lengths at once', () => jsonHead('Content-Length: 4', 'Transfer-Encoding: chunked')],
    ['two lengths', () => jsonHead('Content-Length: 4', 'Content-Length: 5')],
    ['a negative length', () => jsonHead('Content-Length: -1')],
    ['a length in words', () => jsonHead('Content-Length: four')],
    ['an unknown coding', () => jsonHead('Transfer-Encoding: identity')],
    ['a chunk of no size', () => `${jsonHead('Transfer-Encoding: chunked')}zz\r\n`],
  ])('%s is refused, and the connection ends', async (_what, bytes) => {
    const before = await models();
    const reply = await exchange(port, [Buffer.from(bytes(), 'latin1')], 3_000);
    expect([0, 400, 408, 501]).toContain(reply.status);
    expect(reply.closed).toBe(true);
    expect(await models()).toBe(before);
  });

  test('headers beyond 16 KiB are 431', async () => {
    const reply = await exchange(port, [head('GET /v1 HTTP/1.1', `A: ${'x'.repeat(20_000)}`)]);
    expect([reply.status, reply.closed]).toEqual([431, true]);
  });

  test.each([200, 201, 202, 400, 1_000])('%i headers are answered up to 200, and 431 beyond', async (count) => {
    // Beside these: Host, X-Auth-Token and Connection.
    const many = Array.from({ length: count - 3 }, (_, index) => `A${index}: b`);
    const reply = await exchange(port, [head('GET /v1/bays HTTP/1.1', ...many, 'Connection: close')]);
    expect([reply.status, reply.closed]).toEqual([count > 200 ? 431 : 200, true]);
  });

  test.each([
    ['two hosts', () => head('GET /v1 HTTP/1.1', 'Host: elsewhere.test')],
    ['the same host twice', () => head('GET /v1 HTTP/1.1', 'hOST: magnum.test')],
    ['two hosts in HTTP/1.0', () => head('GET /v1 HTTP/1.0', 'Host: elsewhere.test')],
    ['two hosts with a body', () => `${jsonHead('HOST: x', 'Content-Length: 2')}{}`],
    ['HTTP/0.9', () => 'GET /v1\r\n\r\n'],
    ['HTTP/0.9 by name', () => 'GET /v1 HTTP/0.9\r\n\r\n'],
    ['HTTP/2 by name', () => 'GET /v1 HTTP/2.0\r\nHost: x\r\n\r\n'],
    ['HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s: 400, and the connection ends', async (_what, bytes) => {
    const reply = await exchange(port, [bytes()]);
    expect([reply.status, reply.closed], reply.text).toEqual([400, true]);
  });

  test('HTTP/1.0 is answered, with and without a host', async () => {
    for (const host of ['Host: magnum.test\r\n', ''])
      expect((await exchange(port, [`GET /v1 HTTP/1.0\r\n${host}\r\n`])).status).toBe(200);
  });

  test('headers that never end are cut off in time', async () => {
    const started = Date.now();
    const reply = await exchange(port, ['GET /v1 HTTP/1.1\r\nHost: x\r\n'], 5_000);
    expect([0, 408]).toContain(reply.status);
    expect(reply.closed).toBe(true);
    expect(Date.now() - started).toBeLessThan(3_000);
  });

  test('a connection that says nothing more is closed', async () => {
    const reply = await exchange(port, ['GET /v1 HTTP/1.1\r\nHost: x\r\n\r\n'], 4_000);
    expect([reply.status, reply.closed]).toEqual([200, true]);
  });
});

describe('an answer', () => {
  const answers: readonly (readonly [string, string, string, object | undefined])[] = [
    ['the versions', 'GET', '/v1', undefined],
    ['a list', 'GET', '/v1/bays', undefined],
    ['a refusal', 'GET', '/v1/bays/nobody', undefined],
    ['a path that is none', 'GET', '/v1/nothing', undefined],
    ['a wrong method', 'DELETE', '/v1', undefined],
    ['what was made', 'POST', '/v1/baymodels', MODEL],
    ['a token', 'POST', '/identity/v3/auth/tokens', LOGIN],
    ['a wrong login', 'POST', '/identity/v3/auth/tokens', {}],
    ['the identity', 'GET', '/identity/v3', undefined],
    ['the catalog', 'GET', '/identity/v3/auth/catalog', undefined],
  ];
  test.each(answers)('with %s is for no cache to keep, and says that the token decides it', async (_what, method, path, body) => {
    for (const token of [service.tokens.demo, 'wrong']) {
      const reply = await fetch(url(path), {
        method,
        headers: { 'x-auth-token': token, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      await reply.body?.cancel();
      expect(reply.headers.get('cache-control')).toBe('no-store');
      if (reply.status !== 401) expect(reply.headers.get('vary')).toMatch(/(^|, )X-Auth-Token(,|$)/);
    }
  });

  test('depends on both headers of versions', async () => {
    const reply = await fetch(url('/v1/bays'), { headers: { 'x-auth-token': service.tokens.demo } });
    expect(reply.headers.get('vary')).toBe('X-Auth-Token, OpenStack-API-Version, X-OpenStack-Magnum-API-Version');
  });
});

describe('unusual requests', () => {
  test.each(['TRACE', 'TRACK'])('%s is refused, and echoes nothing', async (method) => {
    const reply = await exchange(port, [head(`${method} /v1/bays HTTP/1.1`, 'X-Secret: tell-nobody', 'Connection: close')]);
    expect([0, 400, 405]).toContain(reply.status);
    expect(reply.text).not.toContain('tell-nobody');
  });

  test('CONNECT makes no tunnel', async () => {
    const reply = await exchange(port, ['CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n']);
    expect(reply.status).not.toBe(200);
    expect(reply.closed).toBe(true);
  });

  test('an upgrade is not followed', async () => {
    const reply = await exchange(port, [head('GET /v1/bays HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket')]);
    expect(reply.status).not.toBe(101);
  });

  test('an absolute target is that path of this server', async () => {
    const reply = await exchange(port, [head('GET http://elsewhere.test/v1/bays HTTP/1.1', 'Connection: close')]);
    expect(reply.status, reply.text).toBe(200);
    expect(Object.keys(JSON.parse(reply.body) as object)).toEqual(['bays']);
  });

  test.each([
    '//elsewhere.test/v1',
    '/v1/../../etc/passwd',
    '/v1/%2e%2e/%2e%2e',
    '/\\elsewhere',
    '/v1/bays/%',
    '*',
    '/v1?%',
    '/v1/bays/\u00e9',
    `/${'x'.repeat(8_000)}`,
  ])('target %s gets an answer below 500', async (target) => {
    const reply = await exchange(port, [Buffer.from(head(`GET ${target} HTTP/1.1`, 'Connection: close'), 'latin1')]);
    expect(reply.status).toBeGreaterThanOrEqual(200);
    expect(reply.status).toBeLessThan(500);
    expect(reply.text).not.toContain('root:');
  });

  test('HEAD answers as GET does, without a body, and the connection goes on', async () => {
    const get = await exchange(port, [head('GET /v1/bays HTTP/1.1', 'Connection: close')]);
    const reply = await exchange(port, [head('HEAD /v1/bays HTTP/1.1'), head('GET /v1/bays HTTP/1.1', 'Connection: close')]);
    expect([reply.status, reply.headers['content-length']]).toEqual([200, get.headers['content-length']]);
    expect(reply.body.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
  });

  test('OPTIONS says what is allowed without a token, also to a request like that of HAProxy', async () => {
    const reply = await fetch(url('/v1/bays'), { method: 'OPTIONS' });
    expect([reply.status, reply.headers.get('allow')]).toEqual([200, 'GET, HEAD, OPTIONS, POST']);
    const check = await exchange(port, ['OPTIONS / HTTP/1.0\r\n\r\n']);
    expect([check.status, check.headers['allow']]).toEqual([200, 'GET, HEAD, OPTIONS']);
  });

  test('a host that is none does not get into links', async () => {
    for (const host of ['evil.test/path', 'a b', '"><script>', 'x'.repeat(300)]) {
      const reply = await exchange(port, [`GET /v1 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`]);
      if (reply.status !== 200) expect(reply.status).toBe(400);
      else expect(reply.body).not.toMatch(/evil\.test\/path|script|a b/);
    }
  });

  test('pipelined requests are answered in order', async () => {
    const both = head('GET /v1/bays HTTP/1.1') + head('GET /v1/baymodels HTTP/1.1', 'Connection: close');
    const { text } = await exchange(port, [both]);
    expect(text.indexOf('{"bays"')).toBeGreaterThan(0);
    expect(text.indexOf('{"baymodels"')).toBeGreaterThan(text.indexOf('{"bays"'));
  });

  test('no answer names the software', async () => {
    const reply = await fetch(url('/v1'));
    expect(reply.headers.get('x-powered-by')).toBeNull();
    expect(reply.headers.get('server')).toBeNull();
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('the reference page', () => {
  test('comes from this server, with all that it needs', async () => {
    const page = await (await fetch(url('/docs'))).text();
    const parts = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map((found) => found[1] ?? '');
    expect(parts.length).toBeGreaterThan(3);
    expect(page).not.toMatch(/https?:\/\//);
    for (const part of [...parts, '/docs/']) {
      const reply = await fetch(url(part));
      expect(reply.status, part).toBe(200);
      expect(reply.headers.get('content-security-policy'), part).toContain("default-src 'none'");
    }
    expect(await (await fetch(url('/docs/magnum.json'))).json()).toMatchObject({ openapi: '3.1.0' });
  });

  test('serves nothing else', async () => {
    for (const path of [
      '/docs/package.json',
      '/docs/../package.json',
      '/docs/%2e%2e/package.json',
      '/docs/..%2fpackage.json',
      '/docs/swagger-ui.js',
    ]) {
      const reply = await exchange(port, [head(`GET ${path} HTTP/1.1`, 'Connection: close')]);
      expect(reply.status, path).toBe(404);
    }
    expect((await fetch(url('/docs'), { method: 'POST', body: 'x' })).status).toBe(405);
  });
});
