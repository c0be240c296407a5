import type { Knex } from 'knex';
import type { MagnumService } from '../../domain/magnum-service.js';
import type { MagnumServiceRepository } from '../../ports/store.js';
import { flag, integer, text, time } from './columns.js';
import { readAll, select } from './queries.js';
import { table } from './table.js';

export const magnumServices = table<MagnumService>('magnum_service', {
  id: integer().generated(),
  host: text(),
  binary: text(),
  reportCount: integer(),
  disabled: flag(),
  disabledReason: text().nullable(),
  lastSeenUp: time().nullable(),
  createdAt: time(),
  updatedAt: time().nullable(),
});

export function magnumServiceRepository(db: Knex): MagnumServiceRepository {
  const { name, toRow, read } = magnumServices;
  return {
    async beat(host, binary, now) {
      const counted = { report_count: db.raw('report_count + 1') };
      const seen = await db(name)
        .where(toRow({ host, binary }))
        .update({ ...toRow({ lastSeenUp: now, updatedAt: now }), ...counted });
      if (seen > 0) return;
      await db(name)
        .insert(toRow({ host, binary, reportCount: 1, disabled: false, lastSeenUp: now, createdAt: now }))
        .onConflict(['host', 'binary'])
        .ignore();
    },
    list: () => readAll(select(db, magnumServices).orderBy('id'), read),
  };
}
