import { describe, expect, expectTypeOf, test } from 'vitest';
import { NotFoundError, type Bay, type Call, type Magnum } from './index.js';
import { aBay, aTestClient, failing } from './client.test-support.js';

const answered = (): Response =>
  Response.json(aBay(), { headers: { etag: '"7"', 'x-openstack-request-id': 'req-1', warning: '299 magnum "look out"' } });

describe('a call', () => {
  test('gives its data with status and headers, for one request', async () => {
    const client = aTestClient(answered);
    const call = client.magnum.bays.get('my-bay');
    const { data, response, requestId } = await call.withResponse();
    expect(data.name).toBe('my-bay');
    expect([response.status, response.headers.get('etag'), requestId]).toEqual([200, '"7"', 'req-1']);
    expect(await response.json()).toEqual(await (await call.asResponse()).json());
    expect(await call).toEqual(data);
    expect(client.requests).toHaveLength(1);
  });

  /** Every method that is one call. */
  const CALLS: readonly (readonly [string, (magnum: Magnum) => Call<unknown>])[] = [
    ['create', ({ bays }) => bays.create({ baymodel_id: 'm' })],
    ['update', ({ bays }) => bays.update('b', { node_count: 2 })],
    ['delete', ({ bays }) => bays.delete('b')],
    ['plan', ({ bays }) => bays.plan({ baymodel_id: 'm' })],
    ['config', ({ bays }) => bays.config('b')],
    ['loadImage', ({ bays }) => bays.loadImage('b', { image: 'i' })],
    ['resize', ({ clusters }) => clusters.resize('c', { node_count: 2 })],
    ['upgrade', ({ clusters }) => clusters.upgrade('c', { cluster_template: 't' })],
    ['node group', ({ nodeGroups }) => nodeGroups.update('c', 'g', { max_node_count: 2 })],
    ['deletion of a node group', ({ nodeGroups }) => nodeGroups.delete('c', 'g')],
    ['quota', ({ quotas }) => quotas.delete('p')],
    ['container', ({ containers }) => containers.start('c')],
    ['output', ({ containers }) => containers.execute('c', 'ls')],
    ['certificate', ({ certificates }) => certificates.get('b')],
    ['credential', ({ credentials }) => credentials.rotate('b')],
    ['federation', ({ federations }) => federations.join('f', 'c')],
    ['driver', ({ drivers }) => drivers.get('d')],
    ['stats', ({ stats }) => stats.get()],
    ['pod', ({ pods }) => pods.get('b', 'p')],
    ['versions', ({ versions }) => versions.list()],
    ['raw', (magnum) => magnum.raw({ method: 'GET', path: '/v1' })],
  ];

  test.each(CALLS)('has its response: %s', async (_what, call) => {
    const made = call(aTestClient(answered).magnum);
    expect((await made.asResponse()).headers.get('etag')).toBe('"7"');
    expect((await made.withResponse()).response.status).toBe(200);
  });

  test.each(CALLS)('that fails does so once, whatever is awaited: %s', async (_what, call) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { magnum } = aTestClient(() => failing(404));
    await expect(call(magnum).asResponse()).rejects.toBeInstanceOf(NotFoundError);
    await expect(call(magnum).withResponse()).rejects.toBeInstanceOf(NotFoundError);
    await expect(call(magnum)).rejects.toBeInstanceOf(NotFoundError);
    await new Promise((resolve) => setTimeout(resolve, 5)); // Node reports rejections after the tick
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  test('that is refused before it is sent fails as a promise, and never throws', async () => {
    const { magnum, requests } = aTestClient(answered);
    const refused: readonly (() => Promise<unknown>)[] = [
      () => magnum.bays.get(''),
      () => magnum.bays.update('b', { labels: { 'a.b': 'c' } } as object),
      () => magnum.bayModels.update('m', { labels: { 'a.b': 'c' } }),
      () => magnum.nodeGroups.update('c', 'g', { labels: { 'a.b': 'c' } } as object),
    ];
    for (const call of refused) await expect(call()).rejects.toMatchObject({ name: 'MagnumError' });
    expect(requests).toEqual([]);
  });

  test('has the type of its data', () => {
    expectTypeOf<Magnum['bays']['get']>().returns.toEqualTypeOf<Call<Bay>>();
    expectTypeOf<Awaited<ReturnType<Magnum['containers']['logs']>>>().toEqualTypeOf<string>();
    expectTypeOf<Awaited<ReturnType<Magnum['bays']['delete']>>>().toEqualTypeOf<void>();
  });
});

test('errors keep their names in a bundle that shortens the names of classes', async () => {
  const error: unknown = await aTestClient(() => failing(404))
    .magnum.bays.get('x')
    .catch((thrown: unknown) => thrown);
  expect(Object.getOwnPropertyDescriptor(error, 'name')?.value).toBe('NotFoundError');
});
