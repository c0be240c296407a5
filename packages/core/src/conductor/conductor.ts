import type { BayStatus } from '../domain/bay-status.js';
import type { MessageBus } from '../ports/bus.js';
import type { PassesInFlight } from '../ports/stats.js';
import { rpcHandlers } from './rpc-handlers.js';
import { keepSweepingDeparted } from './sweep-departed.js';
import { WorkLoop } from './work-loop.js';
import type { ConductorDeps } from './deps.js';

export interface ConductorOptions {
  /** Name in `/v1/mservices`. */
  readonly host: string;
  /** Owner of leases: unique for every process. */
  readonly owner: string;
  /** Bays worked on at a time. */
  readonly concurrency: number;
  /** How long passes may go on after `stop`, milliseconds; 25 seconds when absent. */
  readonly drainMs?: number;
}

export interface Conductor {
  /** Claims nothing more; running passes get their time, and every lease is released. */
  stop(): Promise<void>;
  /** For the statistics of the process. */
  inFlight(): PassesInFlight;
}

const BEAT_MS = 60_000;
const DRAIN_MS = 25_000;
const UNSETTLED: readonly BayStatus[] = [
  'CREATE_IN_PROGRESS',
  'UPDATE_IN_PROGRESS',
  'DELETE_IN_PROGRESS',
  'ROLLBACK_IN_PROGRESS',
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'ROLLBACK_COMPLETE',
];

/**
 * Runs the work loop, the RPC handlers, the sweep of deleted bays and the heartbeat. Any number of conductors run this; there
 * is no leader.
 */
export async function startConductor(deps: ConductorDeps, bus: MessageBus, options: ConductorOptions): Promise<Conductor> {
  const stopping = new AbortController();
  const loop = new WorkLoop(deps, {
    owner: options.owner,
    concurrency: options.concurrency,
    drainMs: options.drainMs ?? DRAIN_MS,
  });
  const silence = bus.onWake(() => loop.wake());
  const serving = await bus.serve(rpcHandlers(deps));
  const sweeping = keepSweepingDeparted(deps, stopping.signal);
  const beating = beat(deps, options.host, stopping.signal);
  await ensureWork(deps);
  const running = loop.run(stopping.signal);
  return {
    inFlight: () => loop.inFlight(),
    stop: async () => {
      silence();
      stopping.abort(new Error('the conductor is stopping'));
      await Promise.all([serving.stop(), running, beating, sweeping]);
    },
  };
}

/**
 * Makes the work items that are missing: a bay whose row of the queue was lost, as in a restored database, would stay in
 * progress for ever. Items that exist keep their time. A bay that is deleted at this moment may leave an item, which its next
 * pass removes.
 */
async function ensureWork(deps: Pick<ConductorDeps, 'store'>): Promise<void> {
  await deps.store.write(async (repos) => repos.work.ensure(await repos.bays.idsInStatus(UNSETTLED)));
}

async function beat(deps: Pick<ConductorDeps, 'store' | 'clock' | 'logger'>, host: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await deps.store
      .write((repos) => repos.services.beat(host, 'magnum-conductor', deps.clock.now()))
      .catch((error: unknown) => deps.logger.warn('heartbeat failed', { error }));
    await deps.clock.sleep(BEAT_MS, signal).catch(() => undefined);
  }
}
