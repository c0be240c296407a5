import type { Knex } from 'knex';
import type { IdempotencyRecord, IdempotencyRepository } from '../../ports/store.js';
import { date, text, textOrNull, type Row } from './rows.js';

const TABLE = 'idempotency_key';

export function idempotencyRepository(db: Knex): IdempotencyRepository {
  return {
    async begin(id, begun) {
      await db(TABLE).where('created_at', '<', begun.forgetBefore.getTime()).delete();
      const row = {
        id,
        owner: begun.owner,
        request_hash: begun.requestHash,
        created_at: begun.now.getTime(),
        busy_until: begun.busyUntil.getTime(),
      };
      await db(TABLE).insert(row).onConflict('id').ignore();
      const found: Row = await db(TABLE).where({ id }).first();
      return fromRow(found);
    },
    async takeOver(id, from, to, busyUntil) {
      const change = { owner: to, busy_until: busyUntil.getTime() };
      return (await db(TABLE).where({ id, owner: from }).whereNull('resource_id').update(change)) === 1;
    },
    async mark(id, owner, resourceId) {
      return (await db(TABLE).where({ id, owner }).update({ resource_id: resourceId })) === 1;
    },
    async answer(id, owner, answer) {
      await db(TABLE).where({ id, owner }).update({ answer });
    },
    async forget(id, owner) {
      await db(TABLE).where({ id, owner }).delete();
    },
  };
}

function fromRow(row: Row): IdempotencyRecord {
  return {
    owner: text(row, 'owner'),
    requestHash: text(row, 'request_hash'),
    busyUntil: date(row, 'busy_until'),
    resourceId: textOrNull(row, 'resource_id'),
    answer: textOrNull(row, 'answer'),
  };
}
