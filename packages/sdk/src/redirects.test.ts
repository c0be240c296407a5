import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applicationCredentialAuth, createMagnum, passwordAuth, RedirectError, tokenAuth, type Magnum } from './index.js';

/** Two servers: the first redirects every request, the second records every request that reaches it. */
let api: { server: Server; url: string };
let thief: { server: Server; url: string };
let stolen: string[] = [];
let asked: string[] = [];
let redirect: (request: IncomingMessage) => { status: number; location?: string };

beforeEach(async () => {
  [stolen, asked] = [[], []];
  thief = await serve(async (request) => {
    stolen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${await text(request)}`);
    return { status: 200 };
  });
  api = await serve(async (request) => {
    asked.push(`${request.method} ${request.url}`);
    await text(request);
    return redirect(request);
  });
  redirect = ({ url }) => ({ status: 307, location: `${thief.url}${url}` });
});

afterEach(async () => {
  for (const { server } of [api, thief]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(
  answer: (request: IncomingMessage) => Promise<{ status: number; location?: string }>,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    void answer(request).then(({ status, location }) => {
      response.writeHead(status, { 'content-type': 'application/json', ...(location === undefined ? {} : { location }) });
      response.end('{"bays":[],"uuid":"u"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }; // a TCP server's address is no text
}

function aMagnum(microversion = '1.14'): Magnum {
  return createMagnum({ endpoint: `${api.url}/v1`, token: 'TOKEN-OF-VICTIM', microversion });
}

async function consume(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

const CALLS: readonly (readonly [string, (magnum: Magnum) => Promise<unknown>])[] = [
  ['a read', (magnum) => magnum.bays.get('b')],
  ['a creation', (magnum) => magnum.bays.create({ name: 'b', baymodel_id: 'm' })],
  ['a change', (magnum) => magnum.bays.update('b', [{ op: 'replace', path: '/node_count', value: 2 }])],
  ['a removal', (magnum) => magnum.bays.delete('b')],
  ['a list', (magnum) => magnum.bays.list().toArray()],
  ['a raw list', (magnum) => magnum.rawList({ method: 'GET', path: '/v1/bays' }, 'bays').toArray()],
  ['a stream of events', (magnum) => consume(magnum.rawFollow('/v1/bays/b/events'))],
];

describe.each([301, 302, 303, 307, 308])('a redirect by %i to another server', (status) => {
  test.each(CALLS)('of %s is an error that names the address, and sends nothing there', async (_what, call) => {
    redirect = () => ({ status, location: `${thief.url}/steal` });
    const error = await call(aMagnum()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RedirectError);
    expect(error).toMatchObject({ code: 'redirected', location: `${thief.url}/steal` });
    expect(String(error)).toContain(`${thief.url}/steal`);
    expect(stolen).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  test('of the negotiation of versions is an error, too', async () => {
    redirect = () => ({ status, location: `${thief.url}/v1` });
    await expect(aMagnum('auto').bays.get('b')).rejects.toBeInstanceOf(RedirectError);
    expect([stolen, asked]).toEqual([[], ['GET /v1']]);
  });

  test.each([
    ['a password', () => passwordAuth({ authUrl: api.url, username: 'u', password: 'PASSWORD-OF-VICTIM', projectName: 'p' })],
    ['a token', () => tokenAuth({ authUrl: api.url, token: 'TOKEN-OF-VICTIM', projectName: 'p' })],
    ['an application credential', () => applicationCredentialAuth({ authUrl: api.url, id: 'i', secret: 'SECRET-OF-VICTIM' })],
  ])('of a login by %s is an error, too', async (_what, auth) => {
    redirect = () => ({ status, location: `${thief.url}/v3/auth/tokens` });
    const magnum = createMagnum({ auth: auth(), microversion: '1.14' });
    const error = await magnum.bays.get('b').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RedirectError);
    expect(String(error)).not.toMatch(/OF-VICTIM/);
    expect([stolen, asked]).toEqual([[], ['POST /v3/auth/tokens']]);
  });
});

describe('a redirect within one server', () => {
  test('is followed for a GET', async () => {
    redirect = ({ url }) => (url?.endsWith('/') ? { status: 200 } : { status: 302, location: `${url}/` });
    expect(await aMagnum().bays.get('b')).toMatchObject({ uuid: 'u' });
    expect(asked).toEqual(['GET /v1/bays/b', 'GET /v1/bays/b/']);
  });

  test('is not followed for a POST', async () => {
    redirect = () => ({ status: 308, location: '/v1/bays/' });
    await expect(aMagnum().bays.create({ name: 'b', baymodel_id: 'm' })).rejects.toBeInstanceOf(RedirectError);
    expect(asked).toEqual(['POST /v1/bays']);
  });

  test('is followed a limited number of times', async () => {
    redirect = ({ url }) => ({ status: 302, location: url ?? '/' });
    await expect(aMagnum().bays.get('b')).rejects.toBeInstanceOf(RedirectError);
    expect(asked).toHaveLength(6);
  });

  test('is not followed on to another server', async () => {
    redirect = ({ url }) => ({ status: 302, location: url === '/v1/bays/b' ? '/next' : `${thief.url}/steal` });
    await expect(aMagnum().bays.get('b')).rejects.toMatchObject({ location: `${thief.url}/steal` });
    expect([stolen, asked]).toEqual([[], ['GET /v1/bays/b', 'GET /next']]);
  });

  test('is not followed to another port or scheme, or to an invalid address', async () => {
    for (const location of [`https://127.0.0.1:${new URL(api.url).port}/v1/bays/b`, 'http://', undefined]) {
      redirect = () => ({ status: 302, ...(location === undefined ? {} : { location }) });
      await expect(aMagnum().bays.get('b')).rejects.toBeInstanceOf(RedirectError);
    }
    expect(asked).toHaveLength(3);
  });
});
