import type { Knex } from 'knex';
import type { SecretRepository } from '../../ports/store.js';
import { text, type Row } from './rows.js';

const TABLE = 'vault_secret';

export function secretRepository(db: Knex): SecretRepository {
  return {
    async keep(ref, sealed) {
      await db(TABLE).insert({ ref, sealed }).onConflict('ref').ignore();
      const row: Row = await db(TABLE).where({ ref }).first();
      return text(row, 'sealed');
    },
    async put(ref, sealed) {
      await db(TABLE).insert({ ref, sealed }).onConflict('ref').merge();
    },
    async get(ref) {
      const row: Row | undefined = await db(TABLE).where({ ref }).first();
      return row && text(row, 'sealed');
    },
    async delete(ref) {
      await db(TABLE).where({ ref }).delete();
    },
    async deleteOf(bayId) {
      const rows: Row[] = await db(TABLE).where('ref', 'like', `bay/${bayId}/%`).select('ref');
      await db(TABLE).where('ref', 'like', `bay/${bayId}/%`).delete();
      return rows.map((row) => text(row, 'ref'));
    },
  };
}
