import type { Actor } from '../domain/actor.js';
import type { BayModel } from '../domain/bay-model.js';
import type { BayDriver } from '../ports/bay-driver.js';
import type { MessageBus } from '../ports/bus.js';
import type { Clock } from '../ports/clock.js';
import type { Cloud } from '../ports/cloud.js';
import type { CloudAccess } from '../ports/orchestrator.js';
import type { Policy } from '../ports/policy.js';
import type { Random } from '../ports/random.js';
import type { Tracer } from '../ports/tracer.js';
import type { Store, Visibility } from '../ports/store.js';

/** What the use cases stand on. */
export interface AppDeps {
  readonly store: Store;
  readonly bus: MessageBus;
  readonly policy: Policy;
  readonly cloud: Cloud;
  readonly engines: { driverOf(model: Pick<BayModel, 'serverType' | 'clusterDistro' | 'coe' | 'driver'>): BayDriver };
  readonly clock: Clock;
  readonly random: Random;
  readonly tracer?: Tracer;
}

/** Who asks, and the policy rule that the operation stands under. */
export interface Access {
  readonly actor: Actor;
  readonly action: string;
}

/** Rows of one's own project. A token without a project owns nothing. */
export function ownRows(actor: Actor): Visibility {
  return { projectId: actor.trusteeOf?.projectId ?? actor.projectId ?? '' };
}

export function cloudAccess(actor: Actor): CloudAccess {
  return { projectId: actor.projectId ?? '', userId: actor.userId };
}

/** How long a question may take that goes to a running engine. */
export const QUESTION_MS = 60_000;
