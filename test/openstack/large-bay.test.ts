import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { BayFleet } from './bay-fleet.js';
import { withOpenstack } from './cloud.js';

const MINUTE_MS = 60_000;
vi.setConfig({ testTimeout: 40 * MINUTE_MS, hookTimeout: 5 * MINUTE_MS });

const WORKERS = 100;
/** Heat builds a hundred servers, ports and wait conditions on two cores. */
const BUILDS_WITHIN_MINUTES = 30;
const log = (line: string): void => void process.stdout.write(`${line}\n`);

await withOpenstack('a bay of a hundred workers', (cloud) => {
  let bays: BayFleet;

  beforeAll(async () => {
    bays = await BayFleet.start(cloud);
  });
  afterAll(() => bays?.stop());

  test('is built by the real Heat, node by node in shards, shrinks by a node, and leaves nothing', async () => {
    const model = await bays.model();
    const begun = Date.now();
    const body = {
      name: 'large',
      baymodel_id: model,
      node_count: WORKERS,
      floating_ip_enabled: false,
      bay_create_timeout: BUILDS_WITHIN_MINUTES,
    };
    const asked = await bays.fleet.ask('POST', '/v1/bays', { body });
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    const uuid = String(asked.body['uuid']);
    const made = await bays.settled(uuid, BUILDS_WITHIN_MINUTES * MINUTE_MS);
    expect(made.body).toMatchObject({ status: 'CREATE_COMPLETE', node_count: WORKERS });
    log(`${WORKERS} workers built after ${Math.round((Date.now() - begun) / 1_000)} s`);
    expect(await workersOf(uuid)).toHaveLength(WORKERS);
    const smaller = await bays.resize(uuid, WORKERS - 1);
    expect(smaller.body).toMatchObject({ status: 'UPDATE_COMPLETE', node_count: WORKERS - 1 });
    expect(await workersOf(uuid)).toHaveLength(WORKERS - 1);
    log(`${WORKERS - 1} workers after ${Math.round((Date.now() - begun) / 1_000)} s`);
    await bays.remove(uuid);
  });

  /** Those that have a server of Nova's. */
  async function workersOf(uuid: string): Promise<readonly unknown[]> {
    const { status, body } = await bays.fleet.ask('GET', `/v1/clusters/${uuid}/nodegroups/default-worker/nodes?limit=1000`);
    expect(status, JSON.stringify(body)).toBe(200);
    const nodes = body['nodes'] as readonly Readonly<Record<string, unknown>>[]; // the service's list
    return nodes.filter((node) => typeof node['server_id'] === 'string');
  }
});
