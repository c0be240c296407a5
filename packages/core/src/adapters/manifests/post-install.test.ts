import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createServer as createSilent, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { LARGEST_MANIFEST } from '../../domain/manifest.js';
import { readDocuments } from './documents.js';
import { KUBERNETES_SCHEMA } from './kubernetes-schema.js';
import { postInstallSource } from './post-install.js';

const MANIFEST = 'kind: Namespace\nmetadata: {name: a}\n---\n# nothing\n---\nkind: ConfigMap\n';
const OPTION = '[kubernetes] post_install_manifest_url';
const ending = new AbortController().signal;

let server: Server;
let asked: string[] = [];
let port = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    const { url = '' } = request;
    asked.push(url);
    const status = Number(/^\/status\/(\d+)$/.exec(url)?.[1] ?? 0);
    if (status !== 0) response.writeHead(status, { Location: '/manifest' }).end('kind: Namespace');
    else if (url === '/huge') response.end(Buffer.alloc(LARGEST_MANIFEST + 1, '#'));
    else if (url === '/endless')
      response.on('error', () => undefined).write('#'.repeat(LARGEST_MANIFEST), () => response.write('##'));
    else if (url === '/slow') response.write('kind: ');
    else if (url === '/page') response.end('<html>\n<body>: {\n');
    else if (url === '/binary') response.end(Buffer.from([0xff, 0xfe, 0xfd]));
    else response.end(MANIFEST);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ({ port } = server.address() as AddressInfo); // it listens on a port
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});
afterEach(() => {
  vi.useRealTimers();
  asked = [];
});

const fetched = (path: string, at = `http://127.0.0.1:${port}`) =>
  postInstallSource({ allowPlain: true }, `${at}${path}`).fetch(ending);
const fails = (kind: string, words: RegExp) =>
  expect.objectContaining({ kind, message: expect.stringMatching(words) as string }) as Error;

describe('the manifest that the operator names', () => {
  test('is fetched from an internal address, with the hash of its bytes and each of its documents', async () => {
    expect(await fetched('/manifest')).toEqual({
      sha256: createHash('sha256').update(MANIFEST).digest('hex'),
      documents: [{ kind: 'Namespace', metadata: { name: 'a' } }, null, { kind: 'ConfigMap' }],
    });
    expect(await fetched('/manifest', `http://localhost:${port}`)).toMatchObject({ documents: [{}, null, {}] });
  });

  test.each([
    ['/status/404', /it was answered with HTTP status 404\. The operator .* has to correct the file or the option/],
    ['/status/403', /HTTP status 403/],
    ['/status/302', /it redirects elsewhere/],
    ['/huge', /larger than 524288 bytes/],
    ['/endless', /larger than 524288 bytes/],
    ['/binary', /no text in UTF-8/],
    ['/page', /cannot be used: /],
  ])('is refused for good, by the name of the option and without its address: %s', async (path, words) => {
    await expect(fetched(path)).rejects.toEqual(fails('invalid-parameter', words));
    await expect(fetched(path)).rejects.toThrow(OPTION);
    await expect(fetched(path)).rejects.not.toThrow(/127\.0\.0\.1|localhost/);
    expect(asked).toEqual([path, path, path]);
  });

  test.each(['/status/500', '/status/503', '/status/429', '/status/408'])('is asked for again after %s', async (path) => {
    await expect(fetched(path)).rejects.toEqual(fails('cloud-unavailable', /cannot be fetched now: .* HTTP status/));
    await expect(fetched(path)).rejects.toThrow(OPTION);
  });

  test('is asked for again where no program listens, where the name is unknown, and where the connection breaks', async () => {
    const breaking = createSilent((socket) => socket.destroy());
    await new Promise<void>((done) => breaking.listen(0, '127.0.0.1', done));
    const { port: broken } = breaking.address() as AddressInfo; // it listens on a port
    await expect(fetched('/', `http://127.0.0.1:${broken}`)).rejects.toEqual(fails('cloud-unavailable', /there was no answer/));
    await new Promise((done) => breaking.close(done));
    await expect(fetched('/', `http://127.0.0.1:${broken}`)).rejects.toEqual(fails('cloud-unavailable', /\(ECONNREFUSED\)/));
    await expect(fetched('/', 'http://no-such-host.invalid')).rejects.toEqual(
      fails('cloud-unavailable', /its host is not known/),
    );
  });

  test('is waited for ten seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const arrived = new Promise((done) => server.once('request', done));
    const late = expect(fetched('/slow')).rejects.toEqual(fails('cloud-unavailable', /no whole answer within 10 s/));
    await arrived;
    await vi.advanceTimersByTimeAsync(10_000);
    await late;
  });

  test.each([
    ['http://example.org/a.yaml', false, /manifest_url_plain has to be true/],
    ['ftp://example.org/a.yaml', false, /must begin with https:\/\//],
    ['ftp://example.org/a.yaml', true, /must begin with https:\/\/ or http:\/\//],
    ['file:///etc/passwd', true, /must begin with/],
    ['https://user:password@example.org/', false, /must not hold a password/],
    ['manifest.yaml', true, /it is no address/],
  ])('cannot be %s, which is said when the service starts', (address, allowPlain, words) => {
    expect(() => postInstallSource({ allowPlain }, address)).toThrow(words);
    expect(() => postInstallSource({ allowPlain }, address)).toThrow(OPTION);
  });
});

describe('plain words of a manifest', () => {
  const read = (text: string) => readDocuments(text, { mostBytes: 1_000, mostValues: 100, schema: KUBERNETES_SCHEMA })[0];

  test.each([
    ['0644', 0o644],
    ['0o644', 0o644],
    ['-010', -8],
    ['0x1F', 31],
    ['0b11', 3],
    ['1_000', 1000],
    ['0', 0],
    ['644', 644],
    ['yes', true],
    ['Off', false],
    ['n', false],
    ['true', true],
    ['1.5', 1.5],
    ['089', 89],
    ['"0644"', '0644'],
    ["'yes'", 'yes'],
    ['10.0.0.1', '10.0.0.1'],
    ['2001-01-01', '2001-01-01'],
    ['1.36.3', '1.36.3'],
    ['~', null],
  ])('are what kubectl takes them for: %s', (word, value) => {
    expect(read(`a: ${word}`)).toEqual({ a: value });
  });

  test('merge a map where they say so', () => {
    expect(read('a: &a {x: 1, y2: 2}\nb: {<<: *a, x: 3}')).toEqual({ a: { x: 1, y2: 2 }, b: { x: 3, y2: 2 } });
  });
});

test('aliases multiply no text', () => {
  const text = `a: &a ${'x'.repeat(400)}\nb: [*a, *a, *a]`;
  expect(() => readDocuments(text, { mostBytes: 1_000, mostValues: 100 })).toThrow('its aliases make it too large');
});

test('a large manifest is read before anybody misses the process', () => {
  const one = (index: number): string => `kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: c${index}\ndata:\n  k: v\n`;
  const text = Array.from({ length: 7_000 }, (_, index) => one(index)).join('---\n');
  expect(Buffer.byteLength(text)).toBeLessThan(LARGEST_MANIFEST);
  const begun = performance.now();
  expect(readDocuments(text, { mostBytes: LARGEST_MANIFEST, mostValues: 50_000, schema: KUBERNETES_SCHEMA })).toHaveLength(7_000);
  expect(performance.now() - begun).toBeLessThan(5_000);
});
