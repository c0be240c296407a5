import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isDuplicate } from './transactions.js';
import { openSqlite } from './sqlite.js';

let folder: string;
let db: Knex;
let other: ChildProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'magnum-sqlite-'));
  db = openSqlite(join(folder, 'magnum.db'), { busyTimeoutMs: 50 });
  await db.schema.createTable('thing', (table) => table.text('name').primary());
  await db('thing').insert({ name: 'before' });
});
afterEach(async () => {
  other?.kill('SIGKILL');
  await db.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const LIBSQL = createRequire(import.meta.url).resolve('libsql');
const HOLDER = `
  const Database = require(${JSON.stringify(LIBSQL)});
  const db = new Database(process.argv[1]);
  db.exec('BEGIN IMMEDIATE');
  process.stdout.write('locked');
  process.stdin.once('data', () => { db.exec('ROLLBACK'); db.close(); process.exit(0); });
`;

/** A second process that holds the write lock until it is let go. */
async function lock(): Promise<() => Promise<void>> {
  const holder = spawn(process.execPath, ['-e', HOLDER, join(folder, 'magnum.db')], { stdio: ['pipe', 'pipe', 'inherit'] });
  other = holder;
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  return async () => {
    const ended = new Promise((resolve) => holder.once('exit', resolve));
    holder.stdin.write('go');
    await ended;
  };
}

const insert = (name: string): Promise<unknown> => db.transaction(async (transaction) => transaction('thing').insert({ name }));
const readThenInsert = (name: string): Promise<unknown> =>
  db.transaction(async (transaction) => {
    await transaction('thing').select();
    await transaction('thing').insert({ name });
  });
const names = async (): Promise<readonly string[]> => (await db('thing').orderBy('name').pluck('name')) as string[]; // a text column

test.each([
  ['in a transaction', insert],
  ['in a transaction that has read before', readThenInsert],
  ['alone', (name: string) => db('thing').insert({ name })],
  ['of a table', () => db.schema.createTable('late', (table) => table.increments())],
])(
  'a write %s fails while another process holds the lock, and all works again afterwards, without a trace of what failed',
  async (_what, write) => {
    const release = await lock();
    for (const name of ['one', 'two', 'three'])
      await expect(Promise.resolve(write(name)), name).rejects.toMatchObject({ code: expect.stringMatching(/^SQLITE_BUSY/) });
    expect(await names()).toEqual(['before']);
    await release();
    await insert('after 1');
    await readThenInsert('after 2');
    await db('thing').insert({ name: 'after 3' });
    // What this process sees is what is committed: another connection sees the same.
    const second = openSqlite(join(folder, 'magnum.db'));
    const seen = (await second('thing').orderBy('name').pluck('name')) as string[]; // a text column
    await second.destroy();
    expect([await names(), seen]).toEqual([
      ['after 1', 'after 2', 'after 3', 'before'],
      ['after 1', 'after 2', 'after 3', 'before'],
    ]);
  },
);

test('a connection that was left inside of a transaction is not given to the next one, and its writes are undone', async () => {
  const connection: unknown = await db.client.acquireConnection();
  await db.raw('BEGIN').connection(connection);
  await db.raw("INSERT INTO thing VALUES ('forgotten')").connection(connection);
  await db.client.releaseConnection(connection);
  expect(await names()).toEqual(['before']);
  await insert('after');
  expect(await names()).toEqual(['after', 'before']);
});

test('a new database and its journals are for their owner alone', () => {
  const modes = readdirSync(folder).map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]);
  expect(Object.fromEntries(modes)).toEqual({ 'magnum.db': '600', 'magnum.db-shm': '600', 'magnum.db-wal': '600' });
});

test('a constraint leaves the connection as it is, every other error replaces it', async () => {
  const uid = async (): Promise<unknown> => {
    const connection: unknown = await db.client.acquireConnection();
    await db.client.releaseConnection(connection);
    return connection;
  };
  const first = await uid();
  await expect(insert('before')).rejects.toSatisfy(isDuplicate);
  expect(await uid()).toBe(first);
  await expect(db.raw('SELECT * FROM nowhere')).rejects.toThrow('no such table: nowhere');
  expect(await uid()).not.toBe(first);
});
