import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { underDeadline } from '../../concurrency/deadline.js';
import type { Clock } from '../../ports/clock.js';
import type { CloudAccess } from '../../ports/orchestrator.js';

/** How long an answer is used again: a burst of requests asks once, and a change in the cloud is seen soon. */
const REMEMBERED_MS = 3_000;
/** A question that is older than this is not shared any more: its connection may be dead while the neighbour is not. */
const JOINED_MS = 5_000;
const DEADLINE_MS = 30_000;
const MOST_ANSWERS = 5_000;

interface Question {
  readonly asked: number;
  readonly answer: Promise<unknown>;
}

/**
 * Answers of look-ups in the cloud, kept for moments.
 *
 * A hundred requests for bays of one model ask the same about image, flavors, networks, key pair and quota. Asked a hundred times,
 * that was most of the time of such a burst, and a load on the Nova and Neutron of all users. Here each question of one token is asked
 * once at a time, and its answer is used for three seconds. What is not found is not remembered, so that it can be made and used at
 * once; nor are failures. A question has a deadline of its own: the caller who happened to be first may go away without ending it,
 * each caller's own signal ends that caller's wait, and no hanging question holds those who come later than five seconds.
 */
export class LookupCache {
  readonly #clock: Clock;
  readonly #answers = new LRUCache<string, { readonly value: unknown; readonly until: number }>({ max: MOST_ANSWERS });
  readonly #questions = new Map<string, Question>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `ask` must depend on nothing but `name` and the rights of `access`. */
  async find<T>(
    name: readonly string[],
    access: CloudAccess,
    signal: AbortSignal,
    ask: (signal: AbortSignal) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    signal.throwIfAborted();
    const key = JSON.stringify([...name, access.projectId, holderOf(access)]);
    const known = this.#answers.get(key);
    // One key is always asked by the same `ask`, so its answer has that type.
    if (known && this.#now() < known.until) return known.value as T;
    const question = this.#joinable(key) ?? this.#begin(key, ask);
    return (await underDeadline({ milliseconds: DEADLINE_MS, signal }, () => question.answer)) as T | undefined; // see above
  }

  #joinable(key: string): Question | undefined {
    const question = this.#questions.get(key);
    return question && this.#now() - question.asked < JOINED_MS ? question : undefined;
  }

  #begin<T>(key: string, ask: (signal: AbortSignal) => Promise<T | undefined>): Question {
    const question: Question = {
      asked: this.#now(),
      answer: underDeadline({ milliseconds: DEADLINE_MS }, ask)
        .then((value) => {
          if (value !== undefined) this.#answers.set(key, { value, until: this.#now() + REMEMBERED_MS });
          return value;
        })
        .finally(() => {
          if (this.#questions.get(key) === question) this.#questions.delete(key);
        }),
    };
    // Every caller may have gone by the time it fails.
    question.answer.catch(() => undefined);
    this.#questions.set(key, question);
    return question;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

/** Whose rights the look-up uses. Tokens are secret: only a hash of one is kept. */
function holderOf({ credential }: CloudAccess): string {
  if (!credential) return 'service';
  return credential.kind === 'trust'
    ? `trust ${credential.trustId}`
    : `token ${hash('sha256', credential.token.reveal(), 'base64url')}`;
}
