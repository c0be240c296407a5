import { afterEach, beforeEach, expect, test } from 'vitest';
import { DomainError } from '@magnum-ts/core';
import type { BayId } from '@magnum-ts/core/testing';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import type { CoeSession } from '../../packages/core/src/ports/bay-driver.js';
import { askForBay } from '../support/asking.js';
import { aMachine, startProcess, work, type Machine, type Process } from '../support/machine.js';

class Engine implements CoeSession {
  isSilent = false;
  checks = 0;

  health = async (): ReturnType<CoeSession['health']> => {
    this.checks += 1;
    if (this.isSilent) throw new DomainError('engine-unavailable', 'The engine does not answer.');
    return { health: 'HEALTHY', reason: { api: 'ok' } };
  };
}

let machine: Machine;
let process: Process;
let engine: Engine;
beforeEach(async () => {
  machine = await aMachine();
  engine = new Engine();
  process = await startProcess(machine, { ...driverRegistry(false), areLive: true, connect: () => engine });
});
afterEach(async () => {
  await process.engine.stop();
  await machine.db.destroy();
});

/** Lets time pass until so many more health checks were made. Returns what the last one found. */
async function checks(id: BayId, count: number): Promise<unknown> {
  const until = engine.checks + count;
  for (let round = 0; engine.checks < until && round < 20; round += 1) {
    machine.clock.advance(60_000);
    await work(process.deps, machine, async () => true);
  }
  const bay = await process.app.store.read((repos) => repos.bays.get(id));
  return { health: bay?.observed.health, ...bay?.observed.healthReason };
}

async function made(change: Parameters<typeof askForBay>[1] = {}): Promise<BayId> {
  const id = await askForBay(process.app, change);
  const isMade = async (): Promise<boolean> =>
    (await process.app.store.read((repos) => repos.bays.get(id)))?.observed.status === 'CREATE_COMPLETE';
  await work(process.deps, machine, isMade);
  return id;
}

test('a bay with public addresses that does not answer is unhealthy', async () => {
  const id = await made();
  expect(await checks(id, 1)).toEqual({ health: 'HEALTHY', api: 'ok' });
  engine.isSilent = true;
  expect(await checks(id, 1)).toEqual({ health: 'UNHEALTHY', api: 'The engine does not answer.' });
});

test.each([
  ['without floating addresses', { floatingIpEnabled: false }],
  ['whose load balancer has no floating address', { masterLbEnabled: true, labels: { master_lb_floating_ip_enabled: 'false' } }],
])('of a bay %s nothing is known while it does not answer, and its owner reads since when', async (_what, change) => {
  const id = await made(change);
  engine.isSilent = true;
  const first = await checks(id, 1);
  expect(first).toEqual({
    health: 'UNKNOWN',
    api: expect.stringMatching(/^Unreachable since \d{4}-\d\d-\d\dT[\d:.]+Z: The engine does not answer\.$/),
  });
  expect(await checks(id, 3)).toEqual(first);
  engine.isSilent = false;
  expect(await checks(id, 1)).toEqual({ health: 'HEALTHY', api: 'ok' });
  engine.isSilent = true;
  expect(await checks(id, 1)).not.toEqual(first);
});
