import { isFailed } from '../domain/bay-status.js';
import { DomainError } from '../domain/errors.js';
import type { Accepted } from './bay-changes.js';
import { beginDelete } from './bays.js';
import type { AppDeps } from './deps.js';

const LONGEST_WAIT_MS = 30_000;
const LOOK_EVERY_MS = 50;

/**
 * Microversion 1.1 is synchronous: waits, bounded, until the orchestrator has taken or refused this generation
 * (docs/contract/protocol.md#waiting). Returns whether the bay still exists. A refusal of a new bay leaves no bay behind and becomes a 400.
 */
export async function settle(deps: AppDeps, accepted: Accepted, signal: AbortSignal): Promise<'there' | 'gone'> {
  const end = deps.clock.now().getTime() + LONGEST_WAIT_MS;
  while (deps.clock.now().getTime() < end) {
    const bay = await deps.store.read((repos) => repos.bays.get(accepted.bayId));
    if (!bay) return 'gone';
    if (bay.generation > accepted.generation || bay.observed.acceptedGeneration >= accepted.generation) {
      if (!isFailed(bay.observed.status) || bay.observed.stackId !== null) return 'there';
      if (accepted.generation === 1) await beginDelete(deps, bay);
      throw new DomainError('invalid-parameter', bay.observed.statusReason ?? 'The orchestrator refused the bay.');
    }
    await deps.clock.sleep(LOOK_EVERY_MS, signal);
  }
  return 'there';
}
