import type { BayStatus } from './bay-status.js';
import type { BayId, FederationId } from './ids.js';

/**
 * Bays that belong together: docs/contract/resources.md#federation. Federating them at run time is a driver's work, and none
 * does it yet.
 */
export interface Federation {
  readonly id: FederationId;
  readonly sequence: number;
  readonly projectId: string;
  readonly name: string;
  readonly hostBayId: BayId;
  readonly memberIds: readonly BayId[];
  readonly properties: Readonly<Record<string, string>>;
  readonly status: BayStatus;
  readonly statusReason: string | null;
  /** Grows with every change: of two concurrent changes, one is refused. */
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** Without it the members of a federation would not find each other (docs/contract/validation.md#federations). */
export const NEEDED_PROPERTY = 'dns-zone';
