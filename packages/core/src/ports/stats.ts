import type { BayStatus } from '../domain/bay-status.js';

/** Figures for operators, read at one moment. */
export interface ServiceStats {
  readonly baysByStatus: Readonly<Partial<Record<BayStatus, number>>>;
  /** Work items that are due and not leased. */
  readonly dueItems: number;
  /** Items under a lease. */
  readonly leasedItems: number;
  /** Age of the oldest due item, in milliseconds; 0 when none is due. */
  readonly oldestDueMs: number;
  /** When the first certificate of all bays expires; null when none is known to. */
  readonly nextExpiry: Date | null;
  /** Bays of which a certificate expires within 30 days, or has expired. */
  readonly expiringBays: number;
}

export interface HeldLease {
  readonly bayId: string;
  readonly owner: string;
  readonly fence: number;
  readonly until: Date;
}

export interface StatsReader {
  read(): Promise<ServiceStats>;
  /** Leases that are held now, the oldest first, at most `limit`. */
  leases(limit: number): Promise<readonly HeldLease[]>;
}

/** Passes of one conductor process. */
export interface PassesInFlight {
  /** Passes that have a turn, wait for one, and go on without one because they take long. */
  readonly running: number;
  readonly waiting: number;
  readonly slow: number;
  /** Bays whose leases this process holds. */
  readonly bays: readonly string[];
}
