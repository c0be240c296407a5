import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Secret } from '../domain/secret.js';
import type { CoeSession, ConnectInput } from '../ports/bay-driver.js';
import { ANY_ADDRESS } from '../testing/any-address.js';
import { countingServer, openAtMost, type CountingNeighbour } from '../testing/counting-neighbour.js';
import { selfSigned } from '../testing/self-signed.js';
import { collect, MOST_ANSWERED, MOST_WRITTEN } from '../http/bounded-http.js';
import { connectKubernetes } from './kubernetes/session/session.js';
import { connectMesos } from './mesos/session/session.js';
import { connectSwarm } from './swarm/session/session.js';

/** Engines that answer whatever they like: the bay's owner is root on its nodes. */
const tls = selfSigned();
const signal = new AbortController().signal;
/** What may be on its way between the two processes when the connection is destroyed. */
const UNDER_WAY = 24 * 1024 ** 2;
let server: CountingNeighbour | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await server?.close();
});

const allClosed = async (): Promise<void> => server && openAtMost(server, 0);

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
interface Seen {
  readonly listener: Listener;
  /** Bytes that the engine could send. */
  sent(): number;
  asked: Promise<void>;
}

/** Answers without end, `bytes` at a time, as fast as it is read. */
function endless(bytes: number, status = 200): Seen {
  let sent = 0;
  const part = Buffer.alloc(bytes, ' ');
  const listener: Listener = (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.on('error', () => undefined);
    const pour = (): void => {
      while (!response.destroyed && sent < 40 * MOST_WRITTEN) {
        sent += part.length;
        if (!response.write(part)) return void response.once('drain', pour);
      }
    };
    pour();
  };
  return { listener, sent: () => sent, asked: Promise.resolve() };
}

/** Accepts, and says nothing or a byte at a time. */
function slow(milliseconds: number | undefined): Seen {
  const { promise: asked, resolve } = deferred();
  const listener: Listener = (_request, response) => {
    if (milliseconds !== undefined) {
      response.writeHead(200, { 'content-type': 'application/json' }).write('[');
      const timer = setInterval(() => response.write(' '), milliseconds);
      response.once('close', () => clearInterval(timer));
    }
    setImmediate(resolve);
  };
  return { listener, sent: () => 0, asked };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const CONTAINERS = [{ Id: 'c1', State: 'running', Status: 'Up', Labels: { 'org.magnum.container': 'web' } }];

/** An engine whose list of containers is in order where something else is asked for. */
async function sessionWith({ listener }: Seen, what: 'swarm' | 'swarm with TLS' | 'kubernetes' | 'mesos'): Promise<CoeSession> {
  const secure = what !== 'swarm';
  const answer: Listener = (request, response) => {
    if (fine.some((path) => request.url?.includes(path))) response.end(JSON.stringify(CONTAINERS));
    else listener(request, response);
  };
  server = await countingServer(answer, secure ? tls : undefined);
  const { port } = server;
  const url = `${what === 'kubernetes' ? 'https' : 'tcp'}://localhost:${port}`;
  const ca = secure ? { ca: tls.cert, clientCertificate: tls.cert } : { ca: '', clientCertificate: '' };
  const connect = {
    swarm: connectSwarm,
    'swarm with TLS': connectSwarm,
    kubernetes: connectKubernetes,
    mesos: (input: ConnectInput) => connectMesos(input, { mesos: port, marathon: port }),
  }[what];
  const nodes = [{ name: 'node-1', role: 'worker', address: 'localhost' }] as const;
  return connect({ endpoint: { url, ...ca, clientKey: new Secret(tls.key) }, nodes, guard: ANY_ADDRESS });
}
let fine: readonly string[] = [];
afterEach(() => {
  fine = [];
});

const questions = {
  nodes: async (session: CoeSession) => session.nodes?.(signal),
  versions: async (session: CoeSession) => session.versions?.(signal),
  containers: async (session: CoeSession) => session.containers?.inspectAll(['web'], signal),
  pods: async (session: CoeSession) => session.pods?.list(signal),
  pod: async (session: CoeSession) => session.pods?.get('web', signal),
  create: async (session: CoeSession) => session.pods?.create({ kind: 'Pod', metadata: { name: 'web' } }, signal),
  logs: async (session: CoeSession) => {
    fine = ['/containers/json'];
    return session.containers?.logs('web', signal);
  },
  execute: async (session: CoeSession) => {
    fine = ['/containers/json'];
    return session.containers?.execute('web', 'true', signal);
  },
  drain: async (session: CoeSession) => session.drainNodes?.([{ name: 'node-1', role: 'master' }], signal),
  release: async (session: CoeSession) => session.releaseNodes?.(['node-1'], signal),
  label: async (session: CoeSession) =>
    session.labelNodes?.([{ name: 'node-1', role: 'worker', group: 'g', labels: { a: 'b' }, taints: [] }], signal),
  load: async (session: CoeSession) => session.loadImage?.(imageOf(1), signal),
};

async function* imageOf(mebibytes: number): AsyncGenerator<Uint8Array> {
  for (let part = 0; part < mebibytes; part += 1) yield Buffer.alloc(1024 ** 2, part);
}

const ASKED = [
  ['swarm', 'nodes', MOST_ANSWERED],
  ['swarm with TLS', 'nodes', MOST_ANSWERED],
  ['swarm', 'containers', MOST_ANSWERED],
  ['swarm', 'logs', MOST_WRITTEN],
  ['swarm with TLS', 'logs', MOST_WRITTEN],
  ['swarm', 'execute', MOST_WRITTEN],
  ['kubernetes', 'nodes', MOST_ANSWERED],
  ['kubernetes', 'versions', MOST_ANSWERED],
  ['kubernetes', 'drain', MOST_ANSWERED],
  ['kubernetes', 'release', MOST_ANSWERED],
  ['kubernetes', 'label', MOST_ANSWERED],
  ['kubernetes', 'pods', MOST_ANSWERED],
  ['kubernetes', 'pod', MOST_ANSWERED],
  ['kubernetes', 'create', MOST_ANSWERED],
  ['mesos', 'nodes', MOST_ANSWERED],
  ['mesos', 'versions', MOST_ANSWERED],
  ['mesos', 'drain', MOST_ANSWERED],
  ['mesos', 'release', MOST_ANSWERED],
] as const;

describe.each(ASKED)('%s, asked for %s,', (what, question, most) => {
  const tooLarge = {
    kind: 'engine-failed',
    message: expect.stringContaining(`the engine's answer was larger than ${most / 1024 ** 2} MiB`),
  };

  test.each([200, 201, 404, 500])('that answers %i without end is left at the bound', async (status) => {
    const engine = endless(64 * 1024, status);
    const session = await sessionWith(engine, what);
    await expect(questions[question](session)).rejects.toMatchObject(tooLarge);
    await allClosed();
    expect(engine.sent()).toBeGreaterThan(most);
    expect(engine.sent()).toBeLessThan(most + UNDER_WAY);
  });
});

describe.each([
  ['swarm', 'nodes', 10],
  ['swarm with TLS', 'nodes', 10],
  ['swarm', 'logs', 10],
  ['kubernetes', 'pods', 20],
] as const)('%s, asked for %s,', (what, question, seconds) => {
  test.each([
    ['says nothing', undefined],
    ['sends a byte at a time', 50],
  ] as const)('that %s loses its connection when the time is over', async (_name, milliseconds) => {
    const engine = slow(milliseconds);
    const session = await sessionWith(engine, what);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const refused = expect(questions[question](session)).rejects.toMatchObject({
      kind: 'engine-unavailable',
      message: expect.stringContaining(`did not answer within ${seconds} s`),
    });
    await engine.asked;
    expect(server?.open()).toBeGreaterThan(0);
    await vi.advanceTimersByTimeAsync(seconds * 1_000);
    await refused;
    vi.useRealTimers();
    await allClosed();
  });
});

test.each(['swarm', 'kubernetes'] as const)(
  'the health of a %s that answers without end says why it is not known',
  async (what) => {
    const session = await sessionWith(endless(64 * 1024), what);
    expect(await session.health(signal)).toMatchObject({
      health: 'UNHEALTHY',
      reason: { api: expect.stringContaining("the engine's answer was larger than 8 MiB") },
    });
    await allClosed();
  },
);

test('an answer in parts of a byte takes no more memory than its bytes', async () => {
  const slab = Buffer.from('0123456789');
  const before = process.memoryUsage().heapUsed;
  let during = 0;
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (let part = 0; part < 2_000_000; part += 1) yield slab.subarray(part % 10, (part % 10) + 1);
    during = process.memoryUsage().heapUsed;
  }
  const bytes = await collect(parts());
  expect(bytes.length).toBe(2_000_000);
  expect(bytes.subarray(-12).toString()).toBe('890123456789');
  expect(during - before).toBeLessThan(100 * 1024 ** 2);
}, 60_000);

test('a node that lets a handshake trickle is not reached, and loses its connection', async () => {
  const { promise: asked, resolve } = deferred();
  let open = 0;
  const node = createServer((socket) => {
    open += 1;
    socket.on('error', () => undefined);
    // The head of a record of 16 kB, whose bytes then come one by one.
    socket.write(Buffer.from([0x16, 0x03, 0x03, 0x40, 0x00, 0x02]));
    const timer = setInterval(() => socket.write(Buffer.alloc(1)), 50);
    socket.once('close', () => {
      clearInterval(timer);
      open -= 1;
    });
    socket.once('data', () => resolve());
  });
  node.listen(0, '127.0.0.1');
  await once(node, 'listening');
  const { port } = node.address() as AddressInfo; // it listens on a port
  const certificates = { ca: tls.cert, clientCertificate: tls.cert, clientKey: new Secret(tls.key) };
  const endpoint = { url: `tcp://127.0.0.1:${port}`, ...certificates };
  const session = connectSwarm({
    endpoint,
    nodes: [{ name: 'node-1', role: 'worker', address: '127.0.0.1' }],
    guard: ANY_ADDRESS,
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const admissions = session.admissions?.([{ port, roles: ['worker'] }], signal);
  await asked;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await admissions).toEqual([{ node: 'node-1', port, result: 'unreachable' }]);
  vi.useRealTimers();
  await openAtMost({ open: () => open }, 0);
  await new Promise((resolved) => node.close(resolved));
});

test('a caller who gives up takes the connection with him', async () => {
  const engine = slow(undefined);
  const session = await sessionWith(engine, 'swarm');
  const caller = new AbortController();
  const given = expect(session.nodes?.(caller.signal)).rejects.toThrow('enough');
  await engine.asked;
  caller.abort(new Error('enough'));
  await given;
  await allClosed();
});

test.each(['{}', '"text"', '[1]', 'null', '', `[${'{},'.repeat(30_000)}{}]`])(
  'a list that is none is refused: %.20s',
  async (body) => {
    const session = await sessionWith(
      { listener: (_request, response) => response.end(body), sent: () => 0, asked: Promise.resolve() },
      'swarm',
    );
    await expect(questions.nodes(session)).rejects.toMatchObject({ kind: 'engine-unavailable' });
  },
);

test.each(['{}', '"text"', '{"items":{}}', 'null', ''])('a list of Kubernetes that is none is refused: %s', async (body) => {
  const session = await sessionWith(
    {
      listener: (_request, response) => response.setHeader('content-type', 'application/json').end(body),
      sent: () => 0,
      asked: Promise.resolve(),
    },
    'kubernetes',
  );
  await expect(questions.pods(session)).rejects.toMatchObject({ name: 'DomainError' });
  expect(await session.health(signal)).toMatchObject({ health: 'UNHEALTHY' });
});

test('pages of Kubernetes without end are left at the bound', async () => {
  let pages = 0;
  const page = JSON.stringify({ items: Array.from({ length: 100_000 }, () => ({})), metadata: { continue: 'more' } });
  const listener: Listener = (_request, response) => {
    pages += 1;
    response.setHeader('content-type', 'application/json').end(pages > 300 ? '{"items":[],"metadata":{}}' : page);
  };
  const session = await sessionWith({ listener, sent: () => 0, asked: Promise.resolve() }, 'kubernetes');
  expect(await session.pods?.list(signal)).toHaveLength(10_000);
  expect(pages).toBe(1);
});

test('an image larger than any answer is still loaded, and the error that the engine reports about it is passed on', async () => {
  let received = 0;
  let last = '{"stream":"Loaded image: x"}\r\n';
  const listener: Listener = (request, response) => {
    request.on('data', (part: Buffer) => (received += part.length));
    request.on('end', () => response.end(last));
  };
  const session = await sessionWith({ listener, sent: () => 0, asked: Promise.resolve() }, 'swarm with TLS');
  expect(await session.loadImage?.(imageOf(48), signal)).toEqual(['node-1']);
  expect(received).toBe(48 * 1024 ** 2);
  last = '{"stream":"one"}\r\n{"error":"no space left"}\r\n';
  await expect(session.loadImage?.(imageOf(1), signal)).rejects.toMatchObject({
    message: expect.stringContaining('no space left'),
  });
});
