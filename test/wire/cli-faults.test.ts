import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { processIo, type Io } from '../../packages/cli/src/io.js';
import { main } from '../../packages/cli/src/main.js';
import { freePort } from '../../scripts/host/free-port.mjs';
import { Listeners } from '../../packages/server/src/app.js';
import { HttpProxy, type HttpFault } from '../support/http-proxy.js';
import { aService, type Service } from '../support/service.js';

/** The command line over a proxy that loses answers: what it makes, how it exits, and what it says. */
let service: Service;
let listeners: Listeners;
let proxy: HttpProxy;
beforeAll(async () => {
  service = await aService({ conductor: false });
  await service.createModel();
  listeners = new Listeners(service.answer, {});
});
afterAll(async () => {
  await listeners.close(500);
  await service.stop();
});
beforeEach(async () => {
  proxy = await HttpProxy.before(await listeners.listen(0, '127.0.0.1'));
});
afterEach(async () => proxy.close());

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function magnum(line: string, endpoint = `http://127.0.0.1:${proxy.port}/v1`): Promise<Ran> {
  let [out, err] = ['', ''];
  const io: Io = {
    ...processIo(new AbortController().signal),
    env: { MAGNUM_ENDPOINT: endpoint, OS_TOKEN: service.tokens.demo },
    out: (text) => void (out += text),
    err: (text) => void (err += text),
  };
  return { code: await main(line.split(' '), io), out, err };
}

/** Fails the next requests so, one after the other; later ones pass. Null passes one. */
function failNext(...faults: readonly (HttpFault | null)[]): void {
  const left = [...faults];
  const prepare = (): void => proxy.fail({ fault: left[0] ?? 'acts, then closes', share: 1, random: next });
  const next = (): number => {
    const isPassed = (left.shift() ?? null) === null;
    prepare();
    return isPassed ? 1 : 0;
  };
  prepare();
}

let names = 0;
const newName = (): string => `line-${(names += 1)}`;
async function countOf(name: string): Promise<number> {
  const { body } = await service.request('GET', `/v1/bays?name=${name}`);
  return (body['bays'] as readonly unknown[]).length; // a list of bays
}

describe('a creation on the command line', () => {
  test.each<HttpFault>(['acts, then closes', 'answers half', 'answers 503'])(
    'whose answer fails makes one bay: %s',
    async (fault) => {
      const name = newName();
      // The first request asks for the versions.
      failNext(null, fault);
      const { code, out } = await magnum(`bay create ${name} --baymodel swarm -f value -c name`);
      expect([code, out, proxy.failed, await countOf(name)]).toEqual([0, `${name}\n`, 1, 1]);
    },
  );

  test('whose answer is lost again and again exits 1, says that it may have been carried out, and made one', async () => {
    const name = newName();
    failNext(null, 'acts, then closes', 'acts, then closes', 'acts, then closes', 'acts, then closes');
    const { code, out, err } = await magnum(`bay create ${name} --baymodel swarm`);
    expect([code, out, await countOf(name)]).toEqual([1, '', 1]);
    expect(err).toMatch(/^magnum: .*POST .* was lost.*; it may have been carried out \(request req-[\w-]+\)\n$/);
  });

  test('that a redirect leads elsewhere makes nothing, sends no token there, and exits 1 with the address', async () => {
    const seen: string[] = [];
    const elsewhere = createServer((request, response) => {
      seen.push(String(request.headers['x-auth-token']));
      response.end('{"bays": []}');
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const target = `http://localhost:${portOf(elsewhere)}`;
    const redirecting = createServer((request, response) => {
      response.writeHead(302, { location: `${target}${request.url ?? ''}` }).end();
    }).listen(0, '127.0.0.1');
    await once(redirecting, 'listening');
    const { code, out, err } = await magnum(
      `bay create ${newName()} --baymodel swarm`,
      `http://127.0.0.1:${portOf(redirecting)}/v1`,
    );
    elsewhere.close();
    redirecting.close();
    expect([code, out, seen]).toEqual([1, '', []]);
    expect(err).toContain(`redirects to ${target}`);
  });
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port; // of a server that listens on a port
}

describe('an error on the command line', () => {
  test('names why the service is not reached', async () => {
    const port = await freePort();
    const { code, err } = await magnum('bay list', `http://127.0.0.1:${port}`);
    expect(code).toBe(1);
    expect(err).toMatch(
      new RegExp(`^magnum: http://127\\.0\\.0\\.1:${port} cannot be reached: connection refused \\(request req-`),
    );
  });

  test('names an address that is none', async () => {
    const { code, err } = await magnum('bay list', '127.0.0.1:9511');
    expect(code).not.toBe(0);
    expect(err).toMatch(/^magnum: .*127\.0\.0\.1:9511.*http/);
  });

  test('of a page in place of an answer says so, and is no success', async () => {
    failNext(null, 'answers with a page');
    const { code, out, err } = await magnum('bay list -f json');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^magnum: .* \(request req-[\w-]+\)\n$/);
    expect(err).not.toContain('SyntaxError');
  });
});
