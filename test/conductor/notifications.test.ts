import { afterEach, beforeEach, expect, test } from 'vitest';
import { DomainError } from '@magnum-ts/core';
import type { BayId } from '@magnum-ts/core/testing';
import { deleteBay, updateBay } from '../../packages/core/src/app/bays.js';
import { askForBay, may } from '../support/asking.js';
import { aMachine, startProcess, work, type Machine, type Process } from '../support/machine.js';

let machine: Machine;
let running: Process;
let sent: string[];
beforeEach(async () => {
  machine = await aMachine();
  running = await startProcess(machine);
  sent = [];
});
afterEach(async () => {
  await running.engine.stop();
  await machine.db.destroy();
});

const deps = () => ({
  ...running.deps,
  notifier: {
    notify: async (said: { operation: string; outcome: string; nodeCount: number; bay: { observed: { status: string } } }) =>
      void sent.push(`${said.operation} ${said.outcome} ${said.nodeCount} ${said.bay.observed.status}`),
  },
});
const statusOf = async (id: BayId) => (await running.app.store.read((repos) => repos.bays.get(id)))?.observed.status;
const workUntil = (id: BayId, status: string | undefined) => work(deps(), machine, async () => (await statusOf(id)) === status);

test('each operation on a bay is notified as pending and success, with the status that the bay has then', async () => {
  const bayId = await askForBay(running.app);
  await workUntil(bayId, 'CREATE_COMPLETE');
  await updateBay(running.app, may('bay:update'), bayId, () => ({
    health: null,
    work: { nodeCount: 3, rollbackOnFailure: false },
  }));
  await workUntil(bayId, 'UPDATE_COMPLETE');
  await deleteBay(running.app, may('bay:delete'), bayId);
  await workUntil(bayId, undefined);
  expect(sent).toEqual([
    'create pending 2 CREATE_IN_PROGRESS',
    'create success 2 CREATE_COMPLETE',
    'update pending 3 UPDATE_IN_PROGRESS',
    'update success 3 UPDATE_COMPLETE',
    'delete pending 3 DELETE_IN_PROGRESS',
    'delete success 3 DELETE_IN_PROGRESS',
  ]);
});

test('a refusal of the orchestrator is notified as failure', async () => {
  const bayId = await askForBay(running.app);
  running.deps.orchestrator.create = () => Promise.reject(new DomainError('cloud-refused', 'Quota exceeded for stacks'));
  await workUntil(bayId, 'CREATE_FAILED');
  expect(sent.at(0)).toBe('create pending 2 CREATE_IN_PROGRESS');
  expect(sent.at(-1)).toBe('create failure 2 CREATE_FAILED');
});
