import type { Bay } from '../domain/bay.js';
import { isDomainError } from '../domain/errors.js';
import type { NodeGroup } from '../domain/node-group.js';
import type { AppDeps } from './deps.js';

/** A request must not wait for an engine that does not answer: the bay still shrinks. */
const COUNT_WITHIN_MS = 3_000;

/** How many workloads each node has, by the names of nodes. */
export type Workloads = ReadonlyMap<string, number>;

/** Without counts the newest nodes leave first. */
export const UNCOUNTED: Workloads = new Map();

/**
 * The workloads of a bay's nodes now, where a group becomes smaller and its driver lets the nodes with the fewest leave first. It is asked
 * before the change's transaction, so that no lock is held for as long as an engine takes to answer. A bay whose engine does not answer in
 * time has not counted them.
 */
export async function countWorkloads(
  deps: Pick<AppDeps, 'store' | 'engines' | 'bus'>,
  bay: Bay,
  { group, size }: { readonly group: Pick<NodeGroup, 'nodeCount'>; readonly size: number },
): Promise<Workloads> {
  if (size <= 0 || size >= group.nodeCount) return UNCOUNTED;
  const model = await deps.store.read((repos) => repos.bayModels.get(bay.desired.bayModelId));
  if (!model || deps.engines.driverOf(model).scaleIn !== 'fewest-workloads') return UNCOUNTED;
  try {
    const reports = await deps.bus.call('nodes.report', { bayId: bay.id }, { timeoutMs: COUNT_WITHIN_MS });
    return new Map(reports.flatMap(({ name, workloads }) => (workloads === undefined ? [] : [[name, workloads]])));
  } catch (error) {
    if (isDomainError(error)) return UNCOUNTED;
    throw error;
  }
}
