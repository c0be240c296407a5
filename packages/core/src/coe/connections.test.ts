import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { CONNECTION_BOUNDS } from '../domain/connections.js';
import { Secret } from '../domain/secret.js';
import type { CoeSession, ConnectInput } from '../ports/bay-driver.js';
import { ANY_ADDRESS } from '../testing/any-address.js';
import { countingServer, openAtMost, type CountingNeighbour } from '../testing/counting-neighbour.js';
import { selfSigned } from '../testing/self-signed.js';
import { connectKubernetes } from './kubernetes/session/session.js';
import { connectSwarm } from './swarm/session/session.js';

const { maxSockets, maxFreeSockets } = CONNECTION_BOUNDS;
const tls = selfSigned();
const AT_ONCE = 3 * maxSockets;
let engine: CountingNeighbour | undefined;
afterEach(() => engine?.close());

/** Answers late, so that a client that asks many things at once has many connections open at once. */
const late =
  (body: unknown): RequestListener =>
  (_request, response) =>
    void setTimeout(() => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)), 100);

async function connected(connect: (input: ConnectInput) => CoeSession, scheme: 'https' | 'tcp', body: unknown) {
  engine = await countingServer(late(body), scheme === 'https' ? tls : undefined);
  const ca = scheme === 'https' ? { ca: tls.cert, clientCertificate: tls.cert } : { ca: '', clientCertificate: '' };
  const endpoint = { url: `${scheme}://localhost:${engine.port}`, ...ca, clientKey: new Secret(tls.key) };
  return { engine, session: connect({ endpoint, nodes: [], guard: ANY_ADDRESS }) };
}

const nodes = async ({ nodes: list }: CoeSession) => list?.(new AbortController().signal);

describe('connections to an engine', () => {
  test.each(['tcp', 'https'] as const)(
    'of Docker over %s are few, fewer are kept, and none stays',
    async (scheme) => {
      const { engine: docker, session } = await connected(connectSwarm, scheme, []);
      await Promise.all(Array.from({ length: AT_ONCE }, () => nodes(session)));
      expect(docker.most()).toBe(maxSockets);
      await openAtMost(docker, maxFreeSockets);
      await openAtMost(docker, 0);
    },
    30_000,
  );

  test('of Kubernetes are few, fewer are kept, and none stays', async () => {
    const { engine: kubernetes, session } = await connected(connectKubernetes, 'https', { items: [], metadata: {} });
    const list = async () => session.pods?.list(new AbortController().signal);
    const lists = await Promise.all(Array.from({ length: AT_ONCE }, list));
    expect(lists).toEqual(lists.map(() => []));
    expect(kubernetes.most()).toBe(maxSockets);
    await openAtMost(kubernetes, maxFreeSockets);
    await openAtMost(kubernetes, 0);
  }, 30_000);
});
