import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  aBay,
  aBayModel,
  type BayId,
  coreMigrations,
  knexStore,
  migrate,
  openAtMost,
  openMariadb,
  statementErrorContract,
  storeContract,
  systemClock,
} from '@magnum-ts/core/testing';
import { startMariadb, type Mariadb } from '../../scripts/host/mariadb.mjs';
import { pendingMigrations } from '../../packages/core/src/adapters/knex/migrate.js';
import { requireRoom } from '../../packages/core/src/app/quotas.js';

let mariadb: Mariadb;
beforeAll(async () => {
  mariadb = await startMariadb({ log: (line) => process.stdout.write(`${line}\n`) });
}, 180_000);
afterAll(() => mariadb.stop());

/** A database of its own for every test: its name is random, the server is shared. */
function emptyDatabase(): string {
  const name = `t${randomBytes(6).toString('hex')}`;
  mariadb.sql(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  return mariadb.url.replace('/magnum?', `/${name}?`);
}

storeContract('MariaDB', async (clock) => {
  const db = openMariadb({ url: emptyDatabase() });
  await migrate(db, coreMigrations);
  return knexStore(db, clock);
});

statementErrorContract('MariaDB', async () => openMariadb({ url: emptyDatabase() }));

describe('MariaDB', () => {
  test('is migrated once, however many processes try at the same time', async () => {
    const url = emptyDatabase();
    const pools = [1, 2, 3].map(() => openMariadb({ url }));
    const made = await Promise.all(pools.map((db) => migrate(db, coreMigrations)));
    expect(made.flat().toSorted()).toEqual(coreMigrations.map((migration) => migration.name).toSorted());
    const [first] = pools;
    expect(first && (await pendingMigrations(first, coreMigrations))).toEqual([]);
    await Promise.all(pools.map((db) => db.destroy()));
  });

  test('names that differ in case are different names', async () => {
    const db = openMariadb({ url: emptyDatabase() });
    await migrate(db, coreMigrations);
    const store = knexStore(db, systemClock);
    await store.write((repos) => repos.bayModels.insert(aBayModel({ name: 'Hive' })));
    expect(await store.read((repos) => repos.bayModels.find('hive', { projectId: 'project' }))).toEqual([]);
    await store.close();
  });

  test('gets few connections of a process, and none of them stays after a burst', async () => {
    const url = emptyDatabase();
    const [, , name = ''] = /(\/)(t[0-9a-f]+)\?/.exec(url) ?? [];
    const db = openMariadb({ url, poolSize: 5 });
    await migrate(db, coreMigrations);
    const store = knexStore(db, systemClock);
    const open = (): number =>
      Number(mariadb.sql(`SELECT COUNT(*) FROM information_schema.processlist WHERE db = '${name}'`).match(/\d+/)?.[0]);
    await Promise.all(Array.from({ length: 50 }, () => store.write((repos) => repos.services.list())));
    expect(open()).toBeLessThanOrEqual(5);
    await openAtMost({ open }, 0);
    expect(await store.read((repos) => repos.services.list())).toEqual([]);
    await store.close();
  }, 30_000);

  test('a pool that is used up answers store-unavailable soon, and recovers', async () => {
    const db = openMariadb({ url: emptyDatabase(), poolSize: 1, acquireTimeoutMs: 200 });
    await migrate(openMariadb({ url: urlOf(db) }), coreMigrations);
    const store = knexStore(db, systemClock);
    const [taken, released] = [aGate(), aGate()];
    const slow = store.write(async (repos) => {
      await repos.services.list();
      taken.open();
      await released.opened;
    });
    await taken.opened;
    await expect(store.read((repos) => repos.services.list())).rejects.toMatchObject({ kind: 'store-unavailable', status: 503 });
    released.open();
    await slow;
    expect(await store.read((repos) => repos.services.list())).toEqual([]);
    await store.close();
  });

  test('a server that comes back is used again without a restart of ours', async () => {
    const db = openMariadb({ url: emptyDatabase(), acquireTimeoutMs: 500 });
    await migrate(db, coreMigrations);
    const store = knexStore(db, systemClock);
    await mariadb.suspend('SIGKILL');
    await expect(store.read((repos) => repos.services.list())).rejects.toMatchObject({ kind: 'store-unavailable' });
    await mariadb.resume();
    expect(await store.read((repos) => repos.services.list())).toEqual([]);
    await store.close();
  });

  test('several processes together let in as many clusters as there is room for', async () => {
    const url = emptyDatabase();
    const pools = [1, 2, 3].map(() => openMariadb({ url, acquireTimeoutMs: 20_000 }));
    const stores = pools.map((db) => knexStore(db, systemClock));
    const storeOf = (index: number) => stores[index % stores.length] ?? knexStore(openMariadb({ url }), systemClock);
    const setUp = openMariadb({ url });
    await migrate(setUp, coreMigrations);
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_unused, index) =>
        storeOf(index).write(async (repos) => {
          await requireRoom({ defaultClusterQuota: 10 }, repos, 'project');
          await repos.bays.insert(aBay({ id: randomUUID() as BayId }));
        }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ kind: 'quota-exceeded' });
    expect((await storeOf(0).read((repos) => repos.bays.count('project'))).bays).toBe(10);
    await Promise.all([setUp, ...pools].map((db) => db.destroy()));
  });

  test("fifty writers that get in each other's way all come through", async () => {
    const db = openMariadb({ url: emptyDatabase() });
    await migrate(db, coreMigrations);
    const store = knexStore(db, systemClock);
    await store.write(async (repos) => {
      await repos.bayModels.insert(aBayModel());
      await repos.bays.insert(aBay());
    });
    const wakes = Array.from({ length: 50 }, () =>
      store.write(async (repos) => {
        await repos.work.wake(aBay().id);
        await repos.services.beat('host', 'magnum-conductor', new Date());
      }),
    );
    await Promise.all(wakes);
    expect((await store.read((repos) => repos.services.list()))[0]?.reportCount).toBe(50);
    await store.close();
  });
});

function urlOf(db: ReturnType<typeof openMariadb>): string {
  // What openMariadb was given, read back from Knex's configuration.
  const { host, port, user, password, database } = db.client.config.connection as {
    host: string;
    port: number;
    user: string;
    password: string;
    database: string;
  };
  return `mysql://${user}:${password}@${host}:${port}/${database}`;
}

/** A promise that a test resolves when its time has come. */
function aGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
