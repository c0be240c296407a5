import { expect, test } from 'vitest';
import { Hopeless, until } from './until.js';

test('the first answer that is there is returned, whatever came before it', async () => {
  const answers = [undefined, false, new Error('not yet'), 0];
  const look = (): unknown => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  expect(await until('an answer', look, { everyMs: 1 })).toBe(0);
  expect(answers).toEqual([]);
});

test('the error says what was waited for, how long, and the last error', async () => {
  const cause = new Error('connection refused');
  const waiting = until('the service answers', () => Promise.reject(cause), { withinMs: 5, everyMs: 1, report: () => 'its log' });
  await expect(waiting).rejects.toMatchObject({
    message: 'after 0.005 s still not true: the service answers; the last error: connection refused; its log',
    cause,
  });
});

test('an error of an earlier question is not the cause when the last one was answered', async () => {
  let asked = 0;
  const look = (): boolean => {
    asked += 1;
    if (asked === 1) throw new Error('not yet');
    return false;
  };
  await expect(until('never', look, { withinMs: 20, everyMs: 1 })).rejects.toThrow(/^after 0.02 s still not true: never$/);
});

test('a hopeless wait ends at once', async () => {
  let asked = 0;
  const look = (): never => {
    asked += 1;
    throw new Hopeless('the bay failed');
  };
  await expect(until('the bay is complete', look)).rejects.toThrow('the bay failed');
  expect(asked).toBe(1);
});
