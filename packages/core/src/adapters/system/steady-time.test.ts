import { expect, test } from 'vitest';
import { steadyTime } from './steady-time.js';

const START = 1_700_000_000_000;

/** A host whose clock is set by the test. */
function aHost(): { readonly time: () => number; pass(milliseconds: number): void; set(by: number): void } {
  const host = { wall: START, monotonic: 5 };
  return {
    time: steadyTime({ wall: () => host.wall, monotonic: () => host.monotonic }),
    pass: (milliseconds) => {
      host.wall += milliseconds;
      host.monotonic += milliseconds;
    },
    set: (by) => {
      host.wall += by;
    },
  };
}

test('tells the time of a clock that is left alone, or corrected by less than a second', () => {
  const host = aHost();
  host.pass(10_000);
  expect(host.time()).toBe(START + 10_000);
  host.set(-900);
  expect(host.time()).toBe(START + 9_100);
});

test.each([300_000, -300_000])('a clock that is set by %d ms, and set back, is not followed', (jump) => {
  const host = aHost();
  host.set(jump);
  for (let second = 0; second < 20; second += 1) {
    host.pass(1_000);
    expect(Math.abs(host.time() - (START + (second + 1) * 1_000))).toBeLessThanOrEqual((second + 1) * 50);
  }
  host.set(-jump);
  expect(Math.abs(host.time() - (START + 20_000))).toBeLessThanOrEqual(1_000);
});

test.each([300_000, -300_000])('a clock that stays set by %d ms is reached in the end, and never goes back', (jump) => {
  const host = aHost();
  host.set(jump);
  let before = host.time();
  for (let minute = 0; minute < 110; minute += 1) {
    host.pass(60_000);
    const now = host.time();
    expect(now).toBeGreaterThan(before);
    before = now;
  }
  expect(before).toBe(START + jump + 110 * 60_000);
});

test('a host that slept has the right time at once', () => {
  const host = aHost();
  host.set(3_600_000);
  expect(host.time()).toBe(START + 3_600_000);
});
