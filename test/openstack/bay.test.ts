import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock, until } from '@magnum-ts/core/testing';
import type { IssuedToken } from '../../packages/core/src/adapters/openstack/auth.js';
import { type Answer, type Fleet } from '../fleet/fleet.js';
import { BayFleet } from './bay-fleet.js';
import { NodeAccounts, type Account } from './node-accounts.js';
import { SIGNAL, wire, withOpenstack } from './cloud.js';

vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 });

const SEED = Number(process.env['MAGNUM_TEST_SEED'] ?? Date.now() % 1_000_000);
const KILLS = 10;
/** A pass over a whole creation takes about this long on two cores. */
const KILL_WITHIN_MS = 25_000;
const log = (line: string): void => void process.stdout.write(`${line}\n`);

await withOpenstack('a bay on a real OpenStack', (cloud) => {
  let bays: BayFleet;
  let fleet: Fleet;
  let model: string;
  let accounts: NodeAccounts;

  beforeAll(async () => {
    bays = await BayFleet.start(cloud);
    accounts = new NodeAccounts(cloud, bays);
    fleet = bays.fleet;
    model = await bays.model();
  });
  afterAll(() => bays?.stop());

  const create = (name: string): Promise<string> => bays.create(name, model);
  const resize = (uuid: string, nodes: number, rollback?: boolean): Promise<Answer> => bays.resize(uuid, nodes, rollback);
  const settled = (uuid: string): Promise<Answer> => bays.settled(uuid);
  const remove = (uuid: string): Promise<void> => bays.remove(uuid);
  const accountsOf = (uuid: string): Promise<readonly string[]> => bays.accountsOf(uuid);
  const stacks = (): ReturnType<BayFleet['stacks']> => bays.stacks();

  test('is made, gets another credential, grows, shrinks and goes, and leaves no account and no stack behind', async () => {
    const uuid = await create('whole');
    const made = await settled(uuid);
    expect(made.body, JSON.stringify(made.body)).toMatchObject({ status: 'CREATE_COMPLETE', node_count: 1 });
    expect(made.body['master_addresses']).toEqual([expect.stringMatching(/^172\.24\./)]);
    expect((await stacks()).find((stack) => stack.id === made.body['stack_id'])?.stack_status).toBe('CREATE_COMPLETE');
    expect(await accountsOf(uuid)).toHaveLength(2);
    const given = await anotherCredential(uuid);
    expect((await resize(uuid, 2)).body).toMatchObject({ status: 'UPDATE_COMPLETE', node_count: 2 });
    expect((await accounts.membersOf(uuid)).map(({ madeWith }) => madeWith.id)).toContain(given.id);
    expect((await resize(uuid, 1)).body).toMatchObject({ status: 'UPDATE_COMPLETE', node_count: 1 });
    const story = await fleet.ask('GET', `/v1/bays/${uuid}/events?limit=500`);
    expect(JSON.stringify(story.body)).toContain('OS::Nova::Server');
    await remove(uuid);
  });

  test('whose new node does not come up is rolled back, or fails with the words of the node', async () => {
    const uuid = await create('failing');
    expect((await settled(uuid)).body).toMatchObject({ status: 'CREATE_COMPLETE' });
    bays.agents.failing = /\/failing-/;
    const rolledBack = await resize(uuid, 2, true);
    expect(rolledBack.body, JSON.stringify(rolledBack.body)).toMatchObject({ status: 'ROLLBACK_COMPLETE', node_count: 1 });
    const failed = await resize(uuid, 2);
    bays.agents.failing = undefined;
    // Heat remembers what the node has reported: the node itself has to go, and another one comes.
    expect(failed.body).toMatchObject({ status: 'UPDATE_FAILED', status_reason: expect.stringContaining('the disk is full') });
    expect((await resize(uuid, 1)).body).toMatchObject({ status: 'UPDATE_COMPLETE', node_count: 1 });
    expect((await resize(uuid, 2)).body).toMatchObject({ status: 'UPDATE_COMPLETE', node_count: 2 });
    await remove(uuid);
  });

  test(`comes and goes while its conductors are killed at ${KILLS} random moments`, async () => {
    log(`kills: MAGNUM_TEST_SEED=${SEED} repeats the moments of this run`);
    const random = seeded(SEED);
    const conductors = fleet.members.filter((member) => member.program === 'magnum-conductor');
    const kill = async (times: number): Promise<void> => {
      for (let kills = 0; kills < times; kills += 1) {
        await systemClock.sleep(random() * (KILL_WITHIN_MS / (KILLS / 2)));
        const victim = conductors[Math.floor(random() * conductors.length)];
        if (victim) await fleet.killAndReplace(victim);
      }
    };
    const uuid = await create('killed');
    const [made] = await Promise.all([settled(uuid), kill(KILLS / 2)]);
    expect(made.body, JSON.stringify(made.body)).toMatchObject({ status: 'CREATE_COMPLETE' });
    expect((await stacks()).filter((stack) => stack.stack_name.startsWith('killed'))).toHaveLength(1);
    expect(await accountsOf(uuid)).toHaveLength(2);
    await Promise.all([remove(uuid), kill(KILLS / 2)]);
    expect((await stacks()).filter((stack) => stack.stack_name.startsWith('killed'))).toEqual([]);
  });

  test('is finished although Heat and Keystone go away meanwhile, and the token of the request ends', async () => {
    const uuid = await create('outage');
    await until('both accounts are there', async () => (await accountsOf(uuid)).length === 2, { withinMs: 60_000 });
    await until('the stack is there', async () => (await stackNamed('outage')) !== undefined, { withinMs: 60_000 });
    const { secret } = await cloud.tokenOf('demo', 'demo');
    await revoke(secret.reveal());
    await cloud.openstack.suspend('heat-api');
    // Long enough for several passes of the conductors to meet each outage.
    await systemClock.sleep(4_000);
    await cloud.openstack.suspend('keystone');
    await systemClock.sleep(3_000);
    const away = await fleet.ask('GET', '/v1/bays');
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
    await cloud.openstack.resume('keystone');
    await cloud.openstack.resume('heat-api');
    // All that waited for Keystone call it now, at the same time, so that its answers may be late, too.
    await until('a login succeeds', () => cloud.tokenOf('demo', 'demo').then(use, () => false), { withinMs: 120_000 });
    const made = await settled(uuid);
    expect(made.body, JSON.stringify(made.body)).toMatchObject({ status: 'CREATE_COMPLETE' });
    await cloud.openstack.suspend('heat-engine');
    await cloud.openstack.resume('heat-engine');
    expect((await resize(uuid, 2)).body).toMatchObject({ status: 'UPDATE_COMPLETE', node_count: 2 });
    await remove(uuid);
  });

  // Heat forgets what an engine was at when it is killed, and leaves the stack in progress.
  test("whose stack was left in progress by a killed engine of Heat's can be deleted", async () => {
    const uuid = await create('orphan');
    await until('the stack is there', async () => (await stackNamed('orphan')) !== undefined, { withinMs: 60_000 });
    await cloud.openstack.suspend('heat-engine');
    await cloud.openstack.resume('heat-engine');
    await remove(uuid);
  });

  function use({ secret }: IssuedToken): boolean {
    fleet.use(secret.reveal());
    return true;
  }

  /** The nodes take up another account, on the servers that they have; the old one is gone then. Returns the new one. */
  async function anotherCredential(uuid: string): Promise<Account> {
    const before = await accounts.membersOf(uuid);
    expect(new Set(before.map(({ madeWith }) => madeWith.id)).size).toBe(1);
    const accepted = await fleet.ask('PATCH', `/v1/credentials/${uuid}`);
    expect(accepted.status, JSON.stringify(accepted.body)).toBe(202);
    const given = await Promise.all(before.map((member) => accounts.exchanged(uuid, member)));
    const { body } = await settled(uuid);
    expect(body, JSON.stringify(body)).toMatchObject({ status: 'UPDATE_COMPLETE', status_reason: null });
    const [first] = given;
    const [member] = before;
    if (!first || !member) throw new Error('the bay has no nodes');
    expect(new Set(given.map(({ id }) => id))).toEqual(new Set([first.id]));
    expect(first.id).not.toBe(member.madeWith.id);
    expect(await accounts.logIn(member.madeWith)).toBeUndefined();
    expect(await accountsOf(uuid)).toHaveLength(2);
    expect((await accounts.membersOf(uuid)).map(({ serverId }) => serverId)).toEqual(before.map(({ serverId }) => serverId));
    return first;
  }

  async function stackNamed(name: string) {
    return (await stacks()).find((stack) => stack.stack_name.startsWith(name));
  }

  async function revoke(token: string): Promise<void> {
    const headers = { 'x-auth-token': token, 'x-subject-token': token };
    const url = `${cloud.openstack.keystone}/v3/auth/tokens`;
    expect((await wire({ method: 'DELETE', url, headers, body: undefined }, SIGNAL)).status).toBe(204);
  }
});

/** The same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed + 0x6d2b79f5;
  return () => {
    state = Math.imul(state ^ (state >>> 15), state | 1);
    state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
    return ((state ^ (state >>> 14)) >>> 0) / 4_294_967_296;
  };
}
