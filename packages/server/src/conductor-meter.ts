import type { Meter } from '@magnum-ts/core';
import { Counter, Histogram, type Registry } from 'prom-client';

/** Seconds; the ends are a look at many stacks and the update of a large one. */
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What a conductor does, in Prometheus' form. */
export function conductorMeter(registry: Registry): Meter {
  const registers = [registry];
  const claims = new Counter({ name: 'magnum_claims_total', help: 'Bays claimed to work on.', registers });
  const passes = new Counter({
    name: 'magnum_passes_total',
    help: 'Passes over bays, by how they ended.',
    labelNames: ['outcome'],
    registers,
  });
  const leftovers = new Counter({
    name: 'magnum_leftovers_removed_total',
    help: 'What late writers had left of deleted bays, removed: secrets, accounts, stacks.',
    labelNames: ['kind'],
    registers,
  });
  const calls = new Counter({
    name: 'magnum_neighbour_calls_total',
    help: 'Calls to neighbours, by outcome: ok, or the kind of the error.',
    labelNames: ['neighbour', 'operation', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'magnum_neighbour_call_seconds',
    help: 'Time that neighbours took.',
    labelNames: ['neighbour', 'operation'],
    buckets: BUCKETS,
    registers,
  });
  return {
    claimed: (bays) => claims.inc(bays),
    leftOver: (kind) => leftovers.inc({ kind }),
    passed: (outcome, bays = 1) => passes.inc({ outcome }, bays),
    called: (neighbour, operation, outcome, took) => {
      calls.inc({ neighbour, operation, outcome });
      seconds.observe({ neighbour, operation }, took);
    },
  };
}
