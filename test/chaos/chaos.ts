import { systemClock, until } from '@magnum-ts/core/testing';
import { Fleet } from '../fleet/fleet.js';
import { leftovers, sqlOn } from '../fleet/leftovers.js';
import type { Cloud } from '../openstack/cloud.js';
import { emptyDatabase } from '../support/services.js';
import { Clients } from './clients.js';
import { faultsIn } from './model.js';
import { Nemesis, type Surroundings } from './nemesis.js';
import { Neighbours } from './neighbours.js';
import { BLOWS, NEIGHBOUR_BLOWS, planOf, storyOf } from './plan.js';
import { CloudWatch, EMBEDDED, OPENSTACK, type Setting } from './settings.js';

export interface ChaosOptions extends Omit<Surroundings, 'databaseUrl' | 'neighbours'> {
  readonly seed: number;
  readonly seconds: number;
  readonly clients: number;
  /** The fleet's cloud, behind proxies that fail; one that the processes bring along when absent. */
  readonly cloud?: Cloud;
}

export interface ChaosResult {
  readonly faults: readonly string[];
  readonly bays: number;
  readonly writes: number;
  readonly reads: number;
  readonly requests: number;
  readonly blows: number;
  /** What late writers had left, and the sweep removed. */
  readonly swept: number;
  /** Requests to neighbours that were failed. */
  readonly failedCalls: number;
}

/** Members of the fleet and neighbours of a cloud are both counted round in it. */
const SUBJECTS = 45;
const NEIGHBOURS_TOO = [...NEIGHBOUR_BLOWS, ...NEIGHBOUR_BLOWS, ...BLOWS];
const MEMBERS = { apis: 2, conductors: 3 };
const HEALS_WITHIN_MS = 120_000;

/** A fleet under blows, and what its clients saw of it. The same seed strikes the same blows; what comes of them is another thing. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { mariadb, rabbitmq, seed, seconds, log, cloud } = options;
  const setting = cloud ? OPENSTACK : EMBEDDED;
  const databaseUrl = emptyDatabase(mariadb);
  const fleet = await Fleet.prepare(databaseUrl, rabbitmq.url, MEMBERS, cloud?.config());
  const neighbours = cloud && (await Neighbours.before(cloud.openstack));
  const watch = cloud && (await CloudWatch.over(cloud));
  const nemesis = await Nemesis.over(fleet, { ...options, databaseUrl, ...(neighbours ? { neighbours } : {}) });
  const sql = sqlOn(mariadb, databaseUrl);
  const plan = neighbours ? planOf(seed, seconds, SUBJECTS, NEIGHBOURS_TOO) : planOf(seed, seconds, fleet.members.length);
  try {
    await fleet.startAll(watch?.token);
    await makeModel(fleet, setting);
    const clients = new Clients(fleet, setting);
    const over = new AbortController();
    const work = Array.from({ length: options.clients }, (_unused, client) => clients.work(client, seed, over.signal));
    const strikes = nemesis.strike(plan, over.signal);
    await systemClock.sleep(seconds * 1_000);
    over.abort(new Error('it is enough'));
    await strikes;
    log(`chaos: the last blow has ended; ${clients.bays} bays so far`);
    await fleet.ready();
    await Promise.all(work);
    log('chaos: the clients are done');
    const rest = await settledRest(sql, watch);
    const faults = [
      ...clients.faults,
      ...clients.history.faults,
      ...nemesis.faults,
      ...fleet.deaths,
      ...faultsIn(clients.history),
      ...twins(fleet),
      ...(watch?.twins() ?? []),
      ...rest,
    ];
    const swept = fleet.lines.filter(({ msg }) => msg === 'orphaned resource of a deleted bay removed').length;
    const { bays, history } = clients;
    const [writes, reads] = [history.writes.length, history.reads.length];
    return {
      faults,
      bays,
      writes,
      reads,
      requests: history.requests,
      blows: plan.length,
      swept,
      failedCalls: neighbours?.failed ?? 0,
    };
  } finally {
    await fleet.stopAll();
    await nemesis.close();
    await watch?.stop();
    await neighbours?.close();
    log(`chaos: seed ${seed}, ${seconds} s: ${plan.map(storyOf).join('; ')}`);
  }
}

async function makeModel(fleet: Fleet, { template }: Setting): Promise<void> {
  const { status, body } = await fleet.ask('POST', '/v1/baymodels', { body: { ...template, name: 'model' } });
  if (status !== 201) throw new Error(`the bay model was answered with ${status} ${JSON.stringify(body)}`);
}

/** After healing nothing of any bay is left, and every deleted bay was looked at once more. */
async function settledRest(sql: ReturnType<typeof sqlOn>, watch: CloudWatch | undefined): Promise<readonly string[]> {
  const rest = async (): Promise<readonly string[]> => [
    ...leftovers(sql),
    ...leftovers(sql, ['departed_bay']),
    ...((await watch?.leftovers()) ?? []),
  ];
  await until('nothing of any bay is left', async () => (await rest()).length === 0, { withinMs: HEALS_WITHIN_MS }).catch(
    () => undefined,
  );
  return (await rest()).map((line) => `left over: ${line}`);
}

/** Bays for which stacks of two ids were changed. */
function twins(fleet: Fleet): readonly string[] {
  const stacks = new Map<unknown, Set<unknown>>();
  for (const { msg, bayId, stackId } of fleet.lines.map((line) => line as typeof line & { bayId?: unknown; stackId?: unknown })) {
    if (msg !== 'stack applied') continue;
    stacks.set(bayId, (stacks.get(bayId) ?? new Set()).add(stackId));
  }
  return [...stacks].filter(([, ids]) => ids.size > 1).map(([bayId]) => `bay ${String(bayId)} had two stacks`);
}
