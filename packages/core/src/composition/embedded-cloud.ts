import type { Knex } from 'knex';
import type { CloudBackend } from '../embedded-cloud/backend.js';
import { EmbeddedCloud } from '../embedded-cloud/cloud.js';
import { EMBEDDED_DEFAULTS, type EmbeddedConfig } from '../embedded-cloud/config.js';
import { HotEngine } from '../embedded-cloud/hot-engine/engine.js';
import { EmbeddedIdentity } from '../embedded-cloud/identity/identity.js';
import { lazyAuthority } from '../adapters/certificates/lazy-authority.js';
import { databaseVault } from '../adapters/certificates/vault-database.js';
import { withStoreErrors } from '../adapters/knex/errors.js';
import { knexStore } from '../adapters/knex/store.js';
import type { FetchRules } from '../adapters/manifests/fetch.js';
import { manifests, NO_FETCHING } from '../adapters/manifests/manifests.js';
import { systemClock } from '../adapters/system/clock.js';
import { engineGuard } from '../adapters/system/engine-networks.js';
import { systemRandom } from '../adapters/system/random.js';
import { aesSealer } from '../adapters/system/sealer.js';
import { knownAddresses } from '../conductor/known-addresses.js';
import type { ConductorDeps } from '../conductor/deps.js';
import { DEFAULT_SIGNING_RULES, type SigningRules } from '../domain/certificate.js';
import type { Secret } from '../domain/secret.js';
import { driverRegistry, type DriverChoice } from './driver-registry.js';
import type { Mount } from '../api/http/router.js';
import type { Manifests } from '../ports/manifests.js';
import type { Sealer } from '../ports/sealer.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';

export interface ComposeOptions {
  readonly db: Knex;
  readonly backend: CloudBackend;
  readonly logger: Logger;
  /** Every driver counts when absent. */
  readonly drivers?: DriverChoice;
  /** That of the host when absent. */
  readonly clock?: Clock;
  /** 32 bytes; the same at every start and for every process, or nothing sealed can be read any more. */
  readonly sealingKey: Uint8Array;
  /** Keys before it, which still open what they have sealed. */
  readonly olderKeys?: readonly Uint8Array[];
  readonly passwords: { readonly admin: Secret; readonly demo: Secret };
  readonly config?: EmbeddedConfig;
  readonly signingRules?: SigningRules;
  /** Origins under which this service is reached, by clients and by nodes: known once it listens. */
  readonly origin: () => string;
  readonly nodeOrigin: () => string;
  /** How often settled bays are asked for their health; a minute when absent. */
  readonly healthIntervalMs?: number;
  /** Where manifests may be fetched from; nowhere when absent. */
  readonly manifestRules?: FetchRules;
  /** How long old and new certificates are both accepted when a bay gets another authority; five minutes when absent. */
  readonly rotationOverlapMs?: number;
}

export interface Parts {
  readonly conductor: ConductorDeps;
  readonly engine: HotEngine;
  readonly identity: EmbeddedIdentity;
  readonly sealer: Sealer;
  readonly manifests: Manifests;
}

/** The adapters, put together over one database. The only place that makes them. */
export function composeParts(options: ComposeOptions): Parts {
  const { db, backend, logger, config = EMBEDDED_DEFAULTS } = options;
  const [clock, random] = [options.clock ?? systemClock, systemRandom];
  const sealer = aesSealer(options.sealingKey, ...(options.olderKeys ?? []));
  const store = knexStore(db, clock, sealer);
  const nodeUrl = (path: string) => (): string => `${options.nodeOrigin()}${path}`;
  const identity = withStoreErrors(
    new EmbeddedIdentity({
      db,
      config,
      clock,
      random,
      logger,
      passwords: new Map(Object.entries(options.passwords)),
      authUrl: () => `${options.origin()}/identity/v3`,
      catalog: () => catalogOf(config.region, options.origin()),
    }),
  );
  const engine = withStoreErrors(
    new HotEngine({ db, backend, clock, random, logger, sealer, tables: config, signalBaseUrl: options.nodeOrigin }),
  );
  const cloud = withStoreErrors(
    new EmbeddedCloud({ db, config, backend, sealer, authUrl: nodeUrl('/identity/v3'), magnumUrl: nodeUrl('/v1') }),
  );
  const guard = engineGuard({
    allowed: () => cloud.nodeNetworks(),
    ownHosts: () => Promise.resolve([]),
    source: 'the nodes of this cloud',
  });
  const conductor: ConductorDeps = {
    store,
    identity,
    clock,
    random,
    sealer,
    logger,
    orchestrator: engine,
    engines: driverRegistry(backend.kind === 'docker', options.drivers, guard),
    knownAddresses: knownAddresses(),
    vault: databaseVault(store, sealer),
    cloud,
    authority: lazyAuthority(clock),
    signingRules: options.signingRules ?? DEFAULT_SIGNING_RULES,
    ...(options.rotationOverlapMs === undefined ? {} : { rotationOverlapMs: options.rotationOverlapMs }),
    ...(options.healthIntervalMs === undefined ? {} : { healthIntervalMs: options.healthIntervalMs }),
  };
  return { conductor, engine, identity, sealer, manifests: manifests(options.manifestRules ?? NO_FETCHING) };
}

/** What the embedded cloud answers itself: its identity, and the signals of its servers. */
export function cloudRooms(parts: Parts): readonly Mount[] {
  return [
    { under: ['/identity'], handle: (request, source) => parts.identity.handle(request, source) },
    { under: ['/orchestration'], handle: (request) => parts.engine.handle(request) },
  ];
}

/** Both service types, for old and new clients (docs/contract/clients.md#service-types). */
function catalogOf(region: string, origin: string) {
  const entry = (type: string, name: string, path: string) => {
    const url = `${origin}${path}`;
    return { type, name, region, publicUrl: url, internalUrl: url, adminUrl: url };
  };
  return [
    entry('container-infra', 'magnum', '/v1'),
    entry('container', 'magnum-container', '/v1'),
    entry('identity', 'keystone', '/identity/v3'),
  ];
}
