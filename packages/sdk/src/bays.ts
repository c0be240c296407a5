import { bayCollection, type BayCollection } from './bay-collection.js';
import type { Connection } from './calls.js';
import type { ChangesOf } from './patch.js';
import type { Bay, BayCreate, BaySummary } from './types.js';

export type Bays = BayCollection<Bay, BaySummary, BayCreate, ChangesOf<'Bay'>>;

export function bays(connection: Connection): Bays {
  return bayCollection<Bay, BaySummary, BayCreate, ChangesOf<'Bay'>>(connection, 'bays').calls;
}
