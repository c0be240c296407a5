import { createCipheriv, randomBytes, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BayId, ContainerId } from '../../domain/ids.js';
import type { Container } from '../../domain/container.js';
import type { New } from '../../ports/store.js';
import { systemClock } from '../system/clock.js';
import { aesSealer } from '../system/sealer.js';
import { coreMigrations } from './migrations/core.js';
import { embeddedMigrations } from './migrations/embedded.js';
import { migrate } from './migrate.js';
import { reseal } from './reseal.js';
import { openSqlite } from './sqlite.js';
import { knexStore } from './store.js';

const [OLD, NEW, LOST] = [randomBytes(32), randomBytes(32), randomBytes(32)];
let db: Knex;
beforeEach(async () => {
  db = openSqlite(':memory:');
  await migrate(db, [...coreMigrations, ...embeddedMigrations]);
});
afterEach(() => db.destroy());

const aContainer = (environment: Container['environment']): New<Container> => ({
  id: randomUUID() as ContainerId, // new here
  bayId: randomUUID() as BayId, // no other test reads it
  projectId: 'p',
  userId: 'u',
  name: null,
  image: 'busybox',
  command: null,
  memory: null,
  environment,
  status: 'Stopped',
  createdAt: new Date(0),
  updatedAt: null,
});

/** As releases wrote it that named no key. */
function unnamed(plain: string, context: string, key: Uint8Array): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
}

test('environments of containers rest sealed, and those of earlier releases are read', async () => {
  await db.raw('PRAGMA foreign_keys = OFF');
  const store = knexStore(db, systemClock, aesSealer(OLD));
  const [sealed, plain] = [aContainer({ DB_PASSWORD: 'CANARY' }), aContainer({ DB_PASSWORD: 'EARLIER' })];
  await store.write((repos) => repos.containers.insert(sealed));
  await knexStore(db, systemClock).write((repos) => repos.containers.insert(plain));
  expect(JSON.stringify(await db('container').where({ uuid: sealed.id }))).not.toContain('CANARY');
  const read = async (keys: readonly Uint8Array[], id: string): Promise<unknown> => {
    const [found] = await knexStore(db, systemClock, aesSealer(...keys)).read((repos) =>
      repos.containers.find(id, { projectId: 'p' }),
    );
    return found?.environment;
  };
  expect([await read([OLD], sealed.id), await read([OLD], plain.id)]).toEqual([
    { DB_PASSWORD: 'CANARY' },
    { DB_PASSWORD: 'EARLIER' },
  ]);
  expect(await reseal(db, aesSealer(NEW, OLD))).toEqual({ resealed: 2, current: 0, lost: 0 });
  expect([await read([NEW], sealed.id), await read([NEW], plain.id)]).toEqual([
    { DB_PASSWORD: 'CANARY' },
    { DB_PASSWORD: 'EARLIER' },
  ]);
  expect(JSON.stringify(await db('container'))).not.toMatch(/CANARY|EARLIER/);
});

test('every sealed column is sealed again with the newest key, a page and a row at a time, and only once', async () => {
  await db.raw('PRAGMA foreign_keys = OFF');
  const old = aesSealer(OLD);
  const refs = Array.from({ length: 450 }, (_, index) => `ref ${index}`);
  await db.batchInsert(
    'vault_secret',
    refs.map((ref) => ({ ref, sealed: index(ref) % 2 ? old.seal(ref, ref) : unnamed(ref, ref, OLD) })),
  );
  const stack = {
    project_id: 'p',
    user_id: 'u',
    name: 'n',
    action: 'CREATE',
    state: 'COMPLETE',
    reason: '',
    tags: '[]',
    traversal: 1,
    started_at: 0,
    created_at: 0,
  };
  await db('hot_stack').insert({ ...stack, id: 's1', spec: old.seal('a spec', 'hot_stack/s1/spec'), previous_spec: null });
  for (const signal_id of ['one', 'two'])
    await db('hot_signal').insert({
      handle_id: 'h',
      signal_id,
      stack_id: 's1',
      status: 'SUCCESS',
      reason: '',
      data: old.seal(signal_id, `hot_signal/h/${signal_id}`),
    });
  const sealer = aesSealer(NEW, OLD);
  expect(await reseal(db, sealer)).toEqual({ resealed: 453, current: 0, lost: 0 });
  expect(await reseal(db, sealer)).toEqual({ resealed: 0, current: 453, lost: 0 });
  // The old key is needed no more.
  const alone = aesSealer(NEW);
  for (const row of (await db('vault_secret')) as { ref: string; sealed: string }[])
    expect(alone.open(row.sealed, row.ref)).toBe(row.ref);
  const spec: unknown = await db('hot_stack').first('spec');
  expect(alone.open((spec as { spec: string }).spec, 'hot_stack/s1/spec')).toBe('a spec'); // inserted above
});

test('what no key opens is counted and left as it is', async () => {
  const sealed = aesSealer(LOST).seal('x', 'ref');
  await db('vault_secret').insert({ ref: 'ref', sealed });
  expect(await reseal(db, aesSealer(NEW, OLD))).toEqual({ resealed: 0, current: 0, lost: 1 });
  expect(await db('vault_secret').first('sealed')).toEqual({ sealed });
});

function index(ref: string): number {
  return Number(ref.slice(4));
}
