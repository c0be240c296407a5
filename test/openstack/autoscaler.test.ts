import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { buildGophercloudPrograms } from '../../scripts/host/gophercloud.mjs';
import { BayFleet } from './bay-fleet.js';
import { withOpenstack, type Cloud } from './cloud.js';

vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 });

const WORKERS = 'default-worker';
const SPARE = 'spare';

interface SeenNode {
  readonly name: string;
  readonly state: string;
  readonly id: string;
}

/** What one loop of the autoscaler sees of one group. */
interface Sight {
  readonly group: string;
  readonly nodes: readonly SeenNode[] | null;
  readonly error?: string;
}

// The autoscaler has no other way to a group's nodes than Heat: names and outputs of the group's stacks are a contract with it.
await withOpenstack('the nodes of groups, as the cluster autoscaler finds them in Heat', (cloud) => {
  let bays: BayFleet;
  let walk: AutoscalerWalk | undefined;

  beforeAll(async () => {
    bays = await BayFleet.start(cloud);
  });
  afterEach(() => walk?.stop());
  afterAll(() => bays?.stop());

  test('each running one is found at every moment while groups grow, lose a named node, and go from zero to one and back', async () => {
    const cluster = await makeCluster('scaled');
    const [first = '', ...others] = await serversOf(cluster, WORKERS);
    expect(others).toEqual([]);
    walk = await AutoscalerWalk.start(cloud, 'scaled');
    await walk.settles(WORKERS, [first]);
    await walk.settles(SPARE, []);

    const grown = await walk.during(() => resize(cluster, { group: WORKERS, node_count: 3 }));
    expect(grown.of(WORKERS).some((nodes) => nodes.some(({ state }) => state === 'creating'))).toBe(true);
    expect(grown.without(WORKERS, first)).toEqual([]);
    const three = await serversOf(cluster, WORKERS);
    expect(three).toHaveLength(3);
    await walk.settles(WORKERS, three);

    const [, leaving = '', staying = ''] = three;
    const shrunk = await walk.during(() => resize(cluster, { group: WORKERS, node_count: 2, nodes_to_remove: [leaving] }));
    expect([...shrunk.without(WORKERS, first), ...shrunk.without(WORKERS, staying)]).toEqual([]);
    expect(await serversOf(cluster, WORKERS)).toEqual([first, staying]);
    await walk.settles(WORKERS, [first, staying]);

    const fromZero = await walk.during(() => resize(cluster, { group: SPARE, node_count: 1 }));
    expect([...fromZero.without(WORKERS, first), ...fromZero.without(WORKERS, staying)]).toEqual([]);
    const spare = await serversOf(cluster, SPARE);
    expect(spare).toHaveLength(1);
    await walk.settles(SPARE, spare);
    const toZero = await walk.during(() => resize(cluster, { group: SPARE, node_count: 0 }));
    expect([...toZero.without(WORKERS, first), ...toZero.without(WORKERS, staying)]).toEqual([]);
    await walk.settles(SPARE, []);

    await walk.stop();
    expect(walk.sights.filter(({ error, nodes }) => error !== undefined || nodes === null)).toEqual([]);
    await bays.remove(cluster);
  });

  /** A cluster with a worker, and with a second group that has none. */
  async function makeCluster(name: string): Promise<string> {
    // Servers of this cloud boot nothing, so that no engine can be asked to drain one.
    const model = await bays.model({ name: 'kubernetes', coe: 'kubernetes', labels: { drain_timeout: '0' } });
    const cluster = await bays.create(name, model);
    const { body } = await bays.settled(cluster);
    expect(body, JSON.stringify(body)).toMatchObject({ status: 'CREATE_COMPLETE', node_count: 1 });
    const group = { name: SPARE, node_count: 0, min_node_count: 0, max_node_count: 3 };
    const made = await bays.fleet.ask('POST', `/v1/clusters/${cluster}/nodegroups`, { body: group });
    expect(made.status, JSON.stringify(made.body)).toBe(202);
    expect((await bays.settled(cluster)).body).toMatchObject({ status: 'UPDATE_COMPLETE' });
    return cluster;
  }

  /** As the autoscaler asks for it: the group by its id, nodes that leave by the system UUID, which is the server's. */
  async function resize(cluster: string, { group, ...size }: { readonly group: string } & Readonly<Record<string, unknown>>) {
    const { body: found } = await bays.fleet.ask('GET', `/v1/clusters/${cluster}/nodegroups/${group}`);
    const body = { ...size, nodegroup: found['uuid'] };
    const accepted = await bays.fleet.ask('POST', `/v1/clusters/${cluster}/actions/resize`, { body });
    expect(accepted.status, JSON.stringify(accepted.body)).toBe(202);
    const settled = await bays.settled(cluster);
    expect(settled.body, JSON.stringify(settled.body)).toMatchObject({ status: 'UPDATE_COMPLETE' });
  }

  /** Ids of the group's servers, in the order of its nodes. */
  async function serversOf(cluster: string, group: string): Promise<readonly string[]> {
    const { body } = await bays.fleet.ask('GET', `/v1/clusters/${cluster}/nodegroups/${group}/nodes`);
    return (body['nodes'] as readonly { readonly server_id: string }[]).map((node) => node.server_id);
  }
});

/** A running program that reads groups as the autoscaler does, and all that it has seen. */
class AutoscalerWalk {
  readonly sights: Sight[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit');
    if (!child.stdout) throw new Error('the program has no output');
    createInterface({ input: child.stdout }).on('line', (line) => this.sights.push(JSON.parse(line) as Sight)); // the program's own lines
  }

  static async start(cloud: Cloud, cluster: string): Promise<AutoscalerWalk> {
    const { autoscaler } = await buildGophercloudPrograms((line) => void process.stdout.write(`${line}\n`));
    const env = { ...cloud.environmentOf('demo'), OS_DOMAIN_NAME: 'Default' };
    return new AutoscalerWalk(spawn(autoscaler, [cluster], { stdio: ['pipe', 'pipe', 'inherit'], env }));
  }

  /** Ends it at the end of its loop. */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await this.#exited;
  }

  /** Waits until the group's nodes are exactly those servers, all of them running. */
  settles(group: string, servers: readonly string[]): Promise<unknown> {
    const from = this.sights.length;
    const expected = servers.map(providerId).sort();
    const isSeen = ({ group: of, nodes }: Sight): boolean =>
      of === group &&
      (nodes ?? []).every(({ state }) => state === 'running') &&
      sameTexts(
        (nodes ?? []).map(({ id }) => id),
        expected,
      );
    return until(`${group} has the servers ${servers.join(', ')}`, () => Promise.resolve(this.sights.slice(from).some(isSeen)), {
      withinMs: 60_000,
    });
  }

  /** What it sees while the work is done. */
  async during(work: () => Promise<void>): Promise<Sights> {
    const from = this.sights.length;
    await work();
    return new Sights(this.sights.slice(from));
  }
}

class Sights {
  readonly #all: readonly Sight[];

  constructor(all: readonly Sight[]) {
    this.#all = all;
  }

  of(group: string): readonly (readonly SeenNode[])[] {
    return this.#all.filter((sight) => sight.group === group).map(({ nodes }) => nodes ?? []);
  }

  /** Those in which the group has no running node on that server. */
  without(group: string, server: string): readonly (readonly SeenNode[])[] {
    expect(this.of(group).length).toBeGreaterThan(2);
    return this.of(group).filter((nodes) => !nodes.some(({ id, state }) => id === providerId(server) && state === 'running'));
  }
}

function providerId(server: string): string {
  return `openstack:///${server}`;
}

function sameTexts(some: readonly string[], sorted: readonly string[]): boolean {
  return JSON.stringify([...some].sort()) === JSON.stringify(sorted);
}
