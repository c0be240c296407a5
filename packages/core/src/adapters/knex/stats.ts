import type { Knex } from 'knex';
import type { Clock } from '../../ports/clock.js';
import type { ServiceStats, StatsReader } from '../../ports/stats.js';
import { dateOrNull, number, text, type Row } from './rows.js';

const SOON_MS = 30 * 86_400_000;

/** Six small statements, run when the figures are asked for: nothing is counted along the way. */
export function statsReader(db: Knex, clock: Clock): StatsReader {
  return {
    async read() {
      const now = clock.now().getTime();
      const statuses: Row[] = await db('bay').select('status').count({ n: '*' }).groupBy('status');
      const free = db('work_item')
        .where('due_at', '<=', now)
        .andWhere((lease) => lease.whereNull('lease_until').orWhere('lease_until', '<=', now));
      const due: Row | undefined = await free.count({ n: '*' }).min({ oldest: 'due_at' }).first();
      const leased: Row | undefined = await db('work_item').where('lease_until', '>', now).count({ n: '*' }).first();
      const soon = now + SOON_MS;
      const expiring: Row | undefined = await db('bay_support').where('certificates_until', '<=', soon).count({ n: '*' }).first();
      const first: Row | undefined = await db('bay_support').min({ until: 'certificates_until' }).first();
      const dueItems = due ? number(due, 'n') : 0;
      return {
        // The column holds statuses only.
        baysByStatus: Object.fromEntries(
          statuses.map((row) => [text(row, 'status'), number(row, 'n')]),
        ) as ServiceStats['baysByStatus'],
        dueItems,
        leasedItems: leased ? number(leased, 'n') : 0,
        expiringBays: expiring ? number(expiring, 'n') : 0,
        nextExpiry: first ? dateOrNull(first, 'until') : null,
        oldestDueMs: due && dueItems > 0 ? Math.max(0, now - number(due, 'oldest')) : 0,
      };
    },
    async leases(limit) {
      const rows: Row[] = await db('work_item')
        .where('lease_until', '>', clock.now().getTime())
        .orderBy('lease_until')
        .limit(limit);
      return rows.map((row) => ({
        bayId: text(row, 'bay_id'),
        owner: text(row, 'lease_owner'),
        fence: number(row, 'fence'),
        until: new Date(number(row, 'lease_until')),
      }));
    },
  };
}
