import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Secret } from '../../../domain/secret.js';
import { ANY_ADDRESS } from '../../../testing/any-address.js';
import { connectSwarm } from './session.js';

let server: Server | undefined;
afterEach(() => void server?.close());

const node = (version: string | undefined, leader = false): object => ({
  Description: { Hostname: 'a', Engine: { EngineVersion: version } },
  ...(leader ? { ManagerStatus: { Leader: true } } : {}),
});

test.each([
  ['the leading manager', [node('26.1.0'), node('27.0.0', true)], '27.0.0'],
  ['the first node where none leads', [node('26.1.0'), node('27.0.0')], '26.1.0'],
  ['no node', [node(undefined)], undefined],
  ['an empty swarm', [], undefined],
])('the version is that of %s, for the engine and for its containers', async (_name, nodes, version) => {
  server = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(nodes)),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
  const endpoint = { url, ca: '', clientCertificate: '', clientKey: new Secret('') };
  const session = connectSwarm({ endpoint, nodes: [], guard: ANY_ADDRESS });
  const expected = version === undefined ? undefined : { coe: version, containerRuntime: version };
  expect(await session.versions?.(new AbortController().signal)).toEqual(expected);
});
