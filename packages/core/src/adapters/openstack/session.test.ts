import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Secret } from '../../domain/secret.js';
import type { Clock } from '../../ports/clock.js';
import { silentLogger } from '../system/logger.js';
import { systemRandom } from '../system/random.js';
import { passwordLogin, type TokenSource } from './auth.js';
import { endpointIn, originOf } from './catalog.js';
import { failureOf } from './failures.js';
import { dataOf, openSession, type Session } from './session.js';
import { OversizedAnswerError, wireTo, type Wire, type WireReply, type WireRequest } from './wire.js';

const SIGNAL = new AbortController().signal;
const STACKS = { stacks: [] };

type Scripted = Partial<Omit<WireReply, 'headers'>> & { readonly headers?: Readonly<Record<string, string>> };

/** A neighbour that answers in turn, the last answer again and again; what it was asked, and how long the session waited. */
function aNeighbour(...script: readonly (Scripted | Error)[]) {
  const asked: WireRequest[] = [];
  const wire: Wire = async (request) => {
    const answer = script[Math.min(asked.length, script.length - 1)] ?? {};
    asked.push(request);
    if (answer instanceof Error) throw answer;
    const { status = 200, text = JSON.stringify(STACKS), headers = {} } = answer;
    return { status, text, headers: new Map(Object.entries(headers)) };
  };
  return { ...aSession(wire, 'http://heat.example'), asked };
}

/** A session whose catalog has Heat at that origin. */
function aSession(wire: Wire, origin: string) {
  const pauses: number[] = [];
  const renewals: boolean[] = [];
  const clock: Clock = { now: () => new Date(0), sleep: async (milliseconds) => void pauses.push(milliseconds) };
  const url = `${origin}/v1/%(tenant_id)s`;
  const service: TokenSource = {
    token: async (renew) => {
      renewals.push(renew);
      const catalog = [{ type: 'orchestration', endpoints: [{ interface: 'public', region: 'one', url }] }];
      return {
        secret: new Secret(renew ? 'fresh' : 'stale'),
        document: { expires_at: '', methods: [], user: { id: '', name: '', domain: { id: '', name: '' } }, catalog },
      };
    },
  };
  const session = openSession({
    wire,
    clock,
    service,
    random: systemRandom,
    logger: silentLogger,
    keystone: 'http://keystone.example',
    choice: () => ({ region: 'one', interface: 'public' }),
  });
  return { session, pauses, renewals };
}

const list = (session: Session) =>
  dataOf(
    session.orchestration.GET('/v1/{project_id}/stacks', {
      params: { path: { project_id: 'blue' }, query: { name: ['a', 'b'] } },
      signal: SIGNAL,
    }),
  );
const create = (session: Session) =>
  session.orchestration.POST('/v1/{project_id}/stacks', {
    params: { path: { project_id: 'blue' } },
    body: { template: {}, files: {}, parameters: {}, disable_rollback: true },
    signal: SIGNAL,
  });
const refused = (code: string): Error => Object.assign(new Error(code), { code });

describe('a session', () => {
  test('finds the service in the catalog, sends its token and a request id, and gives the answer', async () => {
    const { session, asked } = aNeighbour({});
    expect(await list(session)).toEqual(STACKS);
    expect(asked[0]).toMatchObject({ method: 'GET', url: 'http://heat.example/v1/blue/stacks?name=a&name=b' });
    expect(asked[0]?.headers).toMatchObject({
      'x-auth-token': 'stale',
      'x-openstack-request-id': expect.stringMatching(/^req-[0-9a-f-]{36}$/),
    });
  });

  test('an answer that is too large is not asked for again, and the error says whose it is', async () => {
    const { session, asked } = aNeighbour(new OversizedAnswerError(32 * 1024 ** 2), {});
    await expect(list(session)).rejects.toMatchObject({
      kind: 'cloud-unavailable',
      message: expect.stringMatching(/^Heat: the answer is larger than 32 MiB, more than GET \/v1\/blue\/stacks can have/),
    });
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['a page, as of a proxy that asks for a login', '<!DOCTYPE html><title>Sign in</title>'],
    ['half an answer', '{"stacks": ['],
    ['a value that is no object', '"ok"'],
  ])('%s with status 200 is no answer: reading is repeated, and the error says whose it is', async (_what, text) => {
    const { session, asked } = aNeighbour({ text }, { text }, {});
    expect(await list(session)).toEqual(STACKS);
    expect(asked).toHaveLength(3);
    const broken = aNeighbour({ text });
    await expect(list(broken.session)).rejects.toMatchObject({
      kind: 'cloud-unavailable',
      message: expect.stringMatching(/^Heat: the answer to GET \/v1\/blue\/stacks is no JSON object\./),
    });
    const made = aNeighbour({ status: 201, text }, {});
    await expect(create(made.session)).rejects.toMatchObject({ kind: 'cloud-unavailable' });
    expect(made.asked).toHaveLength(1);
  });

  test.each([
    ['no body', ''],
    ['a body that only ends like JSON', '{"stacks": [}'],
  ])('%s where one is due is an error, too', async (_what, text) => {
    await expect(list(aNeighbour({ text }).session)).rejects.toMatchObject({ kind: 'cloud-unavailable' });
  });

  test('a token that is refused is replaced once', async () => {
    const { session, asked, renewals } = aNeighbour({ status: 401 }, {});
    await list(session);
    expect(asked.map((request) => request.headers['x-auth-token'])).toEqual(['stale', 'fresh']);
    expect(renewals).toContain(true);
    const hopeless = aNeighbour({ status: 401 });
    await expect(list(hopeless.session)).rejects.toMatchObject({ kind: 'cloud-unavailable' });
    expect(hopeless.asked).toHaveLength(2);
  });

  test('reading is repeated while the neighbour is busy, as late as it says', async () => {
    const { session, asked, pauses } = aNeighbour({ status: 503, headers: { 'retry-after': '2' } }, { status: 502 }, {});
    expect(await list(session)).toEqual(STACKS);
    expect([asked.length, pauses]).toEqual([3, [2_000, 800]]);
  });

  test('a neighbour that stays away is unavailable, in words that name it', async () => {
    const { session, asked } = aNeighbour(refused('ECONNRESET'));
    await expect(list(session)).rejects.toMatchObject({ status: 503, message: 'Heat does not answer (ECONNRESET).' });
    expect(asked).toHaveLength(3);
  });

  test('making is not repeated when it may have been heard, and is when it cannot have been', async () => {
    for (const broken of [refused('ECONNRESET'), { status: 503 }]) {
      const { session, asked } = aNeighbour(broken, {});
      await expect(create(session)).rejects.toMatchObject({ kind: 'cloud-unavailable' });
      expect(asked).toHaveLength(1);
    }
    const away = aNeighbour(refused('ECONNREFUSED'), { status: 201, text: '{"stack":{"id":"x"}}' });
    expect((await create(away.session)).data).toEqual({ stack: { id: 'x' } });
  });

  test('a service that the catalog lacks is named', async () => {
    const { session } = aNeighbour({});
    expect(await session.has('image', SIGNAL)).toBe(false);
    const call = session.image.GET('/v2/images', { params: { query: { name: 'x' } }, signal: SIGNAL });
    await expect(call).rejects.toMatchObject({ message: expect.stringContaining('Glance is not in the catalog') });
  });
});

describe('a neighbour that takes requests and never answers', () => {
  let server: Server | undefined;
  afterEach(async () => {
    vi.useRealTimers();
    server?.closeAllConnections();
    await new Promise((done) => server?.close(done));
  });

  async function aSilentNeighbour(): Promise<{ readonly server: Server; readonly origin: string; readonly session: Session }> {
    server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // it listens on a port
    const origin = `http://127.0.0.1:${port}`;
    return { server, origin, session: aSession(wireTo({}), origin).session };
  }

  test.each([
    ['reading, once more for each time that it is repeated', list, 3],
    ['making, which is not repeated', create, 1],
  ] as const)('is left after 30 s by %s', async (_what, call, attempts) => {
    const neighbour = await aSilentNeighbour();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let heard = once(neighbour.server, 'request');
    let isOver = false;
    const refused = expect(call(neighbour.session).finally(() => (isOver = true))).rejects.toMatchObject({
      kind: 'cloud-unavailable',
      message: 'Heat does not answer (TimeoutError).',
    });
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const [request] = await heard;
      heard = once(neighbour.server, 'request');
      const closed = once(request.socket, 'close');
      await vi.advanceTimersByTimeAsync(29_999);
      expect(isOver).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await closed;
    }
    await refused;
  });

  test('is left after 20 s by a login, for all who wait for it, and the next one asks anew', async () => {
    const neighbour = await aSilentNeighbour();
    const login = passwordLogin(
      { wire: wireTo({}), clock: { now: () => new Date(0), sleep: () => Promise.resolve() } },
      {
        keystone: neighbour.origin,
        user: { id: 'magnum' },
        password: () => Promise.resolve(new Secret('secret')),
        scope: undefined,
        as: 'the service user',
        refusedAs: 'cloud-unavailable',
      },
    );
    let requests = 0;
    neighbour.server.on('request', () => (requests += 1));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const round of [1, 2]) {
      const heard = once(neighbour.server, 'request');
      const outcomes = Promise.allSettled([1, 2, 3].map(() => login.token(false, SIGNAL)));
      await heard;
      await vi.advanceTimersByTimeAsync(20_000);
      for (const outcome of await outcomes)
        expect(outcome).toMatchObject({
          status: 'rejected',
          reason: { kind: 'cloud-unavailable', message: 'Keystone does not answer (TimeoutError).' },
        });
      expect(requests).toBe(round);
    }
  });
});

describe('the catalog', () => {
  const catalog = [
    {
      type: 'volumev3',
      endpoints: [
        { interface: 'public', region: 'one', url: 'http://one/' },
        { interface: 'public', region: 'two', url: 'http://two' },
        { interface: 'internal', region: 'two', url: 'http://inside' },
      ],
    },
  ];
  test.each([
    [{ region: 'one', interface: 'public' }, 'http://one'],
    [{ region: undefined, interface: 'public' }, 'http://one'],
    [{ region: 'two', interface: 'internal' }, 'http://inside'],
    [{ region: 'three', interface: 'public' }, undefined],
  ] as const)('with %o is %s', (choice, expected) => expect(endpointIn(catalog, 'volume', choice)).toBe(expected));

  test.each([
    ['http://host:8004/v1/%(tenant_id)s', 'http://host:8004'],
    ['http://host/orchestration/v1/0123456789abcdef', 'http://host/orchestration'],
    ['http://host:9292', 'http://host:9292'],
    ['http://host/compute/v2.1/', 'http://host/compute'],
    ['http://host/identity/v3', 'http://host/identity'],
  ])('%s stands for %s', (url, origin) => expect(originOf(url)).toBe(origin));
});

describe('refusals', () => {
  const refusal = (status: number, text: string, headers: Readonly<Record<string, string>> = {}) =>
    failureOf({ neighbour: 'Nova', call: 'POST /servers' }, { status, text, headers: new Map(Object.entries(headers)) });

  test.each([
    [400, '{"badRequest":{"code":400,"message":"Bad flavor"}}', 'cloud-refused', 'Nova: Bad flavor'],
    [404, '{"NeutronError":{"type":"X","message":"No net","detail":""}}', 'not-found', 'Nova: No net'],
    [409, '{"error":{"message":"Taken"},"code":409,"title":"Conflict"}', 'conflict', 'Nova: Taken'],
    [403, '{"forbidden":{"message":"Quota exceeded for cores"}}', 'cloud-quota-exceeded', 'Nova: Quota exceeded for cores'],
    [403, '{"error":{"message":"Not allowed"}}', 'cloud-refused', 'Nova: Not allowed'],
    [500, '<html><b>Broken</b></html>', 'cloud-unavailable', 'Nova: Broken'],
    [504, '', 'cloud-unavailable', 'Nova: status 504'],
    [400, '{"error":{"message":"Wrong\\nTraceback (most recent call last):\\n  File x"}}', 'cloud-refused', 'Nova: Wrong'],
  ])('%i %s is %s: %s', (status, text, kind, message) => expect(refusal(status, text)).toMatchObject({ kind, message }));

  test('carry the request id and how long to wait', () => {
    expect(refusal(429, '{}', { 'x-openstack-request-id': 'req-1', 'retry-after': '7' })).toMatchObject({
      requestId: 'req-1',
      retryAfterSeconds: 7,
      message: 'Nova: status 429 (req-1)',
    });
  });

  // An answer of a proxy that has gone wrong; work that grows with its square takes minutes.
  test.each([
    ['64 KiB', 64 * 1024],
    ['1 MiB', 1024 ** 2],
  ])('of %s without words are read in no time', (_size, length) => {
    for (const text of ['<', '<a', '< ', ' ', '<>', '[', '{"a":', '"<'].map((part) => part.repeat(length / part.length))) {
      const begun = performance.now();
      expect(refusal(502, text).kind).toBe('cloud-unavailable');
      expect(performance.now() - begun, `${text.slice(0, 5)}…`).toBeLessThan(1_000);
    }
  });
});
