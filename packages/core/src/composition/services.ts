import { hostname } from 'node:os';
import type { Knex } from 'knex';
import { LongWork } from '../concurrency/long-work.js';
import { amqpBus, type AmqpBus } from '../adapters/bus/amqp.js';
import { serviceOrigin } from './service-origin.js';
import { brokerLink } from './broker.js';
import { MIGRATIONS } from './schema.js';
import { openShared, poolOf, type Pool } from './shared-database.js';
import { LIMIT_DEFAULTS, memoryLimits } from '../adapters/limits/memory.js';
import { meterMethods } from '../adapters/system/meter.js';
import { openTelemetryTracer, traceMethods } from '../adapters/system/tracer.js';
import type { Meter } from '../ports/meter.js';
import { areExchangesDurable, notificationsOf, type Notifications } from './notifiers.js';
import type { Orchestrator } from '../ports/orchestrator.js';
import { withTokenCache } from '../adapters/identity/cached.js';
import { SimulatedBackend } from '../embedded-cloud/simulated.js';
import { pendingMigrations } from '../adapters/knex/migrate.js';
import { livePolicy } from '../adapters/policy/live-policy.js';
import { statsReader } from '../adapters/knex/stats.js';
import type { FetchRules } from '../adapters/manifests/fetch.js';
import { manifests } from '../adapters/manifests/manifests.js';
import { systemClock } from '../adapters/system/clock.js';
import { systemRandom } from '../adapters/system/random.js';
import { aesSealer } from '../adapters/system/sealer.js';
import { createApi } from '../api/http/dispatch.js';
import { StoreShares } from '../api/http/store-shares.js';
import { PREFLIGHT_RULES } from '../app/deps.js';
import { ROW_LIMIT_OPTIONS } from '../app/row-limits.js';
import { toWebHandler, type WebHandler, type HttpHandler } from '../api/http/request.js';
import { cloudRooms, composeParts, type ComposeOptions } from './embedded-cloud.js';
import type { ConductorDeps } from '../conductor/deps.js';
import { driverChoice } from './driver-choice.js';
import { composeOpenstack, usesOpenstack } from './openstack-cloud.js';
import { startConductor, type Conductor } from '../conductor/conductor.js';
import type { Config } from '../config/config.js';
import type { SigningRules } from '../domain/certificate.js';
import { LABEL_CHECKS, type LabelCheck } from '../domain/labels.js';
import { DomainError } from '../domain/errors.js';
import type { LimitedRow } from '../domain/quota.js';
import { Secret } from '../domain/secret.js';
import { router, traceRequests, type Mount } from '../api/http/router.js';
import { enforcementOf, policySources } from './policy.js';
import { sealingKeys } from './sealing-keys.js';
import type { Limits } from '../ports/limits.js';
import type { Clock } from '../ports/clock.js';
import type { Tracer } from '../ports/tracer.js';
import type { Logger } from '../ports/logger.js';
import type { HeldLease, PassesInFlight, ServiceStats } from '../ports/stats.js';

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

/** A process of `magnum-api`: the API over the configured database and broker. Starts also while both are down. */
export async function openApi(
  config: Config,
  logger: Logger,
): Promise<Service & { readonly fetch: WebHandler; readonly answer: HttpHandler }> {
  const live = await livePolicy({
    sources: await policySources(config),
    options: enforcementOf(config),
    clock: systemClock,
    logger,
  });
  const base = await openBase(config, logger).catch((error: unknown) => {
    live.stop();
    throw error;
  });
  const { parts, bus } = base;
  const identity = withTokenCache(parts.conductor.identity, {
    ttlMs: config.number('keystone_authtoken', 'token_cache_time') * 1_000,
    clock: base.clock,
  });
  const api = createApi({
    ...parts.conductor,
    sealer: aesSealer(...sealingKeys(config)),
    manifests: manifests(manifestRules(config)),
    identity,
    bus,
    policy: live.policy,
    preflight: PREFLIGHT_RULES.find((rule) => rule === config.text('quotas', 'preflight')) ?? 'warn',
    maxLimit: config.number('api', 'max_limit'),
    labelCheck: labelCheckOf(config),
    labelBounds: { count: config.number('api', 'max_labels'), length: config.number('api', 'max_label_length') },
    maxEventStreams: config.number('api', 'max_event_streams'),
    defaultClusterQuota: config.number('quotas', 'max_clusters_per_project'),
    longWork: new LongWork(),
    rowLimits: rowLimitsOf(config),
    ...limitsOf(config),
    shares: new StoreShares(shareOfPool(config)),
    ...(base.tracer ? { tracer: base.tracer } : {}),
  });
  const answer = traceRequests(router(parts.rooms, api, logger), base.tracer);
  return {
    fetch: toWebHandler(answer),
    answer,
    ready: () => readinessOf(base),
    ...observersOf(base),
    stop: () => {
      live.stop();
      return closeBase(base);
    },
  };
}

/** A process of `magnum-conductor`. Waits for its database, then works until it is stopped. */
export async function openConductor(config: Config, logger: Logger, meter?: Meter): Promise<Service> {
  const base = await openBase(config, logger, meter);
  const host = config.text('DEFAULT', 'host') ?? hostname();
  const stopping = new AbortController();
  let conductor: Conductor | undefined;
  const starting = whenReady(base, logger, stopping.signal)
    .then(async () => {
      await base.parts.start();
      conductor = await startConductor(base.parts.conductor, base.bus, {
        host,
        owner: `${host}:${process.pid}:${systemRandom.uuid()}`,
        concurrency: config.number('conductor', 'concurrency'),
        drainMs: config.number('conductor', 'drain_timeout') * 1_000,
      });
      logger.info('conductor started', { host });
    })
    .catch((error: unknown) => {
      if (!stopping.signal.aborted) logger.error('conductor did not start', { error });
    });
  return {
    ready: async () => ({
      ...(await readinessOf(base)),
      conductor: conductor ? { ok: true } : { ok: false, reason: 'waiting for the database' },
    }),
    ...observersOf(base, () => conductor?.inFlight()),
    stop: async () => {
      stopping.abort(new Error('stopping'));
      await starting;
      await conductor?.stop();
      await base.parts.stop();
      await closeBase(base);
    },
  };
}

/** Where manifests may be fetched from. */
function manifestRules(config: Config): FetchRules {
  return {
    hosts: config.list('kubernetes', 'manifest_url_hosts'),
    allowPlain: config.flag('kubernetes', 'manifest_url_plain'),
    allowPrivate: config.flag('kubernetes', 'manifest_url_private'),
  };
}

interface CloudParts {
  readonly conductor: ConductorDeps;
  /** What the cloud answers by itself. */
  readonly rooms: readonly Mount[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

function cloudParts(config: Config, { db, clock, logger }: Pick<Base, 'db' | 'clock'> & { readonly logger: Logger }): CloudParts {
  const common = {
    db,
    clock,
    logger,
    ...sealingOf(config),
    signingRules: signingRules(config),
    rotationOverlapMs: config.number('certificates', 'rotation_overlap') * 1_000,
    healthIntervalMs: config.number('kubernetes', 'health_polling_interval') * 1_000,
  };
  if (usesOpenstack(config)) {
    const nothing = (): Promise<void> => Promise.resolve();
    return { conductor: composeOpenstack(config, common), rooms: [], start: nothing, stop: nothing };
  }
  const origin = (): string => serviceOrigin(config);
  const parts = composeParts({
    ...common,
    drivers: driverChoice(config, logger),
    backend: new SimulatedBackend(db),
    origin,
    nodeOrigin: origin,
    passwords: { admin: password(config, 'admin_password'), demo: password(config, 'demo_password') },
  });
  const { conductor, engine } = parts;
  return { conductor, rooms: cloudRooms(parts), start: () => engine.start(), stop: () => engine.stop() };
}

interface Base {
  readonly db: Knex;
  readonly clock: Clock;
  /** Aborted when the process closes. */
  readonly closing: AbortController;
  readonly bus: AmqpBus;
  readonly notifications: Notifications;
  readonly parts: CloudParts;
  readonly tracer: Tracer | undefined;
}

async function openBase(config: Config, logger: Logger, meter?: Meter): Promise<Base> {
  const closing = new AbortController();
  const { db, clock, keepLearning } = openShared(config, logger);
  const tracer = tracerWhenConfigured();
  const bus = await amqpBus({
    ...brokerLink(config, 'DEFAULT'),
    topic: config.text('conductor', 'topic') ?? 'magnum-conductor',
    durableExchanges: areExchangesDurable(config),
    logger,
    random: systemRandom,
    ...(tracer ? { tracer } : {}),
  });
  const parts = cloudParts(config, { db, clock, logger });
  const notifications = await notificationsOf(config, bus, { clock, logger });
  const conductor = {
    ...parts.conductor,
    ...(notifications.notifier ? { notifier: notifications.notifier } : {}),
    ...(tracer ? { tracer } : {}),
    ...(meter ? { meter } : {}),
    departedGraceMs: config.number('conductor', 'leftover_grace') * 1_000,
    orchestrator: observeOrchestrator(parts.conductor.orchestrator, tracer, meter),
  };
  void keepLearning(closing.signal);
  return { db, clock, closing, bus, notifications, parts: { ...parts, conductor }, tracer };
}

const ORCHESTRATOR_CALLS = ['find', 'findAll', 'create', 'update', 'delete', 'events'] as const;

function observeOrchestrator(orchestrator: Orchestrator, tracer: Tracer | undefined, meter: Meter | undefined): Orchestrator {
  const inSpans = tracer ? traceMethods(tracer, 'orchestrator', orchestrator, ORCHESTRATOR_CALLS) : orchestrator;
  return meter ? meterMethods({ meter, clock: systemClock }, 'orchestrator', inSpans, ORCHESTRATOR_CALLS) : inSpans;
}

/** Spans cost time even where they are not collected: they are made where OpenTelemetry is configured. */
function tracerWhenConfigured(): Tracer | undefined {
  return Object.keys(process.env).some((name) => name.startsWith('OTEL_')) ? openTelemetryTracer : undefined;
}

function labelCheckOf(config: Config): LabelCheck {
  const word = config.text('api', 'label_check');
  return LABEL_CHECKS.find((known) => known === word) ?? 'warn';
}

function limitsOf(config: Config): { readonly limits?: Limits } {
  const limits = memoryLimits({
    perMinute: config.number('api', 'rate_limit'),
    atOnce: config.number('api', 'max_concurrent_requests'),
    reads: config.number('api', 'max_reads_in_flight'),
    writes: config.number('api', 'max_writes_in_flight'),
    share: config.number('api', 'project_share') / 100,
    waitMs: LIMIT_DEFAULTS.waitMs,
  });
  return limits ? { limits } : {};
}

function rowLimitsOf(config: Config): Readonly<Record<LimitedRow, number>> {
  // Every kind of row has its option.
  return Object.fromEntries(ROW_LIMIT_OPTIONS.map(([kind, name]) => [kind, config.number('quotas', name)])) as Record<
    LimitedRow,
    number
  >;
}

/** Connections to the database that one project may use at a time. Two at least: SQLite has one, and one may wait for it. */
function shareOfPool(config: Config): number {
  return Math.max(2, Math.ceil((config.number('database', 'max_pool_size') * config.number('api', 'project_share')) / 100));
}

const LEASES_SHOWN = 200;

function observersOf(
  base: Base,
  passes: () => PassesInFlight | undefined = () => undefined,
): Pick<Service, 'stats' | 'diagnose'> {
  const reader = statsReader(base.db, base.clock);
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

async function closeBase(base: Base): Promise<void> {
  base.closing.abort(new Error('the service is stopping'));
  await base.notifications.close();
  await base.bus.close();
  await base.db.destroy();
}

async function readinessOf(base: Base): Promise<Readiness> {
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

const LOOK_EVERY_MS = 1_000;

/** A conductor may be started before its database, and before its schema. */
async function whenReady(base: Base, logger: Logger, signal: AbortSignal): Promise<void> {
  for (let isLogged = false; ; isLogged = true) {
    const { database } = await readinessOf(base);
    if (database?.ok) return;
    if (!isLogged) logger.warn('waiting for the database', { reason: database?.reason });
    await base.parts.conductor.clock.sleep(LOOK_EVERY_MS, signal);
  }
}

function sealingOf(config: Config): Pick<ComposeOptions, 'sealingKey' | 'olderKeys'> {
  const [sealingKey, ...olderKeys] = sealingKeys(config);
  return { sealingKey, olderKeys };
}

/** Nothing where the processes will find a good key. Errors: `invalid-parameter`, naming option and file. */
export function vaultKeyProblems(config: Config): readonly string[] {
  sealingKeys(config);
  return [];
}

function signingRules(config: Config): SigningRules {
  return {
    allowCa: config.flag('x509', 'allow_ca'),
    allowedExtensions: config.list('x509', 'allowed_extensions'),
    allowedKeyUsage: config.list('x509', 'allowed_key_usage'),
    termOfValidityDays: config.number('x509', 'term_of_validity'),
    rsaKeySize: config.number('x509', 'rsa_key_size'),
  };
}

function password(config: Config, name: string): Secret {
  const text = config.text('embedded', name);
  if (text === null)
    throw missing(
      `[embedded] ${name}`,
      'without [keystone_authtoken] auth_url the identity is embedded, and its users need passwords',
    );
  return new Secret(text);
}

function missing(name: string, remedy: string): DomainError {
  return new DomainError('invalid-parameter', { field: name, message: `${name} is not set: ${remedy}.` });
}
