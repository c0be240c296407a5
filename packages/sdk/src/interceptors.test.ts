import { describe, expect, test } from 'vitest';
import {
  connect,
  createMagnum,
  NotFoundError,
  type ApiRequest,
  type Interceptor,
  type InterceptorChoice,
  type MagnumOptions,
} from './index.js';
import { connectMinimal } from './minimal.js';
import { aBay, aTestClient, failing, type Handler } from './client.test-support.js';

const flaky = (failures: number): Handler => {
  let count = 0;
  return () => ((count += 1) <= failures ? failing(503) : Response.json(aBay()));
};
const withSteps = (handler: Handler, interceptors: InterceptorChoice) =>
  aTestClient(handler, { interceptors } as Partial<MagnumOptions>); // a partial of the union

describe('the steps of an application', () => {
  test('in a list see each call once, before address and token', async () => {
    const seen: ApiRequest[] = [];
    const note: Interceptor = (request, next) => {
      seen.push(request);
      return next(request);
    };
    const client = withSteps(flaky(2), [note]);
    await client.magnum.bays.get('x');
    expect(client.requests).toHaveLength(3);
    expect(seen).toMatchObject([{ method: 'GET', path: '/v1/bays/x', url: undefined, attempt: 1 }]);
    expect(seen[0]?.headers).not.toHaveProperty('x-auth-token');
  });

  test('stand where the application puts them: behind retry, behind auth', async () => {
    const order: string[] = [];
    const step =
      (name: string): Interceptor =>
      (request, next) => {
        order.push(`${name} ${request.attempt} ${request.headers['x-auth-token'] ?? '-'} ${request.url ?? '-'}`);
        return next(request);
      };
    const client = withSteps(flaky(1), ({ retry, auth, log }) => [step('a'), retry, step('b'), auth, step('c'), log]);
    await client.magnum.bays.get('x');
    const url = 'http://magnum.test/v1/bays/x';
    expect(order).toEqual(['a 1 - -', 'b 1 - -', `c 1 secret-token ${url}`, 'b 2 - -', `c 2 secret-token ${url}`]);
  });

  test('change the request, also its body, and the response', async () => {
    const client = withSteps(
      () => Response.json({ uuid: 'b1' }, { status: 202 }),
      [
        async (request, next) => {
          const response = await next({
            ...request,
            headers: { ...request.headers, traceparent: '00-1' },
            body: '{"name":"other"}',
          });
          return new Response(response.body, {
            status: response.status,
            headers: { ...Object.fromEntries(response.headers), 'x-seen': 'yes' },
          });
        },
      ],
    );
    const { response, data } = await client.magnum.bays.create({ baymodel_id: 'm' }).withResponse();
    expect([client.requests[0]?.headers.get('traceparent'), await client.requests[0]?.text()]).toEqual([
      '00-1',
      '{"name":"other"}',
    ]);
    expect([response.headers.get('x-seen'), data.uuid]).toEqual(['yes', 'b1']);
  });

  test('answer by themselves, as a cache does, and see failures as errors', async () => {
    const kept = new Map<string, string>();
    const cache: Interceptor = async (request, next) => {
      const known = kept.get(request.path);
      if (known !== undefined) return new Response(known);
      const response = await next(request);
      kept.set(request.path, await response.clone().text());
      return response;
    };
    const client = withSteps(() => Response.json(aBay()), [cache]);
    expect([await client.magnum.bays.get('x'), await client.magnum.bays.get('x')]).toEqual([aBay(), aBay()]);
    expect(client.requests).toHaveLength(1);
    const errors: unknown[] = [];
    const refused = withSteps(
      () => failing(404),
      [
        (request, next) =>
          next(request).catch((error: unknown) => {
            errors.push(error);
            throw error;
          }),
      ],
    );
    await expect(refused.magnum.bays.get('x')).rejects.toBeInstanceOf(NotFoundError);
    expect(errors[0]).toBeInstanceOf(NotFoundError);
  });

  test('may leave out the steps of the library', async () => {
    const client = withSteps(flaky(1), ({ auth }) => [auth]);
    await expect(client.magnum.bays.get('x')).rejects.toMatchObject({ status: 503 });
    expect(client.requests).toHaveLength(1);
  });

  test('act on streams, too', async () => {
    const paths: string[] = [];
    const client = withSteps(
      () => new Response('event: gone\ndata: {}\n\n', { headers: { 'content-type': 'text/event-stream' } }),
      [
        (request, next) => {
          paths.push(request.path);
          return next(request);
        },
      ],
    );
    for await (const _ of client.magnum.bays.follow('b'));
    expect(paths).toEqual(['/v1/bays/b/events?after=0']);
  });
});

describe('a connection without methods', () => {
  const fetch = async (request: Request): Promise<Response> =>
    request.url.endsWith('/v1/bays/my%20bay') ? Response.json(aBay()) : Response.json({ bays: [aBay()] });

  test('makes calls and reads lists with the types of the spec', async () => {
    const connection = connect({ endpoint: 'http://magnum.test', token: 't', microversion: '1.14', fetch });
    const bay = await connection.request('GET', '/v1/bays/{bay_ident}', { params: { bay_ident: 'my bay' } });
    expect(bay.node_count === undefined ? bay.name : '').toBe('my-bay');
    expect(await connection.list('/v1/bays/detail', { query: { limit: 2 } }).toArray()).toHaveLength(1);
    // @ts-expect-error there is no such path
    await connection.request('GET', '/v1/bags', {});
    // @ts-expect-error the path has a parameter
    const incomplete = connection.request('GET', '/v1/bays/{bay_ident}', {});
    await expect(incomplete).rejects.toMatchObject({ code: 'invalid-parameter' });
    // @ts-expect-error a bay needs its model
    await connection.request('POST', '/v1/bays', { body: { name: 'b' } });
  });

  test('in its smallest form logs in once more after a 401, and repeats nothing else', async () => {
    const asked: string[] = [];
    const connection = connectMinimal({
      endpoint: 'http://magnum.test/v1',
      microversion: '1.9',
      auth: {
        renewable: true,
        get: async () => ({ token: 'old', expiresAt: undefined, endpoint: undefined }),
        renew: async () => ({ token: 'new', expiresAt: undefined, endpoint: undefined }),
      },
      fetch: async (request) => {
        asked.push(`${request.headers.get('x-auth-token')} ${request.headers.get('openstack-api-version')}`);
        return request.headers.get('x-auth-token') === 'old' ? failing(401) : failing(503);
      },
      interceptors: [(request, next) => next(request)],
    });
    await expect(connection.list('/v1/bays', {}).toArray()).rejects.toMatchObject({ status: 503, name: 'ServerError' });
    expect(asked).toEqual(['old container-infra 1.9', 'new container-infra 1.9']);
    expect(() => connectMinimal({ endpoint: 'http://m.test', token: 't', microversion: 'auto' })).toThrow(
      /no microversion|not a microversion/,
    );
  });
});

test('options that are undefined count as absent', async () => {
  const nothing = undefined;
  const magnum = createMagnum({
    endpoint: 'http://magnum.test',
    token: 't',
    fetch: async () => Response.json(aBay()),
    microversion: nothing,
    timeout: nothing,
    retries: { attempts: nothing },
    logger: nothing,
    interceptors: nothing,
    idempotencyKeys: nothing,
    runtime: nothing,
  });
  const options = { signal: nothing, timeoutMs: nothing, ifMatch: nothing, idempotencyKey: nothing, onAnswer: nothing };
  await expect(magnum.bays.get('b', options)).resolves.toEqual(aBay());
  await expect(magnum.bays.create({ baymodel_id: 'm' }, options)).resolves.toEqual(aBay());
});
