import type { CloudBackend } from '../embedded-cloud/backend.js';
import { EmbeddedCloud } from '../embedded-cloud/cloud.js';
import type { EmbeddedConfig } from '../embedded-cloud/config.js';
import { HotEngine } from '../embedded-cloud/hot-engine/engine.js';
import { EmbeddedIdentity } from '../embedded-cloud/identity/identity.js';
import { lazyAuthority } from '../adapters/certificates/lazy-authority.js';
import { databaseVault } from '../adapters/certificates/vault-database.js';
import { withStoreErrors } from '../adapters/knex/errors.js';
import { knexStore } from '../adapters/knex/store.js';
import { engineGuard } from '../adapters/system/engine-networks.js';
import { NO_LOCAL_IMAGES } from '../adapters/system/local-images.js';
import { aesSealer } from '../adapters/system/sealer.js';
import { knownAddresses } from '../conductor/known-addresses.js';
import type { ConductorDeps } from '../conductor/deps.js';
import type { Secret } from '../domain/secret.js';
import type { CloudOptions, CloudParts } from './cloud-parts.js';
import { driverRegistry, type DriverChoice } from './driver-registry.js';
import type { Mount } from '../api/http/router.js';
import type { Clock } from '../ports/clock.js';
import type { LocalImages } from '../ports/local-images.js';
import type { Platform } from '../ports/platform.js';

export interface EmbeddedCloudOptions extends CloudOptions {
  readonly backend: CloudBackend;
  readonly drivers: DriverChoice;
  readonly config: EmbeddedConfig;
  readonly passwords: { readonly admin: Secret; readonly demo: Secret };
  /** Origins under which this service is reached, by clients and by nodes: known once it listens. */
  readonly origin: () => string;
  readonly nodeOrigin: () => string;
  /** Images that bays may be given without a registry; none when absent. */
  readonly localImages?: LocalImages;
  /** The cloud is a party of its own: its time is the platform's where nothing else is given. */
  readonly cloudClock?: Clock;
}

/** The same, with what its owner may ask for. */
export interface EmbeddedParts extends CloudParts {
  readonly engine: HotEngine;
  readonly identity: EmbeddedIdentity;
}

/** The parts of the service over the embedded cloud. */
export function composeEmbedded(platform: Platform, options: EmbeddedCloudOptions): EmbeddedParts {
  const { db, backend, config, rules, notifier, cloudClock = platform.clock } = options;
  const { clock, random, logger } = platform;
  const sealer = aesSealer(...options.sealingKeys);
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
    new HotEngine({ db, backend, clock: cloudClock, random, logger, sealer, tables: config, signalBaseUrl: options.nodeOrigin }),
  );
  const cloud = withStoreErrors(
    new EmbeddedCloud({ db, config, backend, sealer, authUrl: nodeUrl('/identity/v3'), magnumUrl: nodeUrl('/v1') }),
  );
  const guard = engineGuard({
    allowed: () => cloud.nodeNetworks(),
    ownHosts: () => Promise.resolve([]),
    source: 'the nodes of this cloud',
  });
  const deps: ConductorDeps = {
    ...platform,
    ...rules,
    store,
    identity,
    sealer,
    notifier,
    orchestrator: engine,
    engines: driverRegistry(backend.kind === 'docker', options.drivers, guard),
    knownAddresses: knownAddresses(),
    vault: databaseVault(store, sealer),
    cloud,
    authority: lazyAuthority(clock),
    delegation: null,
    localImages: options.localImages ?? NO_LOCAL_IMAGES,
    postInstall: options.postInstall ?? null,
    leftovers: null,
  };
  const mounts = [mountOf('/identity', identity), mountOf('/orchestration', engine)];
  return { deps, mounts, engine, identity, start: () => engine.start(), stop: () => engine.stop() };
}

/** What the embedded cloud answers itself: its identity, and the signals of its servers. */
function mountOf(path: string, part: { handle: Mount['handle'] }): Mount {
  return { under: [path], handle: (request, source) => part.handle(request, source) };
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
