import type { Knex } from 'knex';
import { DomainError } from '../../domain/errors.js';
import type { BayId } from '../../domain/ids.js';
import type { Clock } from '../../ports/clock.js';
import type { Lease, WorkQueue, WorkRepository } from '../../ports/store.js';
import { number, text, type Row } from './rows.js';

const TABLE = 'work_item';
export const LEASE_MS = 30_000;
/** Sorts after every date; an item that rests stays, so that its fence keeps growing. */
const NEVER = Number.MAX_SAFE_INTEGER;

export function workRepository(db: Knex, clock: Clock): WorkRepository {
  return {
    async wake(bayId) {
      const now = clock.now().getTime();
      const known = await db(TABLE).where({ bay_id: bayId }).update({ due_at: now, wakes: db.raw('wakes + 1'), attempts: 0 });
      if (known > 0) return;
      await db(TABLE).insert({ bay_id: bayId, due_at: now, wakes: 1, attempts: 0, fence: 0 });
    },
    async remove(bayId) {
      await db(TABLE).where({ bay_id: bayId }).delete();
    },
  };
}

/** Fails with `lease-lost` unless the lease is still the newest claim of its item. Touches the row, so that it is locked. */
export async function assertHeld(db: Knex, lease: Lease, now: number): Promise<void> {
  const held = await db(TABLE).where({ bay_id: lease.bayId, fence: lease.fence, lease_owner: lease.owner }).update({ lease_until: now + LEASE_MS });
  if (held === 0) throw new DomainError('lease-lost', `The lease on bay ${lease.bayId} was lost.`);
}

export function workQueue(db: Knex, clock: Clock): WorkQueue {
  return {
    async claim(owner, limit) {
      const now = clock.now().getTime();
      const due: Row[] = await db(TABLE).where('due_at', '<=', now)
        .andWhere((free) => free.whereNull('lease_until').orWhere('lease_until', '<=', now)).orderBy('due_at').limit(limit);
      const leases: Lease[] = [];
      for (const row of due) {
        const lease = await claimOne(db, row, owner, now);
        if (lease) leases.push(lease);
      }
      return leases;
    },
    async renew(lease) {
      const now = clock.now().getTime();
      await assertHeld(db, lease, now);
      return { ...lease, until: new Date(now + LEASE_MS) };
    },
    async release(lease, lookAgainAt, attempts) {
      const wanted = lookAgainAt === 'never' ? NEVER : lookAgainAt.getTime();
      // A wake that came during the pass asked for something that the pass may not have seen.
      const dueAt = db.raw('case when wakes = ? then ? else ? end', [lease.wakes, wanted, clock.now().getTime()]);
      await db(TABLE).where({ bay_id: lease.bayId, fence: lease.fence, lease_owner: lease.owner })
        .update({ due_at: dueAt, lease_owner: null, lease_until: null, attempts });
    },
    async nextDue() {
      const free = 'case when lease_until is not null and lease_until > due_at then lease_until else due_at end';
      const row: Row | undefined = await db(TABLE).select(db.raw(`min(${free}) as due`)).first();
      const due = row?.['due'] === null || row === undefined ? NEVER : number(row, 'due');
      return due >= NEVER ? undefined : new Date(due);
    },
  };
}

async function claimOne(db: Knex, row: Row, owner: string, now: number): Promise<Lease | undefined> {
  const fence = number(row, 'fence') + 1;
  const won = await db(TABLE).where({ bay_id: text(row, 'bay_id'), fence: fence - 1 }).update({ lease_owner: owner, lease_until: now + LEASE_MS, fence });
  if (won === 0) return undefined;
  // The column holds ids of bays only.
  return { bayId: text(row, 'bay_id') as BayId, owner, fence, until: new Date(now + LEASE_MS), wakes: number(row, 'wakes'), attempts: number(row, 'attempts') };
}
