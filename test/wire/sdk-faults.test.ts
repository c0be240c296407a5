import { createMagnum, ConnectionError, type Magnum, type MagnumOptions } from '@magnum-ts/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Listeners } from '../../packages/server/src/app.js';
import { HttpProxy, type HttpFault } from '../support/http-proxy.js';
import { aService, MODEL, type Service } from '../support/service.js';

/** The SDK on sockets, over a proxy that loses answers of the whole service in this process. */
let service: Service;
let listeners: Listeners;
let proxy: HttpProxy;
beforeAll(async () => {
  service = await aService();
  await service.createModel();
  listeners = new Listeners(service.answer, {});
});
afterAll(async () => {
  await listeners.close(500);
  await service.stop();
});
beforeEach(async () => {
  proxy = await HttpProxy.before(await listeners.listen(0, '127.0.0.1'));
});
afterEach(async () => proxy.close());

type Changes = Partial<Omit<MagnumOptions, 'endpoint'>>;

function aMagnum(changes: Changes = {}): Magnum {
  const base = { endpoint: `http://127.0.0.1:${proxy.port}/v1`, token: service.tokens.demo, retries: { baseMs: 1 } };
  return createMagnum({ microversion: '1.14', ...base, ...changes } as MagnumOptions); // a base with a token, overridden in part
}

/** Fails the next requests so, one after the other; later ones pass. Null passes one. */
function failNext(...faults: readonly (HttpFault | null)[]): void {
  const left = [...faults];
  const next = (): number => {
    const isPassed = (left.shift() ?? null) === null;
    prepare();
    return isPassed ? 1 : 0;
  };
  // The proxy takes the fault that is prepared before it asks for a number.
  const prepare = (): void => proxy.fail({ fault: left[0] ?? 'acts, then closes', share: 1, random: next });
  prepare();
}

let names = 0;
const newName = (): string => `fault-${(names += 1)}`;
const named = async (name: string): Promise<number> =>
  (
    await createMagnum({ endpoint: `http://127.0.0.1:${proxy.port}`, token: service.tokens.demo })
      .bays.list()
      .toArray()
  ).filter((bay) => bay.name === name).length;

describe('a creation whose answer', () => {
  test.each<readonly [string, HttpFault]>([
    ['is lost', 'acts, then closes'],
    ['ends half-way', 'answers half'],
    ['is 503 of a load balancer', 'answers 503'],
  ])('%s makes one bay, also with the microversion negotiated', async (_what, fault) => {
    for (const microversion of ['1.14', 'auto']) {
      const [magnum, name] = [aMagnum({ microversion }), newName()];
      if (microversion === 'auto') await magnum.versions.list();
      failNext(fault);
      const { uuid } = await magnum.bays.create({ name, baymodel_id: 'swarm' });
      expect([proxy.failed > 0, await named(name), (await magnum.bays.get(uuid)).name]).toEqual([true, 1, name]);
    }
  });

  test('is lost again and again makes one bay, and the error says that it may be there', async () => {
    const [magnum, name] = [aMagnum(), newName()];
    // The second request asks the service for its extensions, and is answered at the second time.
    failNext('acts, then closes', 'answers 503', null, 'acts, then closes', 'acts, then closes');
    const error = await magnum.bays.create({ name, baymodel_id: 'swarm' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      code: 'connection-lost',
      mayHaveBeenCarriedOut: true,
      message: expect.stringMatching(/POST .* was lost: .*; it may have been carried out$/),
      requestId: expect.stringMatching(/^req-/),
    });
    proxy.heal();
    expect(await named(name)).toBe(1);
  });

  test('comes too late makes one bay', async () => {
    const [magnum, name] = [aMagnum({ timeout: 3_000 }), newName()];
    failNext('answers late');
    await magnum.bays.create({ name, baymodel_id: 'swarm' });
    expect([proxy.failed, await named(name)]).toEqual([1, 1]);
  });

  test("is lost is repeated with the caller's own key, which later calls can use, too", async () => {
    const [magnum, name] = [aMagnum(), newName()];
    failNext('acts, then closes');
    const first = await magnum.bays.create({ name, baymodel_id: 'swarm' }, { idempotencyKey: name });
    expect(await magnum.bays.create({ name, baymodel_id: 'swarm' }, { idempotencyKey: name })).toEqual(first);
    expect(await named(name)).toBe(1);
  });

  test.each<readonly [string, Changes, { idempotencyKey?: false }]>([
    ['of the client', { idempotencyKeys: false }, {}],
    ['of the call', {}, { idempotencyKey: false }],
  ])('is lost is not repeated where keys are switched off by an option %s', async (_where, changes, options) => {
    const [magnum, name] = [aMagnum(changes), newName()];
    failNext('acts, then closes');
    const error = await magnum.bays.create({ name, baymodel_id: 'swarm' }, options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'connection-lost', mayHaveBeenCarriedOut: true });
    expect(await named(name)).toBe(1);
  });

  test('is lost is not repeated over a Magnum that does not say that it keeps keys', async () => {
    const magnum = aMagnum({
      fetch: async (request) => {
        request.headers.delete('idempotency-key');
        const answer = await fetch(request);
        const headers = new Headers(answer.headers);
        headers.delete('magnum-extensions');
        return new Response(answer.body, { status: answer.status, headers });
      },
    });
    const name = newName();
    failNext('acts, then closes');
    await expect(magnum.bays.create({ name, baymodel_id: 'swarm' })).rejects.toMatchObject({ mayHaveBeenCarriedOut: true });
    expect(await named(name)).toBe(1);
  });
});

test('actions whose answers are lost are carried out once', async () => {
  const magnum = aMagnum({ retries: { baseMs: 1, retryAfterCapMs: 50 } });
  const { uuid } = await magnum.clusters.create({ name: newName(), cluster_template_id: 'swarm', node_count: 1 });
  await magnum.clusters.waitUntil(uuid, { intervalMs: 20 });
  failNext('acts, then closes');
  expect(await magnum.clusters.resize(uuid, { node_count: 2 })).toEqual({ uuid });
  await magnum.clusters.waitUntil(uuid, { intervalMs: 20 });
  failNext('acts, then closes');
  const group = await magnum.nodeGroups.create(uuid, { name: 'more', node_count: 1 });
  expect((await magnum.nodeGroups.list(uuid).toArray()).filter(({ name }) => name === group.name)).toHaveLength(1);
  await magnum.clusters.waitUntil(uuid, { intervalMs: 20 });
  const accepted = (await magnum.clusters.events(uuid).toArray()).filter(({ kind }) => kind === 'accepted');
  expect(accepted).toHaveLength(3);
});

test('a bay model whose answer is lost is made once, though names of models are not unique', async () => {
  const name = newName();
  failNext('acts, then closes');
  const made = await aMagnum().bayModels.create({ ...MODEL, coe: 'swarm', name });
  const found = (await aMagnum().bayModels.list().toArray()).filter((model) => model.name === name);
  expect(found.map(({ uuid }) => uuid)).toEqual([made.uuid]);
});

test('a page of a proxy in place of an answer is no success', async () => {
  for (const call of [
    (magnum: Magnum) => magnum.bays.get('b'),
    (magnum: Magnum) => magnum.bays.list().toArray(),
    (magnum: Magnum) => magnum.nodeGroups.get('c', 'g'),
    (magnum: Magnum) => magnum.raw({ method: 'GET', path: '/v1/bays' }),
  ]) {
    failNext('answers with a page');
    await expect(call(aMagnum())).rejects.toMatchObject({
      code: 'invalid-answer',
      message: expect.stringMatching(/text\/html and begins with "<!DOCTYPE html>/),
      requestId: expect.stringMatching(/^req-/),
      mayHaveBeenCarriedOut: false,
    });
  }
  failNext('answers with a page');
  await expect(aMagnum().bays.create({ baymodel_id: 'swarm' })).rejects.toMatchObject({ mayHaveBeenCarriedOut: true });
});
