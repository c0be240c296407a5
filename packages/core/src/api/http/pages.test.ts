import { expect, test } from 'vitest';
import { LongWork } from '../../concurrency/long-work.js';
import type { Page } from '../../ports/store.js';
import type { Call } from './handler.js';
import { listAnswer } from './pages.js';
import type { Collection } from './pagination.js';

/** Lists `count` rows of 2,000 bytes three times, and counts the turns of long work that each list takes. */
async function turnsOf(count: number): Promise<readonly number[]> {
  let turns = 0;
  const work = new LongWork();
  const counting = {
    run: <T>(about: Parameters<LongWork['run']>[0], step: () => Promise<T>): Promise<T> => {
      turns += 1;
      return work.run(about, step);
    },
    enter: (about: Parameters<LongWork['enter']>[0]) => work.enter(about),
  };
  // Of a call and a page, a list reads these alone.
  const call = {
    access: { action: `list of ${count}`, actor: { projectId: 'p' } },
    longWork: { turns: counting, group: 'p' },
    signal: () => new AbortController().signal,
  } as unknown as Call;
  const page = { limit: 1_000, marker: null } as Page; // the rest is for stores
  const collection = { name: 'rows', path: 'rows' } as unknown as Collection; // links are made of a path alone
  const rows = Array.from({ length: count }, (_, index) => ({ uuid: `row-${index}`, text: 'x'.repeat(2_000) }));
  const after = (marker: string | null): number => rows.findIndex(({ uuid }) => uuid === marker) + 1;
  const listing = {
    read: async ({ limit, marker }: Page) => rows.slice(after(marker), after(marker) + limit),
    write: (row: (typeof rows)[number]) => row,
    findMarker: async () => undefined,
  };
  const taken: number[] = [];
  for (let time = 0; time < 3; time += 1) {
    turns = 0;
    const answer = await listAnswer(call, page, collection, listing);
    for await (const text of answer.texts ?? []) expect(text).not.toBe('');
    taken.push(turns);
  }
  return taken;
}

test('a list of two rows waits for no turn of long work, however many rows would fit into a portion', async () => {
  expect(await turnsOf(2)).toEqual([0, 0, 0]);
});

test('a list of hundreds of rows takes turns', async () => {
  const [, second, third] = await turnsOf(400);
  expect(second).toBeGreaterThan(1);
  expect(third).toBe(second);
});
