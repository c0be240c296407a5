import { expect } from 'vitest';
import { EMBEDDED_DEFAULTS } from '@magnum-ts/core';
import { type BayId, CrashPoints } from '@magnum-ts/core/testing';
import type { CoeSession } from '../../packages/core/src/ports/bay-driver.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import { aMachine, copyOf, mortal, startProcess, work, type Machine, type Process } from './machine.js';

const EXTERNAL = EMBEDDED_DEFAULTS.externalNetworks[0]?.id ?? '';

export interface Scenario {
  /** Brings the bay to where the scenario begins, undisturbed, and asks for what the scenario is about. */
  readonly prepare: (process: Process, machine: Machine) => Promise<BayId>;
  /** Status of the bay in the end; undefined where there is no bay then. */
  readonly ends: string | undefined;
  /** A session with the bay's engine, which outlives the processes; without it no engine runs. */
  readonly engine?: () => CoeSession;
}

/** Where a scenario begins. It is brought there once; every death begins with a copy of it. */
export interface Beginning {
  readonly machine: Machine;
  readonly id: BayId;
  readonly scenario: Scenario;
}

export const statusOf = async (process: Process, id: BayId): Promise<string | undefined> =>
  (await process.app.store.read((repos) => repos.bays.get(id)))?.observed.status;

export const hasStatus = (process: Process, id: BayId, status: string | undefined) => async (): Promise<boolean> =>
  (await statusOf(process, id)) === status;

function start(machine: Machine, engine: CoeSession | undefined): Promise<Process> {
  const registry = driverRegistry(false);
  return startProcess(machine, engine ? { ...registry, areLive: true, connect: () => engine } : registry);
}

export async function beginningOf(scenario: Scenario): Promise<Beginning> {
  const machine = await aMachine();
  const process = await start(machine, scenario.engine?.());
  const id = await scenario.prepare(process, machine);
  await process.engine.stop();
  return { machine, id, scenario };
}

interface Life {
  readonly killed: boolean;
  /** Moments at which it could have died. */
  readonly moments: number;
  readonly exists: Record<string, unknown>;
}

/** Goes on from there, dying at that moment; then a new process takes over. `folder`: for the copy's database. */
async function liveUntil(moment: number, { machine: before, id, scenario }: Beginning, folder: string): Promise<Life> {
  const machine = await copyOf(before, folder);
  const engine = scenario.engine?.();
  try {
    const first = await start(machine, engine);
    const points = new CrashPoints(moment);
    const outcome = await work(mortal(first, points), machine, hasStatus(first, id, scenario.ends));
    await first.engine.stop();
    const second = await start(machine, engine);
    machine.clock.advance(31_000);
    await work(second.deps, machine, hasStatus(second, id, scenario.ends));
    await second.engine.stop();
    return { killed: outcome === 'killed', moments: points.moments, exists: await whatExists(machine) };
  } finally {
    await machine.db.destroy();
  }
}

/** Lets the conductor die at each moment of the scenario. What exists in the end must be what an undisturbed one leaves. */
export async function expectNoTraceOfDeaths(scenario: Scenario, folder: string): Promise<void> {
  const beginning = await beginningOf(scenario);
  const { exists: expected, moments } = await liveUntil(Infinity, beginning, folder);
  expect(moments).toBeGreaterThan(10);
  let deaths = 0;
  for (let moment = 1; ; moment += 1) {
    const { killed, exists } = await liveUntil(moment, beginning, folder);
    expect(exists, `died at moment ${moment}`).toEqual(expected);
    if (!killed) break;
    deaths += 1;
  }
  await beginning.machine.db.destroy();
  expect(deaths).toBeGreaterThan(10);
  process.stdout.write(`died at each of ${deaths} moments\n`);
}

/**
 * Everything that exists, by kind: a run that was disturbed must leave the same behind as an undisturbed one.
 * Tests give nodes that must survive the creation time 7, which no real node has: `marked` shows whether they are the same rows.
 */
export async function whatExists(machine: Machine): Promise<Record<string, unknown>> {
  const count = async (table: string, where: Record<string, unknown> = {}) =>
    Number((await machine.db(table).where(where).count({ n: '*' }).first())?.['n'] ?? 0);
  // The external network is the cloud's own and outlives every bay.
  const parts: { kind: string }[] = await machine.db('simulated_part').whereNot({ part_key: EXTERNAL }).select('kind');
  return {
    bays: await machine
      .db('bay')
      .select('name', 'status', 'status_reason', 'generation', 'accepted_generation', 'baymodel_id', 'labels'),
    groups: await machine.db('node_group').select('name', 'node_count', 'status', 'image_id', 'labels').orderBy('name'),
    nodes: (
      await machine.db('node').select('role', 'desired', 'status', 'image_id', 'baymodel_id', 'created_at').orderBy('id')
    ).map(({ created_at, ...node }: { created_at: number }) => ({ ...node, marked: created_at === 7 })),
    stacks: await machine.db('hot_stack').select('action', 'state'),
    parts: Object.fromEntries(
      ['network', 'server', 'volume', 'address', 'balancer'].map((kind) => [
        kind,
        parts.filter((part) => part.kind === kind).length,
      ]),
    ),
    secrets: await secretNames(machine),
    users: await count('embedded_user'),
    ranges: await count('embedded_range'),
    intents: await count('intent'),
    allocations: await count('hot_allocation'),
    requestTokens: Number(
      (await machine.db('vault_secret').where('ref', 'like', '%/request-token').count({ n: '*' }).first())?.['n'] ?? 0,
    ),
    // Keystone ends the trusts of an account that goes.
    trusts: (
      await machine
        .db('embedded_user')
        .whereIn('id', [...machine.trusts.keys()])
        .select('id')
    ).length,
  };
}

/** References without the bay's id, which every run draws anew. */
async function secretNames(machine: Machine): Promise<readonly string[]> {
  const rows: { ref: string }[] = await machine.db('vault_secret').select('ref').orderBy('ref');
  return rows.map(({ ref }) => ref.split('/').slice(2).join('/'));
}
