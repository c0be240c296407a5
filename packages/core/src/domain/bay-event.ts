import type { Bay } from './bay.js';
import type { BayId } from './ids.js';

/**
 * `accepted`: a request was; `claimed`: a conductor began with it; `stack`: the orchestrator tells of a resource;
 * `retry`: something that may pass is tried again; `leftover`: something
 * that workloads have made goes, or is kept; `status`: the status changed; `settled`: nothing is under way any more.
 */
export const EVENT_KINDS = ['accepted', 'claimed', 'stack', 'retry', 'leftover', 'status', 'settled'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** One line of a bay's story, readable by its tenant. */
export interface NewBayEvent {
  readonly bayId: BayId;
  readonly at: Date;
  readonly kind: EventKind;
  /** `magnum` tells what this service did, `stack` what the orchestrator reported. */
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

/** What this service itself has to tell of a bay. */
export function bayEvent(
  bay: Pick<Bay, 'id' | 'name'>,
  what: { readonly kind: EventKind; readonly status: string; readonly reason: string | null },
  at: Date,
): NewBayEvent {
  return { ...what, bayId: bay.id, at, source: 'magnum', resource: bay.name, resourceType: 'bay', resourceId: bay.id };
}
