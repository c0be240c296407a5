import type { Knex } from 'knex';
import { expect, test } from 'vitest';
import { DomainError } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/json.js';
import type { StackSnapshot, StackSpec } from '../../ports/orchestrator.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { Hopeless } from '../../testing/until.js';
import { SimulatedBackend } from '../simulated.js';
import type { HotEngine } from './engine.js';
import {
  ACCESS,
  aFleet,
  aName,
  aSpec,
  aTemplate,
  engineOver,
  interceptCalls,
  openMigrated,
  settled,
  SIGNAL,
} from './engine.test-support.js';

/** Everything that the engine does from a point on fails, as if its process had died there. */
class Killer {
  #left: number;
  dead = false;
  count = 0;

  constructor(after: number) {
    this.#left = after;
  }

  /** A point at which the process may die. */
  point(): void {
    if (this.dead) throw new Error('dead');
    this.count += 1;
    this.#left -= 1;
    if (this.#left !== 0) return;
    this.dead = true;
    throw new Error('killed');
  }
}

interface Connection {
  readonly inTransaction: boolean;
  exec(sql: string): void;
}
type Query = (connection: Connection, query: { readonly sql: string }) => Promise<unknown>;

/** Makes every write and every commit of a database a point to die at. What was not committed is lost. */
function killable(db: Knex, killer: () => Killer | undefined): void {
  // openSqlite makes a class of its own for each database, so that this touches no other one.
  const dialect = Object.getPrototypeOf(db.client) as { _query: Query };
  const original = Object.getPrototypeOf(dialect) as { _query: Query };
  dialect._query = async function (connection, query) {
    try {
      if (/^\s*(insert|update|delete|commit)/i.test(query.sql)) killer()?.point();
      else if (killer()?.dead) throw new Error('dead');
    } catch (error) {
      if (connection.inTransaction) connection.exec('ROLLBACK');
      throw error;
    }
    return original._query.call(this, connection, query);
  };
}

interface Scenario {
  /** Brings about the state in which the operation begins. */
  prepare(engine: HotEngine): Promise<void>;
  /** The operation, as a conductor asks for it: it looks first. */
  ask(engine: HotEngine): Promise<void>;
  readonly refusedServer?: string;
  /** How many servers are made, ever. */
  readonly servers: number;
}

interface Ending {
  readonly stack: unknown;
  readonly parts: readonly string[];
  readonly serversEver: number;
  readonly points: number;
}

async function find(engine: HotEngine): Promise<StackSnapshot | undefined> {
  return (await engine.find([aName('stack')], ACCESS, SIGNAL)).get(aName('stack'));
}

/** Plays the scenario with a death at the given point (0: none), revives the engine on what is left, and looks at the end. */
async function played(scenario: Scenario, killAt: number): Promise<Ending> {
  const db = await openMigrated(':memory:');
  const serversEver = new Set<string>();
  let killer: Killer | undefined;
  killable(db, () => killer);
  const backend = interceptCalls(new SimulatedBackend(db), async (name, subject, call, key) => {
    killer?.point();
    if (name === 'ensureServer' && subject === scenario.refusedServer) throw new DomainError('cloud-refused', 'no room');
    if (name === 'ensureServer') serversEver.add(key);
    const result = await call();
    killer?.point();
    return result;
  });
  const first = engineOver(db, backend, new ManualClock());
  await first.start();
  await scenario.prepare(first);
  killer = new Killer(killAt);
  // A dead process waits for nothing; the second engine shows what it has left.
  const findUnlessDead = async (): Promise<StackSnapshot | undefined> => {
    if (killer?.dead) throw new Hopeless('the process is dead');
    return find(first);
  };
  await scenario
    .ask(first)
    .then(() => settled(findUnlessDead))
    .catch(() => undefined);
  await first.stop();
  const points = killer.count;
  killer = undefined;
  // The leases of the dead have lapsed by then.
  const later = new ManualClock();
  later.advance(31_000);
  const second = engineOver(db, backend, later);
  await second.start();
  await scenario.ask(second);
  const stack = await settled(() => find(second));
  await second.stop();
  const ending = { stack: shape(stack), parts: await partsOf(db), serversEver: serversEver.size, points };
  expect(await strays(db)).toEqual([]);
  await db.destroy();
  return ending;
}

function shape(stack: StackSnapshot | undefined): unknown {
  return (
    stack && {
      action: stack.action,
      state: stack.state,
      tags: stack.tags,
      outputs: Object.keys(stack.outputs),
      resources: stack.resources.map((resource) => `${resource.path.join('/')} ${resource.action} ${resource.state}`).sort(),
    }
  );
}

async function partsOf(db: Knex): Promise<readonly string[]> {
  const rows: readonly { kind: string; part_key: string }[] = await db('simulated_part');
  return rows
    .map(
      (row) =>
        `${row.kind} ${row.part_key.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').replaceAll(/(\d+\.){3}\d+/g, 'ADDRESS')}`,
    )
    .sort();
}

/** Rows that belong to nothing any more. */
async function strays(db: Knex): Promise<readonly unknown[]> {
  const orphans = ['hot_allocation', 'hot_signal', 'hot_event', 'hot_resource'].map((table) =>
    db(table).whereNotIn('stack_id', db('hot_stack').select('id')),
  );
  const superseded = await db('hot_resource').where({ superseded: 1 });
  const allocations = await db('hot_allocation').whereNotIn('owner_id', db('hot_resource').select('id'));
  return [...(await Promise.all(orphans)).flat(), ...superseded, ...allocations];
}

const NODE = JSON.stringify(
  aTemplate(
    {
      port: { type: 'OS::Neutron::Port', properties: { network: { get_param: 'network' } } },
      volume: { type: 'OS::Cinder::Volume', properties: { size: 1 } },
      floating: {
        type: 'OS::Neutron::FloatingIP',
        properties: { floating_network: 'public', port_id: { get_resource: 'port' } },
      },
      handle: { type: 'OS::Heat::WaitConditionHandle' },
      server: {
        type: 'OS::Nova::Server',
        properties: {
          image: 'debian-12',
          flavor: { get_param: 'flavor' },
          networks: [{ port: { get_resource: 'port' } }],
          user_data: { get_attr: ['handle', 'token'] },
          block_device_mapping_v2: [{ volume_id: { get_resource: 'volume' }, device_name: '/dev/vdb', boot_index: -1 }],
        },
      },
      wait: {
        type: 'OS::Heat::WaitCondition',
        depends_on: 'server',
        properties: { handle: { get_resource: 'handle' }, timeout: 60 },
      },
    },
    {
      parameters: { network: { type: 'string' }, flavor: { type: 'string' } },
      outputs: { address: { value: { get_attr: ['port', 'fixed_ips', 0, 'ip_address'] } } },
    },
  ),
);

function aBay(nodes: readonly string[], flavor: string): JsonObject {
  const { net, subnet } = aFleet([]);
  return aTemplate({
    ...(net && subnet ? { net, subnet } : {}),
    lb: { type: 'OS::Octavia::LoadBalancer', properties: { vip_subnet: { get_resource: 'subnet' } } },
    listener: {
      type: 'OS::Octavia::Listener',
      properties: { loadbalancer: { get_resource: 'lb' }, protocol: 'TCP', protocol_port: 2376 },
    },
    pool: {
      type: 'OS::Octavia::Pool',
      properties: { listener: { get_resource: 'listener' }, protocol: 'TCP', lb_algorithm: 'ROUND_ROBIN' },
    },
    ...Object.fromEntries(
      nodes.flatMap((name) => [
        [name, { type: 'node.yaml', depends_on: 'subnet', properties: { network: { get_resource: 'net' }, flavor } }],
        [
          `${name}_member`,
          {
            type: 'OS::Octavia::PoolMember',
            properties: { pool: { get_resource: 'pool' }, address: { get_attr: [name, 'address'] }, protocol_port: 2376 },
          },
        ],
      ]),
    ),
  });
}

function spec(nodes: readonly string[], flavor: string, generation: string, more: Partial<StackSpec> = {}): StackSpec {
  return aSpec({ template: aBay(nodes, flavor), files: { 'node.yaml': NODE }, tags: [generation], ...more });
}

async function createOnce(engine: HotEngine, wanted: StackSpec): Promise<void> {
  if (!(await find(engine))) await engine.create(wanted, ACCESS, SIGNAL);
}

async function updateOnce(engine: HotEngine, wanted: StackSpec): Promise<void> {
  const stack = await find(engine);
  if (stack && stack.tags.join() !== wanted.tags.join()) await engine.update(stack.id, wanted, ACCESS, SIGNAL);
}

async function prepared(engine: HotEngine): Promise<void> {
  await createOnce(engine, spec(['one', 'two'], 'm1.small', 'g1'));
  await settled(() => find(engine));
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a create': {
    servers: 1,
    prepare: async () => undefined,
    ask: (engine) => createOnce(engine, spec(['one'], 'm1.small', 'g1')),
  },
  'a create that is rolled back': {
    servers: 0,
    prepare: async () => undefined,
    refusedServer: 'one/server',
    ask: (engine) => createOnce(engine, spec(['one'], 'm1.small', 'g1', { rollbackOnFailure: true })),
  },
  'an update that adds, removes and replaces': {
    servers: 4,
    prepare: prepared,
    ask: (engine) => updateOnce(engine, spec(['one', 'three'], 'm1.large', 'g2')),
  },
  'an update that is rolled back': {
    servers: 2,
    prepare: prepared,
    refusedServer: 'three/server',
    ask: (engine) => updateOnce(engine, spec(['one', 'three'], 'm1.small', 'g2', { rollbackOnFailure: true })),
  },
  'a delete': {
    servers: 2,
    prepare: prepared,
    ask: async (engine) => {
      const stack = await find(engine);
      if (stack) await engine.delete(stack.id, ACCESS, SIGNAL);
    },
  },
};

test.each(Object.entries(SCENARIOS))(
  'killed at any write and any backend call, %s ends as if nothing had happened',
  { timeout: 900_000 },
  async (_, scenario) => {
    const undisturbed = await played(scenario, 0);
    expect(undisturbed.points).toBeGreaterThan(30);
    for (let killAt = 1; killAt <= undisturbed.points; killAt += 1) {
      const { stack, parts, serversEver } = await played(scenario, killAt);
      expect({ killAt, stack, parts }).toEqual({ killAt, stack: undisturbed.stack, parts: undisturbed.parts });
      expect({ killAt, serversEver }).toEqual({ killAt, serversEver: scenario.servers });
    }
  },
);
