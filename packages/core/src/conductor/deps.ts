import type { BayModel, CoeName } from '../domain/bay-model.js';
import type { DriverNames } from '../domain/bay-model-rules.js';
import type { SigningRules } from '../domain/certificate.js';
import type { BayDriver, ClientAccess, ClientFiles, CoeSession, ConnectInput } from '../ports/bay-driver.js';
import type { CertificateAuthority, CertificateSubject, Vault } from '../ports/certificates.js';
import type { Clock } from '../ports/clock.js';
import type { Cloud } from '../ports/cloud.js';
import type { Identity } from '../ports/identity.js';
import type { OrphanedResources } from '../ports/orphans.js';
import type { Logger } from '../ports/logger.js';
import type { Orchestrator } from '../ports/orchestrator.js';
import type { Meter } from '../ports/meter.js';
import type { Notifier } from '../ports/notifier.js';
import type { Random } from '../ports/random.js';
import type { Sealer } from '../ports/sealer.js';
import type { Tracer } from '../ports/tracer.js';
import type { Store } from '../ports/store.js';
import type { KnownAddresses } from './known-addresses.js';

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

export interface TrustRules {
  /** Roles that the nodes' trust delegates; empty: all roles of the owner's token. */
  readonly roles: readonly string[];
  /** Whether the nodes get a trust of their own: docs/contract/conductor.md#trusts. */
  readonly forNodes: boolean;
  /** Roles under which stacks are made, as far as the owner has them; all but `admin` when empty or absent. */
  readonly delegateRoles?: readonly string[];
}

export interface SweepRules {
  /** How long the cloud may take to delete orphaned resources before the deletion of the bay fails, milliseconds. */
  readonly timeoutMs: number;
  /** Whether orphaned volumes are deleted too, where no label of the bay decides it. */
  readonly deletesVolumes: boolean;
}

/**
 * Everything that a conductor needs. Only its composers take this record; each step and helper names the few fields that it uses
 * (`CheckHealthDeps`), so that a signature shows what the code can touch, and a test gives no more than that.
 */
export interface ConductorDeps {
  readonly store: Store;
  readonly orchestrator: Orchestrator;
  readonly identity: Identity;
  readonly cloud: Cloud;
  readonly vault: Vault;
  readonly authority: CertificateAuthority;
  readonly engines: DriverRegistry;
  /** Cache of the engines' addresses in the cloud; absent: the cloud is asked for each connection. */
  readonly knownAddresses?: KnownAddresses;
  /**
   * Fails with `lease-lost` where the pass no longer holds its bay. Called right before each call to a service that checks no fence,
   * so that a conductor that lost its lease makes nothing.
   */
  readonly stillHeld?: () => Promise<void>;
  /** How long after its deletion a bay is swept once more, milliseconds; an hour when absent. */
  readonly departedGraceMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  /** The API's own: passwords travel to it sealed. */
  readonly sealer: Sealer;
  readonly logger: Logger;
  readonly signingRules: SigningRules;
  /** How long old and new certificates are both valid while an authority is rotated, milliseconds; five minutes when absent. */
  readonly rotationOverlapMs?: number;
  /** Opens the tokens that requests have left; see `AppDeps`. */
  readonly delegation?: Sealer;
  readonly trustRules?: TrustRules;
  /** Sends notifications to other services; absent: none are sent. */
  readonly notifier?: Notifier;
  /** Deletes orphaned resources; absent where workloads cannot make any, as in the embedded cloud. */
  readonly leftovers?: OrphanedResources;
  readonly sweepRules?: SweepRules;
  readonly tracer?: Tracer;
  readonly meter?: Meter;
  /** Time between two health checks of a settled bay, milliseconds; a minute when absent, none when zero or less. */
  readonly healthIntervalMs?: number;
}
