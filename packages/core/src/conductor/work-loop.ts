import { linkTo } from '../concurrency/deadline.js';
import { DomainError, isDomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import type { PassesInFlight } from '../ports/stats.js';
import type { Lease, Release } from '../ports/store.js';
import { Hand, type Item } from './hand.js';
import { lookAtAll, quietUntil, type Look } from './look.js';
import type { PassResult } from './pass.js';
import { reconcileSeen } from './reconcile-bay.js';
import { Turns, type Turn } from './turns.js';
import type { ConductorDeps } from './world.js';

export interface WorkLoopOptions {
  readonly owner: string;
  /** Passes at a time. */
  readonly concurrency: number;
  /** How long running passes may go on after the stop. */
  readonly drainMs: number;
}

/** Bays that are claimed, and looked at, together. */
const BATCH = 100;
/** No more are claimed while there is no room for a whole batch. */
const MOST_IN_HAND = 400;
/** Work for about so long waits here, and for each turn one pass at least: more would wait while another conductor has nothing to do. */
const SOON_MS = 1_000;
/** Share of the newest pass in how long a pass takes. */
const NEWEST = 0.1;
const LONGEST_POLL_MS = 2_000;
/** What becomes due within so long is claimed together. */
const TICK_MS = 250;
const BREATH_MS = 1;
const LOOK_MS = 60_000;
/** A pass has a minute for itself; the longest call in it that has a deadline of its own may take another. */
const PASS_MS = 120_000;
/** A pass that takes longer is not in the way of others any more. */
const SLOW_MS = 10_000;
/** Slow passes without a turn, per turn that there is. */
const SLOW_PER_TURN = 4;
/** How long an aborted pass may take to notice. */
const NOTICE_MS = 2_000;
const RELEASE_ATTEMPTS = 20;
const RELEASE_AGAIN_MS = 1_000;
const FIRST_AGAIN_MS = 2_000;
const LONGEST_AGAIN_MS = 60_000;

interface GivenBack {
  readonly item: Item;
  readonly release: Release;
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

/** Claims due bays in batches, looks at each batch with one call, and runs the passes that are needed, several at a time. */
export class WorkLoop {
  readonly #deps: ConductorDeps;
  readonly #options: WorkLoopOptions;
  readonly #hand: Hand;
  readonly #turns: Turns;
  readonly #batches = new Set<Promise<void>>();
  readonly #looks = new Set<AbortController>();
  #doorbell = new Doorbell();
  /** When the first of the bays that were given back is due again; milliseconds since 1970. */
  #dueAgain = Infinity;
  #slow = 0;
  /** How long a pass takes of late. */
  #passMs = SOON_MS;
  /** The last time there was no room for more. */
  #isSated = false;
  #isDraining = false;

  constructor(deps: ConductorDeps, options: WorkLoopOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#hand = new Hand(deps);
    this.#turns = new Turns(options.concurrency);
  }

  /** Somebody says that work is due. A lost ring costs at most one poll. */
  ring(): void {
    this.#doorbell.ring();
  }

  /** What this process does right now. */
  inFlight(): PassesInFlight {
    const running = this.#options.concurrency - this.#turns.free;
    return { running, waiting: this.#turns.waiting, slow: this.#slow, bays: this.#hand.bays };
  }

  /** Claims until the signal, lets what runs end for a while, then aborts it; resolves when every lease is given back. */
  async run(stop: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const keeping = this.#hand.keep(ended.signal);
    while (!stop.aborted) {
      this.#doorbell = new Doorbell();
      this.#dueAgain = Infinity;
      const hasMore = await this.#claim();
      // A database in the process answers without ever letting others run: requests and timers get their time between batches.
      if (hasMore) await this.#deps.clock.sleep(BREATH_MS, stop).catch(() => undefined);
      else await this.#pause(stop);
    }
    await this.#drain();
    ended.abort(new Error('the work loop has ended'));
    await keeping;
  }

  /** True when there may be more to claim at once. */
  async #claim(): Promise<boolean> {
    const most = this.#appetite();
    this.#isSated = most === 0;
    if (this.#isSated) return false;
    try {
      const leases = await this.#deps.store.queue.claim(this.#options.owner, most);
      for (const { bayId, fence, owner, until } of leases)
        this.#deps.logger.debug('work claimed', { bayId, fence, owner, until: until.getTime() });
      this.#deps.meter?.claimed(leases.length);
      if (leases.length > 0) this.#start(leases.map((lease) => this.#hand.take(lease)));
      return leases.length === most;
    } catch (error) {
      this.#deps.logger.warn('work cannot be claimed', { error });
      return false;
    }
  }

  /** How many to claim: a batch, less when passes wait, and none until half of those have begun. */
  #appetite(): number {
    if (MOST_IN_HAND - this.#hand.size < BATCH) return 0;
    if (this.#turns.waiting === 0) return BATCH;
    const room = this.#roomForPasses();
    return room * 2 < this.#mayWait() ? 0 : Math.min(room, BATCH);
  }

  #roomForPasses(): number {
    return this.#turns.free + this.#mayWait() - this.#turns.waiting;
  }

  #mayWait(): number {
    const { concurrency } = this.#options;
    return Math.max(concurrency, Math.min(BATCH, Math.floor((concurrency * SOON_MS) / this.#passMs)));
  }

  #becomeHungry(): void {
    if (this.#isSated && this.#appetite() > 0) this.ring();
  }

  #start(items: readonly Item[]): void {
    const batch: Promise<void> = this.#work(items)
      .catch((error: unknown) => this.#deps.logger.error('batch failed, its leases will lapse', { error }))
      .finally(() => this.#batches.delete(batch));
    this.#batches.add(batch);
  }

  async #work(items: readonly Item[]): Promise<void> {
    const looks = await this.#look(items);
    const quiet: GivenBack[] = [];
    const left: GivenBack[] = [];
    const passes: Promise<void>[] = [];
    for (const item of items) {
      const look = looks.get(item.lease.bayId);
      const until = look && quietUntil(this.#deps, item.lease, look);
      if (until) quiet.push({ item, release: { lease: item.lease, lookAgainAt: until, attempts: 0 } });
      else if (this.#roomForPasses() > 0) passes.push(this.#pass(item, look));
      else left.push(this.#untouched(item));
    }
    if (quiet.length > 0) this.#deps.meter?.passed('quiet', quiet.length);
    await this.#giveBack([...quiet, ...left]);
    await Promise.all(passes);
  }

  /** Due at once, for whoever has room. */
  #untouched(item: Item): GivenBack {
    const { lease } = item;
    return { item, release: { lease, lookAgainAt: this.#deps.clock.now(), attempts: lease.attempts } };
  }

  /** A look that fails costs the batch nothing but its common call: each pass then looks by itself. */
  async #look(items: readonly Item[]): Promise<ReadonlyMap<BayId, Look>> {
    const late = new AbortController();
    const leases = items.map((item) => item.lease);
    this.#looks.add(late);
    try {
      return await this.#before(LOOK_MS, late, lookAtAll(this.#deps, leases, late.signal));
    } catch (error) {
      this.#deps.logger.warn('bays cannot be looked at together', { bays: leases.length, error });
      return new Map();
    } finally {
      this.#looks.delete(late);
    }
  }

  async #pass(item: Item, look: Look | undefined): Promise<void> {
    const turn = await this.#turns.take(item.lease.projectId ?? '').catch(() => undefined);
    if (!turn) return this.#giveBack([this.#untouched(item)]);
    const done = new AbortController();
    const watching = this.#watchSlow(turn, done.signal);
    const began = this.#deps.clock.now().getTime();
    try {
      const result = await this.#before(
        PASS_MS,
        item.ending,
        reconcileSeen(this.#deps, { lease: item.lease, look }, item.ending.signal),
      );
      turn.giveBack();
      this.#deps.meter?.passed(result.outcome);
      await this.#giveBack([{ item, release: released(item.lease, result) }]);
    } catch (error) {
      turn.giveBack();
      await this.#abandon(item, error);
    } finally {
      this.#passMs += NEWEST * (this.#deps.clock.now().getTime() - began - this.#passMs);
      done.abort(new Error('done'));
      await watching;
      turn.giveBack();
      this.#hand.drop(item);
      this.#becomeHungry();
    }
  }

  /** Gives the turn of a slow pass to the next one; the pass itself goes on. */
  async #watchSlow(turn: Turn, done: AbortSignal): Promise<void> {
    await this.#deps.clock.sleep(SLOW_MS, done).catch(() => undefined);
    if (done.aborted || this.#slow >= SLOW_PER_TURN * this.#options.concurrency) return;
    turn.giveBack();
    this.#becomeHungry();
    this.#slow += 1;
    await new Promise<void>((resolve) => done.addEventListener('abort', () => resolve(), { once: true }));
    this.#slow -= 1;
  }

  /** Aborts work that takes too long, and does not wait for it when it does not notice. */
  async #before<T>(milliseconds: number, ending: AbortController, work: Promise<T>): Promise<T> {
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
      await clock.sleep(NOTICE_MS, done.signal);
      throw ending.signal.reason;
    };
    const late = watch();
    late.catch(() => undefined);
    return Promise.race([work, late]).finally(() => done.abort(new Error('done')));
  }

  async #giveBack(all: readonly GivenBack[]): Promise<void> {
    if (all.length === 0) return;
    await this.#release(all.map(({ release }) => release));
    for (const { item } of all) this.#hand.drop(item);
    this.#becomeHungry();
  }

  /** A database that is away for a moment is asked again: a lease that lapses costs its bay half a minute. */
  async #release(releases: readonly Release[]): Promise<void> {
    // Said first: whoever dies in between has stopped working on it all the same.
    for (const {
      lease: { bayId, fence, owner },
    } of releases)
      this.#deps.logger.debug('work released', { bayId, fence, owner });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#deps.store.queue.releaseAll(releases);
        this.#dueAgain = Math.min(
          this.#dueAgain,
          ...releases.map(({ lookAgainAt }) => (lookAgainAt === 'never' ? Infinity : lookAgainAt.getTime())),
        );
        return;
      } catch (error) {
        const bayIds = releases.map(({ lease }) => lease.bayId);
        this.#deps.logger.warn('leases not released', { bayIds, attempt, error });
        if (attempt >= RELEASE_ATTEMPTS || this.#isDraining) return;
        await this.#deps.clock.sleep(RELEASE_AGAIN_MS);
      }
    }
  }

  /** The pass could not even record its failure. The bay is given back at once when we are stopping, else for later. */
  async #abandon(item: Item, error: unknown): Promise<void> {
    const { lease, ending } = item;
    if (isDomainError(error, 'lease-lost')) return this.#deps.meter?.passed('lost');
    const isStopping = ending.signal.aborted && !isDomainError(ending.signal.reason, 'deadline-exceeded');
    this.#deps.meter?.passed(isStopping ? 'stopped' : 'abandoned');
    if (!isStopping) this.#deps.logger.error('pass abandoned', { bayId: lease.bayId, error });
    const after = isStopping ? 0 : Math.min(LONGEST_AGAIN_MS, FIRST_AGAIN_MS * 2 ** Math.min(lease.attempts, 16));
    const lookAgainAt = new Date(this.#deps.clock.now().getTime() + after);
    await this.#giveBack([{ item, release: { lease, lookAgainAt, attempts: lease.attempts + (isStopping ? 0 : 1) } }]);
  }

  async #drain(): Promise<void> {
    const stopping = new Error('the conductor is stopping');
    this.#isDraining = true;
    this.#turns.close(stopping);
    for (const look of this.#looks) look.abort(stopping);
    const over = new AbortController();
    const grace = this.#deps.clock.sleep(this.#options.drainMs, over.signal).then(
      () => this.#hand.endAll(stopping),
      () => undefined,
    );
    // A batch that was still being looked at starts its passes now, and they find the turns closed.
    while (this.#batches.size > 0) await Promise.allSettled(this.#batches);
    over.abort(stopping);
    await grace;
  }

  /** Until somebody rings, or something is due; looks into the database for that once. */
  async #pause(stop: AbortSignal): Promise<void> {
    const woken = linkTo(stop);
    void this.#doorbell.rung.then(() => woken.abort(new Error('rung')));
    if (this.#isSated) await this.#deps.clock.sleep(LONGEST_POLL_MS, woken.signal).catch(() => undefined);
    else await this.#untilDue(woken.signal);
    woken.unlink();
  }

  async #untilDue(signal: AbortSignal): Promise<void> {
    const { clock, store } = this.#deps;
    const begun = clock.now().getTime();
    const due = await store.queue.nextDue().catch(() => undefined);
    const next = due?.getTime() ?? Infinity;
    const isTime = (now: number): boolean => now >= Math.min(begun + LONGEST_POLL_MS, this.#dueAgain, next);
    do await clock.sleep(TICK_MS, signal).catch(() => undefined);
    while (!signal.aborted && !isTime(clock.now().getTime()));
  }
}

function released(lease: Lease, result: PassResult): Release {
  return { lease, lookAgainAt: result.lookAgainAt, attempts: result.failed ? lease.attempts + 1 : 0 };
}
