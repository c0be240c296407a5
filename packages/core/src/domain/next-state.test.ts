import { describe, expect, test } from 'vitest';
import { aBay, aBayState, anIntent, aNode, aNodeGroup, aSighting } from '../testing/builders.js';
import type { NodeGroupId, NodeId } from './ids.js';
import {
  eventKindOf,
  groupCounts,
  groupStacks,
  hasNews,
  newestRecordedEvent,
  nextObserved,
  nextWait,
  nodeChanges,
} from './next-state.js';
import type { DecidedPass } from './next-state.js';
import { UNSEEN_NODE, type NodeObservation } from './node.js';
import type { StackSighting } from './observation.js';
import { EMPTY_RECONCILER_STATE } from './reconciler-state.js';

const WAIT = { do: 'wait', milliseconds: 1_000, status: 'UPDATE_IN_PROGRESS' } as const;
const FINISH = { do: 'finish', status: 'UPDATE_COMPLETE', reason: null } as const;
const ROLLED_BACK = { do: 'finish', status: 'ROLLBACK_COMPLETE', reason: 'no room' } as const;

function aStack(appliedGeneration: number, action: 'UPDATE' | 'DELETE' = 'UPDATE'): StackSighting {
  return { kind: 'present', id: 'stack', action, state: 'IN_PROGRESS', appliedGeneration };
}

/** A pass over a bay whose update to generation 2 was accepted earlier, with all that is known recorded. */
function aPass(wanted: Partial<DecidedPass> = {}): DecidedPass {
  const bay = aBay({ generation: 2, status: 'UPDATE_IN_PROGRESS', stackId: 'stack', acceptedGeneration: 2 });
  return {
    state: aBayState({ bay, intent: anIntent({ operation: 'update', generation: 2 }) }),
    snapshot: { id: 'stack', newestEvent: 0 },
    seen: aSighting({ stack: aStack(2) }),
    step: WAIT,
    ...wanted,
  };
}

describe('the stacks of node groups', () => {
  const id = 'c0000000-0000-4000-8000-000000000001' as NodeGroupId;
  const pass = (before: string | null, now: string | null, stack = aStack(2)): DecidedPass => {
    const state = { ...aPass().state, nodeGroups: [aNodeGroup({ id, stackId: before })] };
    return aPass({ state, seen: aSighting({ stack, groupStacks: new Map(now === null ? [] : [[id, now]]) }) });
  };

  test.each([
    ['a new one', null, 'own', [[id, 'own']]],
    ['the same one', 'own', 'own', []],
    ['one that is gone', 'own', null, [[id, null]]],
    ['none', null, null, []],
  ])('change with %s, and a change is news', (_, before, now, changes) => {
    expect([...groupStacks(pass(before, now))]).toEqual(changes);
    expect(hasNews(pass(before, now))).toBe(changes.length > 0);
  });

  test('stay known where the stack of the bay is not seen', () => {
    expect(groupStacks(pass('own', null, { kind: 'absent' })).size).toBe(0);
    expect(groupStacks({ ...pass('own', null), seen: undefined }).size).toBe(0);
  });
});

describe('the observed bay', () => {
  test('has status and reason of a step that waits, finishes or fails', () => {
    const failed = { do: 'fail', status: 'UPDATE_FAILED', reason: 'no room' } as const;
    const reasoned = { ...WAIT, reason: 'Node worker-1 does not answer.' };
    expect([WAIT, reasoned, FINISH, failed].map((step) => nextObserved(aPass({ step })))).toMatchObject([
      { status: 'UPDATE_IN_PROGRESS', statusReason: null },
      { status: 'UPDATE_IN_PROGRESS', statusReason: 'Node worker-1 does not answer.' },
      { status: 'UPDATE_COMPLETE', statusReason: null },
      { status: 'UPDATE_FAILED', statusReason: 'no room' },
    ]);
  });

  test('is in progress after a step that acts, and keeps its status where nothing is asked of it', () => {
    const deleting = aBayState({ intent: anIntent({ operation: 'delete' }) });
    expect(nextObserved(aPass({ state: deleting, step: { do: 'delete' } })).status).toBe('DELETE_IN_PROGRESS');
    const stable = aBayState({ bay: aBay({ status: 'CREATE_COMPLETE' }) });
    expect(nextObserved(aPass({ state: stable, step: { do: 'check-health' } })).status).toBe('CREATE_COMPLETE');
  });

  test('has accepted a generation when the stack has it, and not while an earlier change is waited for', () => {
    const state = aBayState({ bay: aBay({ acceptedGeneration: 1 }), intent: anIntent({ operation: 'update', generation: 2 }) });
    const accepted = (stack: StackSighting) => nextObserved(aPass({ state, seen: aSighting({ stack }) })).acceptedGeneration;
    expect([accepted(aStack(1)), accepted(aStack(2)), accepted({ kind: 'absent' })]).toEqual([1, 2, 1]);
  });

  test('has accepted a deletion when the stack is being deleted', () => {
    const state = aBayState({ bay: aBay({ acceptedGeneration: 1 }), intent: anIntent({ operation: 'delete', generation: 2 }) });
    const accepted = (stack: StackSighting) => nextObserved(aPass({ state, seen: aSighting({ stack }) })).acceptedGeneration;
    expect([accepted(aStack(2)), accepted(aStack(1, 'DELETE'))]).toEqual([1, 2]);
  });

  test('keeps what an observation does not say, and loses its address with its stack', () => {
    const bay = aBay({ apiAddress: 'tcp://192.0.2.1:2376', coeVersion: '29.0', stackId: 'stack' });
    const state = aBayState({ bay, intent: anIntent() });
    const still = nextObserved(aPass({ state, seen: aSighting({ stack: aStack(1), coeVersion: null }) }));
    expect(still).toMatchObject({ apiAddress: 'tcp://192.0.2.1:2376', coeVersion: '29.0', stackId: 'stack' });
    expect(nextObserved(aPass({ state, seen: aSighting() })).apiAddress).toBeNull();
    expect(nextObserved(aPass({ state, seen: undefined, snapshot: undefined })).apiAddress).toBe('tcp://192.0.2.1:2376');
  });

  test('lists the addresses of desired nodes by role, floating ones before private ones', () => {
    const [master, worker, leaving] = [
      aNode({ id: 'm' as NodeId, role: 'master' }),
      aNode({ id: 'w' as NodeId, observed: { privateAddress: '10.0.0.9' } }),
      aNode({ id: 'l' as NodeId, desired: 'absent', observed: { privateAddress: '10.0.0.8' } }),
    ];
    const found = { ...UNSEEN_NODE, privateAddress: '10.0.0.2', publicAddress: '192.0.2.7' };
    const seen = aSighting({ stack: aStack(2), nodes: new Map([[master.id, found]]) });
    expect(nextObserved(aPass({ state: aBayState({ nodes: [master, worker, leaving] }), seen }))).toMatchObject({
      masterAddresses: ['192.0.2.7'],
      nodeAddresses: ['10.0.0.9'],
    });
  });
});

describe('a waiting pass', () => {
  test('has no news where everything that it sees is recorded', () => {
    expect(hasNews(aPass())).toBe(false);
  });

  test.each<[string, Partial<DecidedPass>]>([
    ['another status', { step: { ...WAIT, status: 'ROLLBACK_IN_PROGRESS' } }],
    ['another reason', { step: { ...WAIT, reason: 'Node worker-1 does not answer.' } }],
    ['a newer stack event', { snapshot: { id: 'stack', newestEvent: 1 } }],
    ['another stack', { snapshot: { id: 'other', newestEvent: 0 } }],
  ])('has news with %s', (_what, wanted) => {
    expect(hasNews(aPass(wanted))).toBe(true);
  });

  test('has news with a node that has changed, and none with one that has not', () => {
    const node = aNode({ desired: 'absent', observed: { serverId: 'server-1' } });
    const { bay, intent } = aPass().state;
    const pass = (found: NodeObservation): DecidedPass =>
      aPass({
        state: aBayState({ bay, intent, nodes: [node] }),
        seen: aSighting({ stack: aStack(2), nodes: new Map([[node.id, found]]) }),
      });
    expect(hasNews(pass(node.observed))).toBe(false);
    for (const change of [{ status: 'CREATE_COMPLETE' }, { reason: 'r' }, { serverId: 's' }, { privateAddress: 'a' }] as const)
      expect(hasNews(pass({ ...node.observed, ...change }))).toBe(true);
  });
});

test('events are counted from the newest recorded one, and anew for a new stack', () => {
  const support = { ...EMPTY_RECONCILER_STATE, lastStackEvent: 7 };
  const state = aBayState({ bay: aBay({ stackId: 'stack' }), support });
  expect(newestRecordedEvent({ state, snapshot: { id: 'stack' } })).toBe(7);
  expect(newestRecordedEvent({ state, snapshot: { id: 'other' } })).toBe(0);
});

test('an event is recorded for a changed status, and for each step that settles the bay', () => {
  const kindOf = (step: DecidedPass['step']) => eventKindOf(aPass({ step }), nextObserved(aPass({ step })));
  expect(kindOf(WAIT)).toBeUndefined();
  expect(kindOf({ ...WAIT, status: 'ROLLBACK_IN_PROGRESS' })).toBe('status');
  expect(kindOf(FINISH)).toBe('settled');
  const settled = aPass({ state: aBayState({ bay: aBay({ status: 'UPDATE_COMPLETE' }) }), step: FINISH });
  expect(eventKindOf(settled, nextObserved(settled))).toBe('settled');
});

describe('the rows of nodes', () => {
  const [kept, leaving] = [aNode({ id: 'kept' as NodeId }), aNode({ id: 'leaving' as NodeId, desired: 'absent' })];
  const changes = (exists: readonly NodeId[], step: DecidedPass['step']) =>
    nodeChanges(
      aPass({
        state: aBayState({ nodes: [kept, leaving] }),
        seen: aSighting({ nodes: new Map(exists.map((id) => [id, UNSEEN_NODE])) }),
        step,
      }),
    );

  test('stay until a change is finished', () => {
    expect(changes([], WAIT)).toEqual([]);
  });

  test('are deleted after a finished change where the node is not desired and its server is gone', () => {
    expect(changes([], FINISH)).toEqual([{ kind: 'delete', id: 'leaving' }]);
    expect(changes(['kept' as NodeId, 'leaving' as NodeId], FINISH)).toEqual([]);
  });

  test('are those of the stack after a rollback: nodes that came back are desired again, nodes that never came are deleted', () => {
    expect(changes(['leaving' as NodeId], ROLLED_BACK)).toEqual([
      { kind: 'delete', id: 'kept' },
      { kind: 'restore', id: 'leaving' },
    ]);
  });

  test('take over what was observed', () => {
    const observed = { ...UNSEEN_NODE, serverId: 'server-1' };
    const pass = aPass({ state: aBayState({ nodes: [kept] }), seen: aSighting({ nodes: new Map([[kept.id, observed]]) }) });
    expect(nodeChanges(pass)).toEqual([{ kind: 'observed', id: kept.id, observed }]);
    expect(nodeChanges({ ...pass, seen: undefined })).toEqual([]);
  });
});

test('a rollback counts the nodes of each group anew, and nothing else does', () => {
  const [one, two] = [aNode({ id: 'one' as NodeId }), aNode({ id: 'two' as NodeId })];
  const state = aBayState({ nodeGroups: [aNodeGroup({ nodeCount: 2 })], nodes: [one, two] });
  const pass = aPass({ state, seen: aSighting({ nodes: new Map([[one.id, UNSEEN_NODE]]) }), step: ROLLED_BACK });
  expect([...groupCounts(pass).values()]).toEqual([1]);
  expect(groupCounts({ ...pass, step: FINISH }).size).toBe(0);
});

describe('the next pass', () => {
  const begun = new Date('2026-01-01T00:00:00Z');
  const state = aBayState({ intent: anIntent({ startedAt: begun }) });
  const after = (seconds: number) => nextWait({ state, step: WAIT }, new Date(begun.getTime() + seconds * 1_000));

  test('comes at once after a step that closes the intent, and half a second after a step that acts', () => {
    expect(nextWait({ state, step: FINISH }, begun)).toEqual({ longest: 0, jitter: 0 });
    expect(nextWait({ state, step: { do: 'update' } }, begun)).toEqual({ longest: 500, jitter: 0 });
  });

  test('waits a twentieth of the operation’s age, no less than the step asks for and ten seconds at most', () => {
    expect([after(0), after(40), after(10_000)]).toEqual([
      { longest: 1_000, jitter: 250 },
      { longest: 2_000, jitter: 500 },
      { longest: 10_000, jitter: 2_500 },
    ]);
  });
});
