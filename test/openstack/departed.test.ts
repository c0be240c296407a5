import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  aBay,
  aPlatform,
  type BayId,
  coreMigrations,
  delegateUsername,
  EMPTY_RECONCILER_STATE,
  ManualClock,
  migrate,
  pairText,
  trusteeUsername,
} from '@magnum-ts/core/testing';
import { loadConfig, openSqlite, Secret } from '@magnum-ts/core';
import { dataOf } from '../../packages/core/src/adapters/openstack/session.js';
import { noNotifier } from '../../packages/core/src/adapters/bus/notifications.js';
import { departedBayOf, sweepDeparted } from '../../packages/core/src/conductor/sweep-departed.js';
import type { ConductorDeps } from '../../packages/core/src/conductor/deps.js';
import { DEFAULT_CONDUCTOR_RULES } from '../../packages/core/src/conductor/rules.js';
import { referencesOf } from '../../packages/core/src/domain/rotation.js';
import { composeOpenstack } from '../../packages/core/src/composition/openstack-cloud.js';
import { ADMIN, SIGNAL, withOpenstack, type Cloud } from './cloud.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const GRACE_MS = 60_000;
const PASSWORD = new Secret('a-long-password-1');

async function depsOver(cloud: Cloud, clock: ManualClock): Promise<ConductorDeps> {
  const db = openSqlite(':memory:');
  await migrate(db, coreMigrations);
  const content = cloud.config(['[certificates]', 'cert_manager_type = barbican', '']).join('\n');
  return {
    ...composeOpenstack(aPlatform({ clock }), loadConfig([{ name: 'magnum.conf', content }]), {
      db,
      sealingKeys: [Buffer.alloc(32, 7)],
      rules: { ...DEFAULT_CONDUCTOR_RULES, departedGraceMs: GRACE_MS },
      notifier: noNotifier,
    }).deps,
  };
}

await withOpenstack('what a frozen conductor leaves of a deleted bay at Keystone and Barbican', (cloud) => {
  const clock = ManualClock.running();
  const [id, otherId] = [crypto.randomUUID(), crypto.randomUUID()] as [BayId, BayId]; // new UUIDs are ids by being given here
  let deps: ConductorDeps;
  let projectId: string;
  const gone = () => aBay({ id, projectId });
  const alive = () => aBay({ id: otherId, projectId });

  beforeAll(async () => {
    deps = await depsOver(cloud, clock);
    const { projectId: project, userId } = await cloud.accessOf('demo', 'demo');
    projectId = project;
    await deps.store.write((repos) =>
      repos.departedBays.add([departedBayOf(deps, aBay({ id, projectId, userId }), EMPTY_RECONCILER_STATE)]),
    );
  });
  afterAll(async () => {
    await deps.identity.deleteTrustee(delegateUsername(alive()), SIGNAL);
    for (const ref of referencesOf(otherId, 0)) await deps.vault.delete(ref);
    await deps.store.close();
  });

  /** Whatever bears the bay's id: accounts of its names, trusts that they hold, secrets and containers of its references. */
  async function thingsOf(bayId: BayId): Promise<Readonly<Record<string, number>>> {
    const { login, session } = cloud.trusteeAdmin();
    const { document } = await login.token(false, SIGNAL);
    const query = { domain_id: document.domain?.id ?? '' };
    const { users } = await dataOf(session.identity.GET('/v3/users', { params: { query }, signal: SIGNAL }));
    const accounts = users.filter(({ name }) => name.startsWith(bayId)).map((user) => user.id);
    const { trusts } = (await cloud.call(ADMIN, 'identity', { method: 'GET', path: '/v3/OS-TRUST/trusts' })) as {
      readonly trusts: readonly { readonly trustee_user_id: string }[]; // Keystone's list of trusts
    };
    const { keyManager } = cloud.sessionOf('magnum', 'service');
    const kept = { secrets: 0, containers: 0 };
    for (const ref of referencesOf(bayId, 0)) {
      const params = { query: { name: `magnum/${ref}` } };
      kept.secrets += (await dataOf(keyManager.GET('/v1/secrets', { params, signal: SIGNAL }))).secrets.length;
      kept.containers += (await dataOf(keyManager.GET('/v1/containers', { params, signal: SIGNAL }))).containers.length;
    }
    heldTrusts.push(...trusts.filter((trust) => accounts.includes(trust.trustee_user_id)).map((trust) => trust.trustee_user_id));
    return {
      accounts: accounts.length,
      trusts: trusts.filter((trust) => accounts.includes(trust.trustee_user_id)).length,
      ...kept,
    };
  }
  const heldTrusts: string[] = [];

  async function makeAccount(name: string): Promise<void> {
    const { userId } = await deps.identity.ensureTrustee(name, PASSWORD, SIGNAL);
    const { secret: ownerToken } = await cloud.tokenOf('demo', 'demo');
    const trustee = { userId, password: PASSWORD };
    await deps.identity.trusts?.ensure({ trustee, ownerToken, roles: [], redelegations: 0 }, SIGNAL);
  }

  test('goes after the time of grace, trusts and containers with it, and nothing of another bay goes', async () => {
    const [ca = '', client = ''] = referencesOf(id, 0);
    await deps.vault.keep(ca, new Secret(pairText('a')));
    // One that was stopped in the middle: a secret without its container.
    const half = {
      name: `magnum/${client}`,
      secret_type: 'certificate',
      payload: 'half',
      payload_content_type: 'text/plain',
    } as const;
    await dataOf(cloud.sessionOf('magnum', 'service').keyManager.POST('/v1/secrets', { body: half, signal: SIGNAL }));
    for (const name of [delegateUsername(gone()), trusteeUsername(gone())]) await makeAccount(name);
    await deps.vault.keep(referencesOf(otherId, 0)[0] ?? '', new Secret(pairText('b')));
    await makeAccount(delegateUsername(alive()));
    const others = await thingsOf(otherId);
    expect(others).toEqual({ accounts: 1, trusts: 1, secrets: 2, containers: 1 });
    expect(await thingsOf(id)).toEqual({ accounts: 2, trusts: 2, secrets: 3, containers: 1 });

    await sweepDeparted(deps, SIGNAL);
    expect(await thingsOf(id)).toEqual({ accounts: 2, trusts: 2, secrets: 3, containers: 1 });

    clock.advance(GRACE_MS + 1_000);
    await sweepDeparted(deps, SIGNAL);
    expect(await thingsOf(id)).toEqual({ accounts: 0, trusts: 0, secrets: 0, containers: 0 });
    expect(await thingsOf(otherId)).toEqual(others);
    // Trusts that had been held are gone themselves, and not only out of sight with their accounts.
    expect(await trustsOf(heldTrusts)).toEqual(1);
  });

  async function trustsOf(trusteeIds: readonly string[]): Promise<number> {
    const { trusts } = (await cloud.call(ADMIN, 'identity', { method: 'GET', path: '/v3/OS-TRUST/trusts' })) as {
      readonly trusts: readonly { readonly trustee_user_id: string }[]; // Keystone's list of trusts
    };
    return trusts.filter((trust) => trusteeIds.includes(trust.trustee_user_id)).length;
  }

  test('a bay of which nothing is left is forgotten, and a Barbican that is away is asked again', async () => {
    await cloud.openstack.suspend('barbican');
    try {
      clock.advance(2 * GRACE_MS);
      await sweepDeparted(deps, SIGNAL);
      const due = await deps.store.read((repos) => repos.departedBays.due(new Date(clock.now().getTime() + 3_600_000), 10));
      expect(due.map((bay) => bay.id)).toEqual([id]);
    } finally {
      await cloud.openstack.resume('barbican');
    }
    clock.advance(3_600_000);
    await sweepDeparted(deps, SIGNAL);
    expect(await deps.store.read((repos) => repos.departedBays.due(new Date(8.64e15), 10))).toEqual([]);
  });
});
