import { afterEach, beforeEach, expect, test } from 'vitest';
import { DomainError } from '@magnum-ts/core';
import type { BayId } from '@magnum-ts/core/testing';
import { resizeBay } from '../../packages/core/src/app/resize.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import type { HealingRules } from '../../packages/core/src/domain/healing.js';
import type { CoeSession } from '../../packages/core/src/ports/bay-driver.js';
import { askForBay, may } from '../support/asking.js';
import { aMachine, startProcess, work, type Machine, type Process } from '../support/machine.js';

/** An engine in which some nodes are not ready. */
class Engine implements CoeSession {
  away = new Set<string>();
  isSilent = false;
  checks = 0;
  names: readonly string[] = [];

  health = async (): ReturnType<CoeSession['health']> => {
    this.checks += 1;
    if (this.isSilent) throw new DomainError('engine-unavailable', 'The engine does not answer.');
    const ready = this.names.map((name): [string, string] => [`${name}.Ready`, this.away.has(name) ? 'False' : 'True']);
    return { health: this.away.size > 0 ? 'UNHEALTHY' : 'HEALTHY', reason: { api: 'ok', ...Object.fromEntries(ready) } };
  };
}

let machine: Machine;
let process: Process;
let engine: Engine;
let bayId: BayId;
let rules: HealingRules | undefined;

beforeEach(async () => {
  machine = await aMachine();
  engine = new Engine();
  rules = { afterMs: 300_000 };
  process = await start();
  bayId = await askForBay(process.app);
  await work(process.deps, machine, hasStatus('CREATE_COMPLETE'));
  engine.names = await names();
});
afterEach(async () => {
  await process.engine.stop();
  await machine.db.destroy();
});

function start(): Promise<Process> {
  const registry = driverRegistry(false);
  const driverOf: typeof registry.driverOf = (model) => ({ ...registry.driverOf(model), healingRules: () => rules });
  return startProcess(machine, { ...registry, driverOf, areLive: true, connect: () => engine });
}

const bay = () => process.app.store.read((repos) => repos.bays.get(bayId));
const hasStatus = (status: string) => async () => (await bay())?.observed.status === status;
const names = async (): Promise<readonly string[]> =>
  (await process.app.store.read((repos) => repos.nodes.ofBay(bayId))).map(({ name }) => name);
const reasons = async (): Promise<readonly string[]> =>
  (await process.app.store.read((repos) => repos.events.list(bayId, 0, 1_000))).flatMap(({ reason }) => reason ?? []);

/** Lets time pass until so many more health checks were made. */
async function checks(count: number): Promise<void> {
  const until = engine.checks + count;
  for (let round = 0; engine.checks < until && round < 20; round += 1) {
    machine.clock.advance(60_000);
    await work(process.deps, machine, async () => true);
  }
}

test('a node that is away for longer than the limit is replaced by another of its group, and its owner reads why', async () => {
  const [, victim = ''] = engine.names;
  engine.away.add(victim);
  await checks(4);
  expect(await names()).toEqual(engine.names);
  await checks(3);
  await work(process.deps, machine, hasStatus('UPDATE_COMPLETE'));
  const after = await names();
  expect(after).toHaveLength(engine.names.length);
  expect(after).not.toContain(victim);
  expect(await reasons()).toContain(`${victim} has not been ready for too long, and is replaced.`);
  expect((await bay())?.generation).toBe(2);
});

test('a node that comes back in time is left alone, and its time begins anew', async () => {
  const [, node = ''] = engine.names;
  engine.away.add(node);
  await checks(4);
  engine.away.clear();
  await checks(1);
  engine.away.add(node);
  await checks(4);
  expect([await names(), (await bay())?.generation]).toEqual([engine.names, 1]);
});

test('nothing is replaced where most workers are away, where the engine does not answer, or in a bay that is not to be healed', async () => {
  engine.away = new Set(engine.names.slice(1));
  await checks(8);
  const held = `${engine.names.slice(1).join(', ')} are not replaced: 2 of 2 nodes of default-worker are away at once, and at most 1 may be.`;
  expect((await reasons()).filter((reason) => reason.includes('not replaced'))).toEqual([held]);
  engine.away = new Set(engine.names.slice(1, 2));
  engine.isSilent = true;
  await checks(8);
  engine.isSilent = false;
  rules = undefined;
  await checks(8);
  expect([await names(), (await bay())?.generation]).toEqual([engine.names, 1]);
});

test('another conductor goes on with the same time, and a change of the owner is not lost', async () => {
  const [, victim = ''] = engine.names;
  engine.away.add(victim);
  await checks(4);
  await process.engine.stop();
  process = await start();
  await checks(3);
  await resizeBay(process.app, may('cluster:resize'), bayId, { nodeCount: 3, removeFirst: [], group: null }, () => undefined);
  await work(process.deps, machine, hasStatus('UPDATE_COMPLETE'));
  const after = await names();
  expect(after).not.toContain(victim);
  expect(after).toHaveLength(4);
});
