import { setTimeout as sleep } from 'node:timers/promises';
import type { Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { rowsOf } from './database.js';
import { DevProcess } from './dev-process.js';
import { aHive } from './hive.js';
import { dockerForTests, inside, removeOwned } from './docker.js';

const available = await dockerForTests('test/e2e/credential.test.ts');

/**
 * Logs in with what the node holds, and asks for the bay's authority; prints the status. As the node's own scripts do, it logs in
 * again where its token has ended in between. Nothing is kept.
 */
const CALL_HOME = `. /opt/magnum/lib.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ask() { log_in "$work" "$CREDENTIAL"; cloud GET "$(value magnum_url)/certificates/$(value bay_id)" "$work/token" '' '' ''; }
status=$(ask)
if [ "$status" = 401 ]; then status=$(ask); fi
echo "$status"`;

interface Account {
  readonly id: string;
  readonly password: string;
}

/** The nodes of a running bay get another credential; the tests run in this order. */
describe.skipIf(!available)('another credential for the nodes of a running bay', () => {
  const server = new DevProcess({ MAGNUM_HEALTH_INTERVAL_MS: '2000' });
  let magnum: Magnum;
  let instance = '';
  let bayId = '';
  let names: readonly string[] = [];
  let old: Account;
  let oldToken = '';

  beforeAll(async () => {
    await server.start();
    instance = server.instance().id;
    magnum = server.client();
    bayId = (await aHive(magnum)).uuid;
    names = await namesOfNodes();
    old = await madeWith(names[0] ?? '');
    oldToken = (await logIn(old)) ?? '';
  }, 300_000);
  afterAll(() => server.destroy(removeOwned), 60_000);

  const namesOfNodes = async (): Promise<readonly string[]> =>
    (await magnum.nodes.list({ bay_ident: bayId }).toArray()).map(({ name }) => name ?? '');

  /** What a node was made with. */
  async function madeWith(node: string): Promise<Account> {
    const given: Record<string, string> = JSON.parse(await inside(instance, node, 'cat', '/etc/magnum/credential.json'));
    return { id: given['user_id'] ?? '', password: given['password'] ?? '' };
  }

  /** A token; undefined where the account is refused. */
  async function logIn(user: Account): Promise<string | undefined> {
    const authUrl = server.environment()['OS_AUTH_URL'] ?? '';
    const response = await fetch(`${authUrl}/auth/tokens`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } } } }),
    });
    expect([201, 401]).toContain(response.status);
    return response.headers.get('x-subject-token') ?? undefined;
  }

  async function asksForCa(token: string): Promise<number> {
    const origin = new URL(server.environment()['OS_AUTH_URL'] ?? '').origin;
    return (await fetch(`${origin}/v1/certificates/${bayId}`, { headers: { 'X-Auth-Token': token } })).status;
  }

  test('at every moment of it each node can call home', async () => {
    let goesOn = true;
    let calls = 0;
    const refusals: string[] = [];
    // A login each time, and not the token of the time before.
    const callHome = async (node: string): Promise<void> => {
      for (; goesOn; calls += 1) {
        const answer = await inside(instance, node, 'sh', '-c', CALL_HOME).catch(String);
        if (answer !== '200') refusals.push(`${node}: ${answer}`);
        await sleep(200);
      }
    };
    const calling = Promise.all(names.map(callHome));
    await magnum.credentials.rotate(bayId);
    expect(await magnum.bays.get(bayId)).toMatchObject({ status: 'UPDATE_IN_PROGRESS' });
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 120_000 });
    // The nodes call home for a while after the rotation, too: an account that was deleted too early shows only then.
    await sleep(2_000);
    goesOn = false;
    await calling;
    expect(bay).toMatchObject({ status: 'UPDATE_COMPLETE', status_reason: null });
    expect(refusals).toEqual([]);
    expect(calls).toBeGreaterThan(2 * names.length);
    console.info(`${calls} logins and questions of the nodes, none refused`);
  }, 200_000);

  test('every node holds the new credential, which works', async () => {
    for (const node of names) {
      const held: Record<string, unknown> = JSON.parse(await inside(instance, node, 'cat', '/etc/magnum/credential.json'));
      expect(held).toMatchObject({ generation: 1, trust_id: null });
      expect(held['user_id']).not.toBe(old.id);
      expect(await inside(instance, node, 'stat', '-c', '%a', '/etc/magnum/credential.json')).toBe('600');
      const token = await logIn({ id: String(held['user_id']), password: String(held['password']) });
      expect(await asksForCa(token ?? '')).toBe(200);
    }
    const rows = await rowsOf(server, 'node', { bay_id: bayId });
    expect(rows.map((row) => row['credential_generation'])).toEqual(names.map(() => 1));
  }, 60_000);

  test('the old account is refused, and so is its token', async () => {
    expect(await logIn(old)).toBeUndefined();
    expect(await asksForCa(oldToken)).toBe(401);
  });

  test('a new node is made with the new credential and reports it; a node that restarts keeps it', async () => {
    await magnum.bays.update(bayId, { node_count: 2 });
    await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 150_000 });
    const fresh = (await namesOfNodes()).find((name) => !names.includes(name)) ?? '';
    expect((await madeWith(fresh)).id).not.toBe(old.id);
    await until(
      'the new node tells what it holds',
      async () => (await rowsOf(server, 'node', { bay_id: bayId, name: fresh }))[0]?.['credential_generation'] === 1,
      { withinMs: 60_000, everyMs: 300 },
    );
    // Nothing under /run outlives a restart.
    const [node = ''] = names;
    await inside(instance, node, 'rm', '-f', '/run/magnum/token', '/run/magnum/credential-told');
    await until(
      'the node logs in and tells again',
      async () => {
        return (await inside(instance, node, 'cat', '/run/magnum/credential-told')) === '1';
      },
      { withinMs: 60_000, everyMs: 300 },
    );
    // A run that was under way when the files went may have failed; the next one does not.
    await until(
      'the checks succeed',
      async () =>
        (await inside(instance, node, 'systemctl', 'show', '-p', 'Result', 'magnum-checks.service')) === 'Result=success',
      { withinMs: 60_000, everyMs: 300 },
    );
  }, 200_000);
});
