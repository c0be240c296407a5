import { linkTo } from '../concurrency/deadline.js';
import { Wakeup } from '../concurrency/wakeup.js';
import type { ConductorDeps } from './deps.js';
import type { HeldLease, HeldLeases } from './held-leases.js';
import type { PassRunner } from './pass-runner.js';

export type ClaimerDeps = Pick<ConductorDeps, 'store' | 'clock' | 'logger' | 'meter'>;

export interface ClaimerOptions {
  /** Owner of the leases. */
  readonly owner: string;
  readonly leases: Pick<HeldLeases, 'add' | 'size'>;
  readonly runner: Pick<PassRunner, 'waiting' | 'freeCapacity' | 'prefetchLimit'>;
}

export interface Claim {
  readonly items: readonly HeldLease[];
  /** There may be more to claim at once. */
  readonly hasMore: boolean;
}

/** Bays that are claimed, and observed, together. */
const BATCH_SIZE = 100;
/** Nothing is claimed while there is no room for a whole batch. */
const MAX_HELD_LEASES = 400;
const MAX_POLL_MS = 2_000;
/** Bays that become due within this time are claimed together. */
const TICK_MS = 250;

/**
 * Decides how many bays this conductor claims, and when.
 *
 * How many: a whole batch while no pass waits, because bays without news need no pass; otherwise only as many as can begin soon. A
 * conductor that claims more than it can work on would keep bays from conductors that are idle.
 *
 * When: at a wake-up from the API, when a released bay is due again, and every two seconds at the latest. Invariant: no wake-up is
 * needed for progress. A wake-up that is lost costs one poll.
 */
export class Claimer {
  readonly #deps: ClaimerDeps;
  readonly #options: ClaimerOptions;
  #wakeup = new Wakeup();
  /** When the first of the bays that were released since the last claim is due again; milliseconds since 1970. */
  #nextReleasedDue = Infinity;
  /** The last claim found no room. */
  #isSaturated = false;

  constructor(deps: ClaimerDeps, options: ClaimerOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  wake(): void {
    this.#wakeup.wake();
  }

  wakeIfRoom(): void {
    if (this.#isSaturated && this.#limit() > 0) this.wake();
  }

  /** `due`: milliseconds since 1970; Infinity for bays that rest. */
  noteRelease(due: number): void {
    this.#nextReleasedDue = Math.min(this.#nextReleasedDue, due);
    this.wakeIfRoom();
  }

  async claim(): Promise<Claim> {
    this.#wakeup = new Wakeup();
    this.#nextReleasedDue = Infinity;
    const limit = this.#limit();
    this.#isSaturated = limit === 0;
    if (this.#isSaturated) return { items: [], hasMore: false };
    const leases = await this.#deps.store.queue.claim(this.#options.owner, limit);
    for (const { bayId, fence, owner, until } of leases)
      this.#deps.logger.debug('lease claimed', { bayId, fence, owner, until: until.getTime() });
    this.#deps.meter.claimed(leases.length);
    return { items: leases.map((lease) => this.#options.leases.add(lease)), hasMore: leases.length === limit };
  }

  /** Resolves at a wake-up, when a bay is due, or after the longest poll. */
  async waitForWork(stop: AbortSignal): Promise<void> {
    const woken = linkTo(stop);
    void this.#wakeup.woken.then(() => woken.abort(new Error('woken')));
    if (this.#isSaturated) await this.#deps.clock.sleep(MAX_POLL_MS, woken.signal).catch(() => undefined);
    else await this.#sleepUntilDue(woken.signal);
    woken.unlink();
  }

  /** A batch; less while passes wait, and nothing until half of those have begun. */
  #limit(): number {
    const { leases, runner } = this.#options;
    if (MAX_HELD_LEASES - leases.size < BATCH_SIZE) return 0;
    if (runner.waiting === 0) return BATCH_SIZE;
    const room = runner.freeCapacity;
    return room * 2 < runner.prefetchLimit ? 0 : Math.min(room, BATCH_SIZE);
  }

  /** Asks the database once for the next bay that is due, and then follows the clock alone. */
  async #sleepUntilDue(signal: AbortSignal): Promise<void> {
    const { clock, store } = this.#deps;
    const beganAt = clock.now().getTime();
    const next = (await store.queue.nextDue().catch(() => undefined))?.getTime() ?? Infinity;
    const isTime = (now: number): boolean => now >= Math.min(beganAt + MAX_POLL_MS, this.#nextReleasedDue, next);
    do await clock.sleep(TICK_MS, signal).catch(() => undefined);
    while (!signal.aborted && !isTime(clock.now().getTime()));
  }
}
