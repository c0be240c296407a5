import { afterEach, expect, test } from 'vitest';
import { type BayId, type StackAddress, until } from '@magnum-ts/core/testing';
import type { WorkLoop } from '../../packages/core/src/conductor/work-loop.js';
import { aConductor, complete, inProgress, stackNames, type ConductorFixture, type StackOf } from './conductor-fixture.js';

let conductor: ConductorFixture;
let stop: AbortController;
let running: Promise<void>;
afterEach(async () => {
  stop.abort(new Error('the test is over'));
  await running;
  await conductor.close();
});

async function begin(stackOf?: StackOf): Promise<void> {
  conductor = await aConductor(stackOf);
  stop = new AbortController();
  running = Promise.resolve();
}

function run(loop: WorkLoop): void {
  running = loop.run(stop.signal);
}

const statusOf = async (id: BayId | undefined): Promise<string | undefined> =>
  (await conductor.deps.store.read((repos) => repos.bays.get(id as BayId)))?.observed.status;
const leases = async (): Promise<number> =>
  Number((await conductor.db('work_item').whereNotNull('lease_owner').count({ n: '*' }).first())?.['n']);
const forever = (): Promise<never> => new Promise(() => undefined);

test('bays that are due together are looked at with one call', async () => {
  await begin();
  const ids = await conductor.addBays(30);
  run(conductor.loop());
  await until('the stacks were observed once', () => conductor.looks.length > 0);
  expect(new Set(conductor.looks[0]?.map((address) => address.name))).toEqual(stackNames(ids));
});

test('a bay of which there is no news is not written', async () => {
  await begin();
  await conductor.addBays(5, { isSeen: true });
  const before = JSON.stringify([
    await conductor.db('bay'),
    await conductor.db('node'),
    await conductor.db('node_group'),
    await conductor.db('bay_event'),
  ]);
  run(conductor.loop());
  await until('the stacks were observed three times', () => conductor.looks.length >= 3);
  expect(
    JSON.stringify([
      await conductor.db('bay'),
      await conductor.db('node'),
      await conductor.db('node_group'),
      await conductor.db('bay_event'),
    ]),
  ).toBe(before);
  expect(conductor.single.calls).toBe(0);
});

test('a bay that has waited long is looked at less often', async () => {
  await begin();
  await conductor.addBays(1, { isSeen: true });
  await conductor.db('intent').update({ started_at: conductor.clock.now().getTime() - 600_000 });
  run(conductor.loop());
  await until(
    'the bay was observed and its lease given back',
    async () => conductor.looks.length === 1 && (await leases()) === 0,
  );
  const [item]: readonly { due_at: number }[] = await conductor.db('work_item');
  const wait = Number(item?.due_at) - conductor.clock.now().getTime();
  expect(wait).toBeGreaterThan(5_000);
  expect(wait).toBeLessThanOrEqual(10_000);
});

test('bays that never end their pass keep their own turn only: the others go on', async () => {
  const poisoned = new Set<string>();
  await begin((address) => (poisoned.has(address.name) ? forever() : complete(address)));
  const bad = await conductor.addBays(3);
  for (const name of stackNames(bad)) poisoned.add(name);
  const events = conductor.deps.orchestrator.events;
  // The look at all of them works; it is their own pass that hangs.
  Object.assign(conductor.deps.orchestrator, {
    findAll: async (addresses: readonly StackAddress[]) =>
      new Map(
        addresses.map((address) => [address.name, { ...complete(address), newestEvent: poisoned.has(address.name) ? 1 : 0 }]),
      ),
    events: (...given: Parameters<typeof events>) =>
      poisoned.has(given[0].replace('stack-', '')) ? forever() : events(...given),
  });
  const good = await conductor.addBays(20);
  run(conductor.loop({ concurrency: 4, drainMs: 100 }));
  await until('the other bays are complete', async () =>
    (await Promise.all(good.map(statusOf))).every((status) => status === 'CREATE_COMPLETE'),
  );
  expect(await Promise.all(bad.map(statusOf))).toEqual(['CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS']);
});

test('one stack that cannot be looked at hides no other', async () => {
  await begin();
  const [bad, ...good] = await conductor.addBays(6);
  const [badName] = stackNames([bad as BayId]);
  const refuse = (names: readonly string[]): void => {
    if (names.includes(badName ?? '')) throw new Error('this stack is unreadable');
  };
  Object.assign(conductor.deps.orchestrator, {
    findAll: async (addresses: readonly StackAddress[]) => {
      refuse(addresses.map((address) => address.name));
      return new Map(addresses.map((address) => [address.name, complete(address)]));
    },
    find: async (names: readonly StackAddress['name'][]) => {
      refuse(names);
      return new Map(names.map((name) => [name, complete({ name, projectId: 'project' })]));
    },
  });
  run(conductor.loop());
  await until('the other bays are complete', async () =>
    (await Promise.all(good.map(statusOf))).every((status) => status === 'CREATE_COMPLETE'),
  );
  expect((await conductor.deps.store.read((repos) => repos.bays.get(bad as BayId)))?.observed).toMatchObject({
    status: 'CREATE_IN_PROGRESS',
    statusReason: expect.stringMatching(/^An unexpected error occurred in this service\. It is tried again \(attempt \d+\)\.$/),
  });
  const story = await conductor.deps.store.read((repos) => repos.events.list(bad as BayId, 0, 100));
  expect(story.filter(({ kind }) => kind === 'retry')[0]).toMatchObject({
    source: 'magnum',
    status: 'CREATE_IN_PROGRESS',
    reason: 'An unexpected error occurred in this service. It is tried again (attempt 1).',
  });
});

test('what a conductor cannot begin soon is left to the others, and bays without news are looked at all the same', async () => {
  let go = (): void => undefined;
  const held = new Promise<void>((resolve) => (go = resolve));
  await begin(async (address) => (await held, complete(address)));
  const quiet = stackNames(await conductor.addBays(3, { isSeen: true }));
  const busy = await conductor.addBays(40);
  const looked = new Set<string>();
  Object.assign(conductor.deps.orchestrator, {
    findAll: async (addresses: readonly StackAddress[]) => {
      for (const { name } of addresses) if (quiet.has(name)) looked.add(name);
      return new Map(
        addresses.map((address) => [
          address.name,
          quiet.has(address.name) ? inProgress(address) : { ...complete(address), newestEvent: 1 },
        ]),
      );
    },
    events: async () => (await held, []),
  });
  const leasesOf = async (owner: string): Promise<number> =>
    (await conductor.db('work_item').where({ lease_owner: owner })).length;
  run(conductor.loop({ owner: 'first', concurrency: 4 }));
  await until(
    'the first conductor holds eight leases, and the bays without news were observed',
    async () => (await leasesOf('first')) === 8 && looked.size === 3,
  );
  const second = conductor.loop({ owner: 'second', concurrency: 4 }).run(stop.signal);
  await until('the second conductor holds eight leases', async () => (await leasesOf('second')) === 8);
  expect(await leasesOf('first')).toBe(8);
  go();
  await until('the busy bays are complete', async () =>
    (await Promise.all(busy.map(statusOf))).every((status) => status === 'CREATE_COMPLETE'),
  );
  stop.abort(new Error('enough'));
  await second;
  expectOneAtATime();
});

test('stopping claims no more, lets running passes end, and gives every lease back', async () => {
  let go = (): void => undefined;
  const held = new Promise<void>((resolve) => (go = resolve));
  await begin(async (address) => (await held, complete(address)));
  const ids = await conductor.addBays(10);
  Object.assign(conductor.deps.orchestrator, {
    findAll: async (addresses: readonly StackAddress[]) =>
      new Map(addresses.map((address) => [address.name, { ...complete(address), newestEvent: 1 }])),
    events: async () => (await held, []),
  });
  run(conductor.loop({ concurrency: 2 }));
  await until('four leases are held', async () => (await leases()) === 4);
  stop.abort(new Error('stop'));
  await until('only the running passes hold leases', async () => (await leases()) === 2);
  const late = await conductor.addBays(1);
  go();
  await running;
  expect(await leases()).toBe(0);
  expect((await Promise.all(ids.map(statusOf))).filter((status) => status === 'CREATE_COMPLETE')).toHaveLength(2);
  expect(await statusOf(late[0])).toBe('CREATE_IN_PROGRESS');
});

test('a pass that does not end in the grace is aborted, and its lease given back', async () => {
  await begin(() => forever());
  await conductor.addBays(1);
  Object.assign(conductor.deps.orchestrator, {
    findAll: async (addresses: readonly StackAddress[]) =>
      new Map(addresses.map((address) => [address.name, { ...inProgress(address), newestEvent: 1 }])),
    events: forever,
  });
  run(conductor.loop({ drainMs: 50 }));
  await until('the lease of the bay is held', async () => (await leases()) === 1);
  stop.abort(new Error('stop'));
  await running;
  expect(await leases()).toBe(0);
});

test(
  'several conductors never have a bay at the same time: every claim has its own fence, and ends before the next',
  { timeout: 30_000 },
  async () => {
    await begin();
    await conductor.addBays(60);
    const others = [conductor.loop({ owner: 'b' }), conductor.loop({ owner: 'c' })].map((loop) => loop.run(stop.signal));
    run(conductor.loop({ owner: 'a' }));
    await until(
      'more than 300 leases were given back',
      () => conductor.lines.filter((line) => line.event === 'lease released').length > 300,
    );
    stop.abort(new Error('enough'));
    await Promise.all([...others, running]);
    expectOneAtATime();
    expect(
      new Set(conductor.lines.filter((line) => line.event === 'lease claimed').map((line) => line.fields['owner'])).size,
    ).toBeGreaterThan(1);
  },
);

/** In the order of the log, a bay is claimed, released, and claimed again. */
function expectOneAtATime(): void {
  const holders = new Map<unknown, unknown>();
  const fences = new Set<string>();
  for (const { event, fields } of conductor.lines) {
    const { bayId, fence } = fields;
    if (event === 'lease claimed') {
      expect(fences.has(`${String(bayId)} ${String(fence)}`)).toBe(false);
      fences.add(`${String(bayId)} ${String(fence)}`);
      expect(holders.get(bayId), `${String(bayId)} is claimed while it is held`).toBeUndefined();
      holders.set(bayId, fence);
    }
    if (event === 'lease released') holders.delete(bayId);
  }
}
