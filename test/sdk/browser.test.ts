import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packInto } from '../../scripts/host/packed.mjs';
import { Listeners } from '../../packages/server/src/app.js';
import { withCors } from '../../packages/server/src/cors.js';
import { aService, type Service } from '../support/service.js';

/**
 * The packed SDK in Chromium, on a page of one origin that uses a service of another one: modules, CORS, preflights, readable headers and streams
 * as a browser has them. The page's server has the SDK's own files, not a bundle, and hears from the page what the program saw.
 */
const own = new URL('./browser/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'magnum-browser-'));
const isThere = spawnSync('chromium', ['--version']).status === 0;
const isLeftOut = !isThere && process.env['CI'] === undefined;
if (isLeftOut) process.stdout.write('skipped: browser.test.ts, since chromium is not installed\n');

let service: Service;
let api: Listeners;
let endpoint = '';
let pages: Server;
let port = 0;
let sdk = '';
let report: (said: unknown) => void = () => undefined;

beforeAll(async () => {
  if (isLeftOut) return;
  sdk = join(packInto('packages/sdk', folder).folder, 'dist');
  pages = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page.invalid');
    if (pathname === '/report') {
      void text(request).then((said) => report(JSON.parse(said)));
      return response.end();
    }
    const file = fileOf(pathname);
    if (file === undefined) return response.writeHead(404).end();
    response.setHeader('Content-Type', file.endsWith('.html') ? 'text/html' : 'text/javascript');
    response.end(readFileSync(file));
  }).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  ({ port } = pages.address() as AddressInfo); // of a server that listens on a port
  service = await aService();
  await service.createModel();
  const rules = {
    credentials: true,
    methods: ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'],
    headers: [],
    exposed: [],
    maxAgeSeconds: 60,
  };
  api = new Listeners(withCors(service.answer, { ...rules, origins: [`http://127.0.0.1:${port}`] }), {});
  endpoint = `http://127.0.0.1:${await api.listen(0, '127.0.0.1')}/v1`;
}, 120_000);
afterAll(async () => {
  if (!isLeftOut) {
    pages.closeAllConnections();
    pages.close();
    await api.close(500);
    await service.stop();
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function fileOf(pathname: string): string | undefined {
  if (pathname === '/') return join(own, 'page.html');
  if (pathname === '/program.js') return join(own, 'program.js');
  const [, path] = /^\/sdk\/([\w./-]+\.js)$/.exec(normalize(pathname)) ?? [];
  return path === undefined ? undefined : join(sdk, path);
}

/** Opens the page in a browser of its own, and returns what its program says. */
async function open(origin: string): Promise<unknown> {
  const query = new URLSearchParams({ endpoint, token: service.tokens.demo });
  const words = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const profile = `--user-data-dir=${mkdtempSync(join(folder, 'profile-'))}`;
  const browser = spawn('chromium', [...words, ...quiet, profile, `${origin}/?${query}`], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  browser.stderr.on('data', (chunk) => (complaints = `${complaints}${chunk}`.slice(-2_000)));
  try {
    return await new Promise((resolve, reject) => {
      report = resolve;
      browser.once('exit', () => reject(new Error(`chromium ended before the page had spoken:\n${complaints}`)));
    });
  } finally {
    await end(browser);
  }
}

/** Ends the browser with all its processes, which are a group of their own. */
async function end(browser: ChildProcess): Promise<void> {
  if (browser.exitCode !== null || browser.pid === undefined) return;
  const ended = once(browser, 'exit');
  process.kill(-browser.pid, 'SIGKILL');
  await ended;
}

describe.skipIf(isLeftOut)('in Chromium', () => {
  test('a page makes a bay, waits for it, inspects it, follows its events and deletes it', async () => {
    expect(await open(`http://127.0.0.1:${port}`)).toEqual({
      status: 'CREATE_COMPLETE',
      last: 'CREATE_COMPLETE',
      nodes: 2,
      etag: expect.stringMatching(/^"\d+"$/),
      requestId: expect.stringMatching(/^req-/),
      names: ['web'],
      events: expect.arrayContaining(['accepted', 'stack', 'settled']),
      gone: [true, 'NotFoundError', 'bay-not-found', 'string'],
    });
  }, 180_000);

  test('a page of an origin that the service does not allow gets an error of the SDK, and nothing is made', async () => {
    const said = await open(`http://localhost:${port}`);
    expect(said).toMatchObject({ code: 'connection-failed', failed: expect.stringContaining('ConnectionError') });
    expect((await service.request('GET', '/v1/bays')).body).toEqual({ bays: [] });
  }, 120_000);
});
