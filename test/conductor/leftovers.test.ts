import { afterEach, describe, expect, test } from 'vitest';
import { DomainError } from '@magnum-ts/core';
import {
  type BayId,
  CrashPoints,
  type Labels,
  type OrphanedResource,
  type OrphanedResources,
  type SweepRequest,
  type SweepResult,
} from '@magnum-ts/core/testing';
import { deleteBay } from '../../packages/core/src/app/bays.js';
import type { ConductorDeps } from '../../packages/core/src/conductor/deps.js';
import { askForBay, may } from '../support/asking.js';
import { aMachine, mortal, startProcess, work, type Machine, type Process } from '../support/machine.js';

const BALANCER: OrphanedResource = { type: 'OS::Octavia::LoadBalancer', id: 'lb', name: 'kube_service' };
const VOLUME: OrphanedResource = { type: 'OS::Cinder::Volume', id: 'volume', name: 'pvc' };

/** What exists in a cloud that outlives every process: a load balancer that takes two looks to go, and a volume of a server. */
class WorkloadCloud implements OrphanedResources {
  balancer: 'there' | 'going' | 'stuck' | 'gone' = 'there';
  volume: 'attached' | 'gone' = 'attached';
  readonly asked: SweepRequest[] = [];
  #looks = 0;

  sweep(request: SweepRequest): Promise<SweepResult> {
    this.asked.push(request);
    const removed = this.#ask(request);
    const going = this.balancer === 'going' || this.balancer === 'stuck' ? [BALANCER] : [];
    const stays = this.volume === 'attached' && !request.deletesVolumes;
    return Promise.resolve({ removed, going, kept: stays ? [{ ...VOLUME, reason: 'It holds data.' }] : [] });
  }

  #ask({ isLast, deletesVolumes }: SweepRequest): readonly OrphanedResource[] {
    const removed: OrphanedResource[] = [];
    if (this.balancer === 'there') {
      this.balancer = 'going';
      removed.push(BALANCER);
    } else if (this.balancer === 'going' && (this.#looks += 1) > 1) this.balancer = 'gone';
    if (isLast && deletesVolumes && this.volume === 'attached') {
      this.volume = 'gone';
      removed.push(VOLUME);
    }
    return removed;
  }
}

let machine: Machine;
afterEach(() => machine.db.destroy());

async function aCompleteBay(process: Process, labels: Labels = {}): Promise<BayId> {
  const bayId = await askForBay(process.app, { nodeCount: 1, labels });
  await work(process.deps, machine, async () => (await bayOf(process, bayId))?.observed.status === 'CREATE_COMPLETE');
  return bayId;
}

const bayOf = (process: Process, id: BayId) => process.app.store.read((repos) => repos.bays.get(id));
const isGone = (process: Process, id: BayId) => async () => (await bayOf(process, id)) === undefined;

/** The bay's story, kept beyond the bay's own end. */
function listener(deps: ConductorDeps): { readonly deps: ConductorDeps; readonly logged: string[] } {
  const logged: string[] = [];
  const info = (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    if (event === 'orphaned resource')
      logged.push(`${String(fields['name'])} ${fields['reason'] === undefined ? 'is deleted' : 'is kept'}`);
  };
  return { deps: { ...deps, logger: { ...deps.logger, info } }, logged };
}

describe('the deletion of a bay', () => {
  test('removes a load balancer of its workloads before its stack, and reports volumes that stay', async () => {
    machine = await aMachine();
    const process = await startProcess(machine);
    const id = await aCompleteBay(process);
    const cloud = new WorkloadCloud();
    await deleteBay(process.app, may('bay:delete'), id);
    const { deps, logged } = listener({ ...process.deps, leftovers: cloud });
    const stacksWhileGoing: number[] = [];
    await work(deps, machine, async () => {
      if (cloud.balancer === 'going') stacksWhileGoing.push((await machine.db('hot_stack').where({ action: 'DELETE' })).length);
      return isGone(process, id)();
    });
    await process.engine.stop();
    expect(cloud).toMatchObject({ balancer: 'gone', volume: 'attached' });
    expect(stacksWhileGoing.length).toBeGreaterThan(0);
    expect(Math.max(...stacksWhileGoing)).toBe(0);
    expect(logged).toEqual(['kube_service is deleted', 'pvc is kept']);
    expect(cloud.asked[0]?.ownNetworkIds.size).toBe(1);
    expect(cloud.asked[0]?.stackIds.size).toBeGreaterThan(5);
  });

  test('takes volumes too where the bay says so, once their servers have gone', async () => {
    machine = await aMachine();
    const process = await startProcess(machine);
    const id = await aCompleteBay(process, { workload_volumes: 'delete' });
    const cloud = new WorkloadCloud();
    await deleteBay(process.app, may('bay:delete'), id);
    await work({ ...process.deps, leftovers: cloud }, machine, isGone(process, id));
    await process.engine.stop();
    expect(cloud).toMatchObject({ balancer: 'gone', volume: 'gone' });
    expect(cloud.asked.at(-1)).toMatchObject({ isLast: true, deletesVolumes: true });
  });

  test('is given up when a load balancer does not go in time, naming it; deleting again goes on', async () => {
    machine = await aMachine();
    const process = await startProcess(machine);
    const id = await aCompleteBay(process);
    const cloud = new WorkloadCloud();
    cloud.balancer = 'stuck';
    const deps = { ...process.deps, leftovers: cloud, sweepRules: { timeoutMs: 5_000, deletesVolumes: false } };
    await deleteBay(process.app, may('bay:delete'), id);
    await work(deps, machine, async () => (await bayOf(process, id))?.observed.status === 'DELETE_FAILED');
    expect((await bayOf(process, id))?.observed.statusReason).toMatch(/LoadBalancer kube_service \(lb\).*delete it again/);
    cloud.balancer = 'gone';
    await deleteBay(process.app, may('bay:delete'), id);
    await work(deps, machine, isGone(process, id));
    await process.engine.stop();
  });

  test('waits for a neighbour that does not answer, and says so', async () => {
    machine = await aMachine();
    const process = await startProcess(machine);
    const id = await aCompleteBay(process);
    let failures = 3;
    const cloud = new WorkloadCloud();
    const leftovers: OrphanedResources = {
      sweep: (request) =>
        (failures -= 1) < 0
          ? cloud.sweep(request)
          : Promise.reject(new DomainError('cloud-unavailable', 'Octavia does not answer.')),
    };
    await deleteBay(process.app, may('bay:delete'), id);
    const reasons = new Set<string | null | undefined>();
    await work({ ...process.deps, leftovers }, machine, async () => {
      reasons.add((await bayOf(process, id))?.observed.statusReason);
      return isGone(process, id)();
    });
    await process.engine.stop();
    expect([...reasons].join()).toContain('Octavia does not answer.');
    expect(cloud.balancer).toBe('gone');
  });

  test('by a conductor that dies at any moment leaves nothing behind', { timeout: 900_000 }, async () => {
    let deaths = 0;
    for (let moment = 1; ; moment += 1) {
      machine = await aMachine();
      const first = await startProcess(machine);
      const id = await aCompleteBay(first, { workload_volumes: 'delete' });
      const cloud = new WorkloadCloud();
      await deleteBay(first.app, may('bay:delete'), id);
      const points = new CrashPoints(moment);
      const dying = { ...mortal(first, points), leftovers: points.wrap(cloud as OrphanedResources) };
      const outcome = await work(dying, machine, isGone(first, id));
      await first.engine.stop();
      const second = await startProcess(machine);
      machine.clock.advance(31_000);
      await work({ ...second.deps, leftovers: cloud }, machine, isGone(second, id));
      await second.engine.stop();
      expect(cloud, `died at moment ${moment}`).toMatchObject({ balancer: 'gone', volume: 'gone' });
      if (outcome === 'done') break;
      deaths += 1;
      await machine.db.destroy();
    }
    expect(deaths).toBeGreaterThan(10);
    process.stdout.write(`died at each of ${deaths} moments\n`);
  });
});
