import { afterEach, expect, test } from 'vitest';
import { Secret } from '@magnum-ts/core';
import {
  type BayId,
  CrashPoints,
  Killed,
  type StackAddress,
  stackNameOf,
  type StackSnapshot,
  until,
} from '@magnum-ts/core/testing';
import { resourcesOf } from '../../packages/core/src/adapters/orchestrator/heat-words.js';
import { WorkLoop } from '../../packages/core/src/conductor/work-loop.js';
import { describeRetry, MAX_STACK_RETRIES } from '../../packages/core/src/domain/stack-retry.js';
import { mortalClock } from '../support/machine.js';
import { aConductor, complete, inProgress, type ConductorFixture } from './conductor-fixture.js';

// What Heat says of a resource while Keystone is away, and of one that Nova has refused.
const NO_ANSWER =
  'ConnectFailure: resources.wait_handle: Unable to establish connection to http://10.0.0.1:5000/v3/auth/tokens: Max retries exceeded';
const REFUSED = 'Forbidden: resources.server: Quota exceeded for cores (HTTP 403)';
const ABORTED = 'CREATE aborted (Task create from StackResource "worker-1" Stack "s" Timed out)';

let conductor: ConductorFixture;
let stop: AbortController;
let running: Promise<void>;
afterEach(async () => {
  stop.abort(new Error('the test is over'));
  await running;
  await conductor.close();
});

/** A Heat whose stack fails with these words until it was applied so many times more; no conductor runs yet. */
async function aBayWhoseStackFails(
  reason: string,
  untilApplied: number,
): Promise<{ readonly id: BayId; readonly applied: () => number }> {
  let applied = 0;
  const shown = (address: StackAddress): StackSnapshot => (applied >= untilApplied ? complete(address) : failed(address, reason));
  conductor = await aConductor(shown);
  stop = new AbortController();
  running = Promise.resolve();
  const [id] = await conductor.addBays(1);
  if (!id) throw new Error('no bay was made');
  const update = async (): Promise<StackSnapshot> => {
    applied += 1;
    return { ...inProgress({ name: stackNameOf({ id, name: 'hive' }), projectId: 'project' }), action: 'UPDATE' };
  };
  Object.assign(conductor.deps.orchestrator, { update });
  Object.assign(conductor.deps, {
    vault: {
      get: () => Promise.resolve(new Secret('password')),
      keep: (_ref: string, secret: Secret) => Promise.resolve(secret),
    },
  });
  return { id, applied: () => applied };
}

function failed(address: StackAddress, reason: string): StackSnapshot {
  const row = (name: string, words: string, status = 'CREATE_FAILED') => ({
    resource_name: name,
    resource_type: 'OS::Heat::WaitConditionHandle',
    resource_status: status,
    resource_status_reason: words,
    physical_resource_id: '',
    logical_resource_id: name,
    links: [],
    required_by: [],
  });
  return {
    ...inProgress(address),
    state: 'FAILED',
    reason: 'Resource CREATE failed',
    resources: resourcesOf([row('master-1', reason), row('worker-1', ABORTED)]),
  };
}

const bayOf = async (id: BayId) => (await conductor.deps.store.read((repos) => repos.bays.get(id)))?.observed;
const retriesOf = async (id: BayId) =>
  (await conductor.deps.store.read((repos) => repos.events.list(id, 0, 100))).filter(({ kind }) => kind === 'retry');

/** Works until then; pauses pass at once. */
async function inTime(id: BayId, status: string): Promise<void> {
  running = conductor.loop().run(stop.signal);
  await until(`the bay is ${status}`, async () => {
    conductor.clock.advance(30_000);
    return (await bayOf(id))?.status === status;
  });
}

test('a stack that failed because a service did not answer is applied again, and an event records it', async () => {
  const { id, applied } = await aBayWhoseStackFails(NO_ANSWER, 2);
  await inTime(id, 'CREATE_COMPLETE');
  expect(applied()).toBe(2);
  expect((await retriesOf(id)).map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^master-1 .*Unable to establish connection.*It is tried again \(attempt 1 of 5\)\.$/),
    expect.stringContaining(describeRetry(1)),
  ]);
});

test('it is applied again a bounded number of times', async () => {
  const { id, applied } = await aBayWhoseStackFails(NO_ANSWER, Infinity);
  await inTime(id, 'CREATE_FAILED');
  expect(applied()).toBe(MAX_STACK_RETRIES);
  expect((await bayOf(id))?.statusReason).toContain('update it to try again');
});

test('what was refused is not tried again', async () => {
  const { id, applied } = await aBayWhoseStackFails(REFUSED, 1);
  await inTime(id, 'CREATE_FAILED');
  expect(applied()).toBe(0);
});

test('a conductor that dies at any moment of it leaves the bay to be finished, and counts what it began', async () => {
  for (let moment = 1; ; moment += 1) {
    const { id, applied } = await aBayWhoseStackFails(NO_ANSWER, 1);
    const points = new CrashPoints(moment);
    const { store, orchestrator } = conductor.deps;
    const mortal = {
      ...conductor.deps,
      clock: mortalClock(conductor.clock, points),
      store: points.wrap(store),
      orchestrator: points.wrap(orchestrator),
    };
    const killed = await new WorkLoop(mortal, { owner: 'mortal', concurrency: 1, drainMs: 0 }).runOnce().then(
      () => false,
      (error: unknown) => error instanceof Killed,
    );
    const counted = (await store.read((repos) => repos.support.get(id))).stackRetries?.times ?? 0;
    expect(counted, `died at moment ${moment}`).toBeGreaterThanOrEqual(applied());
    conductor.clock.advance(31_000);
    await inTime(id, 'CREATE_COMPLETE');
    if (!killed) {
      expect(moment).toBeGreaterThan(10);
      break;
    }
    stop.abort(new Error('this run is over'));
    await running;
    await conductor.close();
  }
});
