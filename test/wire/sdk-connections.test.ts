import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { applicationCredentialAuth, ConnectionError, createMagnum, MagnumError, passwordAuth, type Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Listeners } from '../../packages/server/src/app.js';
import { testAuthority, type TestAuthority } from '../support/authority.js';
import { aService, type Service } from '../support/service.js';

/** The errors of real sockets: each failure has its own code and words. */
let service: Service;
let authority: TestAuthority;
const opened: Listeners[] = [];
const servers: Server[] = [];
const address = {
  plain: '',
  tlsToPlain: '',
  unknownAuthority: '',
  selfSigned: '',
  otherName: '',
  closed: '',
  rude: '',
  foreign: '',
};

beforeAll(async () => {
  service = await aService({ conductor: false });
  authority = testAuthority();
  const plain = await listen({});
  address.plain = `http://127.0.0.1:${plain}`;
  address.tlsToPlain = `https://127.0.0.1:${plain}`;
  address.unknownAuthority = `https://127.0.0.1:${await listen(authority.issue('known', 'IP:127.0.0.1'))}`;
  address.otherName = `https://127.0.0.1:${await listen(authority.issue('other', 'DNS:elsewhere.test'))}`;
  address.selfSigned = `https://127.0.0.1:${await listen({ cert: authority.ca, key: `${authority.folder}/ca.key` })}`;
  address.rude = `http://127.0.0.1:${await answerWith(null)}`;
  address.foreign = `http://127.0.0.1:${await answerWith('SSH-2.0-OpenSSH_9.7\r\n')}`;
  address.closed = `http://127.0.0.1:${await answerWith(null)}`;
  await new Promise((resolve) => servers.at(-1)?.close(resolve));
});
afterAll(async () => {
  for (const listeners of opened) await listeners.close(500);
  for (const server of servers) server.close();
  await service.stop();
  authority.remove();
});

async function listen(files: { readonly cert?: string; readonly key?: string }): Promise<number> {
  const read = (path: string): string => readFileSync(path, 'utf8');
  const tls = files.cert && files.key ? { tls: { cert: read(files.cert), key: read(files.key) } } : {};
  const listeners = new Listeners(service.answer, tls);
  opened.push(listeners);
  return listeners.listen(0, '127.0.0.1');
}

/** Null resets the connection after the first bytes of the request. */
async function answerWith(text: string | null): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => (text === null ? socket.resetAndDestroy() : socket.end(text)));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port; // a TCP server's address is no text
}

function aMagnum(endpoint: string, options: { timeout?: number } = {}): Magnum {
  return createMagnum({ endpoint, token: service.tokens.demo, microversion: '1.14', retries: { attempts: 1 }, ...options });
}

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}

const REQUEST_ID = expect.stringMatching(/^req-[0-9a-f-]{36}$/);

describe('a call that gets no answer says why', () => {
  test.each<readonly [keyof typeof address, code: string, words: RegExp, wasSent: boolean]>([
    ['closed', 'connection-refused', /^http:\/\/127\.0\.0\.1:\d+ cannot be reached: connection refused$/, false],
    [
      'unknownAuthority',
      'certificate-refused',
      /cannot be reached: certificate of an unknown authority; .*NODE_EXTRA_CA_CERTS/,
      false,
    ],
    ['selfSigned', 'certificate-refused', /cannot be reached: self-signed certificate; .*NODE_EXTRA_CA_CERTS/, false],
    ['otherName', 'certificate-refused', /cannot be reached: .*certificate/, false],
    ['tlsToPlain', 'tls-failed', /does not speak TLS.*http:\/\//, false],
    ['rude', 'connection-lost', /POST .*\/v1\/bays was lost: .*reset.*; it may have been carried out$/, true],
    ['foreign', 'connection-lost', /was lost: it does not answer in HTTP.*; it may have been carried out$/, true],
  ])('%s: %s', async (name, code, message, mayHaveBeenCarriedOut) => {
    const post = await errorOf(() => aMagnum(address[name]).bays.create({ baymodel_id: 'm' }));
    expect(post).toBeInstanceOf(ConnectionError);
    expect(post).toMatchObject({ code, message: expect.stringMatching(message), requestId: REQUEST_ID, mayHaveBeenCarriedOut });
    expect((post as Error).cause).toBeInstanceOf(Error);
    const get = await errorOf(() => aMagnum(address[name]).bays.get('b'));
    expect(get).toMatchObject({ code, requestId: REQUEST_ID, mayHaveBeenCarriedOut: false });
  });

  test('a name that no server of names knows', async () => {
    const error = await errorOf(() => aMagnum('http://magnum.invalid').bays.get('b'));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      code: 'host-not-found',
      message: expect.stringMatching(/magnum\.invalid cannot be reached: its host name/),
    });
  });

  test('a login, for Keystone', async () => {
    const auth = passwordAuth({ authUrl: address.closed, username: 'a', password: 'b' });
    const error = await errorOf(() => createMagnum({ auth, retries: { attempts: 1 } }).bays.create({ baymodel_id: 'm' }));
    expect(error).toMatchObject({ code: 'connection-refused', mayHaveBeenCarriedOut: false, requestId: undefined });
    expect(error).toMatchObject({ message: expect.stringMatching(/^Keystone at http.* cannot be reached: connection refused$/) });
  });
});

test('a call whose time is up has its request id, and says where it may have been carried out', async () => {
  const silent = createTcpServer((socket) => socket.on('error', () => undefined));
  servers.push(silent);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const magnum = aMagnum(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`); // as above
  const [attempt, whole, read] = [
    await errorOf(() =>
      aMagnum(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`, { timeout: 200 }).bays.create({ baymodel_id: 'm' }),
    ),
    await errorOf(() => magnum.bays.update('b', { node_count: 2 }, { timeoutMs: 200 })),
    await errorOf(() => magnum.bays.get('b', { timeoutMs: 200 })),
  ];
  for (const error of [attempt, whole])
    expect(error).toMatchObject({
      code: 'timeout',
      requestId: REQUEST_ID,
      mayHaveBeenCarriedOut: true,
      message: expect.stringMatching(/^(POST|PATCH) .* took longer than 200 ms; it may have been carried out$/),
    });
  expect(read).toMatchObject({ code: 'timeout', requestId: REQUEST_ID, mayHaveBeenCarriedOut: false });
});

describe('what cannot be sent is a MagnumError before a request', () => {
  test.each([
    ['magnum.test:9511/v1', /^Magnum's address "magnum\.test:9511\/v1" lacks http:\/\/ or https:\/\//],
    ['', /lacks http/],
    ['ftp://magnum.test', /lacks http/],
    ['http://', /is no valid address/],
    ['http://magnum.test:99999', /is no valid address/],
    ['http://ann:hunter2@magnum.test', /^Magnum's address has a user or password in it/],
    ['http://magnum.test/v1?x=1', /has a \? or #/],
  ])('an address: %j', async (endpoint, message) => {
    const error = await errorOf(() => aMagnum(endpoint));
    expect(error).toBeInstanceOf(MagnumError);
    expect(error).toMatchObject({ code: 'invalid-address', message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('hunter2');
    const login = applicationCredentialAuth({ authUrl: endpoint, id: 'i', secret: 's' });
    expect(await errorOf(() => login.get())).toMatchObject({ code: 'invalid-address' });
  });

  test('a token, a body, a method', async () => {
    const magnum = createMagnum({ endpoint: address.plain, token: 'hunter2\nX: y', microversion: '1.14' });
    const error = await errorOf(() => magnum.bays.get('b'));
    expect(error).toMatchObject({ code: 'invalid-request', message: expect.stringContaining('no header can have') });
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain('hunter2');
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    for (const call of [
      () => aMagnum(address.plain).raw({ method: 'POST', path: '/v1/bays', body: cycle }),
      () => aMagnum(address.plain).raw({ method: 'POST', path: '/v1/bays', body: { node_count: 2n } }),
      () => aMagnum(address.plain).raw({ method: 'GET', path: '/v1/bays', body: {} }),
      () => aMagnum(address.plain).raw({ method: 'G ET', path: '/v1/bays' }),
      () => aMagnum(address.plain).quotas.create({ project_id: 'p', hard_limit: 2n as unknown as number, resource: 'Cluster' }),
    ])
      expect(await errorOf(call)).toMatchObject({ code: 'invalid-request' });
  });
});
