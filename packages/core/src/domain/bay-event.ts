import type { Bay } from './bay.js';
import type { BayId } from './ids.js';

/**
 * `accepted`: a request was accepted; `claimed`: a conductor began to work on it; `stack`: the orchestrator reported a
 * resource; `retry`: a step that failed for a transient reason is repeated; `leftover`: an orphaned resource is deleted, or
 * kept; `status`: the status changed; `settled`: nothing is in progress any more.
 */
export const EVENT_KINDS = ['accepted', 'claimed', 'stack', 'retry', 'leftover', 'status', 'settled'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** One event of a bay, readable by its tenant. */
export interface NewBayEvent {
  readonly bayId: BayId;
  readonly at: Date;
  readonly kind: EventKind;
  /** `magnum`: an action of this service; `stack`: a report of the orchestrator. */
  readonly source: 'magnum' | 'stack';
  /** Name of the resource, nested names joined by a slash. */
  readonly resource: string;
  readonly resourceType: string;
  /** The neighbour's own id of it (of a server, a port), where there is one; of the bay itself its id. */
  readonly resourceId: string | null;
  readonly status: string;
  readonly reason: string | null;
}

export interface BayEvent extends NewBayEvent {
  /** Grows within the service. */
  readonly id: number;
}

/** An event of this service itself. */
export function bayEvent(
  bay: Pick<Bay, 'id' | 'name'>,
  what: { readonly kind: EventKind; readonly status: string; readonly reason: string | null },
  at: Date,
): NewBayEvent {
  return { ...what, bayId: bay.id, at, source: 'magnum', resource: bay.name, resourceType: 'bay', resourceId: bay.id };
}
