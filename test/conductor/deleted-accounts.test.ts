import { afterEach, beforeEach, expect, test } from 'vitest';
import { delegateUsername, trusteeUsername } from '@magnum-ts/core/testing';
import { deleteBay } from '../../packages/core/src/app/bays.js';
import { askForBay, may } from '../support/asking.js';
import { aMachine, startProcess, work, type Machine, type Process } from '../support/machine.js';

let machine: Machine;
let process: Process;
beforeEach(async () => {
  machine = await aMachine();
  process = await startProcess(machine);
});
afterEach(async () => {
  await process.engine.stop();
  await machine.db.destroy();
});

test('the accounts of a deleted bay are deleted by their ids too, because Keystone may not find them by name', async () => {
  const { identity } = process.deps;
  const made = new Map<string, string>();
  const deleted = new Map<string, string | undefined>();
  Object.assign(identity, {
    ensureTrustee: recordingMade(identity.ensureTrustee.bind(identity), made),
    deleteTrustee: recordingDeleted(identity.deleteTrustee.bind(identity), deleted),
  });
  const id = await askForBay(process.app);
  await work(process.deps, machine, async () => (await bayOf(id))?.observed.status === 'CREATE_COMPLETE');
  await deleteBay(process.app, may('bay:delete'), id);
  await work(process.deps, machine, async () => (await bayOf(id)) === undefined);
  const of = { id, projectId: 'project' };
  expect([...deleted.keys()]).toEqual([delegateUsername(of), trusteeUsername(of)]);
  expect(deleted).toEqual(made);
});

type Identity = Process['deps']['identity'];

function recordingMade(make: Identity['ensureTrustee'], made: Map<string, string>): Identity['ensureTrustee'] {
  return async (username, password, signal) => {
    const account = await make(username, password, signal);
    made.set(username, account.userId);
    return account;
  };
}

function recordingDeleted(
  remove: Identity['deleteTrustee'],
  deleted: Map<string, string | undefined>,
): Identity['deleteTrustee'] {
  return (username, signal, userId) => {
    deleted.set(username, userId);
    return remove(username, signal, userId);
  };
}

function bayOf(id: Awaited<ReturnType<typeof askForBay>>) {
  return process.app.store.read((repos) => repos.bays.get(id));
}
