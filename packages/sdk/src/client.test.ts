import { readdirSync, readFileSync } from 'node:fs';
import { MAX_VERSION } from '@magnum-ts/openapi';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  ApiError, AuthError, ConflictError, ConnectionError, createMagnum, fromEnv, MagnumError, NEWEST, NotFoundError, passwordAuth, patchOf, TimeoutError,
  WaiterError, type Bay, type BayEvent, type Magnum, type MagnumOptions, type Runtime,
} from './index.js';

type Handler = (request: Request, url: URL) => Response | Promise<Response>;

interface World {
  readonly magnum: Magnum;
  readonly requests: Request[];
  readonly slept: number[];
}

/** A client of a server that is a function. Waiting takes no time here. */
function aWorld(handler: Handler, options: Partial<MagnumOptions> = {}): World {
  const requests: Request[] = [];
  const slept: number[] = [];
  let now = 0;
  let ids = 0;
  const runtime: Runtime = {
    now: () => now,
    random: () => 1,
    uuid: () => `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, '0')}`,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
  const fetch = async (request: Request): Promise<Response> => {
    request.signal.throwIfAborted();
    requests.push(request.clone());
    return handler(request, new URL(request.url));
  };
  const base = { endpoint: 'http://magnum.test/v1', token: 'secret-token', microversion: '1.14', fetch, runtime };
  return { magnum: createMagnum({ ...base, ...options } as MagnumOptions), requests, slept }; // a base with a token, overridden in part
}

function failing(status: number, headers: Record<string, string> = {}): Response {
  const error = { request_id: '', code: 'client', status, title: 'Bay x could not be found', detail: 'Bay x could not be found. Look again.', links: [] };
  return Response.json({ errors: [error] }, { status, headers });
}

function aBay(changes: Partial<Bay> = {}): Partial<Bay> {
  return { uuid: 'b1', name: 'my-bay', status: 'CREATE_COMPLETE', status_reason: null, ...changes };
}

describe('a request', () => {
  test('carries token, microversion and a request id, and goes below the endpoint', async () => {
    const world = aWorld(() => Response.json(aBay()));
    await world.magnum.bays.get('my bay');
    const [request] = world.requests;
    expect(request?.url).toBe('http://magnum.test/v1/bays/my%20bay');
    expect(request?.headers.get('x-auth-token')).toBe('secret-token');
    expect(request?.headers.get('openstack-api-version')).toBe('container-infra 1.14');
    expect(request?.headers.get('x-openstack-request-id')).toMatch(/^req-[0-9a-f-]{36}$/);
  });

  test('sends bodies as JSON and answers what the server says', async () => {
    const world = aWorld(() => Response.json({ uuid: 'b1' }, { status: 202 }));
    expect(await world.magnum.bays.create({ name: 'b', baymodel_id: 'm' })).toEqual({ uuid: 'b1' });
    expect(await world.requests[0]?.json()).toEqual({ name: 'b', baymodel_id: 'm' });
    expect(world.requests[0]?.headers.get('content-type')).toBe('application/json');
  });

  test('speaks the newest version that both sides know, asking once', async () => {
    const newer = aWorld((_request, url) => Response.json(url.pathname === '/v1' ? {} : aBay(), { headers: { 'openstack-api-maximum-version': 'container-infra 1.99' } }), { microversion: 'auto' });
    await Promise.all([newer.magnum.bays.get('a'), newer.magnum.bays.get('b')]);
    expect(newer.requests.filter(({ url }) => url.endsWith('/v1'))).toHaveLength(1);
    expect(newer.requests.at(-1)?.headers.get('openstack-api-version')).toBe(`container-infra ${NEWEST}`);
    const older = aWorld(() => Response.json(aBay(), { headers: { 'openstack-api-maximum-version': 'container-infra 1.3' } }), { microversion: 'auto' });
    await older.magnum.bays.get('a');
    expect(older.requests.at(-1)?.headers.get('openstack-api-version')).toBe('container-infra 1.3');
  });

  test('cannot be made at a version that is none', () => {
    expect(() => aWorld(() => failing(500), { microversion: '2.0' })).toThrow(MagnumError);
  });

  test('ends at once when its signal is aborted', async () => {
    const world = aWorld((request) => new Promise((_resolve, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason))));
    const controller = new AbortController();
    const call = world.magnum.bays.get('a', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });

  test('ends with TimeoutError after its own time', async () => {
    const world = aWorld((request) => new Promise((_resolve, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason))));
    await expect(world.magnum.bays.get('a', { timeoutMs: 20 })).rejects.toBeInstanceOf(TimeoutError);
  });
});

describe('an error answer', () => {
  test('becomes the class of its status, with the request id', async () => {
    const world = aWorld(() => failing(404, { 'x-openstack-request-id': 'req-9' }));
    const error = await world.magnum.bays.get('x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ status: 404, code: 'client', title: 'Bay x could not be found', detail: 'Bay x could not be found. Look again.', requestId: 'req-9' });
  });

  test.each([
    [{ error: { code: 409, title: 'Conflict', message: 'Two of them' } }, 'Two of them'],
    [{ error_message: JSON.stringify({ faultcode: 'Client', faultstring: 'Old words' }) }, 'Old words'],
    [{ error_message: 'plain words' }, 'plain words'],
  ])('is understood in every form that Magnum has had (%j)', async (body, message) => {
    const world = aWorld(() => Response.json(body, { status: 409 }));
    const error = await world.magnum.bays.get('x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ message });
  });

  test('that is no JSON still has its status', async () => {
    const world = aWorld(() => new Response('<html>', { status: 418, statusText: 'Teapot' }));
    await expect(world.magnum.bays.get('x')).rejects.toMatchObject({ status: 418, message: 'Teapot' });
  });
});

describe('retries', () => {
  const flaky = (failures: number, answer: () => Response): Handler => {
    let count = 0;
    return () => ((count += 1) <= failures ? failing(503) : answer());
  };

  test('repeat a GET twice, with growing pauses and the same request id', async () => {
    const world = aWorld(flaky(2, () => Response.json(aBay())));
    await world.magnum.bays.get('x');
    expect(world.slept).toEqual([500, 1000]);
    expect(new Set(world.requests.map(({ headers }) => headers.get('x-openstack-request-id'))).size).toBe(1);
  });

  test('give up after three attempts', async () => {
    const world = aWorld(() => failing(503));
    await expect(world.magnum.bays.get('x')).rejects.toBeInstanceOf(ApiError);
    expect(world.requests).toHaveLength(3);
  });

  test('never repeat what may have been done: POST and PUT', async () => {
    const world = aWorld(() => failing(503));
    await expect(world.magnum.bays.create({ baymodel_id: 'm' })).rejects.toBeInstanceOf(ApiError);
    await expect(world.magnum.containers.start('c')).rejects.toBeInstanceOf(ApiError);
    expect(world.requests).toHaveLength(2);
  });

  test('repeat a POST whose connection was never made', async () => {
    let count = 0;
    const world = aWorld(() => {
      if ((count += 1) === 1) throw Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
      return Response.json({ uuid: 'b1' }, { status: 202 });
    });
    expect(await world.magnum.bays.create({ baymodel_id: 'm' })).toEqual({ uuid: 'b1' });
  });

  test('take 404 at the second DELETE for success, and at the first for what it is', async () => {
    let count = 0;
    const repeated = aWorld(() => failing((count += 1) === 1 ? 502 : 404));
    await expect(repeated.magnum.bays.delete('x')).resolves.toBeUndefined();
    await expect(aWorld(() => failing(404)).magnum.bays.delete('x')).rejects.toBeInstanceOf(NotFoundError);
  });

  test('wait as long as the server asks, within reason', async () => {
    const asked = (value: string): World => {
      let count = 0;
      return aWorld(() => ((count += 1) === 1 ? failing(503, { 'retry-after': value }) : Response.json(aBay())));
    };
    const [short, long] = [asked('7'), asked('86400')];
    await short.magnum.bays.get('x');
    await long.magnum.bays.get('x');
    expect([short.slept, long.slept]).toEqual([[7_000], [60_000]]);
  });

  test('stop for all callers when the budget is spent', async () => {
    const world = aWorld(() => failing(503));
    for (let call = 0; call < 100; call += 1) await world.magnum.bays.get('x').catch(() => undefined);
    expect(world.requests.length).toBeLessThanOrEqual(200);
  });

  test('report an unreachable server as ConnectionError', async () => {
    const world = aWorld(() => { throw new TypeError('fetch failed'); });
    await expect(world.magnum.bays.get('x')).rejects.toBeInstanceOf(ConnectionError);
  });
});

describe('lists', () => {
  const paged: Handler = (_request, url) => {
    const marker = Number(url.searchParams.get('marker') ?? 0);
    const bays = [marker + 1, marker + 2].map((index) => ({ uuid: String(index) }));
    return Response.json({ bays, ...(marker < 4 && { next: `http://elsewhere/v1/bays?limit=2&marker=${marker + 2}` }) });
  };

  test('follow next until it is gone, and keep the filters', async () => {
    const world = aWorld(paged);
    expect((await world.magnum.bays.list({ limit: 2, sort_dir: 'asc' }).toArray()).map(({ uuid }) => uuid)).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(world.requests.every(({ url }) => url.startsWith('http://magnum.test/v1/bays?') && url.includes('sort_dir=asc'))).toBe(true);
  });

  test('fetch no further than they are read', async () => {
    const world = aWorld(paged);
    expect(await world.magnum.bays.list().toArray({ max: 3 })).toHaveLength(3);
    expect(world.requests).toHaveLength(2);
  });

  test('notice a server that goes round in circles', async () => {
    const world = aWorld(() => Response.json({ bays: [{ uuid: '1' }], next: 'http://x/v1/bays?marker=1' }));
    await expect(world.magnum.bays.list().toArray()).rejects.toMatchObject({ code: 'paging-loop' });
  });
});

describe('waiting for a bay', () => {
  const through = (statuses: readonly Partial<Bay>[], events: readonly Partial<BayEvent>[] = []): Handler => {
    let turn = 0;
    return (_request, url) => {
      if (url.pathname.endsWith('/events')) {
        const after = Number(url.searchParams.get('after'));
        return Response.json({ events: events.filter(({ id = 0 }) => id > after && id <= turn) });
      }
      const state = statuses[Math.min(turn, statuses.length - 1)];
      turn += 1;
      return state?.status === 'DELETE_COMPLETE' ? failing(404) : Response.json(aBay(state));
    };
  };

  test('ends when it is complete, and tells every event once', async () => {
    const world = aWorld(through([{ status: 'CREATE_IN_PROGRESS' }, { status: 'CREATE_IN_PROGRESS' }, { status: 'CREATE_COMPLETE' }], [{ id: 1 }, { id: 2 }, { id: 3 }]));
    const seen: number[] = [];
    const bay = await world.magnum.bays.waitUntil('my-bay', { onEvent: ({ id }) => seen.push(id) });
    expect(bay.status).toBe('CREATE_COMPLETE');
    expect(seen).toEqual([1, 2, 3]);
  });

  test('fails at once, with the reason, when the bay has failed', async () => {
    const world = aWorld(through([{ status: 'CREATE_IN_PROGRESS' }, { status: 'CREATE_FAILED', status_reason: 'no such flavor' }]));
    const error = await world.magnum.bays.waitUntil('my-bay').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WaiterError);
    expect(error).toMatchObject({ status: 'CREATE_FAILED', reason: 'no such flavor' });
  });

  test('for its end takes 404 for the end', async () => {
    const world = aWorld(through([{ status: 'DELETE_IN_PROGRESS' }, { status: 'DELETE_COMPLETE' }]));
    await expect(world.magnum.bays.waitUntilDeleted('my-bay', { onEvent: () => undefined })).resolves.toBeUndefined();
  });

  test('gives up after its time', async () => {
    const world = aWorld(through([{ status: 'CREATE_IN_PROGRESS' }]));
    await expect(world.magnum.bays.waitUntil('my-bay', { timeoutMs: 10_000 })).rejects.toBeInstanceOf(TimeoutError);
    expect(world.slept.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(10_000);
  });
});

describe('logging in', () => {
  const keystone = (catalogType: string) => {
    const issued: string[] = [];
    const bodies: unknown[] = [];
    const fetch = async (request: Request): Promise<Response> => {
      bodies.push(await request.json());
      issued.push(`token-${issued.length + 1}`);
      const endpoints = [
        { interface: 'internal', region: 'one', url: 'http://inside.test/v1' },
        { interface: 'public', region: 'two', url: 'http://two.test/v1' },
        { interface: 'public', region: 'one', url: 'http://one.test/v1' },
      ];
      const token = { expires_at: '2999-01-01T00:00:00Z', catalog: [{ type: catalogType, endpoints }] };
      return Response.json({ token }, { status: 201, headers: { 'x-subject-token': issued.at(-1) ?? '' } });
    };
    return { fetch, issued, bodies };
  };
  const env = { OS_AUTH_URL: 'http://keystone.test', OS_USERNAME: 'ann', OS_PASSWORD: 'pw', OS_PROJECT_NAME: 'p', OS_REGION_NAME: 'one' };

  test.each(['container-infra', 'container'])('finds Magnum in the catalog under %s, in the region', async (type) => {
    const cloud = keystone(type);
    const world = aWorld(() => Response.json(aBay()), { endpoint: undefined, ...fromEnv(env, cloud.fetch) } as Partial<MagnumOptions>); // a partial of the union
    await world.magnum.bays.get('x');
    expect(world.requests[0]?.url).toBe('http://one.test/v1/bays/x');
    expect(cloud.bodies[0]).toEqual({
      auth: {
        identity: { methods: ['password'], password: { user: { name: 'ann', domain: { name: 'Default' }, password: 'pw' } } },
        scope: { project: { name: 'p', domain: { name: 'Default' } } },
      },
    });
  });

  test('happens once for many callers, and once more after a 401', async () => {
    const cloud = keystone('container-infra');
    const auth = passwordAuth({ authUrl: 'http://keystone.test/v3', username: 'ann', password: 'pw', fetch: cloud.fetch });
    const world = aWorld((request) => (request.headers.get('x-auth-token') === 'token-1' ? failing(401) : Response.json(aBay())), { auth } as Partial<MagnumOptions>); // as above
    await Promise.all([1, 2, 3].map(() => world.magnum.bays.get('x')));
    expect(cloud.issued).toEqual(['token-1', 'token-2']);
  });

  test('is not tried for a token that somebody else looks after', async () => {
    const world = aWorld(() => failing(401));
    await expect(world.magnum.bays.get('x')).rejects.toMatchObject({ status: 401 });
    expect(world.requests).toHaveLength(1);
  });

  test('says what Keystone said, or which variable is missing', async () => {
    const auth = passwordAuth({
      authUrl: 'http://keystone.test', username: 'a', password: 'b',
      fetch: async () => Response.json({ error: { message: 'Invalid user' } }, { status: 401 }),
    });
    await expect(auth.get()).rejects.toThrow(/Invalid user/);
    expect(() => fromEnv({})).toThrow(AuthError);
    expect(() => fromEnv({ OS_AUTH_URL: 'http://k', OS_USERNAME: 'a' })).toThrow(/OS_PASSWORD/);
  });
});

describe('patches', () => {
  test('are made from changes, maps key by key', () => {
    expect(patchOf({ name: 'n', public: false, tags: null, labels: { a: 'b', c: null }, absent: undefined })).toEqual([
      { op: 'replace', path: '/name', value: 'n' },
      { op: 'replace', path: '/public', value: false },
      { op: 'remove', path: '/tags' },
      { op: 'add', path: '/labels/a', value: 'b' },
      { op: 'remove', path: '/labels/c' },
    ]);
    expect(() => patchOf({ labels: { 'a.b': 'c' } })).toThrow(MagnumError);
  });
});

describe('the package', () => {
  test('knows the versions that the spec knows', () => {
    expect(NEWEST).toBe(MAX_VERSION);
  });

  test('needs nothing of Node but in its node entry', () => {
    const folder = new URL('.', import.meta.url);
    const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'node.ts');
    expect(sources.filter((name) => readFileSync(new URL(name, folder), 'utf8').includes("from 'node:"))).toEqual([]);
    expect(readFileSync(new URL('types.ts', folder), 'utf8')).toContain("import type { components, OperationTypes } from '@magnum-ts/openapi'");
  });

  test('has the types of the wire', () => {
    expectTypeOf<Bay['node_count']>().toEqualTypeOf<number>();
    expectTypeOf<Bay['api_address']>().toEqualTypeOf<string | null>();
    expectTypeOf<Parameters<Magnum['bays']['create']>[0]['baymodel_id']>().toEqualTypeOf<string>();
    expectTypeOf<Awaited<ReturnType<Magnum['containers']['logs']>>>().toEqualTypeOf<string>();
    // @ts-expect-error a bay needs its model
    const incomplete: Parameters<Magnum['bays']['create']>[0] = { name: 'b' };
    expect(incomplete).toBeDefined();
  });
});
