import { describe, expect, test } from 'vitest';
import { nodeName, nodeNames, resourceNameOf, type NodePlace } from './names.js';

const UUID = '7f3a9b12-0000-4000-8000-000000000001';
const named = (cluster: string, more: Partial<NodePlace> = {}, digits = 0x7fc9): string =>
  nodeName({ bay: { id: UUID, name: cluster }, role: 'worker', group: null, ...more }, new Set(), () => digits);

describe("a node's name", () => {
  test.each([
    ['hive', {}, 'hive-worker-7fc9'],
    ['hive', { role: 'master' }, 'hive-master-7fc9'],
    ['hive', { group: 'GPU pool' }, 'hive-gpu-pool-7fc9'],
    ['My_Cluster.prod', {}, 'my-cluster-prod-worker-7fc9'],
    ['--a--b--', {}, 'a-b-worker-7fc9'],
    ['Ünïcödé', {}, 'unicode-worker-7fc9'],
    ['9', {}, '9-worker-7fc9'],
    ['x'.repeat(255), {}, `${'x'.repeat(30)}-worker-7fc9`],
    [`${'x'.repeat(29)} tail`, {}, `${'x'.repeat(29)}-worker-7fc9`],
    ['蜂の巣', {}, 'cluster-7f3a9b12-worker-7fc9'],
    ['$(reboot)', { group: '🐳' }, 'reboot-worker-7fc9'],
    ['x'.repeat(255), { group: 'y'.repeat(255) }, `${'x'.repeat(30)}-${'y'.repeat(24)}-7fc9`],
  ] as const)('of the cluster %j, %j, is %s: a host name', (cluster, more, expected) => {
    const name = named(cluster, more);
    expect(name).toBe(expected);
    expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$/);
  });

  test('has digits that no other node of the bay has, whatever its role and its origin', () => {
    const numbers = [1, 2, 3];
    const taken = new Set(['worker-0001', 'hive-gpu-0002']);
    const place = { bay: { id: UUID, name: 'hive' }, role: 'master', group: null } as const;
    expect(nodeName(place, taken, () => numbers.shift() ?? 0)).toBe('hive-master-0003');
  });

  test('of a thousand differ from each other and from those that are taken, which are looked at once', () => {
    let looked = 0;
    const taken = {
      *[Symbol.iterator]() {
        looked += 1;
        yield* ['worker-0000', 'worker-0001'];
      },
    };
    let digits = 0;
    const place = { bay: { id: UUID, name: 'hive' }, role: 'worker', group: null } as const;
    const names = nodeNames(place, taken, () => Math.floor((digits += 1) / 2));
    const made = Array.from({ length: 1_000 }, () => names.next().value);
    expect(made[0]).toBe('hive-worker-0002');
    expect(new Set(made).size).toBe(1_000);
    expect(looked).toBe(1);
  });

  test('is said without cluster and group in the stack, where nodes of earlier releases keep what they were called', () => {
    expect(resourceNameOf({ role: 'worker', name: named('hive', { group: 'gpu' }) })).toBe('worker-7fc9');
    expect(resourceNameOf({ role: 'master', name: 'master-7fc9' })).toBe('master-7fc9');
    expect(resourceNameOf({ role: 'worker', name: 'worker-1' })).toBe('worker-1');
  });
});
