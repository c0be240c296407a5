import { expect, test } from 'vitest';
import type { JsonObject } from '../../../domain/json.js';
import { resourceNameOf } from '../../../domain/names.js';
import type { BayDriver, RenderInput } from '../../../ports/bay-driver.js';
import type { StackResource, StackSnapshot, StackSpec } from '../../../ports/orchestrator.js';
import { exampleBayFor } from './example-bays.js';
import { resolveNode, serverNameIn } from './user-data.test-support.js';

function resource(path: readonly string[], changes: Partial<StackResource> = {}): StackResource {
  const physicalId = `id-of-${path.join('.')}`;
  return { path, type: 'OS::Nova::Server', physicalId, action: 'CREATE', state: 'COMPLETE', reason: '', ...changes };
}

function serverNameOf(stack: StackSpec, node: string): string {
  const template = stack.files[resolveNode(stack, node).type] ?? '{}';
  return serverNameIn(JSON.parse(template) as JsonObject); // a template
}

interface Subject {
  readonly driver: BayDriver;
  readonly input: RenderInput;
  readonly master: string;
  readonly worker: string;
  /** Name of the server's resource in the stack of the master. */
  readonly server: string;
  /** A complete stack of the bay, but for the changes. */
  stack(changes?: Partial<StackSnapshot>): StackSnapshot;
}

/** Reading a bay's state from its stack, whatever the stack says. */
export function interpretContract(driver: BayDriver): void {
  const input = exampleBayFor(driver, { workers: 1 });
  const [master, worker] = input.nodes.map(resourceNameOf) as [string, string]; // one of each
  const { name, tags, ...rendered } = driver.render(input);
  const server = serverNameOf({ name, tags, ...rendered }, master);
  const complete = { action: 'CREATE', state: 'COMPLETE', reason: '', outputs: {}, resources: [] } as const;
  const subject: Subject = {
    driver,
    input,
    master,
    worker,
    server,
    stack: (changes) => ({ id: 'stack-1', name, tags, ...complete, ...changes }),
  };
  stateContract(subject);
  failureContract(subject);
}

function stateContract({ driver, input, master, worker, server, stack }: Subject): void {
  test('no stack is absent', () => expect(driver.interpret(undefined, input).stack).toEqual({ kind: 'absent' }));

  test('generation and upgrade batch are those that the stack was last given', () => {
    const { tags: given } = driver.render({ ...input, batch: 7 });
    expect(driver.interpret(stack(), input).stack).toMatchObject({ kind: 'present', appliedGeneration: 3, appliedBatch: 0 });
    expect(driver.interpret(stack({ tags: given }), input).stack).toMatchObject({ appliedGeneration: 3, appliedBatch: 7 });
  });

  test('a complete bay has addresses, servers and an API', () => {
    const outputs = {
      api_address: '198.51.100.4',
      node_addresses: { [master]: { private: '10.0.0.5', public: '198.51.100.4' }, [worker]: null },
    };
    const resources = [resource([master]), resource([master, server]), resource([worker], { state: 'IN_PROGRESS' })];
    const seen = driver.interpret(stack({ outputs, resources }), input);
    expect([driver.endpointAt('198.51.100.4'), '198.51.100.4']).toContain(seen.apiAddress);
    expect([...seen.nodes.values()]).toEqual([
      {
        status: 'CREATE_COMPLETE',
        reason: null,
        serverId: `id-of-${master}.${server}`,
        privateAddress: '10.0.0.5',
        publicAddress: '198.51.100.4',
      },
      { status: 'CREATE_IN_PROGRESS', reason: null, serverId: null, privateAddress: null, publicAddress: null },
    ]);
  });

  test('an endpoint is a URL with the port of the driver, also at an address of IPv6', () => {
    const [four, six] = [new URL(driver.endpointAt('192.0.2.7')), new URL(driver.endpointAt('2001:db8::7'))];
    expect([four.hostname, six.hostname]).toEqual(['192.0.2.7', '[2001:db8::7]']);
    expect(Number(four.port)).toBeGreaterThan(0);
    expect(six.port).toBe(four.port);
  });

  test('a node that the stack does not hold is not observed', () => expect(driver.interpret(stack(), input).nodes.size).toBe(0));
}

function failureContract({ driver, input, worker, stack }: Subject): void {
  test('a failure names the innermost resource, its type, its id and the reason', () => {
    const resources = [
      resource([worker], { state: 'FAILED', type: 'node.yaml', reason: 'nested failed' }),
      resource([worker, 'wait_condition'], {
        state: 'FAILED',
        type: 'OS::Heat::WaitCondition',
        reason: 'make-cert: HTTP status 403',
      }),
    ];
    const seen = driver.interpret(stack({ state: 'FAILED', reason: 'Resource CREATE failed', resources }), input);
    expect(seen.failure).toBe(
      `${worker}.wait_condition (OS::Heat::WaitCondition id-of-${worker}.wait_condition): make-cert: HTTP status 403`,
    );
    expect([...seen.nodes.values()][0]).toMatchObject({ status: 'CREATE_FAILED', reason: seen.failure });
  });

  test('aborted resources come after the failure that aborted them', () => {
    const aborted = ['worker-1', 'worker-2', 'worker-3', 'worker-4'].map((one) =>
      resource([one], { state: 'FAILED', reason: 'StackAborted: aborted because of another failure' }),
    );
    const cause = resource(['worker-5'], { state: 'FAILED', reason: 'no address is left' });
    const seen = driver.interpret(stack({ state: 'FAILED', resources: [...aborted, cause] }), input);
    expect(seen.failure).toMatch(/^worker-5 .*no address is left; .* \(and 2 more\)$/);
  });

  test.each<[string, Partial<StackSnapshot>]>([
    ['outputs of other types', { outputs: { api_address: 7, node_addresses: ['x'], shard_addresses: { a: [null] } } }],
    ['null outputs', { outputs: { api_address: null, node_addresses: null, shard_addresses: [null, 'x'] } }],
    ['a failure without a resource', { state: 'FAILED', reason: '' }],
    ['tags that are no numbers', { tags: ['magnum-generation:x', 'magnum-generation:', 'magnum-upgrade-batch:1e999'] }],
    ['resources without a path', { resources: [resource([]), resource(['', ''])] }],
  ])('a stack with %s is interpreted without an error', (_name, changes) => {
    const seen = driver.interpret(stack(changes), input);
    expect(seen.stack).toMatchObject({ kind: 'present', appliedGeneration: changes.tags ? 0 : 3, appliedBatch: 0 });
    expect(seen.apiAddress).toBeNull();
    expect(seen.failure === null).toBe(changes.state !== 'FAILED');
  });
}
