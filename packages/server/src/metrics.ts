import type { Mount, HttpHandler, HttpRequest, ServiceStats } from '@magnum-ts/core';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Seconds; the ends are a bare read and an image pull. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export interface RunningRequest {
  readonly method: string;
  /** Without the query, cut. */
  readonly path: string;
  readonly milliseconds: number;
}

export interface Metrics {
  readonly registry: Registry;
  /** Counts and times what the handler answers, by operation. */
  measured(handler: HttpHandler): HttpHandler;
  /** Requests that are being answered, the oldest first. */
  running(): readonly RunningRequest[];
  /** `GET /metrics` in Prometheus' text form. */
  readonly room: Mount;
}

/** `stats` is asked at each scrape; what it cannot answer stays as it was. */
export function serviceMetrics(stats: () => Promise<ServiceStats>, registry = new Registry()): Metrics {
  collectDefaultMetrics({ register: registry, prefix: 'magnum_' });
  const labelNames = ['operation', 'method', 'status'];
  const requests = new Counter({ name: 'magnum_requests_total', help: 'Requests answered.', labelNames, registers: [registry] });
  const seconds = new Histogram({
    name: 'magnum_request_seconds',
    help: 'Time to answer.',
    labelNames: ['operation'],
    buckets: BUCKETS,
    registers: [registry],
  });
  // By number: a map by objects gives each of them a hash, which takes longer than the rest of this.
  const underWay = new Map<number, RequestUnderWay>();
  let latest = 0;
  new Gauge({
    name: 'magnum_requests_running',
    help: 'Requests under way.',
    registers: [registry],
    collect() {
      this.set(underWay.size);
    },
  });
  // Labels are looked up by text, once for each kind of answer: prom-client makes a hash of them each time.
  const kinds = new Map<string, { count(): void; took(seconds: number): void }>();
  const kindOf = (operation: string, method: string, status: number) => {
    const name = `${operation} ${method} ${status}`;
    const knownMethod = kinds.get(name);
    if (knownMethod) return knownMethod;
    const counter = requests.labels({ operation, method, status: String(status) });
    const histogram = seconds.labels({ operation });
    const made = { count: () => counter.inc(), took: (each: number) => histogram.observe(each) };
    kinds.set(name, made);
    return made;
  };
  const refresh = statsGauges(registry, stats);
  return {
    registry,
    running: () =>
      [...underWay.values()].map(({ request: { method, path }, started }) => ({
        method,
        path: path.slice(0, 512),
        milliseconds: Math.round(performance.now() - started),
      })),
    measured: (handler) => async (request) => {
      const started = performance.now();
      const number = (latest = (latest + 1) % LARGEST_NUMBER);
      underWay.set(number, { request, started });
      try {
        const reply = await handler(request);
        const kind = kindOf(reply.operation ?? 'none', known(request.method), reply.status);
        kind.count();
        kind.took((performance.now() - started) / 1_000);
        return reply;
      } finally {
        underWay.delete(number);
      }
    },
    room: {
      under: ['/metrics'],
      handle: async () => {
        await refresh();
        return new Response(await registry.metrics(), { headers: { 'Content-Type': registry.contentType } });
      },
    },
  };
}

interface RequestUnderWay {
  readonly request: HttpRequest;
  readonly started: number;
}

/** V8 keeps integers below this without an object for each. */
const LARGEST_NUMBER = 2 ** 30;

const METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Methods are the caller's words: unknown ones must not make series without end. */
function known(method: string): string {
  return METHODS.has(method) ? method : 'other';
}

/** Asked once for each scrape, before anything is written down. */
function statsGauges(registry: Registry, stats: () => Promise<ServiceStats>): () => Promise<void> {
  const bays = new Gauge({ name: 'magnum_bays', help: 'Bays by status.', labelNames: ['status'], registers: [registry] });
  const due = new Gauge({
    name: 'magnum_work_due',
    help: 'Work items that are due and wait for a conductor.',
    registers: [registry],
  });
  const age = new Gauge({ name: 'magnum_work_oldest_seconds', help: 'Age of the oldest due work item.', registers: [registry] });
  const leased = new Gauge({ name: 'magnum_work_leased', help: 'Work items that a conductor holds.', registers: [registry] });
  const expiry = new Gauge({
    name: 'magnum_certificate_next_expiry_timestamp_seconds',
    help: 'When the first certificate of all bays expires.',
    registers: [registry],
  });
  const expiring = new Gauge({
    name: 'magnum_bays_certificate_expiring',
    help: 'Bays of which a certificate expires within 30 days, or has expired.',
    registers: [registry],
  });
  return async () => {
    const read = await stats().catch(() => undefined);
    if (!read) return;
    bays.reset();
    for (const [status, count] of Object.entries(read.baysByStatus)) bays.set({ status }, count);
    due.set(read.dueItems);
    age.set(read.oldestDueMs / 1_000);
    leased.set(read.leasedItems);
    expiring.set(read.expiringBays);
    if (read.nextExpiry) expiry.set(read.nextExpiry.getTime() / 1_000);
  };
}
