import { setMaxListeners } from 'node:events';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import type { Lease } from '../ports/store.js';
import type { ConductorDeps } from './deps.js';

/** A claimed bay, from the claim until its lease is given back. */
export interface HeldLease {
  readonly lease: Lease;
  /** Aborted when the lease is lost, the pass is late, or the conductor ends. */
  readonly controller: AbortController;
}

export type HeldLeasesDeps = Pick<ConductorDeps, 'store' | 'clock' | 'logger'>;

const RENEW_MS = 10_000;
/** After a renewal that failed: there are not many chances before the leases lapse. */
const RENEW_AGAIN_MS = 1_000;

/** What this conductor has claimed: it prolongs the leases of all of it, whether it runs or waits for its turn. */
export class HeldLeases {
  readonly #deps: HeldLeasesDeps;
  readonly #items = new Map<BayId, HeldLease>();

  constructor(deps: HeldLeasesDeps) {
    this.#deps = deps;
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

  /** Runs until the signal. */
  async renewUntil(signal: AbortSignal): Promise<void> {
    let pause = RENEW_MS;
    for (;;) {
      await this.#deps.clock.sleep(pause, signal).catch(() => undefined);
      if (signal.aborted) return;
      pause = await this.#renew().then(
        () => RENEW_MS,
        (error: unknown) => {
          this.#deps.logger.warn('leases cannot be renewed', { error });
          return RENEW_AGAIN_MS;
        },
      );
    }
  }

  async #renew(): Promise<void> {
    const items = [...this.#items.values()];
    if (items.length === 0) return;
    const renewed = await this.#deps.store.queue.renewAll(items.map((item) => item.lease));
    const held = new Set(renewed.map((lease) => lease.bayId));
    this.#deps.logger.debug('leases renewed', { bayIds: [...held], until: renewed[0]?.until.getTime() });
    // What was given back meanwhile is no longer in the hand; aborting it does nothing.
    for (const item of items) if (!held.has(item.lease.bayId)) item.controller.abort(leaseLost(item.lease.bayId));
  }
}

function leaseLost(bayId: BayId): DomainError {
  return new DomainError('lease-lost', `The lease on bay ${bayId} was lost.`);
}
