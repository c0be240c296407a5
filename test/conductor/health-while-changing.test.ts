import { afterEach, expect, test } from 'vitest';
import { type BayId, until } from '@magnum-ts/core/testing';
import type { WorkLoop } from '../../packages/core/src/conductor/work-loop.js';
import type { BayStatus } from '../../packages/core/src/domain/bay-status.js';
import type { StackAddress, StackSnapshot } from '../../packages/core/src/ports/orchestrator.js';
import { aConductorWorld, inProgress, type ConductorWorld } from './conductor-world.js';

const MINUTE_MS = 60_000;

let world: ConductorWorld;
let stop: AbortController;
let running: Promise<void>;
afterEach(async () => {
  stop.abort(new Error('the test is over'));
  await running;
  await world.close();
});

const changing =
  (action: StackSnapshot['action']) =>
  (address: StackAddress): StackSnapshot => ({
    ...inProgress(address),
    action,
  });

/** A bay whose stack is being changed without end, and whose engine does not answer. */
async function aChangingBay(action: StackSnapshot['action'], status: BayStatus, address: string | null): Promise<BayId> {
  world = await aConductorWorld(changing(action));
  const [id] = await world.addBays(1, { isSeen: true });
  if (!id) throw new Error('no bay was made');
  await world.db('intent').update({ operation: 'update' });
  await world.db('bay').update({ status, api_address: address });
  stop = new AbortController();
  const loop: WorkLoop = world.loop();
  running = loop.run(stop.signal);
  return id;
}

const healthOf = async (id: BayId): Promise<unknown> => {
  const row: { health_status: string | null } | undefined = await world.db('bay').where({ uuid: id }).first('health_status');
  return row?.health_status ?? null;
};
const isDue = async (): Promise<void> => {
  world.clock.advance(MINUTE_MS + 1_000);
  await world.db('work_item').update({ due_at: 0 });
};

test.each<[StackSnapshot['action'], BayStatus]>([
  ['UPDATE', 'UPDATE_IN_PROGRESS'],
  ['ROLLBACK', 'ROLLBACK_IN_PROGRESS'],
])('a bay whose stack is in %s goes on being asked for its health, once in each interval', async (action, status) => {
  const id = await aChangingBay(action, status, 'tcp://192.0.2.1:2375');
  await until('the stacks were observed', () => world.looks.length > 0);
  expect(await healthOf(id)).toBeNull();
  await isDue();
  await until('the bay is unhealthy', async () => (await healthOf(id)) === 'UNHEALTHY');
  await world.db('bay').update({ health_status: null });
  const looks = world.looks.length;
  await world.db('work_item').update({ due_at: 0 });
  await until('the stacks were observed twice more', () => world.looks.length > looks + 1);
  expect(await healthOf(id)).toBeNull();
  await isDue();
  await until('the bay is unhealthy', async () => (await healthOf(id)) === 'UNHEALTHY');
});

test('a bay that has no address yet is not asked', async () => {
  const id = await aChangingBay('UPDATE', 'UPDATE_IN_PROGRESS', null);
  await isDue();
  const looks = world.looks.length;
  await until('the stacks were observed again', () => world.looks.length > looks);
  expect(await healthOf(id)).toBeNull();
});
