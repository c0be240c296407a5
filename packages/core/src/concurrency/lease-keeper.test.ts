import { expect, test } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import { keepLeases } from './lease-keeper.js';

async function settle(): Promise<void> {
  for (let tick = 0; tick < 20; tick += 1) await Promise.resolve();
}

test('leases are renewed every ten seconds, every second after a failure, and lost ones are reported', async () => {
  const clock = new ManualClock();
  const start = clock.now().getTime();
  const stop = new AbortController();
  const log: string[] = [];
  const answers: (() => readonly string[])[] = [
    () => [],
    () => {
      throw new Error('the database is away');
    },
    () => {
      throw new Error('the database is away');
    },
    () => ['bay-1'],
  ];
  const seconds = (): number => (clock.now().getTime() - start) / 1_000;
  const keeping = keepLeases(
    {
      clock,
      renew: async () => {
        log.push(`${seconds()} s: renew`);
        return answers.shift()?.() ?? [];
      },
      onLost: (lost) => void (lost.length > 0 && log.push(`${seconds()} s: lost ${lost.join()}`)),
      onFailure: (_error, sinceMs) => void log.push(`${seconds()} s: ${sinceMs / 1_000} s since the renewal`),
    },
    stop.signal,
  );
  for (let second = 0; second < 34; second += 1) {
    clock.advance(1_000);
    await settle();
  }
  stop.abort(new Error('the test is over'));
  await keeping;
  expect(log).toEqual([
    '10 s: renew',
    '20 s: renew',
    '20 s: 10 s since the renewal',
    '21 s: renew',
    '21 s: 11 s since the renewal',
    '22 s: renew',
    '22 s: lost bay-1',
    '32 s: renew',
  ]);
});
