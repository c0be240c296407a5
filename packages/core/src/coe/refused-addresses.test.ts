import { Agent } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { engineGuard } from '../adapters/system/engine-networks.js';
import { Secret } from '../domain/secret.js';
import type { AddressGuard } from '../http/address-guard.js';
import { Allowance, exchange, MOST_ANSWERED } from '../http/bounded-http.js';
import type { CoeSession, ConnectInput } from '../ports/bay-driver.js';
import { countingServer, type CountingNeighbour } from '../testing/counting-neighbour.js';
import { selfSigned } from '../testing/self-signed.js';
import { connectKubernetes } from './kubernetes/session/session.js';
import { connectMesos } from './mesos/session/session.js';
import { connectSwarm } from './swarm/session/session.js';

const tls = selfSigned();
const signal = new AbortController().signal;
const guard = engineGuard({ allowed: async () => [], ownHosts: async () => [], source: '[conductor] engine_networks' });
/** A service of the operator's on this host, with content that only the operator should read. */
let inside: CountingNeighbour | undefined;
afterEach(() => inside?.close());

const QUESTIONS = {
  health: (session: CoeSession) => session.health(signal),
  nodes: async (session: CoeSession) => session.nodes?.(signal),
  versions: async (session: CoeSession) => session.versions?.(signal),
  containers: async (session: CoeSession) => session.containers?.inspectAll(['web'], signal),
  logs: async (session: CoeSession) => session.containers?.logs('web', signal),
  admissions: async (session: CoeSession) => session.admissions?.([{ port: inside?.port ?? 0, roles: ['worker'] }], signal),
  pods: async (session: CoeSession) => session.pods?.list(signal),
} as const;

const FORMS = ['127.0.0.1', 'localhost', '127.1', '0x7f000001', '0.0.0.0', '[::ffff:127.0.0.1]', '[::1]'];

describe.each(['swarm', 'swarm with TLS', 'kubernetes', 'mesos'] as const)('a %s at an address of this host', (what) => {
  test.each(FORMS)('%s is never connected to, whatever is asked', async (host) => {
    inside = await countingServer((_request, response) => response.end('SECRET'), what === 'swarm' ? undefined : tls);
    const secure = what === 'swarm' ? { ca: '', clientCertificate: '' } : { ca: tls.cert, clientCertificate: tls.cert };
    const url = `${what === 'kubernetes' ? 'https' : 'tcp'}://${host}:${inside.port}`;
    const address = host.replace(/^\[|\]$/g, '');
    const { port } = inside;
    const connectTo = {
      swarm: connectSwarm,
      'swarm with TLS': connectSwarm,
      kubernetes: connectKubernetes,
      mesos: (input: ConnectInput) => connectMesos(input, { mesos: port, marathon: port }),
    }[what];
    const session = connectTo({
      endpoint: { url, ...secure, clientKey: new Secret(tls.key) },
      nodes: [{ name: 'node-1', role: 'worker', address }],
      guard,
    });
    for (const [name, ask] of Object.entries(QUESTIONS)) {
      const said = JSON.stringify(await ask(session).catch((error: Error) => error.message)) ?? '';
      expect(said, name).not.toContain('SECRET');
    }
    expect((await session.health(signal)).reason['api']).toMatch(/^The address \S+ is refused: it (is a loopback|stands for)/);
    expect(inside.most()).toBe(0);
  });
});

describe('a name that stands for another address once it was judged', () => {
  const question = (agent: Agent, judge: AddressGuard) =>
    exchange(
      { secure: false, options: { host: '198.51.100.1', port: inside?.port, path: '/', agent }, body: undefined, guard: judge },
      { signal, allowance: new Allowance(MOST_ANSWERED) },
    );
  const toThisHost = new Agent({ keepAlive: true });
  toThisHost.createConnection = () => connect(inside?.port ?? 0, '127.0.0.1');

  test('is left as soon as the connection shows its real address', async () => {
    inside = await countingServer((_request, response) => void setTimeout(() => response.end('SECRET'), 100));
    await expect(question(toThisHost, guard)).rejects.toThrow('The address 127.0.0.1 is refused');
  });

  test('is left, too, where a connection from before is used again', async () => {
    inside = await countingServer((_request, response) => void setTimeout(() => response.end('SECRET'), 100));
    const anyone: AddressGuard = { requireAllowed: async () => undefined };
    const { body } = await question(toThisHost, anyone);
    for await (const _part of body);
    await expect(question(toThisHost, guard)).rejects.toThrow('The address 127.0.0.1 is refused');
    expect(inside.most()).toBe(1);
  });
});
