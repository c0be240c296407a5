import { expect, test } from 'vitest';
import { DomainError } from '../../domain/errors.js';
import { meterMethods } from './meter.js';

test('calls are counted by their outcome and timed; others of the part are left alone', async () => {
  const calls: (string | number)[][] = [];
  let now = 0;
  const meter = {
    claimed: () => undefined,
    passed: () => undefined,
    leftOver: () => undefined,
    called: (...call: (string | number)[]) => void calls.push(call),
  };
  const part = {
    create: async () => ((now += 1_500), 'made'),
    delete: async () => Promise.reject(new DomainError('cloud-unavailable', 'away')),
    update: async () => Promise.reject(new TypeError('a defect')),
    name: () => 'x',
  };
  const counted = meterMethods({ meter, clock: { now: () => new Date(now) } }, 'orchestrator', part, [
    'create',
    'delete',
    'update',
  ]);
  expect(await counted.create()).toBe('made');
  await expect(counted.delete()).rejects.toThrow('away');
  await expect(counted.update()).rejects.toThrow('a defect');
  expect(counted.name()).toBe('x');
  expect(calls).toEqual([
    ['orchestrator', 'create', 'ok', 1.5],
    ['orchestrator', 'delete', 'cloud-unavailable', 0],
    ['orchestrator', 'update', 'unexpected', 0],
  ]);
});
