import { afterEach, expect, test } from 'vitest';
import { type BayId, type BayStatus, type StackAddress, type StackSnapshot, until } from '@magnum-ts/core/testing';
import type { ConductorRules } from '../../packages/core/src/conductor/rules.js';
import type { WorkLoop } from '../../packages/core/src/conductor/work-loop.js';
import { aConductor, inProgress, type ConductorFixture } from './conductor-fixture.js';

const MINUTE_MS = 60_000;

let conductor: ConductorFixture;
let stop: AbortController;
let running: Promise<void>;
afterEach(async () => {
  stop.abort(new Error('the test is over'));
  await running;
  await conductor.close();
});

const changing =
  (action: StackSnapshot['action']) =>
  (address: StackAddress): StackSnapshot => ({
    ...inProgress(address),
    action,
  });

type Change = readonly [action: StackSnapshot['action'], status: BayStatus];

/** A bay whose stack is being changed without end, and whose engine does not answer. */
async function aChangingBay(
  [action, status]: Change,
  address: string | null,
  rules: Partial<ConductorRules> = {},
): Promise<BayId> {
  conductor = await aConductor(changing(action), rules);
  const [id] = await conductor.addBays(1, { isSeen: true });
  if (!id) throw new Error('no bay was made');
  await conductor.db('intent').update({ operation: 'update' });
  await conductor.db('bay').update({ status, api_address: address, floating_ip_enabled: true });
  stop = new AbortController();
  const loop: WorkLoop = conductor.loop();
  running = loop.run(stop.signal);
  return id;
}

const healthOf = async (id: BayId): Promise<unknown> => {
  const row: { health_status: string | null } | undefined = await conductor.db('bay').where({ uuid: id }).first('health_status');
  return row?.health_status ?? null;
};
const isDue = async (): Promise<void> => {
  conductor.clock.advance(MINUTE_MS + 1_000);
  await conductor.db('work_item').update({ due_at: 0 });
};

test.each<[StackSnapshot['action'], BayStatus]>([
  ['UPDATE', 'UPDATE_IN_PROGRESS'],
  ['ROLLBACK', 'ROLLBACK_IN_PROGRESS'],
])('a bay whose stack is in %s goes on being asked for its health, once in each interval', async (action, status) => {
  const id = await aChangingBay([action, status], 'tcp://192.0.2.1:2375');
  await until('the stacks were observed', () => conductor.looks.length > 0);
  expect(await healthOf(id)).toBeNull();
  await isDue();
  await until('the bay is unhealthy', async () => (await healthOf(id)) === 'UNHEALTHY');
  await conductor.db('bay').update({ health_status: null });
  const looks = conductor.looks.length;
  await conductor.db('work_item').update({ due_at: 0 });
  await until('the stacks were observed twice more', () => conductor.looks.length > looks + 1);
  expect(await healthOf(id)).toBeNull();
  await isDue();
  await until('the bay is unhealthy', async () => (await healthOf(id)) === 'UNHEALTHY');
});

test('a bay that has no address yet is not asked', async () => {
  const id = await aChangingBay(['UPDATE', 'UPDATE_IN_PROGRESS'], null);
  await isDue();
  const looks = conductor.looks.length;
  await until('the stacks were observed again', () => conductor.looks.length > looks);
  expect(await healthOf(id)).toBeNull();
});

test.each([0, -1_000])('with an interval of %d ms a bay that is being changed is never asked', async (healthIntervalMs) => {
  const id = await aChangingBay(['UPDATE', 'UPDATE_IN_PROGRESS'], 'tcp://192.0.2.1:2375', { healthIntervalMs });
  const looks = conductor.looks.length;
  await isDue();
  await until('the stacks were observed twice more', () => conductor.looks.length > looks + 1);
  expect(await healthOf(id)).toBeNull();
  // A bay without a check waits for the orchestrator alone, and needs no pass of its own.
  expect(conductor.single.calls).toBe(0);
});
