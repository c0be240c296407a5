import type { Knex } from 'knex';
import { amqpBus, type AmqpBus } from '../adapters/bus/amqp.js';
import { pendingMigrations } from '../adapters/knex/migrate.js';
import { statsReader } from '../adapters/knex/stats.js';
import type { Config } from '../config/config.js';
import type { Platform } from '../ports/platform.js';
import type { HeldLease, PassesInFlight, ServiceStats } from '../ports/stats.js';
import { brokerLink } from './broker.js';
import { observeOrchestrator, type CloudParts } from './cloud-parts.js';
import { composeCloud } from './compose-cloud.js';
import { areExchangesDurable, composeNotifications, type Notifications } from './notifiers.js';
import { MIGRATIONS } from './schema.js';
import { openShared, poolOf, type Pool } from './shared-database.js';

/** What `/readyz` says: every part by name, and why it is not there. */
export type Readiness = Readonly<Record<string, { readonly ok: boolean; readonly reason?: string }>>;

/** What a process knows of its surroundings right now. */
export interface Diagnosis {
  readonly parts: Readiness;
  readonly pool: Pool;
  readonly stats: ServiceStats | null;
  readonly leases: readonly HeldLease[];
  /** Of a conductor: what it does right now. */
  readonly passes?: PassesInFlight;
}

export interface Service {
  readonly ready: () => Promise<Readiness>;
  readonly stats: () => Promise<ServiceStats>;
  readonly diagnose: () => Promise<Diagnosis>;
  stop(): Promise<void>;
}

/** What the processes of a fleet have in common: the database and its time, the broker, the cloud. */
export interface ServiceBase {
  readonly db: Knex;
  /** The host's, with the clock that all processes over the database share. */
  readonly platform: Platform;
  /** Aborted when the process closes. */
  readonly closing: AbortController;
  readonly bus: AmqpBus;
  readonly notifications: Notifications;
  readonly cloud: CloudParts;
}

/** Waits for nothing: the database and the broker may be down, and come later. */
export async function openBase(host: Platform, config: Config): Promise<ServiceBase> {
  const { db, clock, keepLearning } = openShared(host, config);
  const platform = { ...host, clock };
  const bus = await amqpBus({
    ...brokerLink(config, 'DEFAULT'),
    topic: config.sections.conductor.topic,
    durableExchanges: areExchangesDurable(config),
    logger: host.logger,
    random: host.random,
    tracer: host.tracer,
  });
  const notifications = await composeNotifications(platform, config, bus);
  const cloud = composeCloud(platform, config, { db, notifier: notifications.notifier });
  const orchestrator = observeOrchestrator(host, cloud.deps.orchestrator);
  const closing = new AbortController();
  void keepLearning(closing.signal);
  return { db, platform, closing, bus, notifications, cloud: { ...cloud, deps: { ...cloud.deps, orchestrator } } };
}

export async function closeBase(base: ServiceBase): Promise<void> {
  base.closing.abort(new Error('the service is stopping'));
  await base.notifications.close();
  await base.bus.close();
  await base.db.destroy();
}

export async function readinessOf(base: ServiceBase): Promise<Readiness> {
  const database = await pendingMigrations(base.db, MIGRATIONS).then(
    (pending) =>
      pending.length === 0 ? { ok: true } : { ok: false, reason: 'the schema is not up to date: run magnum-db-manage upgrade' },
    () => ({ ok: false, reason: 'the database does not answer' }),
  );
  return {
    database,
    broker: base.bus.connected()
      ? { ok: true }
      : { ok: false, reason: 'the broker cannot be reached; writes work, questions to engines do not' },
  };
}

const LEASES_SHOWN = 200;

/** The figures and the report of a process. `passes`: what it does right now, where it is a conductor that has begun. */
export function observersOf(
  base: ServiceBase,
  passes: () => PassesInFlight | undefined = () => undefined,
): Pick<Service, 'stats' | 'diagnose'> {
  const reader = statsReader(base.db, base.platform.clock);
  return {
    stats: () => reader.read(),
    diagnose: async () => ({
      parts: await readinessOf(base),
      pool: poolOf(base.db),
      stats: await reader.read().catch(() => null),
      leases: await reader.leases(LEASES_SHOWN).catch(() => []),
      ...passesIn(passes()),
    }),
  };
}

function passesIn(passes: PassesInFlight | undefined): Pick<Diagnosis, 'passes'> {
  return passes ? { passes } : {};
}
