import { expect, test } from 'vitest';
import { DomainError } from '../../../domain/errors.js';
import { attemptWith } from './attempt.js';

const attempt = attemptWith(
  ({ where, trying }, cause) => new DomainError('engine-failed', `${where}: ${trying}: ${String(cause)}`),
);
const WHAT = { trying: 'list the nodes', where: 'node-1', milliseconds: 50 };
const open = (): AbortSignal => new AbortController().signal;

test('an answer is passed on', async () => {
  expect(await attempt(WHAT, open(), () => Promise.resolve('answer'))).toBe('answer');
});

test('an engine that stays silent is unavailable, and its call is aborted', async () => {
  let seen: AbortSignal | undefined;
  const silent = attempt(WHAT, open(), (signal) => {
    seen = signal;
    return new Promise(() => undefined);
  });
  await expect(silent).rejects.toMatchObject({ kind: 'engine-unavailable', message: 'node-1 did not answer within 0.05 s' });
  expect(seen?.aborted).toBe(true);
});

test('the driver translates errors of the client, and DomainErrors stay as they are', async () => {
  await expect(attempt(WHAT, open(), () => Promise.reject(new Error('noise')))).rejects.toMatchObject({
    kind: 'engine-failed',
    message: 'node-1: list the nodes: Error: noise',
  });
  const known = new DomainError('conflict', 'taken');
  await expect(attempt(WHAT, open(), () => Promise.reject(known))).rejects.toBe(known);
});

test('an abort of the caller is not a fault of the engine', async () => {
  const [reason, controller] = [new Error('stopped'), new AbortController()];
  const aborted = attempt(WHAT, controller.signal, () => {
    controller.abort(reason);
    return Promise.reject(new Error('socket closed'));
  });
  await expect(aborted).rejects.toBe(reason);
  await expect(attempt(WHAT, controller.signal, () => Promise.resolve('answer'))).rejects.toBe(reason);
});
