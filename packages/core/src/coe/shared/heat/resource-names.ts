import type { DriverShape, NodeResourceNames } from '../driver-shape.js';

const SHARED: NodeResourceNames = { server: 'server', waitCondition: 'wait_condition' };

/** Names of the resources of a master, or of a worker, in its own stack. */
export function resourceNamesOf({ resourceNames }: Pick<DriverShape, 'resourceNames'>, master: boolean): NodeResourceNames {
  return resourceNames?.[master ? 'master' : 'worker'] ?? SHARED;
}
