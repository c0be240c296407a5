import { describe, expect, test } from 'vitest';
import { BAY_STATUSES, type BayStatus } from './bay-status.js';
import { fateOf } from './node-group-status.js';

const finish = (status: BayStatus) => ({ do: 'finish', status, reason: null }) as const;
const fail = (status: BayStatus) => ({ do: 'fail', status, reason: 'why' }) as const;

describe('a node group', () => {
  test('stays what it is while its bay is on the way', () => {
    for (const status of BAY_STATUSES) {
      expect(fateOf(status, { do: 'wait', milliseconds: 1, status: 'UPDATE_IN_PROGRESS' })).toEqual({ kind: 'stay' });
      expect(fateOf(status, { do: 'upgrade-batch' })).toEqual({ kind: 'stay' });
    }
  });

  test.each([
    ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE'],
    ['CREATE_FAILED', 'CREATE_COMPLETE'],
    ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE'],
    ['UPDATE_FAILED', 'UPDATE_COMPLETE'],
    ['ROLLBACK_FAILED', 'UPDATE_COMPLETE'],
  ] as const)('that is %s is %s when its bay has got there', (before, after) => {
    expect(fateOf(before, finish('UPDATE_COMPLETE'))).toEqual({ kind: 'become', status: after, reason: null });
  });

  test('that was deleted goes with its last node, and one that rests is left alone', () => {
    for (const status of ['DELETE_IN_PROGRESS', 'DELETE_FAILED'] as const)
      expect(fateOf(status, finish('UPDATE_COMPLETE'))).toEqual({ kind: 'go' });
    for (const status of ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'ROLLBACK_COMPLETE'] as const)
      expect(fateOf(status, finish('UPDATE_COMPLETE'))).toEqual({ kind: 'stay' });
  });

  test.each([
    ['CREATE_IN_PROGRESS', 'UPDATE_FAILED', 'CREATE_FAILED'],
    ['UPDATE_IN_PROGRESS', 'UPDATE_FAILED', 'UPDATE_FAILED'],
    ['UPDATE_IN_PROGRESS', 'ROLLBACK_FAILED', 'ROLLBACK_FAILED'],
    ['DELETE_IN_PROGRESS', 'UPDATE_FAILED', 'DELETE_FAILED'],
  ] as const)('that is %s when its bay is %s is %s, and says why', (before, bay, after) => {
    expect(fateOf(before, fail(bay))).toEqual({ kind: 'become', status: after, reason: 'why' });
  });

  test('that nothing was asked of does not fail with its bay', () => {
    for (const status of BAY_STATUSES.filter((known) => !known.endsWith('_IN_PROGRESS')))
      expect(fateOf(status, fail('UPDATE_FAILED'))).toEqual({ kind: 'stay' });
  });

  test.each([
    ['CREATE_IN_PROGRESS', 'CREATE_FAILED'],
    ['UPDATE_IN_PROGRESS', 'ROLLBACK_COMPLETE'],
    ['DELETE_IN_PROGRESS', 'ROLLBACK_COMPLETE'],
  ] as const)('that is %s is %s when the change was rolled back', (before, after) => {
    expect(fateOf(before, finish('ROLLBACK_COMPLETE'))).toMatchObject({ kind: 'become', status: after });
  });
});
