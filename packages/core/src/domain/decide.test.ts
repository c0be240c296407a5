import { describe, expect, test } from 'vitest';
import { aBay, anIntent, aSighting } from '../testing/builders.js';
import { decide, type DecisionState } from './decide.js';
import { EMPTY_RECONCILER_STATE, type ReconcilerState } from './reconciler-state.js';

const NOW = new Date('2026-01-01T00:00:00Z');
const stackIs = (state: 'COMPLETE' | 'FAILED', action: 'CREATE' | 'UPDATE' | 'ROLLBACK' = 'UPDATE') =>
  aSighting({
    stack: { kind: 'present', id: 's', action, state, appliedGeneration: 2 },
    failure: 'no answer',
    failureMayPass: true,
  });

function aState(support: Partial<ReconcilerState> = {}, wanted: { ca?: number; credential?: number } = {}): DecisionState {
  const bay = aBay({ generation: 2 });
  return {
    bay: { ...bay, desired: { ...bay.desired, caGeneration: wanted.ca ?? 0, credentialGeneration: wanted.credential ?? 0 } },
    intent: anIntent({ operation: 'update', generation: 2 }),
    nodeGroups: [],
    nodes: [],
    support: { ...EMPTY_RECONCILER_STATE, ...support },
  };
}

describe('a bay whose stack is complete', () => {
  test('is finished where nothing is to be rotated', () => {
    expect(decide(aState(), stackIs('COMPLETE'), NOW)).toMatchObject({ do: 'finish', status: 'UPDATE_COMPLETE' });
  });

  test('gets its authority first, then its credential, and is finished only then', () => {
    const wanted = { ca: 1, credential: 1 };
    const steps = [{}, { caGeneration: 1 }, { caGeneration: 1, credentialGeneration: 1 }].map((support) =>
      decide(aState(support, wanted), stackIs('COMPLETE'), NOW),
    );
    expect(steps).toMatchObject([
      { do: 'rotate', kind: 'authority' },
      { do: 'rotate', kind: 'credential' },
      { do: 'finish', status: 'UPDATE_COMPLETE' },
    ]);
  });

  test('is finished without a rotation after a rollback', () => {
    expect(decide(aState({}, { ca: 1 }), stackIs('COMPLETE', 'ROLLBACK'), NOW)).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
  });
});

test('a rotation that outlived its intent continues beside the health checks of a stable bay, and of no other', () => {
  const stable = { ...aState({}, { credential: 1 }), intent: null };
  const of = (status: 'UPDATE_FAILED' | 'CREATE_FAILED') => ({
    ...stable,
    bay: { ...stable.bay, observed: { ...stable.bay.observed, status } },
  });
  expect(decide(of('UPDATE_FAILED'), aSighting(), NOW)).toEqual({ do: 'rotate', kind: 'credential' });
  expect(decide(of('CREATE_FAILED'), aSighting(), NOW)).toEqual({ do: 'check-health' });
});

test('a stack that failed for a transient reason is applied again, and its failure counts when the retries are used up', () => {
  expect(decide(aState(), stackIs('FAILED'), NOW)).toEqual({ do: 'retry-stack' });
  const used = { stackRetries: { generation: 2, times: 5, at: 0 } };
  expect(decide(aState(used), stackIs('FAILED'), NOW)).toMatchObject({ do: 'fail', status: 'UPDATE_FAILED' });
});
