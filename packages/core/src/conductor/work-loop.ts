import type { BayId } from '../domain/ids.js';
import type { PassesInFlight } from '../ports/stats.js';
import { Claimer, type ClaimerDeps } from './claimer.js';
import { HeldLeases, type HeldLease, type ReleasedLease } from './held-leases.js';
import { observeAll, nextCheckIfUnchanged, type BayObservation, type NextCheckDeps, type ObserveDeps } from './observe-batch.js';
import { PassRunner, type PassRunnerDeps } from './pass-runner.js';
import { withinDeadline } from './work-deadline.js';

export type WorkLoopDeps = ClaimerDeps & PassRunnerDeps & NextCheckDeps & ObserveDeps;

export interface WorkLoopOptions {
  readonly owner: string;
  /** Passes at a time. */
  readonly concurrency: number;
  /** How long running passes may continue after the stop, milliseconds. */
  readonly drainMs: number;
}

const YIELD_MS = 1;
const OBSERVE_TIMEOUT_MS = 60_000;

/**
 * The work loop of a conductor: it claims bays that are due, observes each batch with one call to the orchestrator, releases the bays
 * without news at once, and runs a pass for each of the others.
 *
 * The claimer decides how many bays come in, and when; the pass runner bounds what runs; the held leases are renewed in the background
 * until they are released. Any number of conductors run this loop over one database, without a leader: the claim of a work item decides
 * who works on a bay, and its fence refuses the writes of a conductor that has lost it.
 *
 * Invariants: at most one conductor holds the lease of a bay, and every lease that was claimed is released, or lapses. What the
 * batches save is measured in docs/benchmarks.md.
 */
export class WorkLoop {
  readonly #deps: WorkLoopDeps;
  readonly #options: WorkLoopOptions;
  readonly #leases: HeldLeases;
  readonly #runner: PassRunner;
  readonly #claimer: Claimer;
  readonly #batches = new Set<Promise<void>>();
  readonly #observations = new Set<AbortController>();

  constructor(deps: WorkLoopDeps, options: WorkLoopOptions) {
    const { owner, concurrency } = options;
    this.#deps = deps;
    this.#options = options;
    this.#leases = new HeldLeases(deps, (due) => this.#claimer.noteRelease(due));
    this.#runner = new PassRunner(deps, { concurrency, leases: this.#leases, onRoom: () => this.#claimer.wakeIfRoom() });
    this.#claimer = new Claimer(deps, { owner, leases: this.#leases, runner: this.#runner });
  }

  /** Work may be due. A wake-up that is lost costs at most one poll. */
  wake(): void {
    this.#claimer.wake();
  }

  inFlight(): PassesInFlight {
    const { running, waiting, slow } = this.#runner;
    return { running, waiting, slow, bays: this.#leases.bays };
  }

  /** Claims until the signal, then drains; resolves when every lease is released. */
  async run(stop: AbortSignal): Promise<void> {
    await this.#whileRenewing(async () => {
      while (!stop.aborted) {
        const hasMore = await this.#claimAndStart();
        // A database in the process answers without a turn of the event loop: requests and timers get their time between batches.
        if (hasMore) await this.#deps.clock.sleep(YIELD_MS, stop).catch(() => undefined);
        else await this.#claimer.waitForWork(stop);
      }
      await this.#drain();
    });
  }

  /**
   * One round: claims once, and works until every lease of that claim is released. Returns the number of bays that were claimed.
   * Unlike `run` it rejects where nothing can be claimed.
   */
  async runOnce(): Promise<number> {
    return this.#whileRenewing(async () => {
      const { items } = await this.#claimer.claim();
      if (items.length > 0) await this.#runBatch(items);
      return items.length;
    });
  }

  async #whileRenewing<T>(work: () => Promise<T>): Promise<T> {
    const ended = new AbortController();
    const renewing = this.#leases.renewUntil(ended.signal);
    try {
      return await work();
    } finally {
      ended.abort(new Error('the work loop has ended'));
      await renewing;
    }
  }

  /** True when there may be more to claim at once. */
  async #claimAndStart(): Promise<boolean> {
    try {
      const { items, hasMore } = await this.#claimer.claim();
      if (items.length > 0) this.#startBatch(items);
      return hasMore;
    } catch (error) {
      this.#deps.logger.warn('work cannot be claimed', { error });
      return false;
    }
  }

  #startBatch(items: readonly HeldLease[]): void {
    const batch: Promise<void> = this.#runBatch(items)
      .catch((error: unknown) => this.#deps.logger.error('batch failed, its leases will lapse', { error }))
      .finally(() => this.#batches.delete(batch));
    this.#batches.add(batch);
  }

  async #runBatch(items: readonly HeldLease[]): Promise<void> {
    const observations = await this.#observe(items);
    const quiet: ReleasedLease[] = [];
    const unstarted: ReleasedLease[] = [];
    const passes: Promise<void>[] = [];
    for (const item of items) {
      const { lease } = item;
      const observation = observations.get(lease.bayId);
      const lookAgainAt = observation && nextCheckIfUnchanged(this.#deps, lease, observation);
      if (lookAgainAt) quiet.push({ item, release: { lease, lookAgainAt, attempts: 0 } });
      else if (this.#runner.freeCapacity > 0) passes.push(this.#runner.run(item, observation));
      else unstarted.push({ item, release: this.#runner.releaseUnchanged(lease) });
    }
    if (quiet.length > 0) this.#deps.meter.passed('quiet', quiet.length);
    await Promise.all([this.#leases.release([...quiet, ...unstarted]), ...passes]);
  }

  /** Where the common call fails, each pass observes its own bay: the batch loses nothing but that call. */
  async #observe(items: readonly HeldLease[]): Promise<ReadonlyMap<BayId, BayObservation>> {
    const controller = new AbortController();
    const leases = items.map((item) => item.lease);
    this.#observations.add(controller);
    try {
      const bound = { milliseconds: OBSERVE_TIMEOUT_MS, controller };
      return await withinDeadline(this.#deps.clock, bound, observeAll(this.#deps, leases, controller.signal));
    } catch (error) {
      this.#deps.logger.warn('batched observation failed', { bays: leases.length, error });
      return new Map();
    } finally {
      this.#observations.delete(controller);
    }
  }

  /** Running passes get their time and are aborted after it; passes that wait do not begin. */
  async #drain(): Promise<void> {
    const stopping = new Error('the conductor is stopping');
    this.#leases.stopRetrying();
    this.#runner.close(stopping);
    for (const observation of this.#observations) observation.abort(stopping);
    const over = new AbortController();
    const grace = this.#deps.clock.sleep(this.#options.drainMs, over.signal).then(
      () => this.#leases.abortAll(stopping),
      () => undefined,
    );
    // A batch that was being observed starts its passes now, and these release their leases at once.
    while (this.#batches.size > 0) await Promise.allSettled(this.#batches);
    over.abort(stopping);
    await grace;
  }
}
