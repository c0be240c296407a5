import { isDomainError } from '../domain/errors.js';
import type { Lease } from '../ports/store.js';
import type { PassResult } from './pass.js';
import { reconcileBay } from './reconcile-bay.js';
import type { ConductorDeps } from './world.js';

const RENEW_MS = 10_000;
const LONGEST_POLL_MS = 2_000;

export interface WorkLoopOptions {
  readonly owner: string;
  readonly concurrency: number;
}

/** Rings once. */
class Doorbell {
  readonly rung: Promise<void>;
  #resolve: () => void = () => undefined;

  constructor() {
    this.rung = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  ring(): void {
    this.#resolve();
  }
}

/** Claims due bays and runs their passes, several at a time. One bay's trouble delays no other. */
export class WorkLoop {
  readonly #deps: ConductorDeps;
  readonly #options: WorkLoopOptions;
  readonly #running = new Set<Promise<void>>();
  #doorbell = new Doorbell();

  constructor(deps: ConductorDeps, options: WorkLoopOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Somebody says that work is due. A lost ring costs at most one poll. */
  ring(): void {
    this.#doorbell.ring();
  }

  /** Runs until the signal; resolves when the last pass has ended. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#doorbell = new Doorbell();
      const claimed = await this.#claim(signal);
      if (claimed === 0) await this.#pause(signal);
    }
    await Promise.allSettled(this.#running);
  }

  async #claim(signal: AbortSignal): Promise<number> {
    const free = this.#options.concurrency - this.#running.size;
    if (free <= 0) return 0;
    try {
      const leases = await this.#deps.store.queue.claim(this.#options.owner, free);
      for (const lease of leases) this.#start(lease, signal);
      return leases.length;
    } catch (error) {
      this.#deps.logger.warn('work cannot be claimed', { error });
      return 0;
    }
  }

  #start(lease: Lease, signal: AbortSignal): void {
    const pass: Promise<void> = this.#work(lease, signal).finally(() => {
      this.#running.delete(pass);
      this.ring();
    });
    this.#running.add(pass);
  }

  async #work(lease: Lease, signal: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const done = new AbortController();
    const renewing = this.#renew(lease, lost, done.signal);
    try {
      const result = await reconcileBay(this.#deps, lease, AbortSignal.any([signal, lost.signal]));
      await this.#release(lease, result);
    } catch (error) {
      await this.#abandon(lease, error, signal.aborted);
    } finally {
      done.abort();
      await renewing;
    }
  }

  /** Prolongs the lease while the pass runs; ends the pass when the lease is gone. */
  async #renew(lease: Lease, lost: AbortController, done: AbortSignal): Promise<void> {
    for (;;) {
      await this.#deps.clock.sleep(RENEW_MS, done).catch(() => undefined);
      if (done.aborted) return;
      await this.#deps.store.queue.renew(lease).catch((error: unknown) => {
        if (isDomainError(error, 'lease-lost')) lost.abort(error);
      });
    }
  }

  async #release(lease: Lease, result: PassResult): Promise<void> {
    await this.#deps.store.queue.release(lease, result.lookAgainAt, result.failed ? lease.attempts + 1 : 0);
  }

  /** The pass could not even record its failure. The item is given back at once when we are stopping, else after a while. */
  async #abandon(lease: Lease, error: unknown, stopping: boolean): Promise<void> {
    if (!stopping && !isDomainError(error, 'lease-lost')) this.#deps.logger.error('pass abandoned', { bayId: lease.bayId, error });
    const again = new Date(this.#deps.clock.now().getTime() + (stopping ? 0 : 2_000));
    await this.#deps.store.queue.release(lease, again, lease.attempts + (stopping ? 0 : 1)).catch((failure: unknown) => {
      this.#deps.logger.warn('lease not released, it will lapse', { bayId: lease.bayId, error: failure });
    });
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const poll = this.#untilNextDue(AbortSignal.any([signal, woken.signal]));
    await Promise.race([poll, this.#doorbell.rung]);
    woken.abort();
    await poll;
  }

  async #untilNextDue(signal: AbortSignal): Promise<void> {
    const due = await this.#deps.store.queue.nextDue().catch(() => undefined);
    const wait = due ? due.getTime() - this.#deps.clock.now().getTime() : LONGEST_POLL_MS;
    // A due item that could not be claimed is leased by somebody: no need to hurry.
    await this.#deps.clock.sleep(Math.min(LONGEST_POLL_MS, Math.max(50, wait)), signal).catch(() => undefined);
  }
}
