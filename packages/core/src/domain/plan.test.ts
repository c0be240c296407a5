import { describe, expect, test } from 'vitest';
import { aBay, anIntent, aSighting } from '../testing/builders.js';
import { planBay } from './plan.js';

const NOW = new Date('2026-01-01T00:00:00Z');

describe('a bay that is wanted', () => {
  test('is created while there is no stack and none was ever accepted', () => {
    expect(planBay(aBay(), anIntent(), aSighting(), NOW)).toEqual({ do: 'create' });
  });

  test('is failed, not created again, when its accepted stack has vanished', () => {
    const bay = aBay({ acceptedGeneration: 1, stackId: 'gone' });
    expect(planBay(bay, anIntent(), aSighting(), NOW)).toMatchObject({ do: 'fail', status: 'CREATE_FAILED' });
  });

  test('is adopted when the stack exists and no record names it', () => {
    const seen = aSighting({ stack: { kind: 'present', id: 's', action: 'CREATE', state: 'COMPLETE', appliedGeneration: 1 } });
    expect(planBay(aBay(), anIntent(), seen, NOW)).toEqual({ do: 'finish', status: 'CREATE_COMPLETE', reason: null });
  });

  test('is updated when the stack knows an older generation only', () => {
    const seen = aSighting({ stack: { kind: 'present', id: 's', action: 'CREATE', state: 'COMPLETE', appliedGeneration: 1 } });
    expect(planBay(aBay({ generation: 2 }), anIntent({ operation: 'update', generation: 2 }), seen, NOW)).toEqual({
      do: 'update',
    });
  });

  test('waits for a running change before it applies the next', () => {
    const seen = aSighting({ stack: { kind: 'present', id: 's', action: 'UPDATE', state: 'IN_PROGRESS', appliedGeneration: 2 } });
    expect(planBay(aBay({ generation: 3 }), anIntent({ operation: 'update', generation: 3 }), seen, NOW)).toMatchObject({
      do: 'wait',
      status: 'UPDATE_IN_PROGRESS',
    });
  });

  test('applies to a failed stack again when a request asks again', () => {
    const seen = aSighting({
      stack: { kind: 'present', id: 's', action: 'UPDATE', state: 'FAILED', appliedGeneration: 2 },
      failure: 'x',
    });
    expect(planBay(aBay({ generation: 3 }), anIntent({ operation: 'update', generation: 3 }), seen, NOW)).toEqual({
      do: 'update',
    });
  });

  test('shows a rollback as what it is', () => {
    const intent = anIntent({ operation: 'update', generation: 2 });
    const sighting = (state: 'IN_PROGRESS' | 'COMPLETE' | 'FAILED') =>
      aSighting({ stack: { kind: 'present', id: 's', action: 'ROLLBACK', state, appliedGeneration: 2 }, failure: 'no room' });
    expect(planBay(aBay({ generation: 2 }), intent, sighting('IN_PROGRESS'), NOW)).toMatchObject({
      do: 'wait',
      status: 'ROLLBACK_IN_PROGRESS',
    });
    expect(planBay(aBay({ generation: 2 }), intent, sighting('COMPLETE'), NOW)).toEqual({
      do: 'finish',
      status: 'ROLLBACK_COMPLETE',
      reason: 'no room. It is as it was before the change: correct the cause, then update it again.',
    });
    expect(planBay(aBay({ generation: 2 }), intent, sighting('FAILED'), NOW)).toEqual({
      do: 'fail',
      status: 'ROLLBACK_FAILED',
      reason: 'no room. Correct the cause, then update it again, or delete it.',
    });
  });

  test('fails at its deadline, whatever the orchestrator says', () => {
    const seen = aSighting({ stack: { kind: 'present', id: 's', action: 'CREATE', state: 'IN_PROGRESS', appliedGeneration: 1 } });
    const intent = anIntent({ startedAt: new Date('2025-12-31T22:00:00Z'), deadline: new Date('2025-12-31T23:01:00Z') });
    expect(planBay(aBay(), intent, seen, NOW)).toMatchObject({
      do: 'fail',
      status: 'CREATE_FAILED',
      reason: expect.stringContaining('60 minutes'),
    });
  });
});

test('every failure says what to do', () => {
  const stack = (action: 'CREATE' | 'UPDATE' | 'DELETE' | 'ROLLBACK') =>
    aSighting({ stack: { kind: 'present', id: 's', action, state: 'FAILED', appliedGeneration: 2 } });
  const bay = aBay({ generation: 2, acceptedGeneration: 2 });
  const late = { startedAt: new Date('2025-12-31T22:00:00Z'), deadline: new Date('2025-12-31T23:01:00Z') };
  const steps = [
    ...(['create', 'update', 'delete'] as const).flatMap((operation) =>
      (['CREATE', 'UPDATE', 'DELETE', 'ROLLBACK'] as const).map((action) =>
        planBay(bay, anIntent({ operation, generation: 2 }), stack(action), NOW),
      ),
    ),
    planBay(bay, anIntent({ generation: 2, ...late }), stack('CREATE'), NOW),
    planBay(bay, anIntent({ generation: 2 }), aSighting(), NOW),
    planBay(bay, anIntent({ generation: 3 }), stack('DELETE'), NOW),
  ];
  const failures = steps.filter((step) => step.do === 'fail');
  expect(failures.length).toBeGreaterThan(9);
  for (const { reason } of failures)
    expect(reason).toMatch(/^(Stack s |Stack {2}no longer exists|Timed out).*\. .*(delete|Delete|update)/);
});

describe('a bay that is to go', () => {
  const intent = anIntent({ operation: 'delete', generation: 2 });

  test('is forgotten when nothing is left', () => {
    expect(planBay(aBay({ generation: 2 }), intent, aSighting(), NOW)).toEqual({ do: 'forget' });
  });

  test.each(['CREATE', 'UPDATE', 'ROLLBACK'] as const)('pre-empts a running %s', (action) => {
    const seen = aSighting({ stack: { kind: 'present', id: 's', action, state: 'IN_PROGRESS', appliedGeneration: 1 } });
    expect(planBay(aBay({ generation: 2 }), intent, seen, NOW)).toEqual({ do: 'delete' });
  });

  test('fails when its own delete failed, and tries again for the next request', () => {
    const seen = aSighting({
      stack: { kind: 'present', id: 's', action: 'DELETE', state: 'FAILED', appliedGeneration: 1 },
      failure: 'port in use',
    });
    expect(planBay(aBay({ generation: 2, acceptedGeneration: 2 }), intent, seen, NOW)).toMatchObject({
      do: 'fail',
      status: 'DELETE_FAILED',
    });
    const again = anIntent({ operation: 'delete', generation: 3 });
    expect(planBay(aBay({ generation: 3, acceptedGeneration: 2 }), again, seen, NOW)).toEqual({ do: 'delete' });
  });
});

test('a bay of which nothing is asked is tended', () => {
  expect(planBay(aBay(), null, aSighting(), NOW)).toEqual({ do: 'check-health' });
});
