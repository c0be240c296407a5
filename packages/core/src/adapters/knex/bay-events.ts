import type { Knex } from 'knex';
import type { BayEvent } from '../../domain/bay-event.js';
import type { BayId } from '../../domain/ids.js';
import type { BayEventRepository } from '../../ports/store.js';
import { insertAll } from './inserts.js';
import { date, number, text, textOrNull, type Row } from './rows.js';

const TABLE = 'bay_event';

export function bayEventRepository(db: Knex): BayEventRepository {
  return {
    async append(events) {
      const rows = events.map((event) => ({
        bay_id: event.bayId,
        at: event.at.getTime(),
        kind: event.kind,
        source: event.source,
        resource: event.resource.slice(0, 512),
        resource_type: event.resourceType.slice(0, 255),
        resource_id: event.resourceId?.slice(0, 255) ?? null,
        status: event.status,
        reason: event.reason,
      }));
      await insertAll(db, TABLE, rows);
    },
    async list(bayId, after, limit) {
      const rows: Row[] = await db(TABLE).where({ bay_id: bayId }).andWhere('id', '>', after).orderBy('id').limit(limit);
      return rows.map(fromRow);
    },
  };
}

function fromRow(row: Row): BayEvent {
  return {
    // Written by `append` from the same types.
    id: number(row, 'id'),
    bayId: text(row, 'bay_id') as BayId,
    at: date(row, 'at'),
    kind: text(row, 'kind') as BayEvent['kind'],
    source: text(row, 'source') as BayEvent['source'],
    resource: text(row, 'resource'),
    resourceType: text(row, 'resource_type'),
    resourceId: textOrNull(row, 'resource_id'),
    status: text(row, 'status'),
    reason: textOrNull(row, 'reason'),
  };
}
