import type { Clock } from '../ports/clock.js';

/**
 * The renewal of leases in the background. A lease lapses after 30 seconds without renewal, and then another process takes the work
 * over; work takes longer than that, and a process must not lose what it still works on.
 *
 * All leases are renewed together every 10 seconds, whether their work runs or waits, so that one slow piece of work cannot cost the
 * leases of the others. After a renewal that failed the next one comes after one second: with pauses of 10 seconds a database that is
 * away for a moment would leave two attempts before the leases lapse. Invariant: work whose lease is lost is aborted as soon as that is
 * known; the fence of its writes protects the time before.
 */
export interface LeaseKeeperOptions<Id> {
  readonly clock: Clock;
  /** Renews every lease that is held; resolves with those that are lost. */
  renew(): Promise<readonly Id[]>;
  /** Aborts the work of leases that are lost. */
  onLost(lost: readonly Id[]): void | Promise<void>;
  /** `sinceRenewalMs`: since the last renewal that succeeded, or since the start. */
  onFailure(error: unknown, sinceRenewalMs: number): void | Promise<void>;
}

const RENEW_MS = 10_000;
const RENEW_AGAIN_MS = 1_000;

/** Runs until the signal. */
export async function keepLeases<Id>(options: LeaseKeeperOptions<Id>, signal: AbortSignal): Promise<void> {
  const { clock } = options;
  const now = (): number => clock.now().getTime();
  let renewedAt = now();
  let pause = RENEW_MS;
  for (;;) {
    await clock.sleep(pause, signal).catch(() => undefined);
    if (signal.aborted) return;
    pause = RENEW_AGAIN_MS;
    try {
      const lost = await options.renew();
      renewedAt = now();
      pause = RENEW_MS;
      await options.onLost(lost);
    } catch (error) {
      await options.onFailure(error, now() - renewedAt);
    }
  }
}
