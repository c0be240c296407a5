import type { Bay, Magnum } from '@magnum-ts/sdk';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countsOf, rowsOf } from './database.js';
import { DevProcess } from './dev-process.js';
import { dockerForTests, inside, ownedBy, removeOwned } from './docker.js';

const available = await dockerForTests('test/e2e/kill.test.ts');

const BAYS = 7;
const KILLS_PER_BAY = 3;
const DELETIONS = 5;
/** How long a bay takes without being disturbed, in milliseconds. */
const USUAL_MS = 13_000;
const OF_A_BAY = [
  'bay',
  'node',
  'node_group',
  'intent',
  'work_item',
  'bay_support',
  'bay_event',
  'vault_secret',
  'hot_stack',
  'hot_resource',
  'hot_signal',
  'hot_allocation',
  'hot_event',
  'embedded_range',
] as const;

const seed = Number(process.env['MAGNUM_TEST_SEED'] ?? Date.now() % 1_000_000);

/** The service is ended by `kill -9`, again and again, and started over the same directory. */
describe.skipIf(!available)('a service that is killed', () => {
  const server = new DevProcess();
  const random = randomFrom(seed);
  let instance = '';
  let magnum: Magnum;

  beforeAll(async () => {
    console.info(`kill.test.ts: MAGNUM_TEST_SEED=${seed} repeats the moments of this run`);
    await server.start();
    instance = server.instance().id;
    magnum = server.client();
    await magnum.bayModels.create({
      name: 'swarm',
      coe: 'swarm',
      image_id: 'debian-12',
      keypair_id: 'default',
      external_network_id: 'public',
      flavor_id: 'm1.small',
      docker_volume_size: 3,
    });
  }, 120_000);
  afterAll(() => server.destroy(removeOwned), 60_000);

  test.each(momentsOf(BAYS))(
    'creates the bay %i whole all the same',
    async (_number, ...parts) => {
      const moments = parts.map((part) => Math.round((part + random() * USUAL_MS) / (BAYS * KILLS_PER_BAY)));
      const { uuid } = await magnum.bays.create({ name: 'hive', baymodel_id: 'swarm' });
      const begun = Date.now();
      for (const moment of moments) {
        await pause(Math.max(0, begun + moment - Date.now()));
        await server.kill();
        await server.start();
      }
      const bay = await magnum.bays.waitUntil(uuid, { intervalMs: 500, timeoutMs: 90_000 });
      const made = await stateOf(bay);
      await magnum.bays.delete(uuid);
      await magnum.bays.waitUntilDeleted(uuid, { intervalMs: 200, timeoutMs: 60_000 });
      expect({ moments, made, left: await leftovers() }).toEqual({ moments, made: WHOLE, left: NOTHING });
    },
    200_000,
  );

  test.each(Array.from({ length: DELETIONS }, (_unused, index) => [index + 1]))(
    'deletes the bay %i without a trace in the midst of its creation',
    async (number) => {
      const [deletedAt, killedAfter] = [
        Math.round(((number - 1 + random()) * USUAL_MS) / DELETIONS),
        Math.round(random() * 1_500),
      ];
      const { uuid } = await magnum.bays.create({ name: 'hive', baymodel_id: 'swarm' });
      await pause(deletedAt);
      await magnum.bays.delete(uuid);
      await pause(killedAfter);
      await server.kill();
      await server.start();
      await magnum.bays.waitUntilDeleted(uuid, { intervalMs: 200, timeoutMs: 90_000 });
      expect({ deletedAt, killedAfter, left: await leftovers() }).toEqual({ deletedAt, killedAfter, left: NOTHING });
    },
    150_000,
  );

  test('and leaves nothing in the engine when it is stopped in peace', async () => {
    await server.stop();
    expect(await ownedBy(instance)).toEqual([]);
  }, 30_000);

  const WHOLE = {
    status: 'CREATE_COMPLETE',
    nodes: ['master ready', 'worker ready'],
    stacks: 1,
    swarm: ['Ready', 'Ready'],
    users: 1,
    // The authority, the client, the password of the nodes' account and the key of the enrolment tokens.
    secrets: 4,
    owned: ['network', 'network', 'server', 'server', 'volume', 'volume'],
  };

  async function stateOf(bay: Bay): Promise<Record<string, unknown>> {
    const nodes = await magnum.nodes.list({ bay_ident: bay.uuid }).toArray();
    const manager = nodes.find(({ role }) => role === 'master')?.name ?? '';
    return {
      status: bay.status,
      nodes: nodes.map(({ role, state }) => `${role} ${state}`).sort(),
      stacks: (await rowsOf(server, 'hot_stack')).length,
      swarm: (await inside(instance, manager, 'docker', 'node', 'ls', '--format', '{{.Status}}')).split('\n'),
      users: await trustees(),
      secrets: (await rowsOf(server, 'vault_secret')).length,
      owned: await owned(),
    };
  }

  const NOTHING = { rows: Object.fromEntries(OF_A_BAY.map((table) => [table, 0])), users: 0, owned: ['network'] };

  async function leftovers(): Promise<Record<string, unknown>> {
    return { rows: await countsOf(server, OF_A_BAY), users: await trustees(), owned: await owned() };
  }

  /** Kinds of what there is: the external network is one of them, and stays. */
  async function owned(): Promise<readonly string[]> {
    return (await ownedBy(instance)).map((part) => part.split(' ')[0] ?? '');
  }

  async function trustees(): Promise<number> {
    return (await rowsOf(server, 'embedded_user')).length;
  }
});

/** The whole duration is cut into as many slices as there are kills; each bay gets one early, one in the middle, one late. */
function momentsOf(bays: number): readonly (readonly [number, ...number[]])[] {
  return Array.from({ length: bays }, (_unused, bay) => [
    bay + 1,
    ...Array.from({ length: KILLS_PER_BAY }, (_none, kill) => (kill * bays + bay) * USUAL_MS),
  ]);
}

/** The same numbers for the same seed, from 0 to 1. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
