import { request as httpsRequest } from 'node:https';
import { readFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Listeners, type ListenerOptions } from '../../packages/server/src/app.js';
import { withCors, type CorsRules } from '../../packages/server/src/cors.js';
import { testAuthority } from '../support/authority.js';
import { aService, MODEL, type Service } from '../support/service.js';

let service: Service;
const opened: Listeners[] = [];
beforeAll(async () => {
  service = await aService({ conductor: false });
  for (const name of ['one', 'two']) await service.request('POST', '/v1/baymodels', { body: { ...MODEL, name } });
});
afterAll(async () => {
  for (const listeners of opened) await listeners.close(500);
  await service.stop();
});

async function listening(options: ListenerOptions, answer = service.answer) {
  const listeners = new Listeners(answer, options);
  opened.push(listeners);
  return { listeners, port: await listeners.listen(0, '127.0.0.1') };
}

/** Everything in an answer that is an address of this service, without what follows the part that it is asked under. */
async function addressesAt(port: number, path: string, headers: Record<string, string>): Promise<ReadonlySet<string>> {
  const reply = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'X-Auth-Token': service.tokens.demo, ...headers } });
  expect(reply.status).toBe(200);
  const found = (await reply.text()).match(/https?:\/\/[^"]*/g) ?? [];
  return new Set(found.filter((url) => !url.includes('docs.openstack.org')).map((url) => url.replace(PATHS, '')));
}

/** `/v1/…`, or a collection and what is below it. */
const PATHS = /\/(v1|[a-z0-9]+s)(\/.*|\?.*)?$/;

const DOCUMENTS = ['/', '/v1', '/v1/baymodels?limit=1', '/v1/baymodels/one'];
const proxy = { publicUrl: null, trustsProxy: true };

describe('the address in links, next, and root documents', () => {
  test.each([
    [
      'X-Forwarded-Proto',
      { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'cloud.example.org:9511' },
      'https://cloud.example.org:9511',
    ],
    [
      'the nearest of several proxies',
      { 'x-forwarded-proto': 'https, http', 'x-forwarded-host': 'a.example.org, b' },
      'https://a.example.org',
    ],
    [
      'a port of its own',
      { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'a', 'x-forwarded-port': '8443' },
      'https://a:8443',
    ],
    ['a path before', { 'x-forwarded-host': 'a', 'x-forwarded-prefix': '/container-infra' }, 'http://a/container-infra'],
    ['Forwarded', { forwarded: 'for=192.0.2.1;proto=https;host="[2001:db8::1]:9511"' }, 'https://[2001:db8::1]:9511'],
  ])('comes from the proxy where it is trusted: %s', async (_case, headers, address) => {
    const { port } = await listening({ address: proxy });
    for (const path of DOCUMENTS) expect([...(await addressesAt(port, path, headers))], path).toEqual([address]);
  });

  test('is the socket one where the proxy is not trusted, and where it says nonsense', async () => {
    const [untrusting, trusting] = [await listening({}), await listening({ address: proxy })];
    const said = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example.org' };
    for (const path of DOCUMENTS)
      expect([...(await addressesAt(untrusting.port, path, said))]).toEqual([`http://127.0.0.1:${untrusting.port}`]);
    const nonsense = { 'x-forwarded-proto': 'gopher', 'x-forwarded-host': 'a b"<', 'x-forwarded-prefix': '//evil' };
    expect([...(await addressesAt(trusting.port, '/v1', nonsense))]).toEqual([`http://127.0.0.1:${trusting.port}`]);
  });

  test('is public_url where that is set, also in Location', async () => {
    const { port } = await listening({ address: { publicUrl: 'https://cloud.example.org/magnum', trustsProxy: true } });
    for (const path of DOCUMENTS)
      expect([...(await addressesAt(port, path, { 'x-forwarded-host': 'other' }))]).toEqual(['https://cloud.example.org/magnum']);
    const made = await fetch(`http://127.0.0.1:${port}/v1/baymodels`, {
      method: 'POST',
      headers: { 'X-Auth-Token': service.tokens.demo, 'content-type': 'application/json' },
      body: JSON.stringify({ ...MODEL, name: 'located' }),
    });
    expect(made.headers.get('location')).toMatch(/^https:\/\/cloud\.example\.org\/magnum\/v1\/baymodels\//);
  });
});

describe('TLS on the port of the API', () => {
  const authority = testAuthority();
  afterAll(() => authority.remove());
  const pair = (name: string) => {
    const { cert, key } = authority.issue(name, 'DNS:localhost,IP:127.0.0.1');
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  };
  const ask = (port: number): Promise<{ name: string; body: string }> =>
    new Promise((resolve, reject) => {
      const call = httpsRequest(
        { host: '127.0.0.1', port, path: '/v1', ca: readFileSync(authority.ca), agent: false },
        async (response) => {
          // Asked of the socket, before it is given back.
          const name = String((call.socket as TLSSocket).getPeerCertificate().subject.CN);
          let body = '';
          for await (const part of response) body += String(part);
          resolve({ name, body });
        },
      );
      call.on('error', reject).end();
    });

  test('is spoken, links are https, plain HTTP gets nothing, and another certificate is shown without a restart', async () => {
    const { listeners, port } = await listening({ tls: pair('first') });
    const first = await ask(port);
    expect(first.name).toBe('first');
    expect(first.body).toContain(`"href":"https://127.0.0.1:${port}/v1/`);
    await expect(fetch(`http://127.0.0.1:${port}/v1`)).rejects.toThrow();
    listeners.renewTls(pair('second'));
    expect((await ask(port)).name).toBe('second');
    expect(() => listeners.renewTls({ cert: pair('third').cert, key: pair('fourth').key })).toThrow(/key/);
    expect((await ask(port)).name).toBe('second');
  });
});

describe('scripts of other origins', () => {
  const rules: CorsRules = {
    origins: ['https://dashboard.example.org'],
    credentials: true,
    methods: ['GET', 'POST'],
    headers: ['X-Extra'],
    exposed: ['X-Shown'],
    maxAgeSeconds: 60,
  };
  const asked = async (changes: Partial<CorsRules>, method: string, headers: Record<string, string>) => {
    const { port } = await listening({}, withCors(service.answer, { ...rules, ...changes }));
    const reply = await fetch(`http://127.0.0.1:${port}/v1/baymodels`, {
      method,
      headers: { 'X-Auth-Token': service.tokens.demo, ...headers },
    });
    await reply.text();
    return { status: reply.status, header: (name: string) => reply.headers.get(name) };
  };
  const origin = 'https://dashboard.example.org';

  test('may ask first what they may send, without a token', async () => {
    const { status, header } = await asked({}, 'OPTIONS', {
      'X-Auth-Token': '',
      origin,
      'access-control-request-method': 'POST',
    });
    expect(status).toBe(204);
    expect(header('access-control-allow-origin')).toBe(origin);
    expect(header('access-control-allow-methods')).toBe('GET, POST');
    expect(header('access-control-allow-headers')).toMatch(/X-Auth-Token.*X-Extra/);
    expect(header('access-control-max-age')).toBe('60');
    expect(header('access-control-allow-credentials')).toBe('true');
  });

  test('get what they asked for, with the version and the origin in Vary', async () => {
    const { status, header } = await asked({}, 'GET', { origin });
    expect([status, header('access-control-allow-origin')]).toEqual([200, origin]);
    expect(header('access-control-expose-headers')).toMatch(/OpenStack-API-Version.*X-Shown/);
    expect(header('vary')).toMatch(/openstack-api-version.*, Origin/i);
  });

  test('are kept out by their browser where their origin is not named', async () => {
    const other = { origin: 'https://evil.example.org' };
    expect((await asked({}, 'GET', other)).header('access-control-allow-origin')).toBeNull();
    const preflight = await asked({}, 'OPTIONS', { ...other, 'access-control-request-method': 'POST' });
    expect([preflight.status, preflight.header('access-control-allow-methods')]).toEqual([204, null]);
  });

  test('of every origin get no credentials, and without a rule nothing is said', async () => {
    const all = await asked({ origins: ['*'] }, 'GET', { origin });
    expect([all.header('access-control-allow-origin'), all.header('access-control-allow-credentials')]).toEqual(['*', null]);
    const none = await asked({ origins: [] }, 'GET', { origin });
    expect(none.header('access-control-allow-origin')).toBeNull();
    expect(none.header('vary')).not.toMatch(/origin/i);
  });
});
