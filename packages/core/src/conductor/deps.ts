import type { BayModel, CoeName } from '../domain/bay-model.js';
import type { DriverNames } from '../domain/bay-model-rules.js';
import type { BayDriver, ClientAccess, ClientFiles, CoeSession, ConnectInput } from '../ports/bay-driver.js';
import type { CertificateAuthority, CertificateSubject, Vault } from '../ports/certificates.js';
import type { Cloud } from '../ports/cloud.js';
import type { Identity } from '../ports/identity.js';
import type { LocalImages } from '../ports/local-images.js';
import type { OrphanedResources } from '../ports/orphans.js';
import type { Orchestrator } from '../ports/orchestrator.js';
import type { Notifier } from '../ports/notifier.js';
import type { Platform } from '../ports/platform.js';
import type { PostInstallSource } from '../ports/post-install.js';
import type { Sealer } from '../ports/sealer.js';
import type { Store } from '../ports/store.js';
import type { KnownAddresses } from './known-addresses.js';
import type { ConductorRules } from './rules.js';

/** The drivers and engines as the conductor sees them. */
export interface DriverRegistry {
  /** Errors: `bay-type-not-supported`. */
  driverOf(model: BayModel): BayDriver;
  /** Names of the secrets of every driver, the disabled ones included: what a bay may have in the vault. */
  secretNames(): readonly string[];
  /** The drivers that something new can be made with. */
  drivers(): readonly BayDriver[];
  /** Errors: `driver-not-supported` where the operator has disabled it. */
  requireEnabled(driver: BayDriver): void;
  /** Errors: `engine-not-live` where servers are simulated. */
  connect(model: BayModel, input: Omit<ConnectInput, 'guard'>): CoeSession;
  /** URL of the API of an engine at an IP address. Errors: `bay-type-not-supported`. */
  endpointAt(model: BayModel, address: string): string;
  /** The files that the engine's own client reads. Errors: `bay-type-not-supported`. */
  clientFiles(model: BayModel, access: ClientAccess): ClientFiles;
  /** Subject of a client certificate with all rights. Errors: `bay-type-not-supported`. */
  adminSubject(model: BayModel): CertificateSubject;
  /** Network and volume drivers of an engine; undefined where this release has no such engine. */
  driverNames(coe: CoeName): DriverNames | undefined;
  /** False: servers are simulated, and no engine runs on them. */
  readonly areLive: boolean;
}

/** What a pass adds: the fence in front of services that know none. */
export interface Fence {
  /**
   * Fails with `lease-lost` where the pass no longer holds its bay. Called right before each call to a service that checks no fence,
   * so that a conductor that lost its lease makes nothing.
   */
  readonly stillHeld: () => Promise<void>;
}

/** Outside of a pass no lease is held, and so none is lost. */
export const NO_FENCE: Fence = { stillHeld: () => Promise.resolve() };

/**
 * Everything that a conductor needs, each part there in any case. Only its composers take this record; each step and helper names the few
 * fields that it uses (`CheckHealthDeps`), so that a signature shows what the code can touch, and a test gives no more than that.
 */
export interface ConductorDeps extends Platform, ConductorRules {
  readonly store: Store;
  readonly orchestrator: Orchestrator;
  readonly identity: Identity;
  readonly cloud: Cloud;
  readonly vault: Vault;
  readonly authority: CertificateAuthority;
  readonly engines: DriverRegistry;
  /** Cache of the engines' addresses in the cloud. */
  readonly knownAddresses: KnownAddresses;
  /** The API's own: passwords travel to it sealed. */
  readonly sealer: Sealer;
  /** Opens the tokens that requests have left; null where the service works with its own rights, see `AppDeps`. */
  readonly delegation: Sealer | null;
  /** Sends notifications to other services. */
  readonly notifier: Notifier;
  readonly localImages: LocalImages;
  /** The manifest that new bays of Kubernetes get a copy of; null where the operator names none. */
  readonly postInstall: PostInstallSource | null;
  /** Deletes orphaned resources; null where workloads cannot make any, as in the embedded cloud. */
  readonly leftovers: OrphanedResources | null;
}
