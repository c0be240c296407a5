import type { LongWork } from '../concurrency/long-work.js';
import type { Actor } from '../domain/actor.js';
import type { BayModel, CoeName } from '../domain/bay-model.js';
import type { DriverNames } from '../domain/bay-model-rules.js';
import { DomainError } from '../domain/errors.js';
import type { Vocabulary } from '../domain/words.js';
import type { BayDriver, ClientAccess, ClientFiles } from '../ports/bay-driver.js';
import type { CertificateAuthority, CertificateSubject } from '../ports/certificates.js';
import type { Manifests } from '../ports/manifests.js';
import type { MessageBus } from '../ports/bus.js';
import type { Cloud } from '../ports/cloud.js';
import type { Identity } from '../ports/identity.js';
import type { CloudAccess, Orchestrator } from '../ports/orchestrator.js';
import type { Platform } from '../ports/platform.js';
import type { Policy } from '../ports/policy.js';
import type { Sealer } from '../ports/sealer.js';
import type { Repositories, Store, Visibility } from '../ports/store.js';
import type { AppRules } from './rules.js';

/** Dependencies of the use cases, each there in any case. */
export interface AppDeps extends AppRules, Pick<Platform, 'clock' | 'random' | 'tracer'> {
  readonly store: Store;
  readonly bus: MessageBus;
  readonly policy: Policy;
  readonly cloud: Cloud;
  readonly identity: Pick<Identity, 'projectExists'>;
  readonly engines: {
    driverOf(model: Pick<BayModel, 'serverType' | 'clusterDistro' | 'coe' | 'driver'>): BayDriver;
    drivers(): readonly BayDriver[];
    /** Errors: `driver-not-supported` where the operator has disabled it. */
    requireEnabled(driver: BayDriver): void;
    clientFiles(model: BayModel, access: ClientAccess): ClientFiles;
    /** Subject of a client certificate with all rights, docs/contract/clients.md#client-files. Errors: `bay-type-not-supported`. */
    adminSubject(model: BayModel): CertificateSubject;
    /** Network and volume drivers of an engine; undefined where this release has no such engine. */
    driverNames(coe: CoeName): DriverNames | undefined;
  };
  /** Makes the keys of clients that make none of their own. */
  readonly authority: Pick<CertificateAuthority, 'newRequest'>;
  /** Seals what the database holds and only this service may read. */
  readonly sealer: Sealer;
  readonly manifests: Manifests;
  /** What the orchestrator takes; a bay that would not fit is refused before it is written. */
  readonly orchestrator: Pick<Orchestrator, 'limits'>;
  /** Turns for rendering large bays. */
  readonly longWork: LongWork;
  /** Seals the token of a request for the trust that is made of it; null where the service works with its own rights. */
  readonly delegation: Sealer | null;
}

/**
 * `allProjects`: an administrator may do it in every project. `publish`: to make something public or hidden. `health`: to
 * report a bay's health. `privateKey`: to see the private key of a key pair.
 */
export type PartPolicies = Readonly<Partial<Record<'allProjects' | 'publish' | 'health' | 'privateKey', string>>>;

/** Who asks, in which wording, and the policy rules that the operation stands under. */
export interface Access {
  readonly actor: Actor;
  readonly action: string;
  /** Rules for a part of the operation, by what they are for. */
  readonly policies: PartPolicies;
  readonly vocabulary: Vocabulary;
  /** Set where the caller wants the request carried out once, however often it is sent. */
  readonly once?: Once;
}

/** Records what a request makes, in the transaction that makes it. Throws where another process carries the same request out. */
export interface Once {
  made(repos: Repositories, id: string): Promise<void>;
}

/** Rows of one's own project. A token without a project owns nothing. */
export function ownRows(actor: Actor): Visibility {
  return { projectId: actor.trusteeOf?.projectId ?? actor.projectId ?? '' };
}

/** The project that owns new resources of the caller. Error: `forbidden` for a token of the system, of a domain or of nothing. */
export function owningProject(actor: Actor): string {
  if (actor.projectId) return actor.projectId;
  throw new DomainError('forbidden', 'What is made belongs to a project, and this token is for none: log in for a project.');
}

/** Administrators see the rows of every project where the operation has a rule for it, and the rule allows it. */
export function visibleRows(deps: Pick<AppDeps, 'policy'>, { actor, policies }: Access): Visibility {
  const everywhere =
    policies.allProjects !== undefined && deps.policy.isAdministrator(actor) && deps.policy.allows(policies.allProjects, actor);
  return everywhere ? { projectId: null } : ownRows(actor);
}

export function cloudAccess(actor: Actor): CloudAccess {
  return {
    projectId: actor.projectId ?? '',
    userId: actor.userId,
    ...(actor.token ? { credential: { kind: 'token', token: actor.token } } : {}),
  };
}

/** Deadline of an RPC call that asks a running engine. */
export const QUESTION_MS = 60_000;
