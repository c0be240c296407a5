import { bayEvent } from '../domain/bay-event.js';
import { STATUS_OF } from '../domain/bay-status.js';
import { attemptWords } from '../domain/healing.js';
import type { Pass } from './pass.js';
import type { ConductorDeps } from './world.js';

/** Counts a healing before it is begun: whoever dies meanwhile must not begin for ever. The story tells of each. */
export async function recordHealing(deps: ConductorDeps, pass: Pass): Promise<Pass> {
  const { world, seen, lease } = pass;
  const { bay, intent, support } = world;
  if (!intent) return pass;
  const now = deps.clock.now();
  const before = support.healing?.generation === intent.generation ? support.healing.times : 0;
  const healing = { generation: intent.generation, times: before + 1, at: now.getTime() };
  const { running: status } = STATUS_OF[intent.operation];
  await deps.store.writeUnder(lease, async (repos) => {
    await repos.support.save(bay.id, { ...support, healing });
    const reason = `${seen?.failure ?? ''} ${attemptWords(before)}`;
    await repos.events.append([bayEvent(bay, { kind: 'retry', status, reason }, now)]);
  });
  return { ...pass, world: { ...world, support: { ...support, healing } } };
}
