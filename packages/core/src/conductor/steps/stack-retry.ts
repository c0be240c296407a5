import { bayEvent } from '../../domain/bay-event.js';
import { STATUS_OF } from '../../domain/bay-status.js';
import { describeRetry } from '../../domain/stack-retry.js';
import type { Pass } from '../pass.js';
import { saveWithEvents } from '../save-state.js';
import type { ConductorDeps } from '../deps.js';

export type CountRetryDeps = Pick<ConductorDeps, 'store' | 'clock'>;

/**
 * Counts a retry before it is made, so that a conductor that crashes during each retry cannot retry for ever. Each retry
 * becomes an event.
 */
export async function countRetry(deps: CountRetryDeps, pass: Pass): Promise<Pass> {
  const { state, seen, lease } = pass;
  const { bay, intent, support } = state;
  if (!intent) return pass;
  const now = deps.clock.now();
  const before = support.stackRetries?.generation === intent.generation ? support.stackRetries.times : 0;
  const stackRetries = { generation: intent.generation, times: before + 1, at: now.getTime() };
  const { running: status } = STATUS_OF[intent.operation];
  const reason = `${seen?.failure ?? ''} ${describeRetry(before)}`;
  const events = [bayEvent(bay, { kind: 'retry', status, reason }, now)];
  return { ...pass, state: await saveWithEvents(deps, { lease, state }, { change: { stackRetries }, events }) };
}
