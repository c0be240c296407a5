import { describe, expect, test } from 'vitest';
import { drainOutcome, type DrainRules } from './drain.js';

const NOW = new Date('2026-01-01T00:10:00Z');
const secondsAgo = (seconds: number): number => NOW.getTime() - seconds * 1_000;
const INTENT = { generation: 3, batch: 1 };
const WAITING = [
  { node: 'worker-1', why: '2 pods are ending', isVital: false },
  { node: 'worker-2', why: '1 volume is attached', isVital: false },
];
const RULES: DrainRules = { timeoutMs: 60_000, policy: 'force' };
const known = (seconds: number, more: object = {}) => ({
  ...INTENT,
  startedAt: secondsAgo(seconds),
  isForced: false,
  ...more,
});

describe('a round of a drain', () => {
  test('is the last one where no node waits', () => {
    expect(drainOutcome([], { intent: INTENT, known: known(9), rules: RULES, now: NOW })).toEqual({ kind: 'drained' });
  });

  test('begins the time limit, and names every node with what it waits for', () => {
    expect(drainOutcome(WAITING, { intent: INTENT, known: null, rules: RULES, now: NOW })).toEqual({
      kind: 'wait',
      progress: known(0),
      reason: 'Draining nodes. worker-1: 2 pods are ending; worker-2: 1 volume is attached.',
    });
  });

  test.each([
    ['an earlier generation', { generation: 2 }],
    ['an earlier batch', { batch: 0 }],
  ])('does not count the time of %s', (_, before) => {
    const outcome = drainOutcome(WAITING, { intent: INTENT, known: known(600, before), rules: RULES, now: NOW });
    expect(outcome).toMatchObject({ kind: 'wait', progress: known(0) });
  });

  test('waits until the time limit, and no longer', () => {
    const at = (seconds: number, policy: DrainRules['policy'] = 'force') =>
      drainOutcome(WAITING, { intent: INTENT, known: known(seconds), rules: { ...RULES, policy }, now: NOW });
    expect(at(59)).toMatchObject({ kind: 'wait', progress: known(59) });
    expect(at(60)).toEqual({
      kind: 'force',
      progress: known(60, { isForced: true }),
      reason:
        'Not drained within 60 seconds: worker-1: 2 pods are ending; worker-2: 1 volume is attached. The nodes are deleted all the same.',
    });
    expect(at(60, 'stop')).toMatchObject({ kind: 'stop', reason: expect.stringMatching(/No node was deleted\.$/) });
  });

  test('stops at the time limit where the cluster would be lost with a node, whatever the policy is', () => {
    const vital = { node: 'master-1', why: 'etcd would lose its majority', isVital: true };
    const at = (seconds: number) =>
      drainOutcome([...WAITING, vital], { intent: INTENT, known: known(seconds), rules: RULES, now: NOW });
    expect(at(59)).toMatchObject({ kind: 'wait' });
    expect(at(60)).toMatchObject({ kind: 'stop', reason: expect.stringMatching(/lose its majority\. No node was deleted\.$/) });
  });

  test('is not repeated for nodes that are deleted all the same', () => {
    const forced = known(600, { isForced: true });
    expect(drainOutcome(WAITING, { intent: INTENT, known: forced, rules: RULES, now: NOW })).toEqual({ kind: 'drained' });
  });
});
