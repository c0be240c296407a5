import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock, until } from '@magnum-ts/core/testing';
import { BayFleet } from './bay-fleet.js';
import { ADMIN, DEMO, withOpenstack } from './cloud.js';

vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 });

const BAYS = 100;
const QUIET_MS = 10_000;
const MOST_IDLE = 4;
/**
 * A stack then fails with its first network: what is looked at is how a hundred bays are asked for, not how long Heat and Nova take
 * to build a hundred networks and servers on two cores.
 */
const NOTHING = { network: 0, security_group: 0 };
const log = (line: string): void => void process.stdout.write(`${line}\n`);

await withOpenstack('a hundred bays asked for at once', (cloud) => {
  let bays: BayFleet;
  let model: string;

  beforeAll(async () => {
    bays = await BayFleet.start(cloud);
    await bays.agents.stop();
    model = await bays.model();
    await cloud.call(ADMIN, 'network', { method: 'PUT', path: quotas(), body: { quota: NOTHING } });
  });
  afterAll(async () => {
    if (!bays) return;
    await cloud.call(ADMIN, 'network', { method: 'DELETE', path: quotas() });
    await bays.stop();
  });

  const quotas = (): string => `/v2.0/quotas/${bays.projectId}`;

  test('leave a cloud that answers others: every stack is recorded, and hardly a connection stays', async () => {
    const others = new AskedNeutron(() => cloud.call(DEMO, 'network', { method: 'GET', path: '/v2.0/networks' }));
    const times: number[] = [];
    const begun = Date.now();
    const uuids = await Promise.all(
      Array.from({ length: BAYS }, async (_, index) => {
        const asked = Date.now();
        const uuid = await bays.create(`burst-${index}`, model);
        times.push(Date.now() - asked);
        return uuid;
      }),
    );
    const p50 = times.toSorted((one, other) => one - other)[BAYS / 2] ?? Infinity;
    log(`${BAYS} × 202 after ${Date.now() - begun} ms, p50 ${p50} ms`);
    await until('the stack of every bay is recorded', async () => (await unrecorded(uuids)) === 0, { withinMs: 600_000 });
    log(`${BAYS} stacks recorded after ${Date.now() - begun} ms`);
    const called = callsOf(bays.fleet.lines);
    log(JSON.stringify(called));
    await systemClock.sleep(QUIET_MS);
    const idle = connectionsOf(bays, Object.values(cloud.openstack.ports));
    log(
      `connections: ${JSON.stringify(idle)}; Neutron answered others ${others.count} times, at the latest after ${others.longest} ms`,
    );
    expect(others.failures).toEqual([]);
    expect(others.count).toBeGreaterThan(0);
    expect(Math.max(0, ...idle.map(({ count }) => count))).toBeLessThanOrEqual(MOST_IDLE);
    // What all requests ask alike was asked a few times, whatever their number.
    for (const path of ['/v2/images', '/v2.1/flavors/detail', '/v2.1/limits'])
      expect(called[`GET ${path}`] ?? 0).toBeLessThan(BAYS / 4);
    await others.stop();
    await remove(uuids);
  });

  /** Leaves nothing to the tests that come after this one. */
  async function remove(uuids: readonly string[]): Promise<void> {
    for (const uuid of uuids) expect((await bays.fleet.ask('DELETE', `/v1/bays/${uuid}`)).status).toBe(204);
    const left = async (): Promise<number> => (await rowsOf()).filter(({ uuid }) => uuids.includes(uuid)).length;
    await until('every bay is gone', async () => (await left()) === 0, { withinMs: 400_000 });
  }

  async function unrecorded(uuids: readonly string[]): Promise<number> {
    const recorded = new Set((await rowsOf()).filter(({ stack_id: id }) => id !== null).map(({ uuid }) => uuid));
    return uuids.filter((uuid) => !recorded.has(uuid)).length;
  }

  async function rowsOf(): Promise<readonly { readonly uuid: string; readonly stack_id: string | null }[]> {
    const { status, body } = await bays.fleet.ask('GET', '/v1/bays?limit=1000');
    expect(status).toBe(200);
    return body['bays'] as readonly { readonly uuid: string; readonly stack_id: string | null }[]; // the service's list
  }
});

/** Another client of Neutron's, who asks every second all the while. */
class AskedNeutron {
  count = 0;
  longest = 0;
  readonly failures: string[] = [];
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;

  constructor(ask: () => Promise<unknown>) {
    this.#running = this.#run(ask);
  }

  async stop(): Promise<void> {
    this.#ending.abort(new Error('stopped'));
    await this.#running;
  }

  async #run(ask: () => Promise<unknown>): Promise<void> {
    while (!this.#ending.signal.aborted) {
      const asked = Date.now();
      await ask().then(
        () => (this.count += 1),
        (error: unknown) => this.failures.push(String(error)),
      );
      this.longest = Math.max(this.longest, Date.now() - asked);
      await systemClock.sleep(1_000, this.#ending.signal).catch(() => undefined);
    }
  }
}

function callsOf(lines: BayFleet['fleet']['lines']): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const line of lines) {
    if (line.msg !== 'neighbour called') continue;
    const call = String(line['call']).replaceAll(/[0-9a-f]{32}|[0-9a-f-]{36}/g, '*');
    calls[call] = (calls[call] ?? 0) + 1;
  }
  return calls;
}

interface Connections {
  readonly process: string;
  readonly port: number;
  readonly count: number;
}

/** Open connections of each process of ours to each of the ports, as the kernel tells them. */
function connectionsOf({ fleet }: BayFleet, ports: readonly number[]): readonly Connections[] {
  const remote = new Map<string, number>();
  for (const line of readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1)) {
    const [, , peer = '', state, , , , , , inode = ''] = line.trim().split(/\s+/);
    if (state === ESTABLISHED) remote.set(inode, Number.parseInt(peer.split(':')[1] ?? '', 16));
  }
  return fleet.members.flatMap(({ name, child }) => {
    const folder = `/proc/${child?.pid ?? 0}/fd`;
    const found = readdirSync(folder).flatMap((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${fd}`))?.[1];
      return inode === undefined ? [] : (remote.get(inode) ?? []);
    });
    return ports.map((port) => ({ process: name, port, count: found.filter((one) => one === port).length }));
  });
}

const ESTABLISHED = '01';

/** A descriptor may be closed while the folder is read. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
