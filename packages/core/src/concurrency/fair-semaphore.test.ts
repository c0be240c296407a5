import { expect, test } from 'vitest';
import { FairSemaphore } from './fair-semaphore.js';

async function settled(): Promise<void> {
  for (let tick = 0; tick < 5; tick += 1) await Promise.resolve();
}

test('a project with many waiting does not keep another one waiting', async () => {
  const turns = new FairSemaphore(2);
  const order: string[] = [];
  const take = (group: string) => turns.acquire(group).then((turn) => (order.push(group), turn));
  const [first] = [await take('large'), await take('large')];
  for (let more = 0; more < 5; more += 1) void take('large');
  void take('small');
  first.release();
  await settled();
  expect(order).toEqual(['large', 'large', 'small']);
});

test('a turn that is given back twice lets one go on', async () => {
  const turns = new FairSemaphore(1);
  const begun: number[] = [];
  const first = await turns.acquire('a');
  for (const number of [1, 2]) void turns.acquire('a').then(() => begun.push(number));
  first.release();
  first.release();
  await settled();
  expect(begun).toEqual([1]);
});

test('a request that waits when the semaphore is closed, or comes later, is refused', async () => {
  const turns = new FairSemaphore(1);
  await turns.acquire('a');
  const waiting = turns.acquire('a');
  turns.close(new Error('closed'));
  await expect(waiting).rejects.toThrow('closed');
  await expect(turns.acquire('a')).rejects.toThrow('closed');
});
