import { bayCollection, type BayCallers, type BayCollection } from './bay-collection.js';
import type { ChangesOf } from './patch.js';
import type { Runtime } from './runtime.js';
import type { Bay, BayCreate, BaySummary } from './types.js';

export type Bays = BayCollection<Bay, BaySummary, BayCreate, ChangesOf<'Bay'>>;

export function bays(callers: BayCallers, runtime: Runtime): Bays {
  return bayCollection(callers, runtime, 'bays');
}
