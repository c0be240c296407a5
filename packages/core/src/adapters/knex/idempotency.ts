import type { Knex } from 'knex';
import { DomainError } from '../../domain/errors.js';
import type { IdempotencyRecord, IdempotencyRepository } from '../../ports/store.js';
import { text, time } from './columns.js';
import { readOne, select } from './queries.js';
import { table } from './table.js';

export const idempotencyRecords = table<IdempotencyRecord>('idempotency_key', {
  owner: text(),
  requestHash: text(),
  busyUntil: time(),
  resourceId: text().nullable(),
  answer: text().nullable(),
});

/** Which request the record is of, and since when. */
export const idempotencyKeys = table<{ readonly id: string; readonly createdAt: Date }>('idempotency_key', {
  id: text(),
  createdAt: time(),
});

export function idempotencyRepository(db: Knex): IdempotencyRepository {
  const { name, toRow, read } = idempotencyRecords;
  return {
    async begin(id, { owner, requestHash, busyUntil, now, forgetBefore }) {
      await db(name).where('created_at', '<', forgetBefore.getTime()).delete();
      const row = { ...idempotencyKeys.toRow({ id, createdAt: now }), ...toRow({ owner, requestHash, busyUntil }) };
      await db(name).insert(row).onConflict('id').ignore();
      const found = await readOne(select(db, idempotencyRecords).where({ id }), read);
      if (!found) throw new DomainError('internal', 'The record of an idempotency key was deleted while it was made.');
      return found;
    },
    async takeOver(id, from, owner, busyUntil) {
      const free = db(name).where({ id, owner: from }).whereNull('resource_id');
      return (await free.update(toRow({ owner, busyUntil }))) === 1;
    },
    async mark(id, owner, resourceId) {
      return (await db(name).where({ id, owner }).update(toRow({ resourceId }))) === 1;
    },
    async answer(id, owner, answer) {
      await db(name).where({ id, owner }).update(toRow({ answer }));
    },
    async forget(id, owner) {
      await db(name).where({ id, owner }).delete();
    },
  };
}
