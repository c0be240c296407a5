import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { until } from '../../testing/until.js';
import type { StackName } from '../../domain/ids.js';
import type { JsonObject, JsonValue } from '../../domain/json.js';
import type { Clock } from '../../ports/clock.js';
import type { CloudAccess, StackSnapshot, StackSpec } from '../../ports/orchestrator.js';
import { embeddedMigrations } from '../../adapters/knex/migrations/embedded.js';
import { openSqlite } from '../../adapters/knex/sqlite.js';
import { silentLogger } from '../../adapters/system/logger.js';
import { systemRandom } from '../../adapters/system/random.js';
import { aesSealer } from '../../adapters/system/sealer.js';
import type { CloudBackend } from '../backend.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { EMBEDDED_DEFAULTS } from '../config.js';
import { SimulatedBackend } from '../simulated.js';
import { HotEngine } from './engine.js';

export const ACCESS: CloudAccess = { projectId: 'project-1', userId: 'user-1' };
export const SIGNAL = new AbortController().signal;
const KEY = Buffer.alloc(32, 7);

export interface HotEngineFixture {
  readonly db: Knex;
  readonly file: string;
  readonly clock: ManualClock;
  readonly engine: HotEngine;
  /** Names of the backend's calls, in order. */
  readonly calls: readonly string[];
  find(name: string): Promise<StackSnapshot | undefined>;
  create(spec: Partial<StackSpec> & { readonly template: JsonObject }): Promise<StackSnapshot>;
  /** Waits until the stack is in no operation (or gone) and answers it. */
  waitUntilSettled(name?: string): Promise<StackSnapshot | undefined>;
  close(): Promise<void>;
}

export async function openMigrated(file: string): Promise<Knex> {
  const db = openSqlite(file);
  for (const migration of embeddedMigrations) await migration.up(db);
  return db;
}

export function engineOver(db: Knex, backend: CloudBackend, clock: Clock): HotEngine {
  return new HotEngine({
    db,
    backend,
    clock,
    random: systemRandom,
    logger: silentLogger,
    sealer: aesSealer(KEY),
    signalBaseUrl: () => 'http://203.0.113.1:8004',
    tables: EMBEDDED_DEFAULTS,
  });
}

/** A started engine on a database of its own. `wrap` puts something between the engine and the simulated backend. */
export async function aHotEngine(
  wrap: (backend: CloudBackend) => CloudBackend = (backend) => backend,
): Promise<HotEngineFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'hot-'));
  const file = join(folder, 'state.db');
  const db = await openMigrated(file);
  const clock = new ManualClock();
  const calls: string[] = [];
  const engine = engineOver(db, wrap(recordCalls(new SimulatedBackend(db), calls)), clock);
  await engine.start();
  const find = async (name: string): Promise<StackSnapshot | undefined> =>
    (await engine.find([aName(name)], ACCESS, SIGNAL)).get(aName(name));
  return {
    db,
    file,
    clock,
    engine,
    calls,
    find,
    create: (spec) => engine.create(aSpec(spec), ACCESS, SIGNAL),
    waitUntilSettled: (name = 'stack') => settled(() => find(name)),
    close: async () => {
      await engine.stop();
      await db.destroy();
      await rm(folder, { recursive: true });
    },
  };
}

export async function settled(find: () => Promise<StackSnapshot | undefined>): Promise<StackSnapshot | undefined> {
  const { stack } = await until(
    'the stack is in no operation',
    async () => {
      const stack = await find();
      return stack?.state === 'IN_PROGRESS' ? undefined : { stack };
    },
    { everyMs: 3 },
  );
  return stack;
}

/** Tests name their stacks; the brand is given here. */
export function aName(name: string): StackName {
  return name as StackName;
}

export function aSpec(spec: Partial<StackSpec> & { readonly template: JsonObject }): StackSpec {
  return { name: aName('stack'), files: {}, parameters: {}, timeoutMinutes: 0, rollbackOnFailure: false, tags: [], ...spec };
}

export function aTemplate(resources: JsonObject, more: JsonObject = {}): JsonObject {
  return { heat_template_version: '2018-08-31', resources, ...more };
}

/** A network, a subnet in it, and per name a server with a port. */
export function aFleet(names: readonly string[], userData: JsonValue = '#!/bin/sh'): JsonObject {
  const servers = names.flatMap((name): [string, JsonObject][] => [
    [`${name}_port`, { type: 'OS::Neutron::Port', properties: { network: { get_resource: 'net' } } }],
    [
      name,
      {
        type: 'OS::Nova::Server',
        properties: {
          image: 'debian-12',
          flavor: 'm1.small',
          networks: [{ port: { get_resource: `${name}_port` } }],
          user_data: userData,
          user_data_format: 'RAW',
        },
      },
    ],
  ]);
  return {
    net: { type: 'OS::Neutron::Net' },
    subnet: { type: 'OS::Neutron::Subnet', properties: { network: { get_resource: 'net' }, cidr: '10.1.0.0/24' } },
    ...Object.fromEntries(servers),
  };
}

type Method = Exclude<keyof CloudBackend, 'kind' | 'description' | 'close'>;
const METHODS: readonly Method[] = [
  'ensureNetwork',
  'deleteNetwork',
  'ensureVolume',
  'deleteVolume',
  'ensureServer',
  'server',
  'deleteServer',
  'ensureAddress',
  'deleteAddress',
  'ensureLoadBalancer',
  'deleteLoadBalancer',
  'usedRanges',
];

/** A backend whose every call passes through `around`; `subject` is the path of the resource that it is about. */
export function interceptCalls(
  backend: CloudBackend,
  around: (name: string, subject: string, call: () => Promise<unknown>, key: string) => Promise<unknown>,
): CloudBackend {
  const methods = METHODS.map(
    (name) =>
      [
        name,
        (...given: readonly unknown[]) => {
          // The arguments come from a caller of this very method.
          const method = backend[name].bind(backend) as (...given: readonly unknown[]) => Promise<unknown>;
          const key = keyIn(given[0]);
          return around(name, key.split('/').slice(1).join('/') || key, () => method(...given), key);
        },
      ] as const,
  );
  // Every method of the port is in METHODS.
  return {
    kind: backend.kind,
    description: backend.description,
    close: () => backend.close(),
    ...Object.fromEntries(methods),
  } as unknown as CloudBackend;
}

/** The part that a call is about; its resource's path follows the first slash. */
function keyIn(given: unknown): string {
  // Every method of the port begins with a key or with a record that has one.
  const part = given as { readonly key?: string; readonly serverKey?: string } | string;
  return typeof part === 'string' ? part : (part.key ?? part.serverKey ?? '');
}

function recordCalls(backend: CloudBackend, calls: string[]): CloudBackend {
  return interceptCalls(backend, (name, subject, call) => {
    calls.push(`${name} ${subject}`);
    return call();
  });
}

const HANDLE = { handle: { type: 'OS::Heat::WaitConditionHandle' } };
/** A condition that waits for so many signals of its handle, for so many seconds. */
export function aWait(timeout: number, count = 1): JsonObject {
  return {
    ...HANDLE,
    wait: { type: 'OS::Heat::WaitCondition', properties: { handle: { get_resource: 'handle' }, timeout, count } },
  };
}
/** Outputs that tell where signals go, and what came. */
export const ENDPOINT = {
  endpoint: { value: { get_attr: ['handle', 'endpoint'] } },
  token: { value: { get_attr: ['handle', 'token'] } },
  data: { value: { get_attr: ['wait', 'data'] } },
};

/** The stack of the fixture when it is in no operation. */
export async function requireSettled(hot: HotEngineFixture): Promise<StackSnapshot> {
  const stack = await hot.waitUntilSettled();
  if (!stack) throw new Error('the stack is gone');
  return stack;
}
