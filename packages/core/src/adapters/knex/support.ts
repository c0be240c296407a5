import type { Knex } from 'knex';
import { NO_SUPPORT, type BaySupport } from '../../domain/bay-support.js';
import type { SupportRepository } from '../../ports/store.js';
import { json, type Row } from './rows.js';

const TABLE = 'bay_support';

export function supportRepository(db: Knex): SupportRepository {
  return {
    async get(bayId) {
      const row: Row | undefined = await db(TABLE).where({ bay_id: bayId }).first();
      return row ? { ...NO_SUPPORT, ...json<Partial<BaySupport>>(row, 'support') } : NO_SUPPORT;
    },
    async save(bayId, support) {
      await db(TABLE).insert({ bay_id: bayId, support: JSON.stringify(support) }).onConflict('bay_id').merge();
    },
  };
}
