import type { Knex } from 'knex';
import { noNotifier } from '../adapters/bus/notifications.js';
import { inProcessBus } from '../adapters/bus/in-process.js';
import { migrate } from '../adapters/knex/migrate.js';
import { coreMigrations } from '../adapters/knex/migrations/core.js';
import { embeddedMigrations } from '../adapters/knex/migrations/embedded.js';
import { LIMIT_DEFAULTS } from '../adapters/limits/memory.js';
import type { FetchRules } from '../adapters/manifests/fetch-bytes.js';
import { NO_FETCHING } from '../adapters/manifests/manifests.js';
import { DEFAULT_RULES } from '../adapters/policy/defaults.js';
import { policyOf } from '../adapters/policy/enforcer.js';
import { dockerImages, NO_LOCAL_IMAGES } from '../adapters/system/local-images.js';
import { DEFAULT_APP_RULES, type AppRules } from '../app/rules.js';
import type { Conductor } from '../conductor/conductor.js';
import { DEFAULT_CONDUCTOR_RULES, type ConductorRules } from '../conductor/rules.js';
import type { DockerClient } from '../docker/client.js';
import type { Secret } from '../domain/secret.js';
import type { CloudBackend } from '../embedded-cloud/backend.js';
import { EMBEDDED_DEFAULTS, type EmbeddedConfig } from '../embedded-cloud/config.js';
import { dropLeases } from '../embedded-cloud/drop-leases.js';
import { serverImages } from '../embedded-cloud/server-images.js';
import type { Platform } from '../ports/platform.js';
import { composeApi, type Api } from './compose-api.js';
import { startWork } from './conductor-process.js';
import { EVERY_DRIVER, type DriverChoice } from './driver-registry.js';
import { composeEmbedded, type EmbeddedParts } from './embedded-cloud.js';

export interface EmbeddedOptions {
  /** An open database that no other process works on; it is brought up to date. Closed by `stop`. */
  readonly db: Knex;
  readonly backend: CloudBackend;
  /** 32 bytes; the same at every start, or nothing sealed can be read any more. */
  readonly sealingKey: Uint8Array;
  readonly passwords: { readonly admin: Secret; readonly demo: Secret };
  readonly config?: EmbeddedConfig;
  /** Origins under which this service is reached, by clients and by nodes: known once it listens. */
  readonly origin: () => string;
  readonly nodeOrigin: () => string;
  /** The Docker Engine from which bays may be given images; null where there is none. */
  readonly docker: DockerClient | null;
  /** The usual ones where nothing else is said. */
  readonly appRules?: Partial<AppRules>;
  readonly conductorRules?: Partial<ConductorRules>;
  /** Where manifests may be fetched from; nowhere when absent. */
  readonly manifestRules?: FetchRules;
  /** Every driver counts when absent. */
  readonly drivers?: DriverChoice;
  readonly host: string;
}

/** The whole service on one machine: API, `/identity/v3` and the addresses that nodes signal to, conductor and embedded cloud over one database. */
export interface EmbeddedMagnum extends Api {
  /** Resumes whatever an earlier process left, and begins to work. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const CONCURRENCY = 8;
const MAX_LIMIT = 1_000;
const MAX_EVENT_STREAMS = 100;
/** SQLite has one connection: who uses it, and who is next. */
const SHARE_OF_STORE = 2;

export async function embeddedMagnum(platform: Platform, options: EmbeddedOptions): Promise<EmbeddedMagnum> {
  const { db, backend, host } = options;
  await migrate(db, [...coreMigrations, ...embeddedMigrations]);
  const cloud = embeddedCloud(platform, options);
  const bus = inProcessBus();
  const api = composeApi(
    platform,
    { cloud, bus, identity: cloud.identity, policy: policyOf(DEFAULT_RULES) },
    {
      rules: { ...DEFAULT_APP_RULES, ...options.appRules },
      requests: LIMIT_DEFAULTS,
      storeShare: SHARE_OF_STORE,
      manifestRules: options.manifestRules ?? NO_FETCHING,
      maxLimit: MAX_LIMIT,
      maxEventStreams: MAX_EVENT_STREAMS,
    },
  );
  let conductor: Conductor | undefined;
  return {
    ...api,
    start: async () => {
      await dropLeases(db);
      conductor = await startWork(platform, { cloud, bus }, { host, concurrency: CONCURRENCY });
    },
    stop: async () => {
      await conductor?.stop();
      await cloud.stop();
      await backend.close();
      await db.destroy();
      platform.logger.info('embedded service stopped');
    },
  };
}

function embeddedCloud(platform: Platform, options: EmbeddedOptions): EmbeddedParts {
  return composeEmbedded(platform, {
    config: EMBEDDED_DEFAULTS,
    drivers: EVERY_DRIVER,
    ...options,
    sealingKeys: [options.sealingKey],
    rules: { ...DEFAULT_CONDUCTOR_RULES, ...options.conductorRules },
    notifier: noNotifier,
    localImages: options.docker ? { ...dockerImages(options.docker), ...serverImages(options.docker) } : NO_LOCAL_IMAGES,
  });
}
