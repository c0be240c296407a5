import { linkedController } from '../concurrency/linked-controller.js';
import { DomainError } from '../domain/errors.js';
import type { Clock } from '../ports/clock.js';

/** How long aborted work may take to notice its signal. */
const ABORT_GRACE_MS = 2_000;

/**
 * Waits for work, and aborts it at its deadline. Work that ignores its signal is not waited for any longer than the grace, so that one
 * call that hangs cannot hold a permit for ever. `underDeadline` measures by the host's timers and has no grace; a pass gets the time
 * to release what it holds, and its deadline follows the clock that its lease follows.
 */
export async function withinDeadline<T>(
  clock: Clock,
  { milliseconds, controller }: { readonly milliseconds: number; readonly controller: AbortController },
  work: Promise<T>,
): Promise<T> {
  const untilAborted = linkedController(controller.signal);
  const grace = new AbortController();
  const expire = async (): Promise<never> => {
    await clock.sleep(milliseconds, untilAborted.signal).then(
      () => controller.abort(new DomainError('deadline-exceeded', `It took longer than ${milliseconds / 1_000} seconds.`)),
      () => undefined,
    );
    await clock.sleep(ABORT_GRACE_MS, grace.signal);
    throw controller.signal.reason;
  };
  const expired = expire();
  expired.catch(() => undefined);
  try {
    return await Promise.race([work, expired]);
  } finally {
    grace.abort(new Error('the work has ended'));
    untilAborted.abort(new Error('the work has ended'));
  }
}
