import { backoffMs } from '../concurrency/backoff.js';
import { Wakeup } from '../concurrency/wakeup.js';
import { linkTo } from '../concurrency/deadline.js';
import { DomainError, isDomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import type { PassesInFlight } from '../ports/stats.js';
import type { Lease, Release } from '../ports/store.js';
import { HeldLeases, type HeldLease } from './held-leases.js';
import { observeAll, nextCheckIfUnchanged, type BayObservation, type NextCheckDeps, type ObserveDeps } from './observe-batch.js';
import type { PassResult } from './pass.js';
import { reconcileObserved, type ReconcileDeps } from './reconcile-bay.js';
import { FairSemaphore, type Permit } from '../concurrency/fair-semaphore.js';
import type { ConductorDeps } from './deps.js';

export type WorkLoopDeps = ReconcileDeps & NextCheckDeps & ObserveDeps & Pick<ConductorDeps, 'meter'>;

export interface WorkLoopOptions {
  readonly owner: string;
  /** Passes at a time. */
  readonly concurrency: number;
  /** How long running passes may go on after the stop. */
  readonly drainMs: number;
}

/** Bays that are claimed, and looked at, together. */
const BATCH_SIZE = 100;
/** No more are claimed while there is no room for a whole batch. */
const MAX_HELD_LEASES = 400;
/** Work for about so long waits here, and for each turn one pass at least: more would wait while another conductor has nothing to do. */
const PREFETCH_MS = 1_000;
/** Share of the newest pass in how long a pass takes. */
const AVERAGE_WEIGHT = 0.1;
const MAX_POLL_MS = 2_000;
/** What becomes due within so long is claimed together. */
const TICK_MS = 250;
const YIELD_MS = 1;
const OBSERVE_TIMEOUT_MS = 60_000;
/** A pass has a minute for itself; the longest call in it that has a deadline of its own may take another. */
const PASS_TIMEOUT_MS = 120_000;
/** A pass that takes longer is not in the way of others any more. */
const SLOW_PASS_MS = 10_000;
/** Slow passes without a turn, per turn that there is. */
const MAX_SLOW_PER_PERMIT = 4;
/** How long an aborted pass may take to notice. */
const ABORT_GRACE_MS = 2_000;
const RELEASE_ATTEMPTS = 20;
const RELEASE_RETRY_MS = 1_000;
const BACKOFF = { firstMs: 2_000, maxMs: 60_000 };

interface ReleasedLease {
  readonly item: HeldLease;
  readonly release: Release;
}

/** Claims due bays in batches, looks at each batch with one call, and runs the passes that are needed, several at a time. */
export class WorkLoop {
  readonly #deps: WorkLoopDeps;
  readonly #options: WorkLoopOptions;
  readonly #leases: HeldLeases;
  readonly #semaphore: FairSemaphore;
  readonly #batches = new Set<Promise<void>>();
  readonly #observations = new Set<AbortController>();
  #wakeup = new Wakeup();
  /** When the first of the bays that were given back is due again; milliseconds since 1970. */
  #nextReleasedDue = Infinity;
  #slowPasses = 0;
  /** How long a pass takes of late. */
  #averagePassMs = PREFETCH_MS;
  /** The last time there was no room for more. */
  #isSaturated = false;
  #isDraining = false;

  constructor(deps: WorkLoopDeps, options: WorkLoopOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#leases = new HeldLeases(deps);
    this.#semaphore = new FairSemaphore(options.concurrency);
  }

  /** Somebody says that work is due. A lost ring costs at most one poll. */
  wake(): void {
    this.#wakeup.wake();
  }

  /** What this process does right now. */
  inFlight(): PassesInFlight {
    const running = this.#options.concurrency - this.#semaphore.free;
    return { running, waiting: this.#semaphore.waiting, slow: this.#slowPasses, bays: this.#leases.bays };
  }

  /** Claims until the signal, lets what runs end for a while, then aborts it; resolves when every lease is given back. */
  async run(stop: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const keeping = this.#leases.renewUntil(ended.signal);
    while (!stop.aborted) {
      this.#wakeup = new Wakeup();
      this.#nextReleasedDue = Infinity;
      const hasMore = await this.#claim();
      // A database in the process answers without ever letting others run: requests and timers get their time between batches.
      if (hasMore) await this.#deps.clock.sleep(YIELD_MS, stop).catch(() => undefined);
      else await this.#waitForWork(stop);
    }
    await this.#drain();
    ended.abort(new Error('the work loop has ended'));
    await keeping;
  }

  /** True when there may be more to claim at once. */
  async #claim(): Promise<boolean> {
    const most = this.#claimLimit();
    this.#isSaturated = most === 0;
    if (this.#isSaturated) return false;
    try {
      const leases = await this.#deps.store.queue.claim(this.#options.owner, most);
      for (const { bayId, fence, owner, until } of leases)
        this.#deps.logger.debug('lease claimed', { bayId, fence, owner, until: until.getTime() });
      this.#deps.meter?.claimed(leases.length);
      if (leases.length > 0) this.#startBatch(leases.map((lease) => this.#leases.add(lease)));
      return leases.length === most;
    } catch (error) {
      this.#deps.logger.warn('work cannot be claimed', { error });
      return false;
    }
  }

  /** How many to claim: a batch, less when passes wait, and none until half of those have begun. */
  #claimLimit(): number {
    if (MAX_HELD_LEASES - this.#leases.size < BATCH_SIZE) return 0;
    if (this.#semaphore.waiting === 0) return BATCH_SIZE;
    const room = this.#freeCapacity();
    return room * 2 < this.#prefetchLimit() ? 0 : Math.min(room, BATCH_SIZE);
  }

  #freeCapacity(): number {
    return this.#semaphore.free + this.#prefetchLimit() - this.#semaphore.waiting;
  }

  #prefetchLimit(): number {
    const { concurrency } = this.#options;
    return Math.max(concurrency, Math.min(BATCH_SIZE, Math.floor((concurrency * PREFETCH_MS) / this.#averagePassMs)));
  }

  #wakeIfRoom(): void {
    if (this.#isSaturated && this.#claimLimit() > 0) this.wake();
  }

  #startBatch(items: readonly HeldLease[]): void {
    const batch: Promise<void> = this.#runBatch(items)
      .catch((error: unknown) => this.#deps.logger.error('batch failed, its leases will lapse', { error }))
      .finally(() => this.#batches.delete(batch));
    this.#batches.add(batch);
  }

  async #runBatch(items: readonly HeldLease[]): Promise<void> {
    const looks = await this.#observe(items);
    const quiet: ReleasedLease[] = [];
    const left: ReleasedLease[] = [];
    const passes: Promise<void>[] = [];
    for (const item of items) {
      const look = looks.get(item.lease.bayId);
      const until = look && nextCheckIfUnchanged(this.#deps, item.lease, look);
      if (until) quiet.push({ item, release: { lease: item.lease, lookAgainAt: until, attempts: 0 } });
      else if (this.#freeCapacity() > 0) passes.push(this.#runPass(item, look));
      else left.push(this.#releaseUnchanged(item));
    }
    if (quiet.length > 0) this.#deps.meter?.passed('quiet', quiet.length);
    await this.#releaseLeases([...quiet, ...left]);
    await Promise.all(passes);
  }

  /** Due at once, for whoever has room. */
  #releaseUnchanged(item: HeldLease): ReleasedLease {
    const { lease } = item;
    return { item, release: { lease, lookAgainAt: this.#deps.clock.now(), attempts: lease.attempts } };
  }

  /** A look that fails costs the batch nothing but its common call: each pass then looks by itself. */
  async #observe(items: readonly HeldLease[]): Promise<ReadonlyMap<BayId, BayObservation>> {
    const late = new AbortController();
    const leases = items.map((item) => item.lease);
    this.#observations.add(late);
    try {
      return await this.#withDeadline(OBSERVE_TIMEOUT_MS, late, observeAll(this.#deps, leases, late.signal));
    } catch (error) {
      this.#deps.logger.warn('batched observation failed', { bays: leases.length, error });
      return new Map();
    } finally {
      this.#observations.delete(late);
    }
  }

  async #runPass(item: HeldLease, look: BayObservation | undefined): Promise<void> {
    const turn = await this.#semaphore.acquire(item.lease.projectId ?? '').catch(() => undefined);
    if (!turn) return this.#releaseLeases([this.#releaseUnchanged(item)]);
    const done = new AbortController();
    const watching = this.#watchSlow(turn, done.signal);
    const began = this.#deps.clock.now().getTime();
    try {
      const result = await this.#withDeadline(
        PASS_TIMEOUT_MS,
        item.controller,
        reconcileObserved(this.#deps, { lease: item.lease, look }, item.controller.signal),
      );
      turn.release();
      this.#deps.meter?.passed(result.outcome);
      await this.#releaseLeases([{ item, release: releaseOf(item.lease, result) }]);
    } catch (error) {
      turn.release();
      await this.#recordFailure(item, error);
    } finally {
      this.#averagePassMs += AVERAGE_WEIGHT * (this.#deps.clock.now().getTime() - began - this.#averagePassMs);
      done.abort(new Error('done'));
      await watching;
      turn.release();
      this.#leases.remove(item);
      this.#wakeIfRoom();
    }
  }

  /** Gives the turn of a slow pass to the next one; the pass itself goes on. */
  async #watchSlow(turn: Permit, done: AbortSignal): Promise<void> {
    await this.#deps.clock.sleep(SLOW_PASS_MS, done).catch(() => undefined);
    if (done.aborted || this.#slowPasses >= MAX_SLOW_PER_PERMIT * this.#options.concurrency) return;
    turn.release();
    this.#wakeIfRoom();
    this.#slowPasses += 1;
    await new Promise<void>((resolve) => done.addEventListener('abort', () => resolve(), { once: true }));
    this.#slowPasses -= 1;
  }

  /** Aborts work that takes too long, and does not wait for it when it does not notice. */
  async #withDeadline<T>(milliseconds: number, ending: AbortController, work: Promise<T>): Promise<T> {
    const done = new AbortController();
    const { clock } = this.#deps;
    const watch = async (): Promise<never> => {
      const timer = clock
        .sleep(milliseconds, done.signal)
        .then(() => ending.abort(new DomainError('deadline-exceeded', `It took longer than ${milliseconds / 1_000} seconds.`)));
      timer.catch(() => undefined);
      await new Promise<void>((resolve) =>
        ending.signal.aborted
          ? resolve()
          : ending.signal.addEventListener('abort', () => resolve(), { once: true, signal: done.signal }),
      );
      await clock.sleep(ABORT_GRACE_MS, done.signal);
      throw ending.signal.reason;
    };
    const late = watch();
    late.catch(() => undefined);
    return Promise.race([work, late]).finally(() => done.abort(new Error('done')));
  }

  async #releaseLeases(all: readonly ReleasedLease[]): Promise<void> {
    if (all.length === 0) return;
    await this.#recordReleases(all.map(({ release }) => release));
    for (const { item } of all) this.#leases.remove(item);
    this.#wakeIfRoom();
  }

  /** A database that is away for a moment is asked again: a lease that lapses costs its bay half a minute. */
  async #recordReleases(releases: readonly Release[]): Promise<void> {
    // Said first: whoever dies in between has stopped working on it all the same.
    for (const {
      lease: { bayId, fence, owner },
    } of releases)
      this.#deps.logger.debug('lease released', { bayId, fence, owner });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#deps.store.queue.releaseAll(releases);
        this.#nextReleasedDue = Math.min(
          this.#nextReleasedDue,
          ...releases.map(({ lookAgainAt }) => (lookAgainAt === 'never' ? Infinity : lookAgainAt.getTime())),
        );
        return;
      } catch (error) {
        const bayIds = releases.map(({ lease }) => lease.bayId);
        this.#deps.logger.warn('leases not released', { bayIds, attempt, error });
        if (attempt >= RELEASE_ATTEMPTS || this.#isDraining) return;
        await this.#deps.clock.sleep(RELEASE_RETRY_MS);
      }
    }
  }

  /** The pass could not even record its failure. The bay is given back at once when we are stopping, else for later. */
  async #recordFailure(item: HeldLease, error: unknown): Promise<void> {
    const { lease, controller } = item;
    if (isDomainError(error, 'lease-lost')) return this.#deps.meter?.passed('lost');
    const isStopping = controller.signal.aborted && !isDomainError(controller.signal.reason, 'deadline-exceeded');
    this.#deps.meter?.passed(isStopping ? 'stopped' : 'abandoned');
    if (!isStopping) this.#deps.logger.error('pass abandoned', { bayId: lease.bayId, error });
    const after = isStopping ? 0 : backoffMs(BACKOFF, lease.attempts);
    const lookAgainAt = new Date(this.#deps.clock.now().getTime() + after);
    await this.#releaseLeases([{ item, release: { lease, lookAgainAt, attempts: lease.attempts + (isStopping ? 0 : 1) } }]);
  }

  async #drain(): Promise<void> {
    const stopping = new Error('the conductor is stopping');
    this.#isDraining = true;
    this.#semaphore.close(stopping);
    for (const look of this.#observations) look.abort(stopping);
    const over = new AbortController();
    const grace = this.#deps.clock.sleep(this.#options.drainMs, over.signal).then(
      () => this.#leases.abortAll(stopping),
      () => undefined,
    );
    // A batch that was still being looked at starts its passes now, and they find the turns closed.
    while (this.#batches.size > 0) await Promise.allSettled(this.#batches);
    over.abort(stopping);
    await grace;
  }

  /** Until somebody rings, or something is due; looks into the database for that once. */
  async #waitForWork(stop: AbortSignal): Promise<void> {
    const woken = linkTo(stop);
    void this.#wakeup.woken.then(() => woken.abort(new Error('rung')));
    if (this.#isSaturated) await this.#deps.clock.sleep(MAX_POLL_MS, woken.signal).catch(() => undefined);
    else await this.#sleepUntilDue(woken.signal);
    woken.unlink();
  }

  async #sleepUntilDue(signal: AbortSignal): Promise<void> {
    const { clock, store } = this.#deps;
    const begun = clock.now().getTime();
    const due = await store.queue.nextDue().catch(() => undefined);
    const next = due?.getTime() ?? Infinity;
    const isTime = (now: number): boolean => now >= Math.min(begun + MAX_POLL_MS, this.#nextReleasedDue, next);
    do await clock.sleep(TICK_MS, signal).catch(() => undefined);
    while (!signal.aborted && !isTime(clock.now().getTime()));
  }
}

function releaseOf(lease: Lease, result: PassResult): Release {
  return { lease, lookAgainAt: result.lookAgainAt, attempts: result.failed ? lease.attempts + 1 : 0 };
}
