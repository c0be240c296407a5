import { expect, test } from 'vitest';
import { followedClock, type FollowedClock } from './followed-clock.js';

const TRUE_TIME = 1_700_000_000_000;

/** A process whose host's clock is wrong by so much, and a database with the right time. */
function aProcess(wrongBy: number) {
  const state = { passed: 0, databaseSetBy: 0 };
  const host = { now: () => new Date(TRUE_TIME + state.passed + wrongBy), sleep: () => Promise.resolve() };
  const clock: FollowedClock = followedClock(host, () => state.passed);
  return {
    clock,
    pass: (milliseconds: number) => void (state.passed += milliseconds),
    setDatabase: (by: number) => void (state.databaseSetBy += by),
    /** The answer is given at a share of the time that the question takes. */
    ask(takes: number, share = 0.5): void {
      const asked = state.passed;
      const serverTime = TRUE_TIME + asked + takes * share + state.databaseSetBy;
      state.passed += takes;
      clock.learn({ serverTime, asked, answered: state.passed });
    },
    off: () => clock.now().getTime() - (TRUE_TIME + state.passed + state.databaseSetBy),
  };
}

test.each([300_000, -300_000])(
  'a process whose host is wrong by %d ms has the time of the database from its first answer on',
  (by) => {
    const process = aProcess(by);
    expect(process.off()).toBe(by);
    process.ask(10);
    expect(process.off()).toBe(0);
    process.pass(3_600_000);
    expect(process.off()).toBe(0);
  },
);

test('is off by half of the time of the question at most', () => {
  for (const share of [0, 0.25, 1]) {
    const process = aProcess(300_000);
    process.ask(200, share);
    expect(Math.abs(process.off())).toBeLessThanOrEqual(100);
  }
});

test('a slow answer does not spoil what a quick one has said', () => {
  const process = aProcess(0);
  process.ask(4);
  process.ask(40_000, 0.01);
  expect(Math.abs(process.off())).toBeLessThanOrEqual(2);
});

test('a quick answer mends what a slow one has said, at once', () => {
  const process = aProcess(0);
  process.ask(40_000, 0);
  expect(Math.abs(process.off())).toBe(20_000);
  process.ask(4);
  expect(process.off()).toBe(0);
});

test.each([300_000, -300_000])('a database whose clock is set by %d ms is followed at the next question', (by) => {
  const process = aProcess(0);
  process.ask(4);
  process.setDatabase(by);
  process.ask(50);
  expect(process.off()).toBe(0);
});
