import type { Knex } from 'knex';
import type { MagnumServiceRepository } from '../../ports/store.js';
import { date, dateOrNull, flag, number, text, textOrNull, type Row } from './rows.js';

const TABLE = 'magnum_service';

export function magnumServiceRepository(db: Knex): MagnumServiceRepository {
  return {
    async beat(host, binary, now) {
      const at = now.getTime();
      const seen = await db(TABLE)
        .where({ host, binary })
        .update({ last_seen_up: at, updated_at: at, report_count: db.raw('report_count + 1') });
      if (seen > 0) return;
      await db(TABLE)
        .insert({ host, binary, report_count: 1, disabled: false, last_seen_up: at, created_at: at })
        .onConflict(['host', 'binary'])
        .ignore();
    },
    async list() {
      const rows: Row[] = await db(TABLE).orderBy('id');
      return rows.map((row) => ({
        id: number(row, 'id'),
        host: text(row, 'host'),
        binary: text(row, 'binary'),
        reportCount: number(row, 'report_count'),
        disabled: flag(row, 'disabled'),
        disabledReason: textOrNull(row, 'disabled_reason'),
        lastSeenUp: dateOrNull(row, 'last_seen_up'),
        createdAt: date(row, 'created_at'),
        updatedAt: dateOrNull(row, 'updated_at'),
      }));
    },
  };
}
