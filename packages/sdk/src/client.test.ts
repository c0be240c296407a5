import { readdirSync, readFileSync } from 'node:fs';
import { MAX_VERSION } from '@magnum-ts/openapi';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  ApiError,
  BadRequestError,
  ConflictError,
  ContentTooLargeError,
  MagnumError,
  NEWEST,
  NotFoundError,
  patchOf,
  PreconditionFailedError,
  ServerError,
  TimeoutError,
  UnprocessableError,
  UnsupportedMediaTypeError,
  type Bay,
  type Magnum,
} from './index.js';
import { aBay, aTestClient, failing, type Handler } from './client.test-support.js';

describe('an answer', () => {
  test.each([
    ['null, as of actions of containers', () => Response.json(null)],
    ['one text, as of logs', () => Response.json('a line\n')],
    ['a list', () => Response.json([])],
    ['nothing, of a change', () => new Response(null, { status: 202 })],
  ])('of %s is a success', async (_what, answer) => {
    const { magnum } = aTestClient(answer);
    await expect(magnum.raw({ method: 'PUT', path: '/v1/containers/c/start' })).resolves.not.toThrow();
  });
});

describe('a request', () => {
  test('carries token, microversion and a request id, and goes below the endpoint', async () => {
    const client = aTestClient(() => Response.json(aBay()));
    await client.magnum.bays.get('my bay');
    const [request] = client.requests;
    expect(request?.url).toBe('http://magnum.test/v1/bays/my%20bay');
    expect(request?.headers.get('x-auth-token')).toBe('secret-token');
    expect(request?.headers.get('openstack-api-version')).toBe('container-infra 1.14');
    expect(request?.headers.get('x-openstack-request-id')).toMatch(/^req-[0-9a-f-]{36}$/);
  });

  test('sends bodies as JSON and returns the answer of the server', async () => {
    const client = aTestClient(() => Response.json({ uuid: 'b1' }, { status: 202 }));
    expect(await client.magnum.bays.create({ name: 'b', baymodel_id: 'm' })).toEqual({ uuid: 'b1' });
    expect(await client.requests[0]?.json()).toEqual({ name: 'b', baymodel_id: 'm' });
    expect(client.requests[0]?.headers.get('content-type')).toBe('application/json');
  });

  test('of a plan is a creation with dry_run', async () => {
    const plan = { name: 'b', driver: 'swarm-mode', resources: [], quotas: [], warnings: [] };
    const client = aTestClient(() => Response.json(plan));
    expect(await client.magnum.bays.plan({ name: 'b', baymodel_id: 'm' })).toEqual(plan);
    expect(client.requests[0]?.url).toMatch(/\/v1\/bays\?dry_run=true$/);
  });

  test('uses the newest version that client and server support, and asks once', async () => {
    const newer = aTestClient(
      (_request, url) =>
        Response.json(url.pathname === '/v1' ? {} : aBay(), {
          headers: { 'openstack-api-maximum-version': 'container-infra 1.99' },
        }),
      { microversion: 'auto' },
    );
    await Promise.all([newer.magnum.bays.get('a'), newer.magnum.bays.get('b')]);
    expect(newer.requests.filter(({ url }) => url.endsWith('/v1'))).toHaveLength(1);
    expect(newer.requests.at(-1)?.headers.get('openstack-api-version')).toBe(`container-infra ${NEWEST}`);
    const older = aTestClient(
      () => Response.json(aBay(), { headers: { 'openstack-api-maximum-version': 'container-infra 1.3' } }),
      {
        microversion: 'auto',
      },
    );
    await older.magnum.bays.get('a');
    expect(older.requests.at(-1)?.headers.get('openstack-api-version')).toBe('container-infra 1.3');
  });

  test('cannot be made with an invalid version', () => {
    expect(() => aTestClient(() => failing(500), { microversion: '2.0' })).toThrow(MagnumError);
  });

  test('ends at once when its signal is aborted', async () => {
    const client = aTestClient(
      (request) =>
        new Promise((_resolve, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason))),
    );
    const controller = new AbortController();
    const call = client.magnum.bays.get('a', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });

  test('whose response stalls half-way ends with TimeoutError', async () => {
    const stalled = (): Response =>
      new Response(new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{')) }));
    await expect(aTestClient(stalled, { timeout: 20, retries: { attempts: 1 } }).magnum.bays.get('a')).rejects.toBeInstanceOf(
      TimeoutError,
    );
  });

  test('ends with TimeoutError after its own deadline', async () => {
    const client = aTestClient(
      (request) =>
        new Promise((_resolve, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason))),
    );
    await expect(client.magnum.bays.get('a', { timeoutMs: 20 })).rejects.toBeInstanceOf(TimeoutError);
  });
});

describe('an error answer', () => {
  test('becomes the class of its status, with the request id', async () => {
    const client = aTestClient(() => failing(404, { 'x-openstack-request-id': 'req-9' }));
    const error = await client.magnum.bays.get('x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({
      status: 404,
      code: 'not-found',
      title: 'Bay x could not be found',
      detail: 'Bay x could not be found. Look again.',
      requestId: 'req-9',
    });
  });

  test.each([
    [{ error: { code: 409, title: 'Conflict', message: 'Two of them' } }, 'Two of them'],
    [{ error_message: JSON.stringify({ faultcode: 'Client', faultstring: 'Old words' }) }, 'Old words'],
    [{ error_message: 'plain words' }, 'plain words'],
  ])('is read in every form that Magnum has had (%j)', async (body, message) => {
    const client = aTestClient(() => Response.json(body, { status: 409 }));
    const error = await client.magnum.bays.get('x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ message });
  });

  test.each([
    [412, PreconditionFailedError, 'precondition-failed'],
    [413, ContentTooLargeError, 'body-too-large'],
    [415, UnsupportedMediaTypeError, 'unsupported-media-type'],
    [422, UnprocessableError, 'unprocessable'],
    [400, BadRequestError, 'bad-request'],
    [503, ServerError, 'service-unavailable'],
    [418, ApiError, 'http-418'],
  ])('with the status %i has a class and a code of its own, also from another Magnum', async (status, Kind, code) => {
    const client = aTestClient(() => failing(status), { retries: { attempts: 1 } });
    const error = await client.magnum.bays.get('x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Kind);
    expect(error).toMatchObject({ status, code });
  });

  test('has the code that the service names, and no nonsense of a proxy', async () => {
    const codeOf = (headers: Record<string, string>): Promise<unknown> =>
      aTestClient(() => failing(403, headers))
        .magnum.bays.get('x')
        .catch((thrown: MagnumError) => thrown.code);
    expect(await codeOf({ 'magnum-error': 'quota-exceeded' })).toBe('quota-exceeded');
    expect(await codeOf({ 'magnum-error': 'kind-of-a-newer-service' })).toBe('kind-of-a-newer-service');
    expect(await codeOf({ 'magnum-error': 'No, "never"' })).toBe('forbidden');
  });

  test('of another Magnum that does not know the version says so', async () => {
    const body = { errors: [{ code: 'magnum.microversion-unsupported', title: 'no', detail: 'no' }] };
    const client = aTestClient(() => Response.json(body, { status: 406 }));
    await expect(client.magnum.bays.get('x')).rejects.toMatchObject({ code: 'version-not-supported' });
  });

  test('that is not JSON still has its status', async () => {
    const client = aTestClient(() => new Response('<html>', { status: 418, statusText: 'Teapot' }));
    await expect(client.magnum.bays.get('x')).rejects.toMatchObject({ status: 418, message: 'Teapot' });
  });
});

describe('lists', () => {
  const paged: Handler = (_request, url) => {
    const marker = Number(url.searchParams.get('marker') ?? 0);
    const bays = [marker + 1, marker + 2].map((index) => ({ uuid: String(index) }));
    return Response.json({ bays, ...(marker < 4 && { next: `http://elsewhere/v1/bays?limit=2&marker=${marker + 2}` }) });
  };

  test('follow next until it is gone, and keep the filters', async () => {
    const client = aTestClient(paged);
    expect((await client.magnum.bays.list({ limit: 2, sort_dir: 'asc' }).toArray()).map(({ uuid }) => uuid)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
    ]);
    expect(
      client.requests.every(({ url }) => url.startsWith('http://magnum.test/v1/bays?') && url.includes('sort_dir=asc')),
    ).toBe(true);
  });

  test('fetch no further than they are read', async () => {
    const client = aTestClient(paged);
    expect(await client.magnum.bays.list().toArray({ max: 3 })).toHaveLength(3);
    expect(client.requests).toHaveLength(2);
  });

  test('have no empty pages, also where the server ends with one', async () => {
    const client = aTestClient((_request, url) =>
      Response.json(url.searchParams.has('marker') ? { bays: [] } : { bays: [{ uuid: '1' }], next: 'http://x/v1/bays?marker=1' }),
    );
    const pages: (readonly unknown[])[] = [];
    for await (const page of client.magnum.bays.list().pages()) pages.push(page);
    expect(pages).toEqual([[{ uuid: '1' }]]);
    expect(client.requests).toHaveLength(2);
  });

  test('end when the links of the server form a loop', async () => {
    const client = aTestClient(() => Response.json({ bays: [{ uuid: '1' }], next: 'http://x/v1/bays?marker=1' }));
    await expect(client.magnum.bays.list().toArray()).rejects.toMatchObject({ code: 'paging-loop' });
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
  test('supports the newest version of the spec', () => {
    expect(NEWEST).toBe(MAX_VERSION);
  });

  test('imports modules of Node in its node entry only', () => {
    const folder = new URL('.', import.meta.url);
    const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !/\.test(-support)?\.ts$/.test(name));
    expect(sources.filter((name) => readFileSync(new URL(name, folder), 'utf8').includes("from 'node:"))).toEqual([]);
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
