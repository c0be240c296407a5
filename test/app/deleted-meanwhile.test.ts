import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BayId } from '@magnum-ts/core/testing';
import { listBayEvents } from '../../packages/core/src/app/bay-events.js';
import type { AppDeps } from '../../packages/core/src/app/deps.js';
import { listNodeGroups } from '../../packages/core/src/app/node-groups.js';
import { askForBay, may } from '../support/asking.js';
import { aMachine, startProcess, type Machine, type Process } from '../support/machine.js';

const PAGE = { limit: 50, marker: null, sortKey: 'name', descending: false };

// A bay that is deleted between the look for it and the look for what belongs to it.
let machine: Machine;
let process: Process;
let bayId: BayId;
beforeEach(async () => {
  machine = await aMachine();
  process = await startProcess(machine);
  bayId = await askForBay(process.app);
});
afterEach(async () => {
  await process.engine.stop();
  await machine.db.destroy();
});

/** After the first read, in which the bay is found, it is deleted with all that it has. */
function deletedMeanwhile(): AppDeps {
  const { store } = process.app;
  let reads = 0;
  return {
    ...process.app,
    store: {
      ...store,
      read: async (work) => {
        reads += 1;
        if (reads === 2) await store.write((repos) => repos.bays.delete(bayId));
        return store.read(work);
      },
    },
  };
}

test.each([
  ['events', (deps: AppDeps) => listBayEvents(deps, may('bay:events'), { ident: 'hive', after: 0, limit: 50 })],
  ['node groups', (deps: AppDeps) => listNodeGroups(deps, may('nodegroup:get_all'), 'hive', null, PAGE)],
])('has no %s: it is not found, and not a bay without any', async (_what, list) => {
  await expect(list(deletedMeanwhile())).rejects.toMatchObject({ kind: 'bay-not-found' });
});
