import type { Knex } from 'knex';
import type { BayEvent } from '../../domain/bay-event.js';
import type { BayId } from '../../domain/ids.js';
import type { BayEventRepository } from '../../ports/store.js';
import { integer, text, time, uuid } from './columns.js';
import { insertAll, readAll, select } from './queries.js';
import { table } from './table.js';

export const bayEvents = table<BayEvent>('bay_event', {
  id: integer().generated(),
  bayId: uuid<BayId>('bay_id'),
  at: time(),
  kind: text<BayEvent['kind']>(),
  source: text<BayEvent['source']>(),
  resource: text(),
  resourceType: text(),
  resourceId: text().nullable(),
  status: text(),
  reason: text().nullable(),
});

export function bayEventRepository(db: Knex): BayEventRepository {
  return {
    async append(events) {
      const rows = events.map((event) =>
        bayEvents.toRow({
          ...event,
          resource: event.resource.slice(0, 512),
          resourceType: event.resourceType.slice(0, 255),
          resourceId: event.resourceId?.slice(0, 255) ?? null,
        }),
      );
      await insertAll(db, bayEvents.name, rows);
    },
    list: (bayId, after, limit) =>
      readAll(
        select(db, bayEvents).where(bayEvents.toRow({ bayId })).andWhere('id', '>', after).orderBy('id').limit(limit),
        bayEvents.read,
      ),
  };
}
