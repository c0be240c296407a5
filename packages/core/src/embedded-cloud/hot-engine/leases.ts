import type { Knex } from 'knex';
import type { Clock } from '../../ports/clock.js';
import type { StackRow } from './rows.js';

const LEASE_MS = 30_000;
/** Rows in one statement. */
const CHUNK = 100;

/** Columns of `hot_stack`. */
export interface LeaseColumns {
  readonly lease_owner: string | null;
  readonly lease_until: number | null;
}

export interface LeaseDeps {
  readonly db: Knex;
  readonly clock: Clock;
  /** Unique for every engine. */
  readonly owner: string;
}

/**
 * The right to work on a stack. Several engines share a database, and each stack in progress belongs to one of them at a
 * time; when an engine dies, its leases lapse and the others take its stacks over.
 */
export class StackLeases {
  readonly #deps: LeaseDeps;
  readonly none: LeaseColumns = { lease_owner: null, lease_until: null };

  constructor(deps: LeaseDeps) {
    this.#deps = deps;
  }

  get mine(): LeaseColumns {
    return { lease_owner: this.#deps.owner, lease_until: this.#now() + LEASE_MS };
  }

  isMine(stack: StackRow): boolean {
    return stack.leaseOwner === this.#deps.owner;
  }

  /** Whether this engine may take the lease: it is its own, free, or expired. */
  isFree(stack: StackRow): boolean {
    return stack.leaseOwner === null || this.isMine(stack) || stack.leaseUntil <= this.#now();
  }

  /** Locks the stack's row, counts the change, and prolongs. False when the operation or the lease is no longer this one. */
  async hold(transaction: Knex, stack: Pick<StackRow, 'id' | 'traversal'>): Promise<boolean> {
    const held: number = await transaction('hot_stack')
      .where({ id: stack.id, traversal: stack.traversal, lease_owner: this.#deps.owner })
      .update({ revision: transaction.raw('revision + 1'), lease_until: this.#now() + LEASE_MS });
    return held === 1;
  }

  /** Stacks in progress without a lease, oldest operation first; with those of this engine whose lease has expired. */
  async free(limit: number): Promise<readonly string[]> {
    const rows: readonly { id: string }[] = await this.#deps
      .db('hot_stack')
      .where({ state: 'IN_PROGRESS' })
      .where((either) => either.whereNull('lease_until').orWhere('lease_until', '<=', this.#now()))
      .orderBy('started_at')
      .limit(limit)
      .select('id');
    return rows.map((row) => row.id);
  }

  async take(stackId: string): Promise<boolean> {
    const taken: number = await this.#deps
      .db('hot_stack')
      .where({ id: stackId, state: 'IN_PROGRESS' })
      .where((either) => either.whereNull('lease_until').orWhere('lease_until', '<=', this.#now()))
      .update(this.mine);
    return taken === 1;
  }

  /** Returns those that are no longer this engine's. */
  async renew(stackIds: readonly string[]): Promise<readonly string[]> {
    const lost: string[] = [];
    for (let start = 0; start < stackIds.length; start += CHUNK)
      lost.push(...(await this.#renew(stackIds.slice(start, start + CHUNK))));
    return lost;
  }

  async #renew(stackIds: readonly string[]): Promise<readonly string[]> {
    const { db, owner } = this.#deps;
    const renewed: number = await db('hot_stack')
      .whereIn('id', [...stackIds])
      .where({ lease_owner: owner })
      .update({ lease_until: this.#now() + LEASE_MS });
    if (renewed === stackIds.length) return [];
    const rows: readonly { id: string }[] = await db('hot_stack')
      .whereIn('id', [...stackIds])
      .where({ lease_owner: owner })
      .select('id');
    const held = new Set(rows.map((row) => row.id));
    return stackIds.filter((id) => !held.has(id));
  }

  /** This engine's stacks that are to be deleted, with the operation that the deletion is: only deleting pre-empts. */
  async deletions(): Promise<readonly { readonly id: string; readonly traversal: number }[]> {
    return this.#deps
      .db('hot_stack')
      .where({ state: 'IN_PROGRESS', action: 'DELETE', lease_owner: this.#deps.owner })
      .select('id', 'traversal');
  }

  async releaseAll(): Promise<void> {
    await this.#deps.db('hot_stack').where({ state: 'IN_PROGRESS', lease_owner: this.#deps.owner }).update(this.none);
  }

  #now(): number {
    return this.#deps.clock.now().getTime();
  }
}
