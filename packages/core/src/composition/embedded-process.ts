import type { DockerClient } from '../docker/client.js';
import type { Knex } from 'knex';
import { LongWork } from '../concurrency/long-work.js';
import type { EmbeddedConfig } from '../embedded-cloud/config.js';
import type { CloudBackend } from '../embedded-cloud/backend.js';
import { dropLeases } from '../embedded-cloud/drop-leases.js';
import type { FetchRules } from '../adapters/manifests/fetch.js';
import { inProcessBus } from '../adapters/bus/in-process.js';
import { migrate } from '../adapters/knex/migrate.js';
import { coreMigrations } from '../adapters/knex/migrations/core.js';
import { embeddedMigrations } from '../adapters/knex/migrations/embedded.js';
import { DEFAULT_RULES } from '../adapters/policy/defaults.js';
import { policyOf } from '../adapters/policy/enforcer.js';
import { systemRandom } from '../adapters/system/random.js';
import { LIMIT_DEFAULTS, memoryLimits } from '../adapters/limits/memory.js';
import type { AppDeps } from '../app/deps.js';
import { createApi } from '../api/http/dispatch.js';
import { StoreShares } from '../api/http/store-shares.js';
import { toWebHandler, type WebHandler, type HttpHandler } from '../api/http/request.js';
import type { PreflightRule } from '../app/deps.js';
import { startConductor, type Conductor } from '../conductor/conductor.js';
import { cloudRooms, composeParts } from './embedded-cloud.js';
import { imageLoader } from './load-image.js';
import { router } from '../api/http/router.js';
import type { Secret } from '../domain/secret.js';
import type { DriverChoice } from './driver-registry.js';
import type { Logger } from '../ports/logger.js';

export interface EmbeddedOptions {
  /** An open database that no other process works on; it is brought up to date. Closed by `stop`. */
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
  readonly docker?: DockerClient;
  /** How often settled bays are asked for their health; a minute when absent. */
  readonly healthIntervalMs?: number;
  /** Clusters of a project that has no quota of its own; 20 when absent. */
  readonly clusterQuota?: number;
  /** Rows of other kinds; the usual limits when absent. */
  readonly rowLimits?: AppDeps['rowLimits'];
  /** Bounds on labels that are narrower than the specification's. */
  readonly labelBounds?: AppDeps['labelBounds'];
  /** Where manifests may be fetched from; nowhere when absent. */
  readonly manifestRules?: FetchRules;
  /** How long old and new certificates are both accepted when a bay gets another authority; five minutes when absent. */
  readonly rotationOverlapMs?: number;
  /** Every driver counts when absent. */
  readonly drivers?: DriverChoice;
  /** What happens to a bay that needs more than its project has left; `warn` when absent. */
  readonly preflight?: PreflightRule;
  readonly host: string;
}

/** The whole service on one machine: API, conductor and embedded cloud over one database. */
export interface EmbeddedMagnum {
  /** API, `/identity/v3`, and the addresses that nodes signal to. */
  readonly fetch: WebHandler;
  /** The same for a socket, without web objects. */
  readonly answer: HttpHandler;
  /** Resumes whatever an earlier process left, and begins to work. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const CONCURRENCY = 8;
const MAX_LIMIT = 1_000;
const MAX_EVENT_STREAMS = 100;
const CLUSTER_QUOTA = 20;
/** SQLite has one connection: who uses it, and who is next. */
const SHARE_OF_STORE = 2;

export async function embeddedMagnum(options: EmbeddedOptions): Promise<EmbeddedMagnum> {
  const { db, backend, logger } = options;
  await migrate(db, [...coreMigrations, ...embeddedMigrations]);
  const parts = composeParts(options);
  const bus = inProcessBus();
  const limits = memoryLimits(LIMIT_DEFAULTS);
  const api = createApi({
    ...parts.conductor,
    sealer: parts.sealer,
    manifests: parts.manifests,
    bus,
    policy: policyOf(DEFAULT_RULES),
    maxLimit: MAX_LIMIT,
    maxEventStreams: MAX_EVENT_STREAMS,
    defaultClusterQuota: options.clusterQuota ?? CLUSTER_QUOTA,
    longWork: new LongWork(),
    preflight: options.preflight ?? 'warn',
    ...(options.rowLimits ? { rowLimits: options.rowLimits } : {}),
    ...(options.labelBounds ? { labelBounds: options.labelBounds } : {}),
    ...(limits ? { limits } : {}),
    shares: new StoreShares(SHARE_OF_STORE),
  });
  const loadImage = imageLoader({ ...parts.conductor, docker: options.docker });
  const answer = router([...cloudRooms(parts), { under: ['/dev'], handle: loadImage }], api, logger);
  let conductor: Conductor | undefined;
  return {
    fetch: toWebHandler(answer),
    answer,
    start: async () => {
      await dropLeases(db);
      await parts.engine.start();
      conductor = await startConductor(parts.conductor, bus, {
        host: options.host,
        owner: `${options.host}:${process.pid}:${systemRandom.uuid()}`,
        concurrency: CONCURRENCY,
      });
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
