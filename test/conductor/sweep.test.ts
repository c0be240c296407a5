import { afterEach, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { aConductor, type ConductorFixture } from './conductor-fixture.js';

const BAYS = 10_000;
let conductor: ConductorFixture;
afterEach(() => conductor.close());

/** Runs the loop until every bay was looked at once more. */
async function sweep(): Promise<{
  readonly looks: number;
  readonly calls: number;
  readonly single: number;
  readonly cpuSeconds: number;
}> {
  const [before, single] = [conductor.looks.length, conductor.single.calls];
  const stop = new AbortController();
  const begun = process.cpuUsage();
  const running = conductor.loop().run(stop.signal);
  const seen = new Set<string>();
  let counted = before;
  await until(
    'every bay was observed',
    () => {
      for (; counted < conductor.looks.length; counted += 1)
        conductor.looks[counted]?.forEach((address) => seen.add(address.name));
      return seen.size >= BAYS;
    },
    { withinMs: 120_000 },
  );
  stop.abort(new Error('enough'));
  await running;
  const { user, system } = process.cpuUsage(begun);
  return {
    looks: conductor.looks.slice(before).flat().length,
    calls: conductor.looks.length - before,
    single: conductor.single.calls - single,
    cpuSeconds: (user + system) / 1e6,
  };
}

test(
  'looking once at ten thousand bays in progress takes one call per hundred of them, and under ten seconds of CPU',
  { timeout: 600_000 },
  async () => {
    conductor = await aConductor();
    await conductor.addBays(BAYS, { isSeen: true });
    const first = await sweep();
    conductor.clock.advance(11_000);
    const second = await sweep();
    process.stdout.write(`first sweep: ${first.cpuSeconds.toFixed(1)} s of CPU, the next: ${second.cpuSeconds.toFixed(1)} s\n`);
    for (const { looks, calls, single, cpuSeconds } of [first, second]) {
      // The last batch of a sweep may be a part of one.
      expect(calls).toBeLessThanOrEqual(Math.ceil(looks / 100) + 1);
      expect(single).toBe(0);
      expect(cpuSeconds).toBeLessThan(10);
    }
  },
);
