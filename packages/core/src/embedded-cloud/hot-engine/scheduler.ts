import { setMaxListeners } from 'node:events';
import { keepLeases } from '../../concurrency/lease-keeper.js';
import { StopSignal } from '../../concurrency/stop-signal.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { isDatabaseError } from '../../adapters/knex/transactions.js';
import { Overtaken } from './journal.js';
import type { StackLeases } from './leases.js';

export interface SchedulerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly leases: StackLeases;
  /** Works until nothing of the stack is in progress; calls `began` at the start of each operation. */
  operate(
    stackId: string,
    task: { readonly isLastAttempt: boolean; readonly began: (traversal: number) => void },
    signal: AbortSignal,
  ): Promise<void>;
  isMine(stackId: string): Promise<boolean>;
}

interface Running {
  readonly controller: AbortController;
  readonly done: Promise<void>;
  /** The current operation; 0 before the first. */
  traversal: number;
}

const SEARCH_MS = 1_000;
/**
 * After this time without a renewal all work is ended: the leases lapse a little later, and another engine may take the stacks
 * over.
 */
const SAFE_MS = 20_000;
const ANSWER_MS = 4_000;
/** Stacks that are taken in one search: the rest is left to other engines, and to the next search. */
const MAX_TAKEN_AT_ONCE = 50;
const ATTEMPTS = 5;
const PAUSE_MS = 1_000;

/**
 * Schedules the operations of this HOT engine: one at a time for each stack, under the stack's lease. Several engines share a
 * database; an engine that stops releases its stacks, and one that dies loses them when their leases lapse, and the others
 * continue its operations.
 *
 * Unlike the rows of bays, calls to the backend carry no fence. So an engine that cannot renew for 20 seconds ends all of its
 * work before the leases can lapse. Invariant: the earlier run of a stack has ended before the next one begins.
 */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #running = new Map<string, Running>();
  #stopping: AbortController | undefined;
  #loops: readonly Promise<void>[] = [];

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
  }

  get started(): boolean {
    return this.#stopping !== undefined;
  }

  /** Takes stacks in progress that have no lease, now and periodically. */
  async start(): Promise<void> {
    if (this.#stopping) return;
    const stopping = new AbortController();
    setMaxListeners(0, stopping.signal);
    this.#stopping = stopping;
    await this.#attempt('stacks cannot be searched', () => this.#takeFreeStacks());
    this.#loops = [
      this.every(
        () => SEARCH_MS,
        () => this.#attempt('stacks cannot be searched', () => this.#takeFreeStacks()),
      ),
      this.#keepLeases(stopping.signal),
    ];
  }

  /** Ends all runs and releases their stacks, so that another engine continues at once. */
  async stop(): Promise<void> {
    this.#stopping?.abort(new StopSignal('the engine stops'));
    this.#stopping = undefined;
    await this.#halt('the engine stops');
    await Promise.all(this.#loops);
    await this.#attempt('stack leases not released, they will lapse', () => this.#deps.leases.releaseAll());
  }

  /** Repeats work with pauses, as long as the engine is started. */
  async every(pause: () => number, work: () => Promise<void>): Promise<void> {
    const signal = this.#stopping?.signal;
    while (signal && !signal.aborted) {
      await this.#deps.clock.sleep(pause(), signal).catch(() => undefined);
      if (!signal.aborted) await work();
    }
  }

  /** Starts a run under this engine's lease. The earlier run ends first, so that none of its calls is still in progress. */
  launch(stackId: string): void {
    if (!this.#stopping) return;
    const before = this.#running.get(stackId);
    before?.controller.abort(new StopSignal('overtaken by a newer operation'));
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const done = (before?.done ?? Promise.resolve())
      .then(() => this.#persist(stackId, controller.signal))
      .finally(() => {
        if (this.#running.get(stackId)?.controller === controller) this.#running.delete(stackId);
      });
    this.#running.set(stackId, { controller, done, traversal: 0 });
  }

  async #takeFreeStacks(): Promise<void> {
    const { leases } = this.#deps;
    for (const { id, traversal } of await leases.deletions()) {
      const run = this.#running.get(id);
      // Another process has recorded the deletion; the lease stayed here, so that no other engine works on the stack.
      if (!run || (run.traversal !== 0 && run.traversal < traversal)) this.launch(id);
    }
    for (const id of await leases.free(MAX_TAKEN_AT_ONCE)) {
      if (!this.#running.has(id) && (await leases.take(id))) this.launch(id);
    }
  }

  #keepLeases(signal: AbortSignal): Promise<void> {
    const { clock, leases } = this.#deps;
    const renew = (): Promise<readonly string[]> => this.#withinAnswerTime(leases.renew([...this.#running.keys()]));
    const onFailure = async (error: unknown, sinceRenewalMs: number): Promise<void> => {
      if (sinceRenewalMs >= SAFE_MS) await this.#halt('the lease may have lapsed');
      this.#warn('stack leases cannot be renewed', error);
    };
    return keepLeases({ clock, renew, onLost: (lost) => this.#abortLost(lost), onFailure }, signal);
  }

  async #abortLost(lost: readonly string[]): Promise<void> {
    // An operation that has just ended has released its lease itself.
    for (const id of lost)
      if (this.#running.has(id) && !(await this.#deps.isMine(id)))
        this.#running.get(id)?.controller.abort(new StopSignal('the lease was lost'));
  }

  /** A database that neither answers nor refuses must not delay the check of the safe time. */
  async #withinAnswerTime<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController();
    const late = this.#deps.clock.sleep(ANSWER_MS, done.signal).then(() => {
      throw new Error('the database did not answer in time');
    });
    return Promise.race([work, late]).finally(() => done.abort(new Error('answered')));
  }

  async #halt(why: string): Promise<void> {
    const running = [...this.#running.values()];
    running.forEach((run) => run.controller.abort(new StopSignal(why)));
    await Promise.all(running.map((run) => run.done));
  }

  /**
   * Repeats a run that failed in the engine itself, and waits for its database; the failure of a resource ends the operation
   * instead.
   */
  async #persist(stackId: string, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#deps;
    let failures = 0;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.#operate(stackId, failures >= ATTEMPTS - 1, signal);
        return;
      } catch (error) {
        if (signal.aborted || error instanceof Overtaken) return;
        logger.error('stack operation interrupted', {
          stackId,
          attempt,
          error: error instanceof Error ? error.message : String(error),
        });
        if (!isDatabaseError(error)) failures += 1;
        // The lease of a stack without a run is not renewed: it lapses, and the engine that takes it tries once more.
        if (failures > ATTEMPTS) return;
        await clock.sleep(PAUSE_MS * Math.min(attempt, ATTEMPTS), signal).catch(() => undefined);
      }
    }
  }

  /** A deletion that another process has recorded ends the operation; with the lease still here, the deletion follows. */
  async #operate(stackId: string, isLastAttempt: boolean, signal: AbortSignal): Promise<void> {
    const began = (traversal: number): void => {
      const run = this.#running.get(stackId);
      if (run?.controller.signal === signal) run.traversal = traversal;
    };
    try {
      await this.#deps.operate(stackId, { isLastAttempt, began }, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof Overtaken) || !(await this.#deps.isMine(stackId))) throw error;
      await this.#operate(stackId, isLastAttempt, signal);
    }
  }

  async #attempt(failing: string, work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => this.#warn(failing, error));
  }

  #warn(failing: string, error: unknown): void {
    this.#deps.logger.warn(failing, { error: error instanceof Error ? error.message : String(error) });
  }
}
