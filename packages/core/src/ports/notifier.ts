import type { Bay } from '../domain/bay.js';
import type { Operation } from '../domain/bay-status.js';

export const OUTCOMES = ['pending', 'success', 'failure'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What happened to a bay, for subscribers of the message bus (docs/contract/conductor.md#notifications). */
export interface BayNotification {
  readonly operation: Operation;
  readonly outcome: Outcome;
  readonly bay: Bay;
  readonly nodeCount: number;
  readonly masterCount: number;
}

/** Publishes a notification; best effort: a failure never fails the work that it reports. */
export interface Notifier {
  notify(notification: BayNotification): Promise<void>;
}
