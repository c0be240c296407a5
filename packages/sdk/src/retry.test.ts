import { describe, expect, test } from 'vitest';
import { ApiError, ConnectionError, NotFoundError } from './index.js';
import { aBay, aTestClient, failing, type Handler, type TestClient } from './client.test-support.js';

describe('retries', () => {
  const flaky = (failures: number, answer: () => Response): Handler => {
    let count = 0;
    return () => ((count += 1) <= failures ? failing(503) : answer());
  };

  test('repeat a GET twice, with growing pauses and the same request id', async () => {
    const client = aTestClient(flaky(2, () => Response.json(aBay())));
    await client.magnum.bays.get('x');
    expect(client.slept).toEqual([500, 1000]);
    expect(new Set(client.requests.map(({ headers }) => headers.get('x-openstack-request-id'))).size).toBe(1);
  });

  test('give up after three attempts', async () => {
    const client = aTestClient(() => failing(503));
    await expect(client.magnum.bays.get('x')).rejects.toBeInstanceOf(ApiError);
    expect(client.requests).toHaveLength(3);
  });

  test('never repeat a POST or PUT that may have been carried out', async () => {
    const client = aTestClient(() => failing(503));
    await expect(client.magnum.bays.create({ baymodel_id: 'm' })).rejects.toBeInstanceOf(ApiError);
    await expect(client.magnum.containers.start('c')).rejects.toBeInstanceOf(ApiError);
    expect(client.requests.filter(({ method }) => method !== 'GET')).toHaveLength(2);
  });

  test('repeat a POST with a key of its own as soon as the service has said that it keeps keys', async () => {
    let count = 0;
    const client = aTestClient((_request, url) => {
      if (url.pathname === '/v1') return Response.json({}, { headers: { 'magnum-extensions': 'other, Idempotency-Key' } });
      return (count += 1) < 3 ? failing(503, { 'retry-after': '7' }) : Response.json({ uuid: 'b1' }, { status: 202 });
    });
    expect(await client.magnum.bays.create({ baymodel_id: 'm' })).toEqual({ uuid: 'b1' });
    expect(client.requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST', 'POST']);
    const keys = client.requests.filter(({ method }) => method === 'POST').map(({ headers }) => headers.get('idempotency-key'));
    expect([new Set(keys).size, keys[0]?.length]).toEqual([1, 36]);
    expect(client.slept).toEqual([7_000, 7_000]);
    await client.magnum.bays.create({ baymodel_id: 'm' }, { idempotencyKey: 'mine' });
    await client.magnum.bays.create({ baymodel_id: 'm' }, { idempotencyKey: false });
    expect(client.requests.slice(-2).map(({ headers }) => headers.get('idempotency-key'))).toEqual(['mine', null]);
  });

  test('end with the failure of the POST, not with that of the question whether keys are kept', async () => {
    const client = aTestClient((_request, url) =>
      url.pathname === '/v1'
        ? new Response(null, { status: 302, headers: { location: 'http://elsewhere.test/' } })
        : failing(503),
    );
    await expect(client.magnum.bays.create({ baymodel_id: 'm' })).rejects.toMatchObject({ status: 503 });
    expect(client.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('repeat a POST whose connection was never made', async () => {
    let count = 0;
    const client = aTestClient(() => {
      if ((count += 1) === 1)
        throw Object.assign(new TypeError('fetch failed'), {
          cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
        });
      return Response.json({ uuid: 'b1' }, { status: 202 });
    });
    expect(await client.magnum.bays.create({ baymodel_id: 'm' })).toEqual({ uuid: 'b1' });
  });

  test('take 404 for success at a second DELETE only', async () => {
    let count = 0;
    const repeated = aTestClient(() => failing((count += 1) === 1 ? 502 : 404));
    await expect(repeated.magnum.bays.delete('x')).resolves.toBeUndefined();
    await expect(aTestClient(() => failing(404)).magnum.bays.delete('x')).rejects.toBeInstanceOf(NotFoundError);
  });

  test('wait as long as the server demands, up to a limit', async () => {
    const asked = (value: string): TestClient => {
      let count = 0;
      return aTestClient(() => ((count += 1) === 1 ? failing(503, { 'retry-after': value }) : Response.json(aBay())));
    };
    const [short, long] = [asked('7'), asked('86400')];
    await short.magnum.bays.get('x');
    await long.magnum.bays.get('x');
    expect([short.slept, long.slept]).toEqual([[7_000], [60_000]]);
  });

  test('stop for all callers when the budget is spent', async () => {
    const client = aTestClient(() => failing(503));
    for (let call = 0; call < 100; call += 1) await client.magnum.bays.get('x').catch(() => undefined);
    expect(client.requests.length).toBeLessThanOrEqual(200);
  });

  test('report an unreachable server as ConnectionError', async () => {
    const client = aTestClient(() => {
      throw new TypeError('fetch failed');
    });
    await expect(client.magnum.bays.get('x')).rejects.toBeInstanceOf(ConnectionError);
  });
});
