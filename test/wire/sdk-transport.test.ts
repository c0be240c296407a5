import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer, type Server } from 'node:https';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMagnum, MagnumError, passwordAuth, type Magnum } from '@magnum-ts/sdk';
import { createFetch, fetchFromEnv, fromClouds, fromNodeEnv, type FetchOptions } from '@magnum-ts/sdk/node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { expressApp, Listeners } from '../../packages/server/src/app.js';
import { testAuthority, type TestAuthority } from '../support/authority.js';
import { ConnectProxy, type ConnectProxyOptions } from '../support/connect-proxy.js';
import { aService, type Service } from '../support/service.js';

/** The SDK's own transport on real sockets: authorities of a cloud, client certificates, proxies. */
let service: Service;
let authority: TestAuthority;
let stranger: TestAuthority;
let plain: Listeners;
let secure: Listeners;
let strict: Server;
const port = { plain: 0, secure: 0, strict: 0 };
const file: Record<'cert' | 'key' | 'strangerCert' | 'strangerKey' | 'both', string> = {
  cert: '',
  key: '',
  strangerCert: '',
  strangerKey: '',
  both: '',
};
const read = (path: string): string => readFileSync(path, 'utf8');
const proxies: ConnectProxy[] = [];

beforeAll(async () => {
  service = await aService({ conductor: false });
  [authority, stranger] = [testAuthority(), testAuthority()];
  const issued = authority.issue('server', 'IP:127.0.0.1,DNS:magnum.test,DNS:localhost');
  const tls = { cert: read(issued.cert), key: read(issued.key) };
  plain = new Listeners(service.answer, {});
  secure = new Listeners(service.answer, { tls });
  strict = createTlsServer(
    { ...tls, ca: read(authority.ca), requestCert: true, rejectUnauthorized: true },
    expressApp(service.answer),
  );
  strict.listen(0, '127.0.0.1');
  await once(strict, 'listening');
  port.plain = await plain.listen(0, '127.0.0.1');
  port.secure = await secure.listen(0, '127.0.0.1');
  port.strict = (strict.address() as AddressInfo).port; // a TCP server's address is no text
  ({ cert: file.cert, key: file.key } = authority.issue('client', 'DNS:client'));
  ({ cert: file.strangerCert, key: file.strangerKey } = stranger.issue('stranger', 'DNS:stranger'));
  file.both = join(authority.folder, 'both.pem');
  writeFileSync(file.both, `${read(file.cert)}${read(file.key)}`);
});
afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close();
});
afterAll(async () => {
  strict.closeAllConnections();
  strict.close();
  await Promise.all([plain.close(500), secure.close(500)]);
  await service.stop();
  for (const made of [authority, stranger]) made.remove();
});

async function aProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const proxy = await ConnectProxy.start(options);
  proxies.push(proxy);
  return proxy;
}

function aMagnum(endpoint: string, fetch: (request: Request) => Promise<Response>): Magnum {
  return createMagnum({ endpoint, token: service.tokens.demo, microversion: '1.14', retries: { attempts: 1 }, fetch });
}

const listBays = (address: string, options: FetchOptions): Promise<unknown> =>
  aMagnum(address, createFetch(options)).bays.list().toArray();
const at = (name: keyof typeof port): string => `https://127.0.0.1:${port[name]}`;

describe('a cloud with an authority of its own', () => {
  test('is reached with its certificate, and with no other', async () => {
    await expect(listBays(at('secure'), { cacert: authority.ca })).resolves.toEqual([]);
    await expect(listBays(at('secure'), {})).rejects.toMatchObject({
      code: 'certificate-refused',
      message: expect.stringMatching(/OS_CACERT \(cacert in clouds\.yaml\)/),
    });
    await expect(listBays(at('secure'), { cacert: stranger.ca })).rejects.toMatchObject({ code: 'certificate-refused' });
  });

  test('is refused under another name than its certificate has, unless nothing is checked', async () => {
    const address = `https://elsewhere.test:${port.secure}`;
    const proxy = `http://127.0.0.1:${(await aProxy()).port}`;
    await expect(listBays(address, { cacert: authority.ca, proxy })).rejects.toMatchObject({ code: 'certificate-refused' });
    await expect(listBays(address, { insecure: true, proxy })).resolves.toEqual([]);
  });

  test('is reached without one where nothing is checked', async () => {
    await expect(listBays(at('secure'), { insecure: true })).resolves.toEqual([]);
    await expect(listBays(at('secure'), { insecure: true, cacert: '/does/not/exist.pem' })).resolves.toEqual([]);
  });
});

describe('a server that wants a client certificate', () => {
  test('is reached with one, its key in a file of its own or in the same', async () => {
    for (const files of [{ cert: file.cert, key: file.key }, { cert: file.both }])
      await expect(listBays(at('strict'), { cacert: authority.ca, ...files })).resolves.toEqual([]);
  });

  const refusal = {
    code: 'client-certificate-refused',
    mayHaveBeenCarriedOut: false,
    message: expect.stringMatching(/OS_CERT and OS_KEY/),
  };
  const create = (endpoint: string, files: FetchOptions): Promise<unknown> => {
    // A pause of a minute would end the test: such a refusal lasts, and is not repeated.
    const options = { token: 't', microversion: '1.14', retries: { baseMs: 60_000 } };
    return createMagnum({ ...options, endpoint, fetch: createFetch({ cacert: authority.ca, ...files }) }).bays.create({
      baymodel_id: 'm',
    });
  };

  test('refuses a client without one: an error with the remedy', async () => {
    await expect(create(at('strict'), {})).rejects.toMatchObject(refusal);
  });

  test.each(['-tls1_2', '-tls1_3'])('refuses one of another authority, as OpenSSL does with %s', async (version) => {
    const issued = authority.issue('strict', 'IP:127.0.0.1');
    const own = ['-cert', issued.cert, '-key', issued.key, '-CAfile', authority.ca];
    const openssl = spawn('openssl', ['s_server', '-accept', '0', ...own, '-Verify', '1', '-verify_return_error', version]);
    try {
      let said = '';
      while (!/ACCEPT .*:\d+\n/.test(said)) said += String((await once(openssl.stdout, 'data'))[0]);
      const address = `https://127.0.0.1:${/ACCEPT .*:(\d+)/.exec(said)?.[1]}`;
      await expect(create(address, { cert: file.strangerCert, key: file.strangerKey })).rejects.toMatchObject(refusal);
      const code = version === '-tls1_2' ? 'tls-failed' : 'client-certificate-refused';
      await expect(create(address, {})).rejects.toMatchObject({ ...refusal, code });
    } finally {
      openssl.kill();
    }
  });
});

describe('a proxy', () => {
  test('carries TLS to a host that only it can look up, in one tunnel for many calls', async () => {
    const proxy = await aProxy();
    const fetch = createFetch({ cacert: authority.ca, proxy: `http://127.0.0.1:${proxy.port}` });
    const magnum = aMagnum(`https://magnum.test:${port.secure}`, fetch);
    const model = await magnum.bayModels.create({
      name: 'over-a-proxy',
      coe: 'swarm',
      image_id: 'debian-12',
      keypair_id: 'default',
      external_network_id: 'public',
    });
    expect((await magnum.bayModels.get(model.uuid)).name).toBe('over-a-proxy');
    await magnum.bayModels.delete(model.uuid);
    expect(proxy.asked).toEqual([`CONNECT magnum.test:${port.secure}`]);
  });

  test('carries plain HTTP as whole addresses', async () => {
    const proxy = await aProxy();
    await expect(listBays(`http://magnum.test:${port.plain}`, { proxy: `127.0.0.1:${proxy.port}` })).resolves.toEqual([]);
    expect(proxy.asked).toEqual([`GET http://magnum.test:${port.plain}/v1/bays`]);
  });

  test('that is itself reached by TLS is checked by the same authority, and sees no client certificate', async () => {
    const issued = authority.issue('proxy', 'IP:127.0.0.1');
    const proxy = await aProxy({ tls: { cert: read(issued.cert), key: read(issued.key) } });
    const options = { proxy: `https://127.0.0.1:${proxy.port}` };
    await expect(
      listBays(`https://magnum.test:${port.strict}`, { ...options, cacert: authority.ca, cert: file.cert, key: file.key }),
    ).resolves.toEqual([]);
    await expect(listBays(`http://magnum.test:${port.plain}`, { ...options, cacert: authority.ca })).resolves.toEqual([]);
    await expect(listBays(`https://magnum.test:${port.strict}`, options)).rejects.toMatchObject({
      code: 'certificate-refused',
      message: expect.stringMatching(/^The proxy https:/),
    });
  });

  test('that wants a login gets the one of its address; without it the error says so, and never the password', async () => {
    const proxy = await aProxy({ login: 'ann:s p@ce' });
    const given = `http://ann:s%20p%40ce@127.0.0.1:${proxy.port}`;
    await expect(listBays(at('secure'), { cacert: authority.ca, proxy: given })).resolves.toEqual([]);
    await expect(listBays(`http://magnum.test:${port.plain}`, { proxy: given })).resolves.toEqual([]);
    const error: unknown = await listBays(at('secure'), { cacert: authority.ca, proxy: given.replace('ann', 'bob') }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'proxy-refused',
      mayHaveBeenCarriedOut: false,
      message: expect.stringMatching(
        /^The proxy http:\/\/127\.0\.0\.1:\d+ does not connect to 127\.0\.0\.1:\d+: 407 .*user and password/,
      ),
    });
    expect(String(error)).not.toMatch(/bob|p%40ce|p@ce/);
  });

  test('that cannot reach the host is repeated, as nothing was sent; one that refuses is not', async () => {
    const [failing, refusing] = [await aProxy({ refuses: 503 }), await aProxy({ refuses: 403 })];
    const post = (proxy: ConnectProxy): Promise<unknown> =>
      createMagnum({
        endpoint: at('secure'),
        token: 't',
        microversion: '1.14',
        retries: { baseMs: 1 },
        fetch: createFetch({ proxy: `http://127.0.0.1:${proxy.port}` }),
      }).bays.create({ baymodel_id: 'm' });
    await expect(post(failing)).rejects.toMatchObject({ code: 'host-unreachable' });
    await expect(post(refusing)).rejects.toMatchObject({ code: 'proxy-refused' });
    expect([failing.asked.length, refusing.asked.length]).toEqual([3, 1]);
  });

  test('that is not there is named', async () => {
    const proxy = await aProxy();
    const address = `http://127.0.0.1:${proxy.port}`;
    await proxy.close();
    proxies.length = 0;
    const error = { code: 'connection-refused', message: `The proxy ${address} cannot be reached: connection refused` };
    await expect(listBays(at('secure'), { proxy: address })).rejects.toMatchObject(error);
    await expect(listBays(`http://magnum.test:${port.plain}`, { proxy: address })).rejects.toMatchObject(error);
  });

  test('or a server that never answers ends by the time for connections', async () => {
    const silent = createTcpServer((socket) => socket.on('error', () => undefined));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`; // as above
    const failure = { code: 'host-unreachable', mayHaveBeenCarriedOut: false, message: expect.stringMatching(/timed out/) };
    await expect(listBays(at('secure'), { proxy: `http://${address}`, connectTimeoutMs: 100 })).rejects.toMatchObject(failure);
    await expect(listBays(`https://${address}`, { connectTimeoutMs: 100 })).rejects.toMatchObject(failure);
    silent.close();
  });
});

describe('variables', () => {
  const list = (env: Readonly<Record<string, string>>, endpoint: string): Promise<unknown> =>
    createMagnum({
      ...fromNodeEnv({ OS_TOKEN: service.tokens.demo, MAGNUM_ENDPOINT: endpoint, ...env }),
      microversion: '1.14',
      retries: { attempts: 1 },
    })
      .bays.list()
      .toArray();

  test('of TLS are honoured', async () => {
    await expect(list({ OS_CACERT: authority.ca, OS_CERT: file.cert, OS_KEY: file.key }, at('strict'))).resolves.toEqual([]);
    await expect(list({ OS_INSECURE: 'True' }, at('secure'))).resolves.toEqual([]);
    await expect(list({ OS_INSECURE: '0' }, at('secure'))).rejects.toMatchObject({ code: 'certificate-refused' });
  });

  test('of proxies are honoured, and their exceptions', async () => {
    const proxy = await aProxy();
    const address = `http://127.0.0.1:${proxy.port}`;
    const over = async (env: Readonly<Record<string, string>>, endpoint: string): Promise<boolean> => {
      proxy.asked.length = 0;
      await list({ OS_INSECURE: '1', ...env }, endpoint);
      return proxy.asked.length > 0;
    };
    const [http, https] = [`http://127.0.0.1:${port.plain}`, at('secure')];
    expect(await over({ HTTPS_PROXY: address }, https)).toBe(true);
    expect(await over({ HTTPS_PROXY: address }, http)).toBe(false);
    expect(await over({ http_proxy: address, HTTP_PROXY: 'http://127.0.0.1:1' }, http)).toBe(true);
    expect(await over({ https_proxy: '', HTTPS_PROXY: address }, https)).toBe(false);
    expect(await over({ HTTP_PROXY: address, REQUEST_METHOD: 'GET' }, http)).toBe(false);
    expect(await over({ ALL_PROXY: address }, https)).toBe(true);
    expect(await over({ OS_PROXY: address, HTTPS_PROXY: 'http://127.0.0.1:1' }, https)).toBe(true);
    expect(await over({ OS_PROXY: address, NO_PROXY: '127.0.0.0/8' }, https)).toBe(false);
  });

  test.each([
    [{ OS_CACERT: '/does/not/exist.pem' }, /^OS_CACERT \(cacert\) names "\/does\/not\/exist\.pem", which does not exist$/],
    [{ OS_CACERT: tmpdir() }, /^OS_CACERT .*is a folder/],
    [{ OS_CACERT: import.meta.filename }, /^OS_CACERT .*no certificate in PEM/],
    [{ OS_KEY: '/k.pem' }, /^OS_KEY \(key\) is given without OS_CERT/],
    [{ OS_INSECURE: 'maybe' }, /^OS_INSECURE is "maybe"; use true or false/],
    [{ HTTPS_PROXY: 'socks5://127.0.0.1:1080' }, /^HTTPS_PROXY names a proxy of the kind socks5/],
    [{ http_proxy: 'http://' }, /^http_proxy is no address of a proxy/],
  ])('that cannot be honoured are refused at once: %j', (env, message) => {
    expect(() => fetchFromEnv(env)).toThrow(MagnumError);
    expect(() => fetchFromEnv(env)).toThrow(message);
  });

  test('with the key of another certificate, or an encrypted one, are refused at once', () => {
    expect(() => fetchFromEnv({ OS_CERT: file.cert, OS_KEY: file.strangerKey })).toThrow(
      /^OS_KEY \(key\) is not the key of OS_CERT/,
    );
    const encrypted = join(authority.folder, 'encrypted.key');
    writeFileSync(encrypted, '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n');
    expect(() => fetchFromEnv({ OS_CERT: file.cert, OS_KEY: encrypted })).toThrow(/^OS_KEY \(key\) is encrypted/);
  });
});

test('the exceptions of NO_PROXY are hosts with their subdomains, ports, addresses, networks, or all', async () => {
  const { proxiesFromEnv } = await import('../../packages/sdk/src/node/proxies.js');
  const isDirect = (no: string, address: string): boolean =>
    proxiesFromEnv({ ALL_PROXY: 'http://proxy.test:3128', NO_PROXY: no })(new URL(address)) === undefined;
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['cloud.test', 'https://cloud.test', true],
    ['cloud.test', 'https://api.cloud.test', true],
    ['.cloud.test, *.other.test', 'https://api.other.test', true],
    ['cloud.test', 'https://mycloud.test', false],
    ['CLOUD.test', 'https://cloud.TEST:5000', true],
    ['cloud.test:5000', 'https://cloud.test:5000', true],
    ['cloud.test:443', 'https://cloud.test', true],
    ['cloud.test:5000', 'https://cloud.test', false],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['fd00::/8', 'https://[fd00::1]:443', true],
    ['::1', 'https://[::1]', true],
    ['[::1]:443', 'https://[::1]', true],
    ['127.0.0.1', 'https://127.0.0.1', true],
    ['0.0.1', 'https://127.0.0.1', false],
    ['*', 'https://anything.test', true],
    ['', 'https://anything.test', false],
  ];
  for (const [no, address, expected] of cases) expect([no, address, isDirect(no, address)]).toEqual([no, address, expected]);
});

describe('clouds.yaml', () => {
  const load = (entry: object) => {
    const folder = mkdtempSync(join(tmpdir(), 'clouds-tls-'));
    const auth = { token: service.tokens.demo, auth_url: 'http://keystone.test' };
    const content = {
      auth_type: 'token',
      auth,
      container_infra_endpoint_override: at('strict'),
      container_infra_api_version: '1.14',
      ...entry,
    };
    writeFileSync(join(folder, 'clouds.yaml'), JSON.stringify({ clouds: { lab: content } }));
    return fromClouds({ cloud: 'lab', parse, folders: [folder] });
  };
  const list = async (entry: object): Promise<unknown> =>
    createMagnum({ ...(await load(entry)), retries: { attempts: 1 } })
      .bays.list()
      .toArray();

  test('has authority, client certificate and proxy', async () => {
    const proxy = await aProxy();
    const tls = { cacert: authority.ca, cert: file.cert, key: file.key };
    await expect(list(tls)).resolves.toEqual([]);
    await expect(list({ ...tls, proxy: `http://127.0.0.1:${proxy.port}` })).resolves.toEqual([]);
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${port.strict}`]);
    await expect(list({ cert: file.cert, key: file.key, verify: false })).resolves.toEqual([]);
    await expect(list({ cert: file.cert, key: file.key, verify: true })).rejects.toMatchObject({ code: 'certificate-refused' });
    await expect(list({ cert: file.cert, key: file.key })).rejects.toMatchObject({ code: 'certificate-refused' });
  });
});

test('a login uses the same connections', async () => {
  const fetch = createFetch({ cacert: authority.ca });
  const auth = passwordAuth({
    authUrl: `https://localhost:${port.secure}/identity`,
    username: 'demo',
    password: 'wrong',
    projectName: 'demo',
    fetch,
  });
  await expect(auth.get()).rejects.toMatchObject({ code: 'auth-failed', status: 401 });
});

test('a stream of events and the abort of a call work over the transport', async () => {
  const magnum = aMagnum(at('secure'), createFetch({ cacert: authority.ca }));
  const controller = new AbortController();
  const silent = createTcpServer((socket) => socket.on('error', () => undefined));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const stuck = aMagnum(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`, createFetch()); // as above
  const connected = once(silent, 'connection');
  const call = stuck.bays.get('b', { signal: controller.signal });
  const [socket] = await connected;
  const closed = once(socket, 'close');
  controller.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
  await closed;
  silent.close();
  await expect(magnum.bays.follow('nope')[Symbol.asyncIterator]().next()).rejects.toMatchObject({ status: 404 });
});
