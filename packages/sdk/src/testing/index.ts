/**
 * A whole Magnum in this process, for the tests of programs that use the SDK.
 *
 * A fake that answers by a list of expected requests agrees with whatever its author believed. This is the service itself: its API, its conductor,
 * its Keystone and a cloud whose servers are simulated, over a database in memory. So a test sees the real statuses, events, refusals and quotas. It
 * listens on no port. What must stay true: each instance is alone, so that tests can run beside each other; and `stop` leaves nothing behind.
 */
import { createMagnum, type Magnum } from '../client.js';
import type { MagnumOptions } from '../connection.js';
import type { Credentials } from '../environment.js';
import { MagnumError } from '../errors.js';
import { passwordAuth } from '../keystone.js';
import type { Fetch } from '../redirects.js';
import { systemRuntime, type Runtime } from '../runtime.js';

export interface TestMagnumOptions {
  /** False: nothing works on what is accepted, so that bays stay CREATE_IN_PROGRESS. Default: true. */
  readonly conductor?: boolean | undefined;
  /** Options of the clients: `logger`, `interceptors`, `retries`, `microversion`. */
  readonly client?: TestClientOptions | undefined;
}

export type TestClientOptions = Pick<
  MagnumOptions,
  'idempotencyKeys' | 'interceptors' | 'logger' | 'microversion' | 'retries' | 'timeout'
>;

/** A client of the user `demo`, and the service behind it. */
export interface TestMagnum extends Magnum {
  /** A client of an administrator. */
  readonly admin: Magnum;
  /** The service as a function, under `http://magnum.test`; Keystone is at `http://magnum.test/identity/v3`. */
  readonly fetch: Fetch;
  /**
   * Credentials of the users `demo` and `admin`, for a program that makes its own client.
   * @throws {AuthError} by the calls of that client, after `stop`
   * @example
   * const own = createMagnum(test.credentialsOf('demo'));
   */
  credentialsOf(user: TestUser): Credentials;
  /**
   * Another client, with other options.
   * @throws {MagnumError} (`invalid-microversion`) for a version that is none
   * @example
   * const older = test.connect('demo', { microversion: '1.4' });
   */
  connect(user: TestUser, options?: TestClientOptions): Magnum;
  /**
   * Ends the service. Nothing of it is left.
   * @throws {MagnumError} by later calls of its clients
   * @example
   * await test.stop();
   */
  stop(): Promise<void>;
}

export type TestUser = 'demo' | 'admin';

const ORIGIN = 'http://magnum.test';
const LONGEST_PAUSE_MS = 20;

/**
 * Starts a Magnum in this process and returns a client of it. Needs the package `@magnum-ts/core`, as a devDependency. There are the image
 * `debian-12`, the network `public` and the key pair `default`, as in `magnum dev`. Pauses between polls and retries are cut to 20 ms.
 * @throws {MagnumError} (`missing-package`) without that package
 * @example
 * const magnum = await createTestMagnum();
 * await magnum.bayModels.create({ name: 'swarm', coe: 'swarm', image_id: 'debian-12', keypair_id: 'default', external_network_id: 'public' });
 * const bay = await magnum.bays.create({ name: 'web', baymodel_id: 'swarm' }).wait();
 * await magnum.stop();
 */
export async function createTestMagnum(options: TestMagnumOptions = {}): Promise<TestMagnum> {
  const passwords = { demo: newPassword(), admin: newPassword() };
  const service = await startService(passwords, options.conductor ?? true);
  const fetch: Fetch = (request) => service.fetch(request);
  const credentialsOf = (user: TestUser): Credentials => {
    const login = { username: user, password: passwords[user], projectName: user };
    return { auth: passwordAuth({ authUrl: `${ORIGIN}/identity/v3`, ...login, fetch }), fetch };
  };
  const connect = (user: TestUser, own: TestClientOptions = {}): Magnum =>
    createMagnum({ ...options.client, ...own, ...credentialsOf(user), runtime: impatientRuntime });
  return Object.assign(connect('demo'), {
    admin: connect('admin'),
    fetch,
    credentialsOf,
    connect,
    stop: () => service.stop(),
  });
}

/** A test has no minutes. Deadlines stay those of the clock. */
const impatientRuntime: Runtime = {
  ...systemRuntime,
  sleep: (milliseconds, signal) => systemRuntime.sleep(Math.min(milliseconds, LONGEST_PAUSE_MS), signal),
};

interface RunningService {
  fetch(request: Request): Promise<Response>;
  stop(): Promise<void>;
}

async function startService(passwords: Readonly<Record<TestUser, string>>, hasConductor: boolean): Promise<RunningService> {
  const core = await importCore();
  const { EMBEDDED_DEFAULTS, embeddedMagnum, openSqlite, Secret, silentLogger, SimulatedBackend, systemPlatform } = core;
  const db = openSqlite(':memory:');
  const service = await embeddedMagnum(systemPlatform({ logger: silentLogger }), {
    db,
    backend: new SimulatedBackend(db),
    config: EMBEDDED_DEFAULTS,
    host: 'test',
    sealingKey: Buffer.from(crypto.getRandomValues(new Uint8Array(32))),
    passwords: { admin: new Secret(passwords.admin), demo: new Secret(passwords.demo) },
    origin: () => ORIGIN,
    nodeOrigin: () => ORIGIN,
    docker: null,
    conductorRules: { rotationOverlapMs: 0 },
  });
  if (hasConductor) await service.start();
  return service;
}

async function importCore() {
  try {
    return await import('@magnum-ts/core');
  } catch (cause) {
    throw new MagnumError(
      'createTestMagnum needs the package @magnum-ts/core, which is the service; npm install --save-dev @magnum-ts/core',
      'missing-package',
      { cause },
    );
  }
}

function newPassword(): string {
  return crypto.randomUUID();
}
