import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../testing/until.js';
import { DomainError } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/json.js';
import { Secret } from '../../domain/secret.js';
import type { StackSnapshot, StackSpec } from '../../ports/orchestrator.js';
import type { CloudBackend, LoadBalancerSpec, ServerSpec } from '../backend.js';
import { SimulatedBackend } from '../simulated.js';
import {
  ACCESS,
  aFleet,
  aSpec,
  aTemplate,
  aWait,
  aHotEngine,
  ENDPOINT,
  engineOver,
  interceptCalls,
  SIGNAL,
  requireSettled,
  type HotEngineFixture,
} from './engine.test-support.js';

const MINUTE = 60_000;
let hot: HotEngineFixture;
let faults: Map<string, Error>;
let servers: ServerSpec[];
let balancers: LoadBalancerSpec[];

beforeEach(async () => {
  faults = new Map();
  servers = [];
  balancers = [];
  hot = await aHotEngine((backend) =>
    watched(
      interceptCalls(backend, async (name, subject, call) => {
        const fault = faults.get(`${name} ${subject}`);
        if (fault) throw fault;
        return call();
      }),
    ),
  );
});
afterEach(() => hot.close());

function watched(backend: CloudBackend): CloudBackend {
  return {
    ...backend,
    ensureServer: (spec, signal) => (servers.push(spec), backend.ensureServer(spec, signal)),
    ensureLoadBalancer: (spec, signal) => (balancers.push(spec), backend.ensureLoadBalancer(spec, signal)),
  };
}

async function made(template: JsonObject, more: Partial<StackSpec> = {}): Promise<StackSnapshot> {
  await hot.create({ template, ...more });
  return requireSettled(hot);
}

async function updated(template: JsonObject, more: Partial<StackSpec> = {}): Promise<StackSnapshot> {
  const stack = await hot.find('stack');
  await hot.engine.update(stack?.id ?? '', aSpec({ template, ...more }), ACCESS, SIGNAL);
  return requireSettled(hot);
}

function idOf(stack: StackSnapshot, path: string): string | null | undefined {
  return stack.resources.find((resource) => resource.path.join('/') === path)?.physicalId;
}

test('parts are made in order of need, and removed in the reverse order', async () => {
  const stack = await made(aTemplate(aFleet(['one'])));
  expect(stack.reason).toBe('Stack CREATE completed successfully');
  expect(servers[0]).toMatchObject({
    name: expect.stringMatching(/^stack-one-/),
    nics: [{ address: '10.1.0.2' }],
    userData: '#!/bin/sh',
  });
  await hot.engine.delete(stack.id, ACCESS, SIGNAL);
  expect(await hot.waitUntilSettled()).toBeUndefined();
  expect(hot.calls).toEqual(['ensureNetwork subnet', 'ensureServer one', 'deleteServer one', 'deleteNetwork subnet']);
  expect(await hot.db('hot_allocation')).toEqual([]);
});

test('a server in the making shows the outputs that are there, and null for the others', async () => {
  await hot.create({
    template: aTemplate(
      { ...aFleet(['one']), ...aWait(60) },
      { outputs: { ...ENDPOINT, address: { value: { get_attr: ['one', 'first_address'] } } } },
    ),
  });
  const stack = await until(
    'the stack has an address and an endpoint',
    async () => {
      const found = await hot.find('stack');
      return found?.outputs['address'] && found.outputs['endpoint'] ? found : undefined;
    },
    { everyMs: 3 },
  );
  expect(stack).toMatchObject({ state: 'IN_PROGRESS', outputs: { address: '10.1.0.2', data: null } });
});

test('changed user-data replaces a server: the new one is there before the stack lets go of the old row', async () => {
  const before = await made(aTemplate(aFleet(['one'])));
  const after = await updated(aTemplate(aFleet(['one'], '#!/bin/bash')));
  expect(idOf(after, 'one')).not.toBe(idOf(before, 'one'));
  expect(idOf(after, 'one_port')).toBe(idOf(before, 'one_port'));
  expect(await hot.db('simulated_part').where({ kind: 'server' })).toHaveLength(1);
});

test('with user_data_update_policy IGNORE changed user-data leaves the server alone', async () => {
  const policy = (userData: string): JsonObject => {
    const fleet = aFleet(['one'], userData);
    const server = fleet['one'] as { readonly type: string; readonly properties: JsonObject };
    return aTemplate({ ...fleet, one: { ...server, properties: { ...server.properties, user_data_update_policy: 'IGNORE' } } });
  };
  const before = await made(policy('first'));
  expect(idOf(await updated(policy('second')), 'one')).toBe(idOf(before, 'one'));
  expect(servers).toHaveLength(1);
});

test('a member that goes leaves the balancer with the others', async () => {
  const balanced = (names: readonly string[]): JsonObject =>
    aTemplate({
      ...aFleet(names),
      lb: { type: 'OS::Octavia::LoadBalancer', properties: { vip_subnet: { get_resource: 'subnet' } } },
      listener: {
        type: 'OS::Octavia::Listener',
        properties: {
          loadbalancer: { get_resource: 'lb' },
          protocol: 'TCP',
          protocol_port: 2376,
          allowed_cidrs: ['192.0.2.0/24'],
        },
      },
      pool: {
        type: 'OS::Octavia::Pool',
        properties: { listener: { get_resource: 'listener' }, protocol: 'TCP', lb_algorithm: 'ROUND_ROBIN' },
      },
      floating: {
        type: 'OS::Neutron::FloatingIP',
        properties: { floating_network: 'public', port_id: { get_attr: ['lb', 'vip_port_id'] } },
      },
      ...Object.fromEntries(
        names.map((name) => [
          `${name}_member`,
          {
            type: 'OS::Octavia::PoolMember',
            properties: { pool: { get_resource: 'pool' }, address: { get_attr: [name, 'first_address'] }, protocol_port: 2376 },
          },
        ]),
      ),
    });
  await made(balanced(['one', 'two']));
  expect(balancers.at(-1)).toMatchObject({
    floating: { address: '172.31.200.2' },
    listeners: [{ port: 2376, allowedCidrs: ['192.0.2.0/24'], members: [{}, {}] }],
  });
  await updated(balanced(['two']));
  const left = await hot
    .db('hot_allocation')
    .join('hot_resource', 'hot_resource.id', 'owner_id')
    .where({ name: 'two_port' })
    .first('address');
  expect(balancers.at(-1)?.listeners[0]?.members).toEqual([{ address: left.address, port: 2376 }]);
});

test('a floating address reaches its server whichever of the two comes first', async () => {
  await made(
    aTemplate({
      ...aFleet(['one']),
      floating: {
        type: 'OS::Neutron::FloatingIP',
        properties: { floating_network: 'public', port_id: { get_resource: 'one_port' } },
      },
    }),
  );
  expect(hot.calls).toContain('ensureAddress one');
});

test('the members of a group keep their numbers when one is removed by name', async () => {
  const group = (count: number, more: JsonObject = {}): JsonObject =>
    aTemplate(
      {
        group: {
          type: 'OS::Heat::ResourceGroup',
          properties: { count, resource_def: { type: 'OS::Heat::Value', properties: { value: 'number %index%' } }, ...more },
        },
      },
      {
        outputs: {
          values: { value: { get_attr: ['group', 'value'] } },
          one: { value: { get_attr: ['group', 'resource.1.value'] } },
          refs: { value: { get_attr: ['group', 'refs'] } },
        },
      },
    );
  const before = await made(group(3));
  expect(before.outputs).toMatchObject({ values: ['number 0', 'number 1', 'number 2'], one: 'number 1' });
  const after = await updated(group(2, { removal_policies: [{ resource_list: ['1'] }] }));
  expect(after.outputs['values']).toEqual(['number 0', 'number 2']);
  expect((await updated(group(3))).outputs['values']).toEqual(['number 0', 'number 2', 'number 3']);
});

test("a failing part fails the stack in Heat's words, with the path of the resource", async () => {
  faults.set('ensureServer holder/one', new DomainError('cloud-refused', 'no room'));
  const nested = JSON.stringify(aTemplate(aFleet(['one'])));
  const stack = await made(aTemplate({ holder: { type: 'node.yaml' } }), { files: { 'node.yaml': nested } });
  expect(stack).toMatchObject({
    action: 'CREATE',
    state: 'FAILED',
    reason: 'Resource CREATE failed: Error: resources.holder.resources.one: no room',
  });
  expect(stack.resources.find((resource) => resource.path.join('/') === 'holder/one')).toMatchObject({
    state: 'FAILED',
    reason: 'Error: resources.one: no room',
  });
});

test('after a failure an update makes the failed part anew and keeps what stands', async () => {
  faults.set('ensureServer two', new DomainError('cloud-refused', 'no room'));
  const before = await made(aTemplate(aFleet(['one', 'two'])));
  faults.clear();
  const after = await updated(aTemplate(aFleet(['one', 'two'])));
  expect(after.reason).toBe('Stack UPDATE completed successfully');
  expect(idOf(after, 'one_port')).toBe(idOf(before, 'one_port'));
  expect(await hot.db('simulated_part').where({ kind: 'server' })).toHaveLength(2);
});

test('a backend that is away for a moment is asked again', async () => {
  faults.set('ensureServer one', new DomainError('cloud-unavailable', 'restarting'));
  await hot.create({ template: aTemplate(aFleet(['one'])) });
  await until(
    'the server is asked for',
    async () => (
      hot.clock.advance(1),
      (await hot.find('stack'))?.resources.find((resource) => resource.path[0] === 'one')?.state === 'IN_PROGRESS' || undefined
    ),
    { everyMs: 3 },
  );
  faults.clear();
  await until(
    'the stack is complete',
    async () => (hot.clock.advance(1000), (await hot.find('stack'))?.state === 'COMPLETE' || undefined),
    { everyMs: 3 },
  );
});

test('a failed update with rollback is back at the former template, with the parts that it had', async () => {
  const before = await made(aTemplate(aFleet(['one'])));
  faults.set('ensureServer two', new DomainError('cloud-refused', 'no room'));
  const after = await updated(aTemplate(aFleet(['one', 'two'], 'changed')), { rollbackOnFailure: true });
  expect(after).toMatchObject({
    action: 'ROLLBACK',
    state: 'COMPLETE',
    reason: expect.stringContaining('resources.two: no room'),
  });
  expect(after.resources.map((resource) => [resource.path[0], resource.physicalId])).toEqual(
    before.resources.map((resource) => [resource.path[0], resource.physicalId]),
  );
  expect(await hot.db('simulated_part').where({ kind: 'server' })).toHaveLength(1);
});

test('an operation ends at its time, counted from its start also over a restart', async () => {
  const { id } = await hot.create({ template: aTemplate(aWait(3600)), timeoutMinutes: 10 });
  await until(
    'the wait condition waits',
    async () =>
      (await hot.find('stack'))?.resources.find((resource) => resource.path[0] === 'wait')?.state === 'IN_PROGRESS'
        ? true
        : undefined,
    { everyMs: 3 },
  );
  hot.clock.advance(9 * MINUTE);
  await hot.engine.stop();
  expect((await hot.find('stack'))?.state).toBe('IN_PROGRESS');
  hot.clock.advance(2 * MINUTE);
  const second = engineOver(hot.db, new SimulatedBackend(hot.db), hot.clock);
  await second.start();
  const stack = await requireSettled(hot);
  expect(stack).toMatchObject({ id, action: 'CREATE', state: 'FAILED', reason: 'Create timed out' });
  await second.stop();
});

test('deleting pre-empts a create that waits', async () => {
  const { id } = await hot.create({ template: aTemplate({ ...aFleet(['one']), ...aWait(3600) }) });
  await until('the backend was asked for the server', async () => (hot.calls.includes('ensureServer one') ? true : undefined), {
    everyMs: 3,
  });
  await hot.engine.delete(id, ACCESS, SIGNAL);
  expect(await hot.waitUntilSettled()).toBeUndefined();
  expect(await hot.db('simulated_part')).toEqual([]);
});

test('a failed delete says what stands in the way, and can be repeated', async () => {
  const { id } = await made(aTemplate(aFleet(['one'])));
  faults.set('deleteServer one', new DomainError('cloud-refused', 'it is stuck'));
  await hot.engine.delete(id, ACCESS, SIGNAL);
  expect(await requireSettled(hot)).toMatchObject({
    action: 'DELETE',
    state: 'FAILED',
    reason: 'Resource DELETE failed: Error: resources.one: it is stuck',
  });
  faults.clear();
  await hot.engine.delete(id, ACCESS, SIGNAL);
  expect(await hot.waitUntilSettled()).toBeUndefined();
});

test('a hidden value rests sealed, and a backend that quotes it is not quoted', async () => {
  faults.set('ensureServer one', new DomainError('cloud-refused', 'bad user-data: hunter2-hunter2'));
  const stack = await made(
    aTemplate(aFleet(['one'], { get_param: 'word' }), { parameters: { word: { type: 'string', hidden: true } } }),
    { parameters: { word: new Secret('hunter2-hunter2') } },
  );
  expect(stack.reason).toContain('bad user-data: ******');
  const tables = await Promise.all(['hot_stack', 'hot_resource', 'hot_event', 'simulated_part'].map((table) => hot.db(table)));
  expect(JSON.stringify(tables)).not.toContain('hunter2');
});

test('another project neither sees a stack nor deletes it', async () => {
  const { id, name } = await made(aTemplate({}));
  const other = { projectId: 'project-2', userId: 'user-2' };
  expect((await hot.engine.find([name], other, SIGNAL)).size).toBe(0);
  await hot.engine.delete(id, other, SIGNAL);
  expect(await hot.find('stack')).toBeDefined();
  expect(await hot.engine.events(id, 0, 10, other, SIGNAL)).toEqual([]);
});

test('user data of Ignition is refused where servers are containers with cloud-init', async () => {
  const containers = await aHotEngine(
    (backend) => new Proxy(backend, { get: (of, name) => (name === 'kind' ? 'docker' : bound(of, name)) }),
  );
  try {
    await containers.create({ template: aTemplate(aFleet(['one'], '{"ignition": {"version": "3.3.0"}}')) });
    const stack = await containers.waitUntilSettled();
    expect(stack).toMatchObject({ state: 'FAILED', reason: expect.stringContaining('choose an image of Debian or Ubuntu') });
  } finally {
    await containers.close();
  }
});

function bound(of: object, name: string | symbol): unknown {
  const found: unknown = Reflect.get(of, name);
  return typeof found === 'function' ? (found.bind(of) as unknown) : found;
}
