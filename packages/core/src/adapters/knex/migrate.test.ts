import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Knex } from 'knex';
import { migrate, pendingMigrations, stamp } from './migrate.js';
import { coreMigrations } from './migrations/core.js';
import { openSqlite } from './sqlite.js';

const NAMES = coreMigrations.map(({ name }) => name);
let db: Knex;
beforeEach(() => {
  db = openSqlite(':memory:');
});
afterEach(() => db.destroy());

const tables = async (): Promise<readonly string[]> =>
  (await db('sqlite_master').where({ type: 'table' }).orderBy('name')).map((row: { name: string }) => row.name);

describe('stamping', () => {
  test('writes down the steps of a schema that came without them, and makes none', async () => {
    await migrate(db, coreMigrations);
    await db.schema.dropTable('schema_step');
    const before = await tables();
    expect(await stamp(db, coreMigrations, 'head')).toEqual(NAMES);
    expect(await pendingMigrations(db, coreMigrations)).toEqual([]);
    expect(await migrate(db, coreMigrations)).toEqual([]);
    expect(await tables()).toEqual([...before, 'schema_step'].sort());
  });

  test('up to a step leaves the later ones to be made', async () => {
    await migrate(db, coreMigrations);
    const [first = '', ...later] = NAMES;
    expect(await stamp(db, coreMigrations, first)).toEqual([first]);
    expect(await pendingMigrations(db, coreMigrations)).toEqual(later);
  });

  test('of a step that is not known, or of an empty database, is refused', async () => {
    await expect(stamp(db, coreMigrations, 'head')).rejects.toMatchObject({ message: expect.stringContaining('upgrade') });
    await migrate(db, coreMigrations);
    await expect(stamp(db, coreMigrations, 'a1136d335540')).rejects.toMatchObject({
      message: expect.stringContaining('history'),
    });
    expect(await pendingMigrations(db, coreMigrations)).toEqual([]);
  });
});

test.each(['cluster', 'bay'])('a database of the Magnum in Python, with its table %s, is left as it is', async (table) => {
  await db.schema.createTable('alembic_version', (columns) => void columns.string('version_num', 32));
  await db.schema.createTable(table, (columns) => void columns.string('uuid', 36));
  const before = await tables();
  const refused = { kind: 'invalid-parameter', message: expect.stringContaining('[database] connection') };
  await expect(migrate(db, coreMigrations)).rejects.toMatchObject(refused);
  await expect(stamp(db, coreMigrations, 'head')).rejects.toMatchObject(refused);
  expect(await tables()).toEqual(before);
});
