import type Docker from 'dockerode';
import type { Knex } from 'knex';
import { EmbeddedCloud } from './adapters/embedded/cloud.js';
import { EMBEDDED_DEFAULTS, type EmbeddedConfig } from './adapters/embedded/config.js';
import type { CloudBackend } from './adapters/embedded/backend.js';
import { HotEngine } from './adapters/embedded/hot-engine/engine.js';
import { EmbeddedIdentity } from './adapters/embedded/identity/identity.js';
import { certificateAuthority } from './adapters/certificates/x509.js';
import { databaseVault } from './adapters/certificates/vault-database.js';
import { inProcessBus } from './adapters/bus/in-process.js';
import { migrate } from './adapters/knex/migrate.js';
import { coreMigrations } from './adapters/knex/migrations/core.js';
import { embeddedMigrations } from './adapters/knex/migrations/embedded.js';
import { knexStore } from './adapters/knex/store.js';
import { DEFAULT_RULES } from './adapters/policy/defaults.js';
import { policyOf } from './adapters/policy/enforcer.js';
import { systemClock } from './adapters/system/clock.js';
import { systemRandom } from './adapters/system/random.js';
import { aesSealer } from './adapters/system/sealer.js';
import { apiHandler, type ApiHandler } from './api/fetch.js';
import { startConductor, type Conductor } from './conductor/conductor.js';
import type { ConductorDeps } from './conductor/world.js';
import { imageLoader } from './dev-images.js';
import { DEFAULT_SIGNING_RULES } from './domain/certificate.js';
import type { Secret } from './domain/secret.js';
import { enginesOf } from './engines.js';
import type { Logger } from './ports/logger.js';

export interface EmbeddedOptions {
  /** An open database; it is brought up to date. Closed by `stop`. */
  readonly db: Knex;
  readonly backend: CloudBackend;
  readonly logger: Logger;
  /** 32 bytes; the same at every start, or nothing sealed can be read any more. */
  readonly sealingKey: Uint8Array;
  readonly passwords: { readonly admin: Secret; readonly demo: Secret };
  readonly config?: EmbeddedConfig;
  /** Origins under which this service is reached, by clients and by nodes: known once it listens. */
  readonly origin: () => string;
  readonly nodeOrigin: () => string;
  /** Where `load-image` finds images; absent without a Docker Engine. */
  readonly docker?: Docker;
  /** How often settled bays are asked for their health; a minute when absent. */
  readonly healthIntervalMs?: number;
  readonly host: string;
}

/** The whole service on one machine: API, conductor and embedded cloud over one database. */
export interface EmbeddedMagnum {
  /** API, `/identity/v3`, and the addresses that nodes signal to. */
  readonly fetch: ApiHandler;
  /** Resumes whatever an earlier process left, and begins to work. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const CONCURRENCY = 8;
const MAX_LIMIT = 1_000;

export async function embeddedMagnum(options: EmbeddedOptions): Promise<EmbeddedMagnum> {
  const { db, backend, logger } = options;
  await migrate(db, [...coreMigrations, ...embeddedMigrations]);
  const parts = partsOf(options);
  const api = apiHandler({ ...parts.conductor, bus: parts.bus, policy: policyOf(DEFAULT_RULES), maxLimit: MAX_LIMIT });
  const loadImage = imageLoader({ ...parts.conductor, docker: options.docker });
  let conductor: Conductor | undefined;
  return {
    fetch: async (request) => (await parts.identity.handle(request)) ?? (await parts.engine.handle(request)) ?? (await loadImage(request)) ?? api(request),
    start: async () => {
      await parts.engine.start();
      conductor = await startConductor(parts.conductor, parts.bus, { host: options.host, owner: `${options.host}:${process.pid}:${systemRandom.uuid()}`, concurrency: CONCURRENCY });
    },
    stop: async () => {
      await conductor?.stop();
      await parts.engine.stop();
      await backend.close();
      await db.destroy();
      logger.info('embedded service stopped');
    },
  };
}

function partsOf(options: EmbeddedOptions) {
  const { db, backend, logger, config = EMBEDDED_DEFAULTS } = options;
  const [clock, random] = [systemClock, systemRandom];
  const store = knexStore(db, clock);
  const sealer = aesSealer(options.sealingKey);
  const nodeUrl = (path: string) => (): string => `${options.nodeOrigin()}${path}`;
  const identity = new EmbeddedIdentity({
    db, config, clock, random, passwords: new Map(Object.entries(options.passwords)),
    authUrl: () => `${options.origin()}/identity/v3`, catalog: () => catalogOf(config.region, options.origin()),
  });
  const engine = new HotEngine({ db, backend, clock, random, logger, sealer, tables: config, signalBaseUrl: options.nodeOrigin });
  const conductor: ConductorDeps = {
    store, identity, clock, random, logger, orchestrator: engine, engines: enginesOf(backend.kind === 'docker'), vault: databaseVault(store, sealer),
    cloud: new EmbeddedCloud({ db, config, backend, sealer, authUrl: nodeUrl('/identity/v3'), magnumUrl: nodeUrl('/v1') }),
    authority: certificateAuthority(clock), signingRules: DEFAULT_SIGNING_RULES,
    ...(options.healthIntervalMs === undefined ? {} : { healthIntervalMs: options.healthIntervalMs }),
  };
  return { conductor, engine, identity, bus: inProcessBus() };
}

/** Both service types, for old and new clients (contract, clients §1). */
function catalogOf(region: string, origin: string) {
  const entry = (type: string, name: string, path: string) => {
    const url = `${origin}${path}`;
    return { type, name, region, publicUrl: url, internalUrl: url, adminUrl: url };
  };
  return [entry('container-infra', 'magnum', '/v1'), entry('container', 'magnum-container', '/v1'), entry('identity', 'keystone', '/identity/v3')];
}
