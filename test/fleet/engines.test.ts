import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqlite } from '@magnum-ts/core';
import {
  embeddedMigrations,
  ManualClock,
  migrate,
  openMariadb,
  orchestratorContract,
  type StackSnapshot,
  systemClock,
  until,
} from '@magnum-ts/core/testing';
import {
  ACCESS,
  aFleet,
  aName,
  aSpec,
  aTemplate,
  SIGNAL,
} from '../../packages/core/src/embedded-cloud/hot-engine/engine.test-support.js';
import { emptyDatabase, withMariadb } from '../support/services.js';
import { mortalEngine, type Act, type MortalEngine } from './mortal-engine.js';

const SLOWNESS = 40;
const NODES = ['one', 'two'];

function enginesSuite(open: () => Promise<Knex>): void {
  let db: Knex;
  let clock: ManualClock;
  let acts: Act[];
  let engines: MortalEngine[];
  beforeEach(async () => {
    db = await open();
    clock = ManualClock.running();
    acts = [];
    engines = [];
  });
  afterEach(async () => {
    for (const { engine } of engines) await engine.stop();
    await db.destroy();
  });

  const anEngine = async (name: string, started = true): Promise<MortalEngine> => {
    const mortal = mortalEngine(name, { db, clock, acts, slowness: SLOWNESS });
    if (started) await mortal.engine.start();
    engines.push(mortal);
    return mortal;
  };
  const killed = (mortal: MortalEngine): void => {
    mortal.kill();
    engines = engines.filter((other) => other !== mortal);
  };
  const find = async ({ engine }: MortalEngine, name: string): Promise<StackSnapshot | undefined> =>
    (await engine.find([aName(name)], ACCESS, SIGNAL)).get(aName(name));
  const create = ({ engine }: MortalEngine, name: string, template = aTemplate(aFleet(NODES))): Promise<StackSnapshot> =>
    engine.create(aSpec({ name: aName(name), template }), ACCESS, SIGNAL);
  const stackOf = new Map<string, string>();
  const learnOwners = async (): Promise<void> => {
    const rows: readonly { id: string; stack_id: string }[] = await db('hot_resource').select('id', 'stack_id');
    for (const row of rows) stackOf.set(row.id, row.stack_id);
  };
  const actsOn = (stackId: string): readonly Act[] => acts.filter((act) => stackOf.get(act.key.split('/')[0] ?? '') === stackId);

  test(
    'each stack is worked on by one engine; what a killed one leaves is finished by another, once its leases have lapsed',
    { timeout: 30_000 },
    async () => {
      const [first, second] = [await anEngine('first'), await anEngine('second')];
      const names = Array.from({ length: 4 }, (_unused, index) => `stack-${index}`);
      for (const name of names) await create(first, name);
      await create(second, 'own');
      await until('the first engine makes a server', async () =>
        acts.some((act) => act.method === 'ensureServer' && act.engine === 'first'),
      );
      await learnOwners();
      killed(first);
      const death = performance.now();
      await until('the other engine has completed its own stack', async () => (await find(second, 'own'))?.state === 'COMPLETE');
      // An engine looks for work each second. After this time it has looked, and has left alone what another one still leases.
      await systemClock.sleep(1_200);
      const stacks = await Promise.all(names.map((name) => find(second, name)));
      expect(stacks.flatMap((stack) => actsOn(stack?.id ?? '')).filter((act) => act.engine === 'second')).toEqual([]);
      expect(stacks.filter((stack) => stack?.state === 'IN_PROGRESS').length).toBeGreaterThan(0);

      clock.advance(31_000);
      await until('every stack is complete', async () =>
        (await Promise.all(names.map((name) => find(second, name)))).every((stack) => stack?.state === 'COMPLETE'),
      );
      await learnOwners();
      for (const stack of stacks) expectOneAtATime(actsOn(stack?.id ?? ''), death);
      const servers: readonly { part_key: string }[] = await db('simulated_part').where({ kind: 'server' });
      expect(servers).toHaveLength((names.length + 1) * NODES.length);
      // Every server that was ever asked for is one of those: none was made twice under two names.
      expect(new Set(acts.filter((act) => act.method === 'ensureServer').map((act) => act.key))).toEqual(
        new Set(servers.map((server) => server.part_key)),
      );
    },
  );

  test('an engine that stops gives its stacks back at once', { timeout: 30_000 }, async () => {
    const first = await anEngine('first');
    await create(first, 'stack');
    await until('the engine has begun', async () => acts.length > 0);
    const second = await anEngine('second');
    await first.engine.stop();
    await until('the stack is complete', async () => (await find(second, 'stack'))?.state === 'COMPLETE', { withinMs: 5_000 });
    expect(await db('simulated_part').where({ kind: 'server' })).toHaveLength(NODES.length);
  });

  test(
    'a deletion that is asked for elsewhere ends the creation, is done by the same engine, and leaves nothing',
    { timeout: 30_000 },
    async () => {
      const [first, second] = [await anEngine('first'), await anEngine('second')];
      const { id } = await create(first, 'stack', aTemplate({ ...aFleet(NODES), ...WAIT }));
      await until('a server is being made', async () => acts.some((act) => act.method === 'ensureServer'));
      await second.engine.delete(id, ACCESS, SIGNAL);
      await until('the stack is gone', async () => (await find(second, 'stack')) === undefined);
      expect(new Set(acts.map((act) => act.engine))).toEqual(new Set(['first']));
      expect(await db('simulated_part')).toEqual([]);
      expect(await db('hot_resource')).toEqual([]);
    },
  );

  test('a signal that another process took is heard soon', { timeout: 30_000 }, async () => {
    const [worker, gate] = [await anEngine('worker'), await anEngine('gate', false)];
    const outputs = {
      endpoint: { value: { get_attr: ['handle', 'endpoint'] } },
      token: { value: { get_attr: ['handle', 'token'] } },
    };
    await create(worker, 'stack', aTemplate(WAIT, { outputs }));
    await until(
      'the wait condition waits',
      async () => (await find(gate, 'stack'))?.resources.find((resource) => resource.path[0] === 'wait')?.state === 'IN_PROGRESS',
    );
    // Between two of the worker's looks: a signal that only a look found would come too late for the bound below.
    await systemClock.sleep(600);
    const stack = await find(gate, 'stack');
    const begun = performance.now();
    const answer = await gate.engine.handle(
      new Request(String(stack?.outputs['endpoint']), {
        method: 'POST',
        headers: { 'x-auth-token': String(stack?.outputs['token']) },
        body: '{}',
      }),
    );
    expect(answer?.status).toBe(200);
    await until('the stack is complete', async () => (await find(gate, 'stack'))?.state === 'COMPLETE');
    expect(performance.now() - begun).toBeLessThan(1_500);
  });

  test('an engine that is not started takes requests, and a started one does the work', { timeout: 30_000 }, async () => {
    const gate = await anEngine('gate', false);
    await create(gate, 'stack');
    await anEngine('worker');
    await until('the stack is complete', async () => (await find(gate, 'stack'))?.state === 'COMPLETE');
    expect(new Set(acts.map((act) => act.engine))).toEqual(new Set(['worker']));
  });

  test('two processes that make the same stack at the same time make one, and the other gets a conflict', async () => {
    const [first, second] = [await anEngine('first'), await anEngine('second')];
    const results = await Promise.allSettled([create(first, 'stack'), create(second, 'stack'), create(first, 'stack')]);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ kind: 'conflict' });
    await until('the stack is complete', async () => (await find(first, 'stack'))?.state === 'COMPLETE');
    expect(await db('hot_stack')).toHaveLength(1);
  });

  test('many stacks that draw addresses from one range get one each', { timeout: 30_000 }, async () => {
    const [first, second] = [await anEngine('first'), await anEngine('second')];
    const floating = aTemplate({ address: { type: 'OS::Neutron::FloatingIP', properties: { floating_network: 'public' } } });
    const names = Array.from({ length: 20 }, (_unused, index) => `stack-${index}`);
    await Promise.all(names.map((name, index) => create(index % 2 === 0 ? first : second, name, floating)));
    await until('every stack is complete', async () =>
      (await Promise.all(names.map((name) => find(first, name)))).every((stack) => stack?.state === 'COMPLETE'),
    );
    const rows: readonly { address: string }[] = await db('hot_allocation').select('address');
    expect(new Set(rows.map((row) => row.address)).size).toBe(names.length);
  });
}

const WAIT = {
  handle: { type: 'OS::Heat::WaitConditionHandle' },
  wait: { type: 'OS::Heat::WaitCondition', properties: { handle: { get_resource: 'handle' }, timeout: 600 } },
};

/** No call by one engine while a call by another is under way; the calls of a dead one end with it. */
function expectOneAtATime(acts: readonly Act[], death: number): void {
  const endOf = (act: Act): number => Math.min(act.ended, act.engine === 'first' ? death : Infinity);
  for (const one of acts) {
    for (const other of acts) {
      if (one.engine === other.engine) continue;
      expect(
        other.began >= endOf(one) || one.began >= endOf(other),
        `${one.engine} ${one.method} and ${other.engine} ${other.method}`,
      ).toBe(true);
    }
  }
}

async function migrated(db: Knex): Promise<Knex> {
  await migrate(db, embeddedMigrations);
  return db;
}

describe('engines over one SQLite', () => enginesSuite(() => migrated(openSqlite(':memory:'))));

await withMariadb('engines over one MariaDB', (mariadb) => {
  enginesSuite(() => migrated(openMariadb({ url: emptyDatabase(mariadb), poolSize: 20 })));

  orchestratorContract('the embedded engine over MariaDB', async () => {
    const db = await migrated(openMariadb({ url: emptyDatabase(mariadb) }));
    const { engine } = mortalEngine('contract', { db, clock: systemClock, acts: [], slowness: 0 });
    await engine.start();
    return {
      orchestrator: engine,
      access: ACCESS,
      stackName: aName('contract'),
      patience: 10_000,
      close: async () => {
        await engine.stop();
        await db.destroy();
      },
    };
  });
});
