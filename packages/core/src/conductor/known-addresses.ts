import { LRUCache } from 'lru-cache';
import type { BayId } from '../domain/ids.js';

const MOST_ADDRESSES = 100_000;

/** The cloud's last answer for one bay. */
export interface Known {
  /** When, ms since 1970. */
  readonly at: number;
  /** The servers of the request; some of them may have no address. */
  readonly serverIds: ReadonlySet<string>;
  readonly balancerIds: readonly string[];
  /** By the ids of servers and load balancers, floating addresses last. */
  readonly answer: ReadonlyMap<string, readonly string[]>;
}

/** A cache by bay, bounded by the number of servers. */
export type KnownAddresses = LRUCache<BayId, Known>;

export function knownAddresses(): KnownAddresses {
  return new LRUCache({ maxSize: MOST_ADDRESSES, sizeCalculation: ({ serverIds }) => serverIds.size + 1 });
}
