import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { processIo, type Io } from '../../packages/cli/src/io.js';
import { main } from '../../packages/cli/src/main.js';
import { Listeners } from '../../packages/server/src/app.js';
import { testAuthority, type TestAuthority } from '../support/authority.js';
import { ConnectProxy } from '../support/connect-proxy.js';
import { aService, type Service } from '../support/service.js';

/** The command line over TLS and through proxies, on real sockets: each setting from an option, a variable and clouds.yaml. */
let service: Service;
let authority: TestAuthority;
let secure: Listeners;
let proxy: ConnectProxy;
let port = 0;
let home = '';

beforeAll(async () => {
  service = await aService({ conductor: false });
  authority = testAuthority();
  const issued = authority.issue('server', 'IP:127.0.0.1,DNS:magnum.test');
  secure = new Listeners(service.answer, {
    tls: { cert: readFileSync(issued.cert, 'utf8'), key: readFileSync(issued.key, 'utf8') },
  });
  port = await secure.listen(0, '127.0.0.1');
  proxy = await ConnectProxy.start();
});
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cli-transport-'));
  vi.stubEnv('HOME', home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});
afterAll(async () => {
  await proxy.close();
  await secure.close(500);
  await service.stop();
  authority.remove();
});

async function run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<{ code: number; err: string }> {
  let err = '';
  const io: Io = {
    ...processIo(new AbortController().signal),
    env: { MAGNUM_ENDPOINT: `https://127.0.0.1:${port}`, OS_TOKEN: service.tokens.demo, ...env },
    out: () => undefined,
    err: (text) => void (err += text),
  };
  return { code: await main(['bay', 'list', ...words], io), err };
}

function writeCloud(settings: object): void {
  const folder = join(home, '.config', 'openstack');
  mkdirSync(folder, { recursive: true });
  const auth = { token: service.tokens.demo };
  const cloud = { auth, container_infra_endpoint_override: `https://127.0.0.1:${port}`, ...settings };
  writeFileSync(join(folder, 'clouds.yaml'), JSON.stringify({ clouds: { lab: cloud } })); // JSON is a subset of YAML
}
const ofCloud = { MAGNUM_ENDPOINT: '', OS_TOKEN: '', OS_CLOUD: 'lab' };

describe('a cloud with an authority of its own', () => {
  test('is refused without it, with the remedy', async () => {
    const { code, err } = await run([]);
    expect([code, err]).toEqual([1, expect.stringContaining('OS_CACERT')]);
  });

  test('is reached with it, from an option, a variable and clouds.yaml', async () => {
    expect(await run(['--os-cacert', authority.ca])).toEqual({ code: 0, err: '' });
    expect(await run([], { OS_CACERT: authority.ca })).toEqual({ code: 0, err: '' });
    writeCloud({ cacert: authority.ca });
    expect(await run([], ofCloud)).toEqual({ code: 0, err: '' });
  });

  test('is reached unchecked with --insecure, OS_INSECURE and verify: false, and --verify takes precedence', async () => {
    expect((await run(['--insecure'])).code).toBe(0);
    expect((await run([], { OS_INSECURE: 'true' })).code).toBe(0);
    writeCloud({ verify: false });
    expect((await run([], ofCloud)).code).toBe(0);
    expect((await run(['--verify'], ofCloud)).code).toBe(1);
    expect((await run(['--os-cacert', '/no/such/file'], { OS_INSECURE: 'true' })).err).toContain('/no/such/file');
  });
});

test('a client certificate is read from options, and a file that is none is named', async () => {
  const { cert, key } = authority.issue('client', 'DNS:client');
  expect((await run(['--os-cacert', authority.ca, '--os-cert', cert, '--os-key', key])).code).toBe(0);
  const { code, err } = await run(['--os-cacert', authority.ca, '--os-cert', key]);
  expect([code, err]).toEqual([1, expect.stringContaining('OS_CERT')]);
});

test('a proxy carries the calls, from the variable and from clouds.yaml', async () => {
  const own = { MAGNUM_ENDPOINT: `https://magnum.test:${port}`, OS_CACERT: authority.ca };
  expect(await run([], { ...own, HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` })).toEqual({ code: 0, err: '' });
  writeCloud({
    container_infra_endpoint_override: own.MAGNUM_ENDPOINT,
    cacert: authority.ca,
    proxy: `http://127.0.0.1:${proxy.port}`,
  });
  expect(await run([], ofCloud)).toEqual({ code: 0, err: '' });
  expect(proxy.asked.filter((line) => line === `CONNECT magnum.test:${port}`).length).toBeGreaterThanOrEqual(2);
});
