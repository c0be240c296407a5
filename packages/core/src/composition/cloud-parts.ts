import type { Knex } from 'knex';
import { meterMethods } from '../adapters/system/meter.js';
import { traceMethods } from '../adapters/system/tracer.js';
import type { Mount } from '../api/http/router.js';
import type { ConductorDeps } from '../conductor/deps.js';
import type { ConductorRules } from '../conductor/rules.js';
import type { Notifier } from '../ports/notifier.js';
import type { Orchestrator } from '../ports/orchestrator.js';
import type { Platform } from '../ports/platform.js';
import type { PostInstallSource } from '../ports/post-install.js';
import type { SealingKeys } from './sealing-keys.js';

/** What a process works with, whichever cloud it stands on: `composeOpenstack` and `composeEmbedded` make it. */
export interface CloudParts {
  readonly deps: ConductorDeps;
  /** What the cloud answers by itself. */
  readonly mounts: readonly Mount[];
  /** Resumes what the cloud itself was doing; only a process that works on bays calls it. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What both clouds are put together from. */
export interface CloudOptions {
  readonly db: Knex;
  /** The same for every process over one database, or nothing sealed can be read any more. */
  readonly sealingKeys: SealingKeys;
  readonly rules: ConductorRules;
  readonly notifier: Notifier;
  /** The manifest that new bays of Kubernetes get; none when absent. */
  readonly postInstall?: PostInstallSource | null;
}

const ORCHESTRATOR_CALLS = ['find', 'findAll', 'create', 'update', 'delete', 'events'] as const;

/** Each call of the orchestrator in a span, counted and timed. */
export function observeOrchestrator({ clock, meter, tracer }: Platform, orchestrator: Orchestrator): Orchestrator {
  const inSpans = traceMethods(tracer, 'orchestrator', orchestrator, ORCHESTRATOR_CALLS);
  return meterMethods({ meter, clock }, 'orchestrator', inSpans, ORCHESTRATOR_CALLS);
}
