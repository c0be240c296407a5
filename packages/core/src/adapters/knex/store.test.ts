import { storeContract } from '../../testing/contracts/store.js';
import { coreMigrations } from './migrations/core.js';
import { migrate } from './migrate.js';
import { openSqlite } from './sqlite.js';
import { knexStore } from './store.js';
import { expect, test } from 'vitest';

storeContract('SQLite', async (clock) => {
  const db = openSqlite(':memory:');
  await migrate(db, coreMigrations);
  return knexStore(db, clock);
});

test('migrating twice does nothing the second time, also after a step that died half-way', async () => {
  const db = openSqlite(':memory:');
  expect(await migrate(db, coreMigrations)).toHaveLength(coreMigrations.length);
  expect(await migrate(db, coreMigrations)).toEqual([]);
  await db('schema_step').delete();
  await expect(migrate(db, coreMigrations)).resolves.toHaveLength(coreMigrations.length);
  await db.destroy();
});
