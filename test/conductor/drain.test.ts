import { afterEach, beforeEach, expect, test } from 'vitest';
import { DomainError } from '@magnum-ts/core';
import type { BayId } from '@magnum-ts/core/testing';
import { resizeBay } from '../../packages/core/src/app/resize.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import type { DrainRules, LeavingNode, UndrainedNode } from '../../packages/core/src/domain/drain.js';
import type { CoeSession } from '../../packages/core/src/ports/bay-driver.js';
import { askForBay, may } from '../support/asking.js';
import { aMachine, startProcess, work, type Machine, type Process } from '../support/machine.js';

/** An engine whose nodes drain when a test says so. */
class DrainedEngine implements CoeSession {
  why: string | undefined = '1 pod waits for the disruption budget default/web';
  isAway = false;
  isVital = false;
  rounds = 0;
  readonly released: string[] = [];

  health = async (): ReturnType<CoeSession['health']> => ({ health: 'HEALTHY', reason: { api: 'ok' } });

  drainNodes = async (nodes: readonly LeavingNode[]): Promise<readonly UndrainedNode[]> => {
    this.rounds += 1;
    if (this.isAway) throw new DomainError('engine-unavailable', 'The engine does not answer.');
    const { why } = this;
    return why === undefined ? [] : nodes.map(({ name }) => ({ node: name, why, isVital: this.isVital }));
  };

  releaseNodes = async (names: readonly string[]): Promise<void> => {
    this.released.push(...names);
  };
}

let machine: Machine;
let process: Process;
let engine: DrainedEngine;
let bayId: BayId;
let rules: DrainRules | undefined;
beforeEach(async () => {
  machine = await aMachine();
  engine = new DrainedEngine();
  rules = undefined;
  process = await start();
  bayId = await askForBay(process.app);
  await work(process.deps, machine, hasStatus('CREATE_COMPLETE'));
});
afterEach(async () => {
  await process.engine.stop();
  await machine.db.destroy();
});

function start(): Promise<Process> {
  const registry = driverRegistry(false);
  const driverOf: typeof registry.driverOf = (model) => ({
    ...registry.driverOf(model),
    ...(rules === undefined ? {} : { drainRules: () => rules ?? { timeoutMs: 0, policy: 'force' } }),
  });
  return startProcess(machine, { ...registry, driverOf, areLive: true, connect: () => engine });
}

const bay = () => process.app.store.read((repos) => repos.bays.get(bayId));
const hasStatus = (status: string) => async () => (await bay())?.observed.status === status;
const rounds = (count: number) => async () => engine.rounds >= count;
const reasons = async (): Promise<readonly (string | null)[]> =>
  (await process.app.store.read((repos) => repos.events.list(bayId, 0, 1_000))).map(({ reason }) => reason);

/** From two workers to one. Returns the name of the worker that leaves. */
async function shrink(): Promise<string> {
  const [, , leaving] = await process.app.store.read((repos) => repos.nodes.ofBay(bayId));
  const wanted = { nodeCount: 1, removeFirst: [leaving?.name ?? ''], group: null };
  await resizeBay(process.app, may('cluster:resize'), bayId, wanted, () => undefined);
  return leaving?.name ?? '';
}

const names = async (): Promise<readonly string[]> =>
  (await process.app.store.read((repos) => repos.nodes.ofBay(bayId))).map(({ name }) => name);

test('a node that leaves is deleted only when its engine says that it is drained, and the owner reads what it waits for', async () => {
  const leaving = await shrink();
  await work(process.deps, machine, rounds(5));
  expect((await bay())?.observed).toMatchObject({
    status: 'UPDATE_IN_PROGRESS',
    statusReason: `Draining nodes. ${leaving}: 1 pod waits for the disruption budget default/web.`,
  });
  expect([engine.released, await names()]).toEqual([[], expect.arrayContaining([leaving])]);
  engine.why = undefined;
  await work(process.deps, machine, hasStatus('UPDATE_COMPLETE'));
  expect(engine.released).toContain(leaving);
  expect(await names()).not.toContain(leaving);
  expect((await reasons()).filter((reason) => reason?.startsWith('Draining nodes.'))).toHaveLength(1);
});

test('after the time limit the nodes are deleted all the same, and that is said', async () => {
  const leaving = await shrink();
  await work(process.deps, machine, rounds(1));
  machine.clock.advance(300_000);
  await work(process.deps, machine, hasStatus('UPDATE_COMPLETE'));
  expect(await names()).not.toContain(leaving);
  expect((await reasons()).filter((reason) => reason?.startsWith('Not drained within 300 seconds'))).toEqual([
    `Not drained within 300 seconds: ${leaving}: 1 pod waits for the disruption budget default/web. The nodes are deleted all the same.`,
  ]);
});

test('a node with which the cluster would be lost is never deleted, whatever the policy is', async () => {
  engine.isVital = true;
  const leaving = await shrink();
  await work(process.deps, machine, rounds(1));
  machine.clock.advance(300_000);
  await work(process.deps, machine, hasStatus('UPDATE_FAILED'));
  expect((await bay())?.observed.statusReason).toContain('No node was deleted.');
  expect([engine.released, await names()]).toEqual([[], expect.arrayContaining([leaving])]);
});

test('where the policy is to stop, the change fails and deletes no node; the next change drains again', async () => {
  rules = { timeoutMs: 60_000, policy: 'stop' };
  const leaving = await shrink();
  await work(process.deps, machine, rounds(1));
  machine.clock.advance(60_000);
  await work(process.deps, machine, hasStatus('UPDATE_FAILED'));
  expect((await bay())?.observed.statusReason).toBe(
    `Not drained within 60 seconds: ${leaving}: 1 pod waits for the disruption budget default/web. No node was deleted. ` +
      'Correct the cause, then update it again, or delete it.',
  );
  expect([engine.released, await names()]).toEqual([[], expect.arrayContaining([leaving])]);
  engine.why = undefined;
  await resizeBay(process.app, may('cluster:resize'), bayId, { nodeCount: 1, removeFirst: [], group: null }, () => undefined);
  await work(process.deps, machine, hasStatus('UPDATE_COMPLETE'));
  expect(await names()).not.toContain(leaving);
});

test('an engine that cannot be asked is waited for, and the drain continues when it answers', async () => {
  engine.isAway = true;
  const leaving = await shrink();
  await work(process.deps, machine, rounds(3));
  expect((await bay())?.observed.statusReason).toBe(
    `Draining nodes. ${leaving}: the engine cannot be asked (The engine does not answer).`,
  );
  [engine.isAway, engine.why] = [false, undefined];
  await work(process.deps, machine, hasStatus('UPDATE_COMPLETE'));
  expect(engine.released).toContain(leaving);
});

test('another conductor continues the drain, and its time limit', async () => {
  await shrink();
  await work(process.deps, machine, rounds(1));
  machine.clock.advance(200_000);
  await process.engine.stop();
  process = await start();
  await work(process.deps, machine, rounds(3));
  expect((await bay())?.observed.status).toBe('UPDATE_IN_PROGRESS');
  machine.clock.advance(100_000);
  await work(process.deps, machine, hasStatus('UPDATE_COMPLETE'));
  const said = (await reasons()).filter((reason) => /^(Draining nodes|Not drained)/.test(reason ?? ''));
  expect(said).toEqual([expect.stringMatching(/^Draining/), expect.stringMatching(/^Not drained/)]);
});
