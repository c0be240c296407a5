import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EMBEDDED_DEFAULTS, openSqlite, Secret, SimulatedBackend } from '@magnum-ts/core';
import {
  aBay,
  aBayModel,
  aPlatform,
  type BayId,
  coreMigrations,
  delegateUsername,
  embeddedMigrations,
  EMPTY_RECONCILER_STATE,
  type Lease,
  ManualClock,
  migrate,
  openMariadb,
  stackNameOf,
  trusteeUsername,
} from '@magnum-ts/core/testing';
import { aSpec, aTemplate } from '../../packages/core/src/embedded-cloud/hot-engine/engine.test-support.js';
import { noNotifier } from '../../packages/core/src/adapters/bus/notifications.js';
import { noMeter } from '../../packages/core/src/adapters/system/meter.js';
import { EVERY_DRIVER } from '../../packages/core/src/composition/driver-registry.js';
import { composeEmbedded } from '../../packages/core/src/composition/embedded-cloud.js';
import { DEFAULT_CONDUCTOR_RULES } from '../../packages/core/src/conductor/rules.js';
import { departedBayOf, sweepDeparted } from '../../packages/core/src/conductor/sweep-departed.js';
import type { ConductorDeps } from '../../packages/core/src/conductor/deps.js';
import { emptyDatabase, withMariadb } from '../support/services.js';

const GRACE_MS = 60_000;
const NEVER = new AbortController().signal;
const GONE = aBay({ id: '11111111-0000-4000-8000-000000000001' as BayId, name: 'gone' });
const ALIVE = aBay({ id: '22222222-0000-4000-8000-000000000002' as BayId, name: 'alive' });

function suite(open: () => Promise<Knex>): void {
  let db: Knex;
  let clock: ManualClock;
  let deps: ConductorDeps;
  let removed: string[];
  let frozen: Lease;

  beforeEach(async () => {
    db = await open();
    clock = ManualClock.running();
    removed = [];
    const meter = { ...noMeter, leftOver: (kind: string) => void removed.push(kind) };
    const parts = composeEmbedded(aPlatform({ clock, meter }), {
      db,
      backend: new SimulatedBackend(db),
      config: EMBEDDED_DEFAULTS,
      drivers: EVERY_DRIVER,
      notifier: noNotifier,
      rules: { ...DEFAULT_CONDUCTOR_RULES, departedGraceMs: GRACE_MS },
      sealingKeys: [Buffer.alloc(32, 3)],
      origin: () => 'http://192.0.2.1',
      nodeOrigin: () => 'http://192.0.2.1',
      passwords: { admin: new Secret('admin'), demo: new Secret('demo') },
    });
    deps = parts.deps;
    await deps.store.write(async (repos) => {
      await repos.bayModels.insert(aBayModel());
      for (const bay of [GONE, ALIVE]) await repos.bays.insert(bay);
      await repos.work.wake(GONE.id);
    });
    // A conductor claims the bay and freezes; another one takes it over, and deletes it.
    frozen = await claimed('frozen');
    clock.advance(31_000);
    const other = await claimed('other');
    await deps.store.writeUnder(other, async (repos) => {
      await repos.departedBays.add([departedBayOf(deps, GONE, EMPTY_RECONCILER_STATE)]);
      await repos.bays.delete(GONE.id);
    });
  });
  afterEach(() => db.destroy());

  const claimed = async (owner: string): Promise<Lease> => {
    const [lease] = await deps.store.queue.claim(owner, 1);
    if (!lease) throw new Error('nothing was due');
    return lease;
  };
  const counts = async (): Promise<readonly number[]> =>
    Promise.all(['vault_secret', 'embedded_user', 'departed_bay'].map(async (table) => (await db(table)).length));
  /** What the frozen conductor makes between a check and a call that nothing can fence. */
  const writeLate = async (): Promise<void> => {
    await deps.vault.put(`bay/${GONE.id}/ca`, new Secret('late'));
    await deps.vault.put(`bay/${GONE.id}/of-a-later-release`, new Secret('late'));
    for (const name of [delegateUsername(GONE), trusteeUsername(GONE)])
      await deps.identity.ensureTrustee(name, new Secret('late'), NEVER);
    await deps.orchestrator.create(aSpec({ name: stackNameOf(GONE), template: aTemplate({}) }), GONE, NEVER);
    // Others have the same kinds of things.
    await deps.vault.put(`bay/${ALIVE.id}/ca`, new Secret('own'));
    await deps.identity.ensureTrustee(delegateUsername(ALIVE), new Secret('own'), NEVER);
    await deps.identity.ensureTrustee('somebody-else', new Secret('own'), NEVER);
    await deps.orchestrator.create(aSpec({ name: stackNameOf(ALIVE), template: aTemplate({}) }), ALIVE, NEVER);
  };
  const stackActions = async (): Promise<readonly string[]> =>
    (await db('hot_stack').orderBy('name')).map(
      (row: { name: string; action: string }) => `${row.name.split('-')[0] ?? ''} ${row.action}`,
    );

  test('a secret that a conductor writes under a lost lease is refused, and is not there', async () => {
    const late = deps.vault.under?.(frozen);
    for (const write of ['put', 'keep'] as const)
      await expect(late?.[write](`bay/${GONE.id}/ca`, new Secret('late'))).rejects.toMatchObject({ kind: 'lease-lost' });
    await expect(late?.delete(`bay/${ALIVE.id}/ca`)).rejects.toMatchObject({ kind: 'lease-lost' });
    expect(await counts()).toEqual([0, 0, 1]);
  });

  test('what is left of a deleted bay stays while a late writer may be about, and goes after that; nothing of others is touched', async () => {
    await writeLate();
    clock.advance(GRACE_MS - 1_000);
    await sweepDeparted(deps, NEVER);
    expect([await counts(), removed]).toEqual([[3, 4, 1], []]);

    clock.advance(2_000);
    await sweepDeparted(deps, NEVER);
    expect(removed.sort()).toEqual(['account', 'account', 'secret', 'secret', 'stack']);
    expect(await counts()).toEqual([1, 2, 1]);
    expect(await stackActions()).toEqual(['alive CREATE', 'gone DELETE']);
  });

  test('a bay of which nothing is left is forgotten', async () => {
    clock.advance(GRACE_MS + 1_000);
    await sweepDeparted(deps, NEVER);
    expect([await counts(), removed]).toEqual([[0, 0, 0], []]);
  });

  test('a secret of a bay that has no record is found, and is deleted after the same time', async () => {
    await deps.vault.put('bay/33333333-0000-4000-8000-000000000003/client', new Secret('old'));
    await deps.vault.put('something/else', new Secret('own'));
    await sweepDeparted(deps, NEVER);
    expect(await counts()).toEqual([2, 0, 2]);
    clock.advance(GRACE_MS + 1_000);
    await sweepDeparted(deps, NEVER);
    expect([await counts(), removed]).toEqual([[1, 0, 1], ['secret']]);
  });
}

async function migrated(db: Knex): Promise<Knex> {
  await migrate(db, [...coreMigrations, ...embeddedMigrations]);
  return db;
}

describe('deleted bays, over SQLite', () => suite(() => migrated(openSqlite(':memory:'))));
await withMariadb('deleted bays, over MariaDB', (mariadb) => suite(() => migrated(openMariadb({ url: emptyDatabase(mariadb) }))));
