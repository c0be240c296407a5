import { expect, test } from 'vitest';
import { Turns } from './turns.js';

async function settled(): Promise<void> {
  for (let tick = 0; tick < 5; tick += 1) await Promise.resolve();
}

test('a project with many waiting does not keep another one waiting', async () => {
  const turns = new Turns(2);
  const order: string[] = [];
  const take = (group: string) => turns.take(group).then((turn) => (order.push(group), turn));
  const [first] = [await take('large'), await take('large')];
  for (let more = 0; more < 5; more += 1) void take('large');
  void take('small');
  first.giveBack();
  await settled();
  expect(order).toEqual(['large', 'large', 'small']);
});

test('a turn that is given back twice lets one go on', async () => {
  const turns = new Turns(1);
  const begun: number[] = [];
  const first = await turns.take('a');
  for (const number of [1, 2]) void turns.take('a').then(() => begun.push(number));
  first.giveBack();
  first.giveBack();
  await settled();
  expect(begun).toEqual([1]);
});

test('whoever waits when the turns are closed, or comes later, is refused', async () => {
  const turns = new Turns(1);
  await turns.take('a');
  const waiting = turns.take('a');
  turns.close(new Error('closed'));
  await expect(waiting).rejects.toThrow('closed');
  await expect(turns.take('a')).rejects.toThrow('closed');
});
