import { join } from 'node:path';
import type { Knex } from 'knex';
import { type ConductorRules, EMBEDDED_DEFAULTS, openSqlite, Secret, SimulatedBackend } from '@magnum-ts/core';
import {
  aPlatform,
  type Clock,
  coreMigrations,
  type CrashPoints,
  DEFAULT_RULES,
  DEFAULT_SIGNING_RULES,
  embeddedMigrations,
  Killed,
  ManualClock,
  migrate,
  noBounds,
  policyOf,
  systemClock,
  systemRandom,
  type Trusts,
} from '@magnum-ts/core/testing';
import type { HotEngine } from '../../packages/core/src/embedded-cloud/hot-engine/engine.js';
import { inProcessBus } from '../../packages/core/src/adapters/bus/in-process.js';
import { manifests, NO_FETCHING } from '../../packages/core/src/adapters/manifests/manifests.js';
import { noNotifier } from '../../packages/core/src/adapters/bus/notifications.js';
import type { AppDeps } from '../../packages/core/src/app/deps.js';
import { DEFAULT_APP_RULES } from '../../packages/core/src/app/rules.js';
import { WorkLoop } from '../../packages/core/src/conductor/work-loop.js';
import type { ConductorDeps } from '../../packages/core/src/conductor/deps.js';
import { DEFAULT_CONDUCTOR_RULES } from '../../packages/core/src/conductor/rules.js';
import { driverRegistry, EVERY_DRIVER } from '../../packages/core/src/composition/driver-registry.js';
import { composeEmbedded } from '../../packages/core/src/composition/embedded-cloud.js';

/** What survives a process: the database and the key. Processes come and go over it. */
export interface Machine {
  readonly db: Knex;
  readonly clock: ManualClock;
  readonly key: Uint8Array;
  /** Trust by the account that holds it: what Keystone would remember. */
  readonly trusts: Map<string, string>;
}

export async function aMachine(): Promise<Machine> {
  const db = openSqlite(':memory:');
  await migrate(db, [...coreMigrations, ...embeddedMigrations]);
  return { db, clock: ManualClock.running(), key: systemRandom.bytes(32), trusts: new Map() };
}

/** Another machine that is in the very state of this one, on which no process runs now. Its database goes with `folder`. */
export async function copyOf(machine: Machine, folder: string): Promise<Machine> {
  const file = join(folder, `${systemRandom.uuid()}.db`);
  await machine.db.raw('VACUUM INTO ?', [file]);
  const db = openSqlite(file);
  // What dies here is never the machine itself.
  await db.raw('PRAGMA synchronous = OFF');
  return { ...machine, db, clock: ManualClock.running(), trusts: new Map(machine.trusts) };
}

/** One process: all parts are the real ones; only the servers are simulated. */
export interface Process {
  readonly deps: ConductorDeps;
  readonly app: AppDeps;
  readonly engine: HotEngine;
}

/** RSA keys of 1024 bits are made in no time, and nothing here is about their strength. */
const RULES: ConductorRules = {
  ...DEFAULT_CONDUCTOR_RULES,
  signingRules: { ...DEFAULT_SIGNING_RULES, rsaKeySize: 1024 },
  rotationOverlapMs: 3_000,
  trustRules: { roles: [], forNodes: true, delegateRoles: [] },
};

/** The service's own time is moved by the test; the cloud is another party, whose work takes real time. */
export async function startProcess(machine: Machine, engines = driverRegistry(false)): Promise<Process> {
  const { db, clock } = machine;
  const platform = aPlatform({ clock });
  const { deps, engine, identity } = composeEmbedded(platform, {
    db,
    backend: new SimulatedBackend(db),
    config: EMBEDDED_DEFAULTS,
    cloudClock: systemClock,
    drivers: EVERY_DRIVER,
    notifier: noNotifier,
    rules: RULES,
    sealingKeys: [machine.key],
    passwords: { admin: new Secret('a'), demo: new Secret('d') },
    origin: () => 'http://192.0.2.1',
    nodeOrigin: () => 'http://192.0.2.1',
  });
  Object.assign(identity, { trusts: trustsOf(machine) });
  await engine.start();
  const delegating = { ...deps, engines, delegation: deps.sealer };
  return {
    deps: delegating,
    engine,
    app: {
      ...delegating,
      ...DEFAULT_APP_RULES,
      ...noBounds(),
      bus: inProcessBus(),
      policy: policyOf(DEFAULT_RULES),
      manifests: manifests(NO_FETCHING),
    },
  };
}

/** As Keystone keeps them: an account has one at most, and only a token of the owner makes it. */
function trustsOf({ trusts }: Machine): Trusts {
  return {
    ensure: async ({ trustee, ownerToken }) => {
      const known = trusts.get(trustee.userId);
      if (known !== undefined) return known;
      if (ownerToken.reveal() !== OWNER_TOKEN) throw new Error('the token is not the owner’s');
      const made = systemRandom.uuid();
      trusts.set(trustee.userId, made);
      return made;
    },
    delete: async (trustId, { userId }) => {
      if (trusts.get(userId) === trustId) trusts.delete(userId);
    },
  };
}

export const OWNER_TOKEN = 'a-token-of-the-owner';

/** The same process, dying where the crash points say. Reading the clock and randomness are no moments. */
export function mortal(process: Process, points: CrashPoints): ConductorDeps {
  const { deps } = process;
  return {
    ...deps,
    clock: mortalClock(deps.clock, points),
    store: points.wrap(deps.store),
    orchestrator: points.wrap(deps.orchestrator),
    identity: points.wrap(deps.identity),
    cloud: points.wrap(deps.cloud),
    vault: points.wrap(deps.vault),
    authority: points.wrap(deps.authority),
    postInstall: deps.postInstall && points.wrap(deps.postInstall),
  };
}

/** A dead process waits for nothing: a sleep of it fails, in the next turn of the event loop. */
export function mortalClock(clock: Clock, points: CrashPoints): Clock {
  return {
    now: () => clock.now(),
    sleep: async (milliseconds, signal) => {
      if (!points.dead) return clock.sleep(milliseconds, signal);
      await new Promise(setImmediate);
      throw new Killed();
    },
  };
}

const MOST_ROUNDS = 300;

/**
 * Runs rounds of the production work loop until `done`, or until the process is killed. Between two rounds the clock is moved to where
 * more bays may be due; the stack's own work gets real time, a few milliseconds for each round.
 */
export async function work(deps: ConductorDeps, machine: Machine, done: () => Promise<boolean>): Promise<'done' | 'killed'> {
  const loop = new WorkLoop(deps, { owner: 'worker', concurrency: 4, drainMs: 0 });
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    try {
      await loop.runOnce();
    } catch (error) {
      if (error instanceof Killed || hasKilledCause(error)) return 'killed';
      throw error;
    }
    if (await done()) return 'done';
    await systemClock.sleep(5);
    machine.clock.advance(1_000);
  }
  throw new Error(`not done after ${MOST_ROUNDS} rounds`);
}

function hasKilledCause(error: unknown): boolean {
  return error instanceof Error && (error.cause instanceof Killed || error.message.includes('killed'));
}
