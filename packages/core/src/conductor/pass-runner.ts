import { backoffMs } from '../concurrency/backoff.js';
import { FairSemaphore, type Permit } from '../concurrency/fair-semaphore.js';
import { isDomainError } from '../domain/errors.js';
import type { Lease, Release } from '../ports/store.js';
import type { ConductorDeps } from './deps.js';
import type { HeldLease, HeldLeases } from './held-leases.js';
import type { BayObservation } from './observe-batch.js';
import type { PassResult } from './pass.js';
import { reconcileBay, type ReconcileDeps } from './reconcile-bay.js';
import { withinDeadline } from './work-deadline.js';

export type PassRunnerDeps = ReconcileDeps & Pick<ConductorDeps, 'meter'>;

export interface PassRunnerOptions {
  /** Passes at a time. */
  readonly concurrency: number;
  readonly leases: HeldLeases;
  /** Called when a permit was released. */
  readonly onRoom: () => void;
}

/** Passes for about this long wait here, and at least one for each permit: more would wait while another conductor has nothing to do. */
const PREFETCH_MS = 1_000;
const MAX_PREFETCH = 100;
/** Weight of the newest pass in the average duration. */
const AVERAGE_WEIGHT = 0.1;
/** A pass has a minute for itself; the longest call in it that has a deadline of its own may take another. */
const PASS_TIMEOUT_MS = 120_000;
/** After this time a pass no longer holds its permit. */
const SLOW_PASS_MS = 10_000;
/** Slow passes without a permit, for each permit that there is. */
const MAX_SLOW_PER_PERMIT = 4;
const BACKOFF = { firstMs: 2_000, maxMs: 60_000 };

/**
 * Runs passes: each takes a permit, runs under a deadline, and releases its lease with the time of the next pass.
 *
 * Permits bound the calls to the cloud, and are fair between projects, so that a project with thousands of bays does not keep another
 * one waiting. A pass that hangs must not hold its permit: after ten seconds the permit goes to the next pass and the slow one continues
 * without. The number of slow passes is bounded too, or a cloud that hangs would collect passes without end.
 *
 * Invariant: every lease that comes in here is released, or lost, when `run` resolves.
 */
export class PassRunner {
  readonly #deps: PassRunnerDeps;
  readonly #options: PassRunnerOptions;
  readonly #semaphore: FairSemaphore;
  #slow = 0;
  #averageMs = PREFETCH_MS;

  constructor(deps: PassRunnerDeps, options: PassRunnerOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#semaphore = new FairSemaphore(options.concurrency);
  }

  get running(): number {
    return this.#options.concurrency - this.#semaphore.free;
  }

  get waiting(): number {
    return this.#semaphore.waiting;
  }

  /** Passes that run without a permit. */
  get slow(): number {
    return this.#slow;
  }

  /** How many passes may wait for a permit. */
  get prefetchLimit(): number {
    const { concurrency } = this.#options;
    return Math.max(concurrency, Math.min(MAX_PREFETCH, Math.floor((concurrency * PREFETCH_MS) / this.#averageMs)));
  }

  /** How many more passes may run or wait. */
  get freeCapacity(): number {
    return this.#semaphore.free + this.prefetchLimit - this.#semaphore.waiting;
  }

  /** Passes that wait for a permit, or come later, do not begin: they release their leases. */
  close(reason: Error): void {
    this.#semaphore.close(reason);
  }

  async run(item: HeldLease, observation: BayObservation | undefined): Promise<void> {
    const { leases, onRoom } = this.#options;
    const permit = await this.#semaphore.acquire(item.lease.projectId ?? '').catch(() => undefined);
    if (!permit) return leases.release([{ item, release: this.releaseUnchanged(item.lease) }]);
    const done = new AbortController();
    const watching = this.#watchSlow(permit, done.signal);
    const beganAt = this.#now();
    try {
      const result = await this.#reconcile(item, observation);
      permit.release();
      this.#deps.meter.passed(result.outcome);
      await leases.release([{ item, release: releaseAfter(item.lease, result) }]);
    } catch (error) {
      permit.release();
      await this.#recordFailure(item, error);
    } finally {
      this.#averageMs += AVERAGE_WEIGHT * (this.#now() - beganAt - this.#averageMs);
      done.abort(new Error('the pass has ended'));
      await watching;
      permit.release();
      leases.remove(item);
      onRoom();
    }
  }

  /** The bay is due at once, for any conductor that has room. */
  releaseUnchanged(lease: Lease): Release {
    return { lease, lookAgainAt: this.#deps.clock.now(), attempts: lease.attempts };
  }

  #reconcile({ lease, controller }: HeldLease, observation: BayObservation | undefined): Promise<PassResult> {
    const pass = reconcileBay(this.#deps, { lease, observation }, controller.signal);
    return withinDeadline(this.#deps.clock, { milliseconds: PASS_TIMEOUT_MS, controller }, pass);
  }

  /** Releases the permit of a slow pass; the pass itself continues. */
  async #watchSlow(permit: Permit, done: AbortSignal): Promise<void> {
    await this.#deps.clock.sleep(SLOW_PASS_MS, done).catch(() => undefined);
    if (done.aborted || this.#slow >= MAX_SLOW_PER_PERMIT * this.#options.concurrency) return;
    permit.release();
    this.#options.onRoom();
    this.#slow += 1;
    await new Promise<void>((resolve) => done.addEventListener('abort', () => resolve(), { once: true }));
    this.#slow -= 1;
  }

  /** For a pass that could not record its own failure. While the conductor stops, the bay is due at once for the others, else later. */
  async #recordFailure(item: HeldLease, error: unknown): Promise<void> {
    const { lease, controller } = item;
    if (isDomainError(error, 'lease-lost')) return this.#deps.meter.passed('lost');
    const isStopping = controller.signal.aborted && !isDomainError(controller.signal.reason, 'deadline-exceeded');
    this.#deps.meter.passed(isStopping ? 'stopped' : 'abandoned');
    if (!isStopping) this.#deps.logger.error('pass abandoned', { bayId: lease.bayId, error });
    const lookAgainAt = new Date(this.#now() + (isStopping ? 0 : backoffMs(BACKOFF, lease.attempts)));
    const attempts = lease.attempts + (isStopping ? 0 : 1);
    await this.#options.leases.release([{ item, release: { lease, lookAgainAt, attempts } }]);
  }

  #now(): number {
    return this.#deps.clock.now().getTime();
  }
}

function releaseAfter(lease: Lease, result: PassResult): Release {
  return { lease, lookAgainAt: result.lookAgainAt, attempts: result.failed ? lease.attempts + 1 : 0 };
}
