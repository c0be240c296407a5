import { setMaxListeners } from 'node:events';
import { keepLeases } from '../concurrency/lease-keeper.js';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import type { Lease, Release } from '../ports/store.js';
import type { ConductorDeps } from './deps.js';

/** The lease of a claimed bay, from the claim until its release. */
export interface HeldLease {
  readonly lease: Lease;
  /** Aborted when the lease is lost, the pass passes its deadline, or the conductor stops. */
  readonly controller: AbortController;
}

export interface ReleasedLease {
  readonly item: HeldLease;
  readonly release: Release;
}

const RELEASE_ATTEMPTS = 20;
const RELEASE_RETRY_MS = 1_000;

export type HeldLeasesDeps = Pick<ConductorDeps, 'store' | 'clock' | 'logger'>;

/**
 * The leases that this conductor holds. All of them are renewed, whether their pass runs or waits for a permit: a bay that waits longer
 * than a lease lasts would otherwise be claimed by another conductor as well.
 */
export class HeldLeases {
  readonly #deps: HeldLeasesDeps;
  readonly #items = new Map<BayId, HeldLease>();
  readonly #onReleased: (due: number) => void;
  #retries = true;

  /** `onReleased` learns when the first of the released bays is due; Infinity where none is. */
  constructor(deps: HeldLeasesDeps, onReleased: (due: number) => void) {
    this.#deps = deps;
    this.#onReleased = onReleased;
  }

  get size(): number {
    return this.#items.size;
  }

  get bays(): readonly BayId[] {
    return [...this.#items.keys()];
  }

  /** A newer claim of the same bay ends the older one, which must have lost its lease. */
  add(lease: Lease): HeldLease {
    this.#items.get(lease.bayId)?.controller.abort(leaseLost(lease.bayId));
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const item = { lease, controller };
    this.#items.set(lease.bayId, item);
    return item;
  }

  remove(item: HeldLease): void {
    if (this.#items.get(item.lease.bayId) === item) this.#items.delete(item.lease.bayId);
  }

  abortAll(reason: Error): void {
    for (const item of this.#items.values()) item.controller.abort(reason);
  }

  /** Releases in the database and here. */
  async release(all: readonly ReleasedLease[]): Promise<void> {
    if (all.length === 0) return;
    const due = await this.#recordReleases(all.map(({ release }) => release));
    for (const { item } of all) this.remove(item);
    this.#onReleased(due);
  }

  /** A conductor that stops does not wait for a database that is away: its leases lapse by themselves. */
  stopRetrying(): void {
    this.#retries = false;
  }

  /** Runs until the signal. */
  renewUntil(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#deps;
    const onLost = (lost: readonly HeldLease[]): void =>
      lost.forEach(({ lease, controller }) => controller.abort(leaseLost(lease.bayId)));
    const onFailure = (error: unknown): void => logger.warn('leases cannot be renewed', { error });
    return keepLeases({ clock, renew: () => this.#renew(), onLost, onFailure }, signal);
  }

  /**
   * Resolves with the time at which the first bay is due. A database that is away for a moment is asked again: a lease that lapses costs
   * its bay half a minute.
   */
  async #recordReleases(releases: readonly Release[]): Promise<number> {
    // Logged before the write, so that a crash in between cannot hide that the work on the bay has ended.
    for (const { lease } of releases)
      this.#deps.logger.debug('lease released', { bayId: lease.bayId, fence: lease.fence, owner: lease.owner });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#deps.store.queue.releaseAll(releases);
        return Math.min(...releases.map(({ lookAgainAt }) => (lookAgainAt === 'never' ? Infinity : lookAgainAt.getTime())));
      } catch (error) {
        const bayIds = releases.map(({ lease }) => lease.bayId);
        this.#deps.logger.warn('leases not released', { bayIds, attempt, error });
        if (attempt >= RELEASE_ATTEMPTS || !this.#retries) return Infinity;
        await this.#deps.clock.sleep(RELEASE_RETRY_MS);
      }
    }
  }

  /** Resolves with the lost leases. One that was released meanwhile is among them, and aborting it does nothing any more. */
  async #renew(): Promise<readonly HeldLease[]> {
    const items = [...this.#items.values()];
    if (items.length === 0) return [];
    const renewed = await this.#deps.store.queue.renewAll(items.map((item) => item.lease));
    const held = new Set(renewed.map((lease) => lease.bayId));
    this.#deps.logger.debug('leases renewed', { bayIds: [...held], until: renewed[0]?.until.getTime() });
    return items.filter((item) => !held.has(item.lease.bayId));
  }
}

function leaseLost(bayId: BayId): DomainError {
  return new DomainError('lease-lost', `The lease on bay ${bayId} was lost.`);
}
