import { expect, test } from 'vitest';
import { aBay, aBayModel } from '../../testing/builders.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { EMPTY_RECONCILER_STATE } from '../../domain/reconciler-state.js';
import type { BayId } from '../../domain/ids.js';
import { coreMigrations } from './migrations/core.js';
import { migrate } from './migrate.js';
import { openSqlite } from './sqlite.js';
import { statsReader } from './stats.js';
import { knexStore } from './store.js';

test('counts bays by status, and work by what it waits for', async () => {
  const db = openSqlite(':memory:');
  await migrate(db, coreMigrations);
  const clock = new ManualClock();
  const store = knexStore(db, clock);
  const ids = [1, 2, 3].map((number) => `00000000-0000-4000-8000-00000000000${number}` as BayId);
  await store.write(async (repos) => {
    await repos.bayModels.insert(aBayModel());
    for (const [index, id] of ids.entries()) {
      await repos.bays.insert(aBay({ id, status: index === 0 ? 'CREATE_COMPLETE' : 'CREATE_IN_PROGRESS' }));
      await repos.work.wake(id);
      const days = [10, 400, null][index] ?? null;
      const certificatesUntil = days === null ? null : new Date(clock.now().getTime() + days * 86_400_000).toISOString();
      await repos.support.save(id, { ...EMPTY_RECONCILER_STATE, certificatesUntil });
    }
  });
  const stats = statsReader(db, clock);
  clock.advance(5_000);
  await store.queue.claim('me', 1);
  expect(await stats.read()).toEqual({
    baysByStatus: { CREATE_COMPLETE: 1, CREATE_IN_PROGRESS: 2 },
    dueItems: 2,
    leasedItems: 1,
    oldestDueMs: 5_000,
    expiringBays: 1,
    nextExpiry: new Date(clock.now().getTime() + 10 * 86_400_000 - 5_000),
  });
  expect(await stats.leases(10)).toEqual([
    { bayId: expect.any(String), owner: 'me', fence: 1, until: new Date(clock.now().getTime() + 30_000) },
  ]);
  await store.close();
});

test('an empty service has nothing to count', async () => {
  const db = openSqlite(':memory:');
  await migrate(db, coreMigrations);
  expect(await statsReader(db, new ManualClock()).read()).toEqual({
    baysByStatus: {},
    dueItems: 0,
    leasedItems: 0,
    oldestDueMs: 0,
    expiringBays: 0,
    nextExpiry: null,
  });
  await db.destroy();
});
