import { existsSync, rmSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import {
  DockerBackend,
  EMBEDDED_DEFAULTS,
  embeddedMagnum,
  router,
  jsonLogger,
  openSqlite,
  Secret,
  SimulatedBackend,
  silentLogger,
  systemPlatform,
  underDeadline,
  type CloudBackend,
  type ConductorRules,
  type EmbeddedConfig,
  type EmbeddedMagnum,
  type Mount,
  type Logger,
  type Readiness,
} from '@magnum-ts/core';
import { Listeners, urlHost } from './app.js';
import { DATABASE, lockDataDir, openDataDir, openrc, saveInstance, writePrivate, type Instance } from './data-dir.js';
import { docsRoom } from './docs.js';
import { healthRoom } from './health.js';
import { inotifyWarning } from './host-limits.js';
import { EXTERNAL_ID, externalNetwork, findDocker, nodeImages, type LocalDocker } from './local-docker.js';
import { isEveryAddress, socketHost } from './socket-host.js';

export interface DevOptions {
  /** 9511 by default, Magnum's own; 0 chooses a free one. */
  readonly port?: number;
  /** Address for clients, 127.0.0.1 by default. Nodes get an address of their own on their network. */
  readonly host?: string;
  /** `~/.local/share/magnum-dev` by default. */
  readonly dataDir?: string;
  /** Begins anew: removes everything that the directory owns, also in Docker. */
  readonly reset?: boolean;
  /** `auto`: real nodes where a Docker Engine answers, else simulated ones. */
  readonly servers?: 'auto' | 'docker' | 'simulated';
  /** Lines for people. */
  readonly log?: (line: string) => void;
}

export interface DevServer {
  readonly url: string;
  readonly dataDir: string;
  readonly servers: { readonly kind: 'docker' | 'simulated'; readonly description: string };
  /** Files that OpenStack clients can source, for the users admin and demo. */
  readonly openrc: string;
  readonly openrcDemo: string;
  stop(): Promise<void>;
}

const DEFAULT_PORT = 9511;
const STOP_GRACE_MS = 3_000;

/** Server, conductor and embedded cloud in this process, over one data directory. */
export async function startDev(options: DevOptions = {}): Promise<DevServer> {
  const dataDir = resolve(options.dataDir ?? join(homedir(), '.local', 'share', 'magnum-dev'));
  const log = options.log ?? (() => undefined);
  const docker = options.servers === 'simulated' ? undefined : await findDocker();
  if (!docker && options.servers === 'docker') throw new Error('No Docker Engine answers. Start one, or use simulated servers.');
  const warning = docker && inotifyWarning();
  if (warning) log(warning);
  if (options.reset) await reset(dataDir, docker, log);
  const instance = openDataDir(dataDir);
  const unlock = lockDataDir(dataDir);
  try {
    return await run({ options, dataDir, instance, docker, log, unlock });
  } catch (error) {
    unlock();
    throw error;
  }
}

/** As the API's own: a balancer or a script may look at it without a token. */
function devHealth(db: ReturnType<typeof openSqlite>): Mount {
  const database = (): Promise<Readiness> =>
    db.raw('select 1').then(
      () => ({ database: { ok: true } }),
      () => ({ database: { ok: false, reason: 'the database does not answer' } }),
    );
  return healthRoom(database, ['database']);
}

interface Start {
  readonly options: DevOptions;
  readonly dataDir: string;
  readonly instance: Instance;
  readonly docker: LocalDocker | undefined;
  readonly log: (line: string) => void;
  readonly unlock: () => void;
}

async function run(start: Start): Promise<DevServer> {
  const { options, dataDir, instance, docker } = start;
  const host = options.host ?? '127.0.0.1';
  const shown = isEveryAddress(host) ? '127.0.0.1' : (socketHost(host) ?? host);
  const config = await configFor(start);
  const db = openSqlite(join(dataDir, DATABASE));
  const logger = loggerFor();
  const backend = docker ? dockerBackend(start, docker, config, logger) : new SimulatedBackend(db);
  const reach = { port: 0, nodeHost: shown };
  const origin = (name: string): string => `http://${urlHost(name)}:${reach.port}`;
  const magnum = await embeddedMagnum(systemPlatform({ logger }), {
    db,
    backend,
    config,
    host: hostname(),
    sealingKey: Buffer.from(instance.sealingKey, 'base64'),
    passwords: { admin: new Secret(instance.adminPassword), demo: new Secret(instance.demoPassword) },
    origin: () => origin(shown),
    nodeOrigin: () => origin(reach.nodeHost),
    docker: docker?.engine ?? null,
    conductorRules: { ...healthInterval(), ...rotationOverlap() },
  });
  const listeners = new Listeners(router([docsRoom, devHealth(db)], magnum.answer, logger));
  try {
    reach.port = await listeners.listen(options.port ?? DEFAULT_PORT, host);
    if (backend instanceof DockerBackend)
      reach.nodeHost = await listenForNodes(backend, listeners, config, { port: reach.port, host });
    await magnum.start();
  } catch (error) {
    // Half a service would keep the process alive.
    await listeners.close(0);
    await magnum.stop();
    throw error;
  }
  return devServerOf(start, { magnum, listeners, backend, url: origin(shown) });
}

/** Nodes reach the host at the gateway of the external network: the service listens there too, and nowhere else. */
async function listenForNodes(
  backend: DockerBackend,
  listeners: Listeners,
  config: EmbeddedConfig,
  at: { port: number; host: string },
): Promise<string> {
  await underDeadline({ milliseconds: 30_000 }, (signal) => backend.ensureExternalNetwork(signal));
  const gateway = config.externalNetworks[0]?.gateway ?? '127.0.0.1';
  if (!isEveryAddress(at.host)) await listeners.listen(at.port, gateway);
  return gateway;
}

interface Running {
  readonly magnum: EmbeddedMagnum;
  readonly listeners: Listeners;
  readonly backend: CloudBackend;
  readonly url: string;
}

function devServerOf(start: Start, running: Running): DevServer {
  const { dataDir, instance, unlock } = start;
  const authUrl = `${running.url}/identity/v3`;
  const files = { admin: join(dataDir, 'openrc'), demo: join(dataDir, 'openrc-demo') };
  writePrivate(files.admin, openrc({ user: 'admin', password: instance.adminPassword, project: 'admin' }, authUrl));
  writePrivate(files.demo, openrc({ user: 'demo', password: instance.demoPassword, project: 'demo' }, authUrl));
  return {
    url: running.url,
    dataDir,
    openrc: files.admin,
    openrcDemo: files.demo,
    servers: { kind: running.backend.kind, description: running.backend.description },
    stop: async () => {
      await running.listeners.close(STOP_GRACE_MS);
      if (running.backend instanceof DockerBackend) await removeIdleNetwork(running.backend);
      await running.magnum.stop();
      unlock();
    },
  };
}

/** The external network stands while a bay may need it; without any it is made again at the next start. */
async function removeIdleNetwork(backend: DockerBackend): Promise<void> {
  const owned = await underDeadline({ milliseconds: 10_000 }, (signal) => backend.listOwned(signal));
  if (owned.every((part) => part.kind === 'network' && part.key === EXTERNAL_ID))
    await underDeadline({ milliseconds: 10_000 }, (signal) => backend.destroyAll(signal));
}

/** The range of floating addresses must be free on this host, and stay the same for this directory. */
async function configFor(start: Start): Promise<EmbeddedConfig> {
  if (!start.docker) return EMBEDDED_DEFAULTS;
  start.instance.externalCidr ??= await start.docker.freeRange(start.instance.id);
  saveInstance(start.dataDir, start.instance);
  return { ...EMBEDDED_DEFAULTS, externalNetworks: [externalNetwork(start.instance.externalCidr)] };
}

function dockerBackend(start: Start, docker: LocalDocker, config: EmbeddedConfig, logger: Logger): DockerBackend {
  const [external = externalNetwork('172.31.200.0/24')] = config.externalNetworks;
  return new DockerBackend({
    docker: docker.engine,
    instance: start.instance.id,
    image: nodeImages(docker.engine, start.log),
    externalNetwork: external,
    logger,
  });
}

/** Bays are asked for their health every minute, or as often as `MAGNUM_HEALTH_INTERVAL_MS` says. */
function healthInterval(): Partial<ConductorRules> {
  const healthIntervalMs = Number(process.env['MAGNUM_HEALTH_INTERVAL_MS']);
  return Number.isInteger(healthIntervalMs) && healthIntervalMs >= 1_000 ? { healthIntervalMs } : {};
}

/** When a bay gets another authority, old and new certificates are both accepted for half a minute, or as long as the variable says. */
function rotationOverlap(): Partial<ConductorRules> {
  const text = process.env['MAGNUM_ROTATION_OVERLAP_MS'] ?? '';
  return { rotationOverlapMs: /^\d{1,9}$/.test(text) ? Number(text) : 30_000 };
}

/** Structured logs are for operators: a laptop shows them when asked, `MAGNUM_LOG_LEVEL=info`. */
function loggerFor(): Logger {
  const level = process.env['MAGNUM_LOG_LEVEL'];
  return level ? jsonLogger(level) : silentLogger;
}

async function reset(dataDir: string, docker: LocalDocker | undefined, log: (line: string) => void): Promise<void> {
  if (!existsSync(join(dataDir, 'instance.json'))) return;
  const unlock = lockDataDir(dataDir);
  const instance = openDataDir(dataDir);
  if (docker) {
    const backend = new DockerBackend({
      docker: docker.engine,
      instance: instance.id,
      image: async () => '',
      logger: silentLogger,
      externalNetwork: externalNetwork(instance.externalCidr ?? '172.31.200.0/24'),
    });
    const owned = await underDeadline({ milliseconds: 30_000 }, (signal) => backend.listOwned(signal));
    await underDeadline({ milliseconds: 120_000 }, (signal) => backend.destroyAll(signal));
    if (owned.length > 0) log(`removed ${owned.length} containers, networks and volumes of ${dataDir}`);
  }
  unlock();
  for (const name of [DATABASE, `${DATABASE}-wal`, `${DATABASE}-shm`, 'instance.json', 'openrc', 'openrc-demo'])
    rmSync(join(dataDir, name), { force: true });
  log(`reset ${dataDir}`);
}
