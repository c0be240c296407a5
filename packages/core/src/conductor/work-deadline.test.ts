import { expect, test } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import { withinDeadline } from './work-deadline.js';

async function settle(): Promise<void> {
  for (let tick = 0; tick < 20; tick += 1) await Promise.resolve();
}

test('work that heeds its signal is aborted at its deadline, and ends as it likes', async () => {
  const [clock, controller] = [new ManualClock(), new AbortController()];
  const work = new Promise<string>((resolve) => controller.signal.addEventListener('abort', () => resolve('released')));
  const result = withinDeadline(clock, { milliseconds: 1_000, controller }, work);
  clock.advance(1_000);
  expect(await result).toBe('released');
  expect(controller.signal.reason).toMatchObject({ kind: 'deadline-exceeded' });
});

test('work that ignores its signal is given up after the grace, whatever aborted it', async () => {
  for (const abort of [(clock: ManualClock) => clock.advance(1_000), (_clock: ManualClock, stop: () => void) => stop()]) {
    const [clock, controller] = [new ManualClock(), new AbortController()];
    let outcome: unknown;
    withinDeadline(clock, { milliseconds: 1_000, controller }, new Promise(() => undefined)).catch(
      (error: unknown) => (outcome = error),
    );
    abort(clock, () => controller.abort(new Error('stopping')));
    await settle();
    clock.advance(1_999);
    await settle();
    expect(outcome).toBeUndefined();
    clock.advance(1);
    await settle();
    expect(outcome).toBe(controller.signal.reason);
  }
});

test('the result of work in time is passed on, and its controller is left alone', async () => {
  const [clock, controller] = [new ManualClock(), new AbortController()];
  expect(await withinDeadline(clock, { milliseconds: 1_000, controller }, Promise.resolve(7))).toBe(7);
  clock.advance(10_000);
  expect(controller.signal.aborted).toBe(false);
});
