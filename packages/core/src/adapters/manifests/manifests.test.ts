import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import { createServer as createSilent, type AddressInfo, type Server as SilentServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkedManifest, LARGEST_MANIFEST } from '../../domain/manifest.js';
import { isPublicAddress } from './addresses.js';
import { fetchManifest } from './fetch.js';
import type { FetchRules } from './fetch-bytes.js';
import { parseManifest } from './parse.js';

const refusal = (words: RegExp, field = 'manifest') =>
  expect.objectContaining({ kind: 'invalid-parameter', field, message: expect.stringMatching(words) as string }) as Error;

describe('manifests', () => {
  test('are read as YAML and as JSON', () => {
    expect(parseManifest('metadata: {name: a}\nspec:\n  on: yes')).toEqual({ metadata: { name: 'a' }, spec: { on: 'yes' } });
    expect(parseManifest('{"metadata": {"name": "a"}}')).toEqual({ metadata: { name: 'a' } });
  });

  const LAUGHS = ['a: &a [x, x, x, x, x, x, x, x, x]']
    .concat('bcdefgh'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]`))
    .join('\n');

  test.each([
    ['nothing', '', /empty|no object/],
    ['a list', '- a', /no object/],
    ['two documents', 'a: 1\n---\nb: 2', /more than one/],
    ['broken YAML', 'a: [1', /cannot be used/],
    ['a billion laughs', LAUGHS, /more than 5000 values/],
    ['deep nesting', `a: ${'['.repeat(70)}${']'.repeat(70)}`, /too deeply/],
    ['nesting by dashes', '- '.repeat(200_000), /too deeply/],
    ['nesting by indentation', Array.from({ length: 900 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), /too deeply/],
    ['an alias of itself', 'a: &a [*a]', /cannot be|too deeply/],
    ['a number without end', 'a: .inf', /JSON does not have/],
    ['nesting without end', '['.repeat(100_000), /cannot be/],
    ['maps without end', '{"a":'.repeat(80_000), /cannot be/],
    ['too much', 'a'.repeat(LARGEST_MANIFEST + 1), /larger than 524288 bytes/],
  ])('are refused, and soon: %s', (_name, text, words) => {
    const begun = performance.now();
    expect(() => parseManifest(text)).toThrow(refusal(words));
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test.each([
    ['lines', Array.from({ length: 40_000 }, (_, index) => `k${index}: 1`).join('\n')],
    ['commas', `a: [${'1,'.repeat(40_000)}1]`],
    ['brackets', `a: [${'[],'.repeat(3_000)}1]`],
    ['JSON', JSON.stringify(Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`k${index}`, 1])))],
  ])('of very many small values are refused before they are parsed: %s', (_name, text) => {
    expect(() => parseManifest(text)).toThrow(refusal(/more than 5000 lines, commas and brackets/));
  });

  test('are read up to 512 KiB where that is text', () => {
    expect(parseManifest(`a: ${'x'.repeat(500_000)}`)).toEqual({ a: 'x'.repeat(500_000) });
  });

  test.each([
    ['pod', {}, 'metadata.name'],
    ['pod', { metadata: { name: 'a' } }, 'spec.containers[].image'],
    ['pod', { metadata: { name: 'a' }, spec: { containers: [] } }, 'spec.containers[].image'],
    ['pod', { metadata: { name: 'a' }, spec: { containers: [{ image: 'x' }, {}] } }, 'spec.containers[].image'],
    ['service', { metadata: { name: 'a' }, spec: {} }, 'spec.ports'],
    ['rc', { metadata: { name: 'a' }, spec: {} }, 'spec.selector'],
    ['rc', { metadata: { name: 'a' }, spec: { selector: { a: 'b' } } }, 'spec.template.metadata.labels'],
  ] as const)('of a %s need what they are about: %j', (kind, manifest, missing) => {
    expect(() => checkedManifest(kind, manifest)).toThrow(`${missing} is missing`);
  });

  test('of another kind are refused', () => {
    expect(() => checkedManifest('pod', { kind: 'Secret', metadata: { name: 'a' } })).toThrow('its kind is "Secret", not Pod');
  });
});

test.each([
  ...[
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
  ],
  ...[
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    'ff02::1',
  ],
])('%s is not on the public internet', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});
test.each(['8.8.8.8', '93.184.216.34', '172.32.0.1', '2606:4700::1111'])('%s is', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

describe('fetching', () => {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-manifests-'));
  const servers: Server[] = [];
  let secure = 0;
  let plain = 0;
  let asked: string[] = [];
  const answer: RequestListener = (request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/moved') response.writeHead(302, { Location: '/pod' }).end();
    else if (request.url === '/missing') response.writeHead(404).end('no');
    else if (request.url === '/huge') response.end(Buffer.alloc(LARGEST_MANIFEST + 1, 'a'));
    else if (request.url === '/binary') response.end(Buffer.from([0xff, 0xfe, 0xfd]));
    else if (request.url === '/slow') response.write('a: ');
    else response.end('metadata: {name: a}');
  };

  beforeAll(async () => {
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync('openssl', [...args, ...names, '-keyout', 'key.pem', '-out', 'cert.pem'], { cwd: folder, stdio: 'pipe' });
    const identity = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) };
    const listen = (server: Server): Promise<number> =>
      new Promise((done) => {
        servers.push(server);
        server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)); // it listens on a port
      });
    [secure, plain] = await Promise.all([listen(createServer(identity, answer)), listen(createPlain(answer))]);
  });
  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
    rmSync(folder, { recursive: true });
  });

  const rules = (more: Partial<FetchRules> = {}): FetchRules => ({
    hosts: ['localhost'],
    allowPlain: false,
    allowPrivate: true,
    ca: readFileSync(join(folder, 'cert.pem'), 'utf8'),
    ...more,
  });
  const fetched = (url: string, more: Partial<FetchRules> = {}, signal = new AbortController().signal): Promise<string> => {
    asked = [];
    return fetchManifest(rules(more), url, signal);
  };

  test('gets what the operator allows', async () => {
    expect(await fetched(`https://localhost:${secure}/pod`)).toBe('metadata: {name: a}');
    expect(await fetched(`http://localhost:${plain}/pod`, { allowPlain: true })).toBe('metadata: {name: a}');
  });

  test.each([
    ['nothing allowed', (port: number) => `https://localhost:${port}/pod`, { hosts: [] }, /does not allow the host localhost/],
    ['another host', () => 'https://example.org/', {}, /does not allow the host example.org/],
    ['a host that looks alike', () => 'https://notlocalhost/', { hosts: ['*.localhost'] }, /does not allow/],
    [
      'a private address',
      (port: number) => `https://localhost:${port}/pod`,
      { allowPrivate: false },
      /not on the public internet/,
    ],
    [
      'an address in a dress',
      () => 'https://[::ffff:127.0.0.1]/',
      { hosts: ['*', '::ffff:7f00:1'], allowPrivate: false },
      /not on the public/,
    ],
    ['a number', () => 'https://2130706433/', { hosts: ['127.0.0.1'], allowPrivate: false }, /not on the public/],
    ['plain http', () => 'http://localhost/pod', {}, /must begin with https/],
    ['a file', () => 'file:///etc/passwd', {}, /must begin with https/],
    ['a password', () => 'https://a:b@localhost/', {}, /must not hold a password/],
    ['no address', () => 'pod.yaml', {}, /no address/],
    ['an unknown host', () => 'https://no-such-host.invalid/', { hosts: ['*.invalid'] }, /is not known/],
  ])('refuses without a request: %s', async (_name, url, more: Partial<FetchRules>, words) => {
    await expect(fetched(url(secure), more)).rejects.toEqual(refusal(words, 'manifest_url'));
    expect(asked).toEqual([]);
  });

  test.each([
    ['moved', /redirects elsewhere/],
    ['missing', /HTTP status 404/],
    ['huge', /larger than 524288/],
    ['binary', /no answer|cannot be used/],
  ])('refuses what it finds: %s', async (path, words) => {
    await expect(fetched(`https://localhost:${secure}/${path}`)).rejects.toEqual(refusal(words, 'manifest_url'));
    expect(asked).toEqual([`/${path}`]);
  });

  test('ends with the request that asked for it', async () => {
    const ending = new AbortController();
    setTimeout(() => ending.abort(new Error('gone')), 200);
    await expect(fetched(`https://localhost:${secure}/slow`, {}, ending.signal)).rejects.toThrow('gone');
  });

  describe('from a host that never ends its answer', () => {
    let silent: SilentServer | undefined;
    afterEach(async () => {
      vi.useRealTimers();
      await new Promise((done) => (silent ? silent.close(done) : done(undefined)));
      silent = undefined;
    });
    /** Ends, by its own deadline alone, with the connection. */
    async function expectLate(url: string, asked: Promise<unknown>): Promise<void> {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      let isOver = false;
      const late = expect(fetched(url).finally(() => (isOver = true))).rejects.toEqual(
        refusal(/no whole answer within 10 s/, 'manifest_url'),
      );
      await asked;
      await vi.advanceTimersByTimeAsync(9_999);
      expect(isOver).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await late;
    }

    test('ends at its own deadline, though the caller waits', async () => {
      const [server] = servers;
      if (!server) throw new Error('no server listens');
      const asked = once(server, 'request');
      await expectLate(`https://localhost:${secure}/slow`, asked);
      const [request] = await asked;
      if (!request.socket.destroyed) await once(request.socket, 'close');
    });

    test('ends at its own deadline where not even the connection is made secure', async () => {
      silent = createSilent((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo; // it listens on a port
      // Closing the server in the end waits for the connection to be gone.
      await expectLate(`https://localhost:${port}/pod`, once(silent, 'connection'));
    });
  });

  test('checks the certificate against the name, not the address', async () => {
    await expect(fetched(`https://127.0.0.1:${secure}/pod`, { hosts: ['127.0.0.1'] })).rejects.toEqual(
      refusal(/no answer/, 'manifest_url'),
    );
  });
});
