import { bayCollection, type BayCollection } from './bay-collection.js';
import type { Connection } from './calls.js';
import type { ChangesOf } from './patch.js';
import type { Bay, BayCreate, BaySummary } from './types.js';

export type Bays = BayCollection<Bay, BaySummary, BayCreate, ChangesOf<'Bay'>>;

/**
 * The calls of bays over a connection; `magnum.bays` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await bays(connection).get('web');
 */
export function bays(connection: Connection): Bays {
  return bayCollection<Bay, BaySummary, BayCreate, ChangesOf<'Bay'>>(connection, 'bays').calls;
}
