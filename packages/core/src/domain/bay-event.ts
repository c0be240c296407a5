import type { BayId } from './ids.js';

/** One line of a bay's story, readable by its tenant. */
export interface NewBayEvent {
  readonly bayId: BayId;
  readonly at: Date;
  /** `magnum` tells what this service did, `stack` what the orchestrator reported. */
  readonly source: 'magnum' | 'stack';
  /** Name of the resource, nested names joined by a slash. */
  readonly resource: string;
  readonly resourceType: string;
  readonly status: string;
  readonly reason: string | null;
}

export interface BayEvent extends NewBayEvent {
  /** Grows within the service. */
  readonly id: number;
}
