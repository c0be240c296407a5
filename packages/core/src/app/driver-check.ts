import type { Bay } from '../domain/bay.js';
import { DomainError } from '../domain/errors.js';
import type { Problem } from '../domain/labels.js';
import { upgraded, type Upgrade } from '../domain/upgrade.js';
import type { BayDriver, BayShape } from '../ports/bay-driver.js';
import type { Repositories } from '../ports/store.js';
import type { AppDeps } from './deps.js';
import { refuseFirst } from './drivers.js';

/**
 * A driver's rules hold for what a bay is to be, whatever makes it so: its creation, an upgrade to a template with other labels, a
 * new node group with labels of its own. Each change asks here, so that no way in is without the check. A problem that the bay had
 * before the change does not refuse it: a rule that a later release brings must not keep a bay of an earlier one from being resized
 * or from getting other certificates. Error: `invalid-parameter` for the field of the first problem.
 */
export function requireDriverAccepts(driver: BayDriver, desired: BayShape, before: readonly Problem[] = []): void {
  const known = new Set(before.map(keyOf));
  refuseFirst((driver.check?.(desired) ?? []).filter((problem) => !known.has(keyOf(problem))));
}

function keyOf({ field, message }: Problem): string {
  return JSON.stringify([field, message]);
}

type CheckDeps = Pick<AppDeps, 'engines' | 'nodesHaveTrust'>;

/** What the driver finds wrong with a bay as it stands in the database. */
export async function problemsOf(
  deps: CheckDeps,
  repos: Repositories,
  bay: Bay,
  upgrade: Upgrade | null,
): Promise<readonly Problem[]> {
  const { driver, desired } = await shapeOf(deps, repos, bay, upgrade);
  return driver.check?.(desired) ?? [];
}

/** Refuses what a change has just written, in the transaction that did it: what is refused leaves nothing. */
export async function requireChangeAccepted(
  deps: CheckDeps,
  repos: Repositories,
  change: { readonly bay: Bay; readonly upgrade: Upgrade | null; readonly before: readonly Problem[] },
): Promise<void> {
  const { driver, desired } = await shapeOf(deps, repos, change.bay, change.upgrade);
  requireDriverAccepts(driver, desired, change.before);
}

/** A bay under an upgrade is looked at as the upgrade leaves it. */
async function shapeOf(
  deps: CheckDeps,
  repos: Repositories,
  bay: Bay,
  upgrade: Upgrade | null,
): Promise<{ readonly driver: BayDriver; readonly desired: BayShape }> {
  const modelId = upgrade?.bayModelId ?? bay.desired.bayModelId;
  const model = await repos.bayModels.get(modelId);
  if (!model) throw new DomainError('internal', `Bay model ${modelId} of bay ${bay.id} is missing.`);
  const shape = { bay, nodeGroups: await repos.nodeGroups.ofBay(bay.id) };
  return {
    driver: deps.engines.driverOf(model),
    desired: { ...(upgrade ? upgraded(shape, upgrade) : shape), model, trusted: deps.nodesHaveTrust },
  };
}
