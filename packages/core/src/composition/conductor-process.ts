import { hostname } from 'node:os';
import { startConductor, type Conductor, type ConductorOptions } from '../conductor/conductor.js';
import type { Config } from '../config/config.js';
import type { MessageBus } from '../ports/bus.js';
import type { Platform } from '../ports/platform.js';
import type { CloudParts } from './cloud-parts.js';
import { closeBase, observersOf, openBase, readinessOf, type Service, type ServiceBase } from './service-base.js';

/** Resumes what the cloud itself was doing, and begins to work on bays, under the name of this process. */
export async function startWork(
  { random }: Platform,
  { cloud, bus }: { readonly cloud: CloudParts; readonly bus: MessageBus },
  options: Omit<ConductorOptions, 'owner'>,
): Promise<Conductor> {
  await cloud.start();
  return startConductor(cloud.deps, bus, { ...options, owner: `${options.host}:${process.pid}:${random.uuid()}` });
}

/** A process of `magnum-conductor`. Waits for its database, then works until it is stopped. */
export async function openConductor(platform: Platform, config: Config): Promise<Service> {
  const base = await openBase(platform, config);
  const { logger } = platform;
  const host = config.sections.DEFAULT.host ?? hostname();
  const stopping = new AbortController();
  let conductor: Conductor | undefined;
  const starting = whenReady(base, stopping.signal)
    .then(async () => {
      conductor = await startWork(platform, base, {
        host,
        concurrency: config.sections.conductor.concurrency,
        drainMs: config.sections.conductor.drain_timeout * 1_000,
      });
      logger.info('conductor started', { host });
    })
    .catch((error: unknown) => {
      if (!stopping.signal.aborted) logger.error('conductor did not start', { error });
    });
  return {
    ready: async () => ({
      ...(await readinessOf(base)),
      conductor: conductor ? { ok: true } : { ok: false, reason: 'waiting for the database' },
    }),
    ...observersOf(base, () => conductor?.inFlight()),
    stop: async () => {
      stopping.abort(new Error('stopping'));
      await starting;
      await conductor?.stop();
      await base.cloud.stop();
      await closeBase(base);
    },
  };
}

const LOOK_EVERY_MS = 1_000;

/** A conductor may be started before its database, and before its schema. */
async function whenReady(base: ServiceBase, signal: AbortSignal): Promise<void> {
  const { clock, logger } = base.platform;
  for (let isWarned = false; ; isWarned = true) {
    const { database } = await readinessOf(base);
    if (database?.ok) return;
    if (!isWarned) logger.warn('waiting for the database', { reason: database?.reason });
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
