import type { Knex } from 'knex';
import { DomainError } from '../../domain/errors.js';
import type { BayId } from '../../domain/ids.js';
import type { Clock } from '../../ports/clock.js';
import type { Lease, Release, WorkQueue, WorkRepository } from '../../ports/store.js';
import { integer, text, uuid } from './columns.js';
import { readAll, readOne, select } from './queries.js';
import { only, table } from './table.js';

interface WorkItem {
  readonly bayId: BayId;
  /** Milliseconds since 1970, or `NEVER`. */
  readonly dueAt: number;
  readonly wakes: number;
  readonly attempts: number;
  readonly leaseOwner: string | null;
  /** Milliseconds since 1970. */
  readonly leaseUntil: number | null;
  readonly fence: number;
}

export const workItems = table<WorkItem>('work_item', {
  bayId: uuid<BayId>('bay_id'),
  dueAt: integer(),
  wakes: integer(),
  attempts: integer(),
  leaseOwner: text().nullable(),
  leaseUntil: integer().nullable(),
  fence: integer(),
});
const TABLE = workItems.name;
const claims = only(workItems, 'bayId', 'fence');

interface DueItem extends Pick<WorkItem, 'bayId' | 'fence' | 'wakes' | 'attempts'> {
  readonly projectId: string | null;
}

/** Of a subquery with that name. */
const dueItems = table<DueItem>('due', {
  ...only(workItems, 'bayId', 'fence', 'wakes', 'attempts').fields,
  projectId: text().nullable(),
});

/** When the next item can be claimed. */
const nextTime = table<{ readonly due: number | null }>(TABLE, {
  due: integer()
    .nullable()
    .computed('min(case when lease_until is not null and lease_until > due_at then lease_until else due_at end)'),
});

export const LEASE_MS = 30_000;
/** Sorts after every date; an item that rests stays, so that its fence keeps growing. */
const NEVER = Number.MAX_SAFE_INTEGER;
/** Rows in one statement. */
const CHUNK = 100;

export function workRepository(db: Knex, clock: Clock): WorkRepository {
  return {
    async wake(bayId) {
      const now = clock.now().getTime();
      const known = await db(TABLE)
        .where({ bay_id: bayId })
        .update({ due_at: now, wakes: db.raw('wakes + 1'), attempts: 0 });
      if (known > 0) return;
      // Another process may have woken it for the first time meanwhile.
      await db(TABLE)
        .insert({ bay_id: bayId, due_at: now, wakes: 1, attempts: 0, fence: 0 })
        .onConflict('bay_id')
        .merge({ due_at: now, wakes: db.raw(`${TABLE}.wakes + 1`), attempts: 0 });
    },
    async remove(bayId) {
      await db(TABLE).where({ bay_id: bayId }).delete();
    },
    async ensure(bayIds) {
      const due = clock.now().getTime();
      for (const ids of chunks(bayIds)) {
        await db(TABLE)
          .insert(ids.map((id) => ({ bay_id: id, due_at: due, wakes: 1, attempts: 0, fence: 0 })))
          .onConflict('bay_id')
          .ignore();
      }
    },
  };
}

/** Fails with `lease-lost` unless the lease is still the newest claim of its item. Touches the row, so that it is locked. */
export async function assertHeld(db: Knex, lease: Lease, now: number): Promise<void> {
  const held = await db(TABLE)
    .where({ bay_id: lease.bayId, fence: lease.fence, lease_owner: lease.owner })
    .update({ lease_until: now + LEASE_MS });
  if (held === 0) throw new DomainError('lease-lost', `The lease on bay ${lease.bayId} was lost.`);
}

export function workQueue(db: Knex, clock: Clock): WorkQueue {
  return {
    async claim(owner, limit) {
      const now = clock.now().getTime();
      const due = await findDue(db, now, limit);
      const claimed: Lease[] = [];
      for (const items of chunks(due)) claimed.push(...(await claimItems(db, items, { owner, now })));
      return claimed;
    },
    async renewAll(leases) {
      const now = clock.now().getTime();
      const held: Lease[] = [];
      for (const some of chunks(leases)) {
        await heldOf(db, some).update({ lease_until: now + LEASE_MS });
        const rows = await readAll(heldOf(db, some).select(db.raw(claims.selection)), claims.read);
        const fences = new Map(rows.map(({ bayId, fence }) => [bayId, fence]));
        held.push(
          ...some
            .filter((lease) => fences.get(lease.bayId) === lease.fence)
            .map((lease) => ({ ...lease, until: new Date(now + LEASE_MS) })),
        );
      }
      return held;
    },
    async releaseAll(releases) {
      for (const some of chunks(releases)) await releaseItems(db, some, clock.now().getTime());
    },
    async nextDue() {
      const due = (await readOne(select(db, nextTime), nextTime.read))?.due ?? NEVER;
      return due >= NEVER ? undefined : new Date(due);
    },
  };
}

/** The oldest item of every project, then the second one of every project, and so on. */
async function findDue(db: Knex, now: number, limit: number): Promise<readonly DueItem[]> {
  const due = db(TABLE)
    .leftJoin('bay', 'bay.uuid', `${TABLE}.bay_id`)
    .where(`${TABLE}.due_at`, '<=', now)
    .andWhere((free) => free.whereNull(`${TABLE}.lease_until`).orWhere(`${TABLE}.lease_until`, '<=', now))
    .select(
      `${TABLE}.bay_id`,
      `${TABLE}.fence`,
      `${TABLE}.wakes`,
      `${TABLE}.attempts`,
      `${TABLE}.due_at`,
      'bay.project_id',
      db.raw(`row_number() over (partition by bay.project_id order by ${TABLE}.due_at, ${TABLE}.bay_id) as turn`),
    );
  const query = select(db, dueItems)
    .from(due.as('due'))
    .orderBy([{ column: 'turn' }, { column: 'due_at' }, { column: 'bay_id' }])
    .limit(limit);
  return readAll(query, dueItems.read);
}

/** The process that changes the fence first has the item: the others find another fence. */
async function claimItems(
  db: Knex,
  items: readonly DueItem[],
  claim: { readonly owner: string; readonly now: number },
): Promise<readonly Lease[]> {
  const until = claim.now + LEASE_MS;
  const pairs = items.map(({ bayId, fence }): [string, number] => [bayId, fence]);
  const changed = await inPairs(db, pairs).update({ lease_owner: claim.owner, lease_until: until, fence: db.raw('fence + 1') });
  if (changed === 0) return [];
  const next = pairs.map(([id, fence]): [string, number] => [id, fence + 1]);
  const won = await readAll(inPairs(db, next).where({ lease_owner: claim.owner }).select(db.raw(ids.selection)), ids.read);
  const mine = new Set(won.map(({ bayId }) => bayId));
  return items
    .filter(({ bayId }) => mine.has(bayId))
    .map((item) => ({ ...item, owner: claim.owner, fence: item.fence + 1, until: new Date(until) }));
}

const ids = only(workItems, 'bayId');

async function releaseItems(db: Knex, releases: readonly Release[], now: number): Promise<void> {
  // A wake that came during the pass asked for something that the pass may not have seen.
  const dueAt = releases.flatMap(({ lease, lookAgainAt }) => [
    lease.bayId,
    lease.wakes,
    lookAgainAt === 'never' ? NEVER : lookAgainAt.getTime(),
  ]);
  const attempts = releases.flatMap((release) => [release.lease.bayId, release.attempts]);
  await heldOf(
    db,
    releases.map((release) => release.lease),
  ).update({
    due_at: db.raw(`case ${'when bay_id = ? and wakes = ? then ? '.repeat(releases.length)}else ? end`, [...dueAt, now]),
    attempts: db.raw(`case bay_id ${'when ? then ? '.repeat(releases.length)}else attempts end`, attempts),
    lease_owner: null,
    lease_until: null,
  });
}

/** Items that are still under these very claims. */
function heldOf(db: Knex, leases: readonly Lease[]): Knex.QueryBuilder {
  const owners = [...new Set(leases.map((lease) => lease.owner))];
  return inPairs(
    db,
    leases.map((lease) => [lease.bayId, lease.fence]),
  ).whereIn('lease_owner', owners);
}

/** By id first, so that the rows are found by their key: not every database looks for pairs in an index. */
function inPairs(db: Knex, pairs: readonly (readonly [string, number])[]): Knex.QueryBuilder {
  return db(TABLE)
    .whereIn(
      'bay_id',
      pairs.map(([id]) => id),
    )
    .whereIn(
      ['bay_id', 'fence'],
      pairs.map((pair) => [...pair]),
    );
}

function chunks<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / CHUNK) }, (_unused, index) =>
    items.slice(index * CHUNK, (index + 1) * CHUNK),
  );
}
