import type { Knex } from 'knex';
import type { BayStatus } from '../../domain/bay-status.js';
import type { Clock } from '../../ports/clock.js';
import type { HeldLease, ServiceStats, StatsReader } from '../../ports/stats.js';
import { integer, text, time } from './columns.js';
import { countRows, readAll, readOne, select } from './queries.js';
import { table } from './table.js';

const SOON_MS = 30 * 86_400_000;

const statuses = table<{ readonly status: BayStatus; readonly bays: number }>('bay', {
  status: text<BayStatus>(),
  bays: integer().computed('count(*)'),
});
const due = table<{ readonly items: number; readonly oldest: number | null }>('work_item', {
  items: integer().computed('count(*)'),
  oldest: integer().nullable().computed('min(due_at)'),
});
const expiry = table<{ readonly first: Date | null }>('bay_support', {
  first: time().nullable().computed('min(certificates_until)'),
});
const leases = table<HeldLease>('work_item', {
  bayId: text(),
  owner: text('lease_owner'),
  fence: integer(),
  until: time('lease_until'),
});

/** Six small statements, run when the figures are asked for: nothing is counted along the way. */
export function statsReader(db: Knex, clock: Clock): StatsReader {
  return {
    async read(): Promise<ServiceStats> {
      const now = clock.now().getTime();
      const byStatus = await readAll(select(db, statuses).groupBy('status'), statuses.read);
      const free = select(db, due)
        .where('due_at', '<=', now)
        .andWhere((lease) => lease.whereNull('lease_until').orWhere('lease_until', '<=', now));
      const { items, oldest } = (await readOne(free, due.read)) ?? { items: 0, oldest: null };
      return {
        // One entry for each status.
        baysByStatus: Object.fromEntries(byStatus.map(({ status, bays }) => [status, bays])) as ServiceStats['baysByStatus'],
        dueItems: items,
        leasedItems: await countRows(db('work_item').where('lease_until', '>', now)),
        expiringBays: await countRows(db('bay_support').where('certificates_until', '<=', now + SOON_MS)),
        nextExpiry: (await readOne(select(db, expiry), expiry.read))?.first ?? null,
        oldestDueMs: oldest === null ? 0 : Math.max(0, now - oldest),
      };
    },
    leases: (limit) =>
      readAll(
        select(db, leases).where('lease_until', '>', clock.now().getTime()).orderBy('lease_until').limit(limit),
        leases.read,
      ),
  };
}
