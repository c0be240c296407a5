import { describe, expect, test } from 'vitest';
import { nodeName } from '../../../../domain/names.js';
import { SHARD_SIZE, shardsFor } from '../../../../domain/shards.js';
import { needsOf, resourcesOf } from '../../../../domain/stack-needs.js';
import { Secret } from '../../../../domain/secret.js';
import { stackProblem } from '../../../../domain/stack-size.js';
import type { StackResource, StackSnapshot } from '../../../../ports/orchestrator.js';
import { renderShard, type ShardMember } from '../../../shared/heat/shard.js';
import { swarmMode } from './driver.js';
import { exampleBay, type Example } from '../../../shared/testing/example-bays.js';
import { resolveNode } from '../../../shared/testing/user-data.test-support.js';

const kept = (example: Example) => swarmMode.render(exampleBay(example));
/** Heat's own defaults. */
const HEAT = { templateBytes: 524_288, requestBytes: 1_048_576, resources: 1_000, depth: 5 };

describe('nodes in shards', () => {
  test.each<[string, Example]>([
    ['plain', {}],
    ['with volumes', { desired: { dockerVolumeSize: 5 } }],
    ['in an existing network, without floating addresses', { facts: { fixedNetworkId: 'n', fixedSubnetId: 's' } }],
    ['of several groups', { extraGroup: { flavorId: 'm1.large', dockerVolumeSize: 3, labels: { availability_zone: 'z2' } } }],
  ])('are given what they would be given in the root: %s', (_name, example) => {
    const input = exampleBay({ workers: 5, ...example });
    const [flat, sharded] = [kept({ workers: 5, ...example }), kept({ workers: 5, shardSize: 2, ...example })];
    for (const { name } of input.nodes) expect(resolveNode(sharded, name)).toEqual(resolveNode(flat, name));
  });

  test('need the same of a project', () => {
    const [flat, sharded] = [kept({ workers: 5 }), kept({ workers: 5, shardSize: 2 })];
    const needs = (stack: typeof flat) => needsOf(resourcesOf(stack.template, stack.files), new Map());
    expect(needs(sharded)).toEqual(needs(flat));
  });

  test('that come or go change their own shard and nothing else', () => {
    const [three, four] = [kept({ workers: 103, shardSize: 50 }), kept({ workers: 104, shardSize: 50 })];
    const changed = Object.keys(four.files).filter((name) => four.files[name] !== three.files[name]);
    expect(changed).toEqual(['nodes-default-worker-00000002-2.yaml']);
    const gone = kept({ workers: 103, shardSize: 50, leaving: ['worker-00c8'] });
    expect(Object.keys(gone.files).filter((name) => gone.files[name] !== three.files[name])).toEqual([
      'nodes-default-worker-00000002-0.yaml',
    ]);
  });

  test('stand beside nodes of an earlier release, which stay where they are', () => {
    const before = kept({ workers: 2 });
    const input = exampleBay({ workers: 4, shardSize: 50 });
    const old = new Set(['worker-00c8', 'worker-00c9']);
    const mixed = swarmMode.render({
      ...input,
      nodes: input.nodes.map((node) => (old.has(node.name) ? { ...node, shard: null } : node)),
    });
    const { resources } = mixed.template as { resources: Record<string, unknown> };
    const { resources: former } = before.template as { resources: Record<string, unknown> };
    for (const [name, resource] of Object.entries(former)) expect(resources[name]).toEqual(resource);
    expect(Object.keys(resources).filter((name) => !(name in former))).toEqual(['nodes-default-worker-00000002-0']);
  });

  test('fit into what Heat takes by default when there are a thousand of them', () => {
    const { template, files, parameters: _, ...rest } = kept({ workers: 1_000, shardSize: SHARD_SIZE });
    const sizes = [JSON.stringify(template), ...Object.values(files)].map((text) => Buffer.byteLength(text));
    expect(Math.max(...sizes)).toBeLessThan(HEAT.templateBytes / 4);
    expect(Buffer.byteLength(JSON.stringify({ template, files, ...rest }))).toBeLessThan(HEAT.requestBytes);
  });

  test('fit with the longest names that a cluster can give them, the parameters of the stack included', () => {
    const input = exampleBay({ workers: 1_000, shardSize: SHARD_SIZE });
    const bay = { id: input.bay.id, name: 'x'.repeat(255) };
    const nodes = input.nodes.map((node) => {
      const digits = parseInt(node.name.slice(-4), 16);
      return { ...node, name: nodeName({ bay, role: node.role, group: null }, new Set(), () => digits) };
    });
    const { template, files, parameters, ...rest } = swarmMode.render({ ...input, nodes });
    const sent = { template, files, parameters: { enrolment_tokens: input.delegation.enrolmentTokens.reveal() }, ...rest };
    expect(Object.keys(parameters)).toEqual(['enrolment_tokens']);
    expect(Buffer.byteLength(JSON.stringify(sent))).toBeLessThan(HEAT.requestBytes);
  });

  test('are refused with the number of what the orchestrator does not take', () => {
    const of = (workers: number) => kept({ workers, shardSize: SHARD_SIZE });
    expect(stackProblem(of(100), HEAT)).toBeUndefined();
    expect(stackProblem(of(200), HEAT)).toBe(
      'The stack would have 1220 resources; the orchestrator takes 1000 (max_resources_per_stack).',
    );
    expect(stackProblem(of(1_000), { ...HEAT, resources: null })).toBeUndefined();
    expect(stackProblem(of(60), { ...HEAT, templateBytes: 30_000 })).toMatch(
      /^The template nodes-.*-0\.yaml .* takes 30000 \(max_template_size\)/,
    );
    expect(stackProblem(of(60), { ...HEAT, requestBytes: 50_000 })).toMatch(/takes 50000 \(max_json_body_size\)/);
    expect(stackProblem(of(1), { ...HEAT, depth: 1 })).toMatch(/nested 2 deep; .* takes 1 \(max_nested_stack_depth\)/);
  });

  test('are counted with the secrets that are sent along', () => {
    const stack = kept({ workers: 1, shardSize: SHARD_SIZE });
    const tokens = (bytes: number) => ({ enrolment_tokens: new Secret(`{"worker":"${'x'.repeat(bytes)}"}`) });
    const limits = { ...HEAT, resources: null, requestBytes: 200_000 };
    expect(stackProblem({ ...stack, parameters: tokens(1) }, limits)).toBeUndefined();
    expect(stackProblem({ ...stack, parameters: tokens(200_000) }, limits)).toMatch(/takes 200000 \(max_json_body_size\)/);
  });

  test('that are far too large are known without being rendered', () => {
    const labels = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`.padEnd(255, 'x'), 'v'.repeat(255)]));
    const input = exampleBay({ workers: 60, managers: 3, shardSize: SHARD_SIZE, desired: { labels } });
    const least = swarmMode.leastTemplateBytes?.(input) ?? 0;
    const whole = Buffer.byteLength(JSON.stringify(swarmMode.render(input).template));
    expect(least).toBeGreaterThan(3 * 51_000);
    expect(least).toBeLessThan(whole);
  });

  test('fill the first shard with room, also the room that others leave', () => {
    const at = (shard: number | null, desired: 'present' | 'absent' = 'present') => ({ shard, desired });
    const full = Array.from({ length: SHARD_SIZE }, () => at(0));
    expect(shardsFor([], 2)).toEqual([0, 0]);
    expect(shardsFor(full, 1)).toEqual([1]);
    expect(shardsFor([...full.slice(2), at(0, 'absent'), at(2), at(null)], 3)).toEqual([0, 0, 1]);
    expect(new Set(shardsFor([], 1_000)).size).toBe(1_000 / SHARD_SIZE);
  });
});

describe('what members of a shard differ in', () => {
  const shard = (...members: readonly ShardMember[]) => {
    const parameters = { secret: { type: 'string', hidden: true }, map: { type: 'json' } } as const;
    const { resource, text } = renderShard({
      name: 's',
      description: '',
      parameters,
      members,
      outputs: {},
      dependsOn: [],
    });
    const template = JSON.parse(text) as { parameters: unknown; resources: Record<string, { properties: unknown }> };
    const given = Object.fromEntries(Object.entries(template.resources).map(([name, one]) => [name, one.properties]));
    return { handed: resource.properties, parameters: template.parameters, given };
  };
  const member = (name: string, properties: ShardMember['properties']): ShardMember => ({ name, type: 'node.yaml', properties });

  test('and is written out stands with them', () => {
    expect(shard(member('a', { image: '1' }), member('b', { image: '2' }))).toEqual({
      handed: {},
      parameters: {},
      given: { a: { image: '1' }, b: { image: '2' } },
    });
  });

  test('and refers to the root is handed over by name, hidden where it was', () => {
    const [a, b] = [{ get_attr: ['x', 'one'] }, { get_attr: ['x', 'two'] }];
    expect(shard(member('a', { secret: a }), member('b', { secret: b }))).toEqual({
      handed: { secret: { a, b } },
      parameters: { secret: { type: 'json', hidden: true } },
      given: { a: { secret: { get_param: ['secret', 'a'] } }, b: { secret: { get_param: ['secret', 'b'] } } },
    });
  });

  test('in maps is laid over what is common', () => {
    expect(shard(member('a', { map: { x: 1, y: 1 } }), member('b', { map: { x: 1, y: 2 } }))).toMatchObject({
      handed: { map: { x: 1 } },
      given: { b: { map: { map_merge: [{ get_param: 'map' }, { y: 2 }] } } },
    });
  });

  test('and only some have, others are not given', () => {
    expect(shard(member('a', { zone: 'z' }), member('b', {})).given).toEqual({ a: { zone: { get_param: 'zone' } }, b: {} });
  });
});

describe('a stack with shards', () => {
  const input = exampleBay({ workers: 2, shardSize: 50 });
  const SHARD = 'nodes-default-worker-00000002-0';
  const at = (path: readonly string[], change: Partial<StackResource> = {}): StackResource => ({
    path,
    type: 'T',
    physicalId: `id-of-${path.at(-2) ?? ''}`,
    action: 'CREATE',
    state: 'COMPLETE',
    reason: '',
    ...change,
  });
  const stack = (change: Partial<StackSnapshot>): StackSnapshot => ({
    id: 'stack',
    name: swarmMode.render(input).name,
    action: 'CREATE',
    state: 'COMPLETE',
    reason: '',
    outputs: {},
    resources: [],
    tags: [],
    ...change,
  });

  test('shows the servers and addresses of its nodes', () => {
    const seen = swarmMode.interpret(
      stack({
        outputs: { shard_addresses: [null, { 'worker-00c8': { private: '10.0.0.7', public: '' } }] },
        resources: [at([SHARD]), at([SHARD, 'worker-00c8']), at([SHARD, 'worker-00c8', 'server'])],
      }),
      input,
    );
    expect([...seen.nodes.values()]).toEqual([
      { status: 'CREATE_COMPLETE', reason: null, serverId: 'id-of-worker-00c8', privateAddress: '10.0.0.7', publicAddress: null },
    ]);
  });

  test('names the node that failed, and blames no other one for it', () => {
    const failed = { state: 'FAILED', reason: 'nested' } as const;
    const seen = swarmMode.interpret(
      stack({
        state: 'FAILED',
        resources: [
          at([SHARD], failed),
          at([SHARD, 'worker-00c8'], failed),
          at([SHARD, 'worker-00c8', 'wait_condition'], { ...failed, reason: 'the disk is full' }),
          at([SHARD, 'worker-00c9'], { ...failed, reason: 'StackAborted: aborted' }),
        ],
      }),
      input,
    );
    expect(seen.failure).toMatch(/worker-00c8\.wait_condition .*the disk is full; .*worker-00c9/);
    const reasons = [...seen.nodes.values()].map(({ reason }) => reason);
    expect(reasons[0]).toMatch(/the disk is full$/);
    expect(reasons[1]).toMatch(/StackAborted: aborted$/);
  });
});
