import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  aBayModel,
  type BayModelId,
  coreMigrations,
  knexStore,
  migrate,
  openMariadb,
  type Store,
  systemClock,
} from '@magnum-ts/core/testing';
import { startMariadb, type Mariadb } from '../../scripts/host/mariadb.mjs';
import { smallDisk } from '../support/small-disk.js';

const NAME = 'a MariaDB whose disk is full';
const disk = smallDisk(320, NAME);
const MOST = 400;
const LABELS = Object.fromEntries(Array.from({ length: 80 }, (_unused, index) => [`label${index}`, 'x'.repeat(250)]));

describe.skipIf('reason' in disk)(NAME, () => {
  let mariadb: Mariadb;
  let store: Store;
  const accepted: BayModelId[] = [];

  beforeAll(async () => {
    const under = 'folder' in disk ? disk.folder : '';
    mariadb = await startMariadb({ log: (line) => process.stdout.write(`${line}\n`), under });
    const db = openMariadb({ url: mariadb.url });
    await migrate(db, coreMigrations);
    store = knexStore(db, systemClock);
  }, 180_000);
  afterAll(async () => {
    await store?.close();
    await mariadb?.stop();
    if ('remove' in disk) disk.remove();
  }, 60_000);

  async function insert(): Promise<void> {
    const id = crypto.randomUUID() as BayModelId; // a new UUID is an id by being given here
    await store.write((repos) => repos.bayModels.insert(aBayModel({ id, name: `model-${accepted.length}`, labels: LABELS })));
    accepted.push(id);
  }

  async function fillUp(): Promise<unknown> {
    for (let count = 0; count < MOST; count += 1) {
      const failure: unknown = await insert().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure) return failure;
    }
    throw new Error(`${MOST} rows found room on a full disk`);
  }

  test(
    'refuses writes in a way that is tried again, and has all that was accepted when there is room again',
    { timeout: 120_000 },
    async () => {
      await insert();
      const makeRoom = 'fill' in disk ? disk.fill() : () => undefined;
      const refused = await fillUp();
      expect(refused).toMatchObject({ kind: 'store-unavailable', status: 503 });
      makeRoom();
      // MariaDB may end by itself on a full disk; either way it comes back on what it has.
      await mariadb.restart('SIGKILL');
      await expect
        .poll(
          () =>
            insert().then(
              () => true,
              () => false,
            ),
          { timeout: 60_000 },
        )
        .toBe(true);
      for (const id of accepted) expect(await store.read((repos) => repos.bayModels.get(id)), id).toBeDefined();
    },
  );
});
