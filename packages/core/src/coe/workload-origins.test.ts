import { describe, expect, test } from 'vitest';
import type { BayId } from '../domain/ids.js';
import { coes } from './index.js';
import { originsOf } from './workload-origins.js';

const { isOfBay, otherUsers } = originsOf(coes);

const BAY = '0a1b2c3d-0000-4000-8000-000000000001' as BayId;
const OTHER = '0a1b2c3d-0000-4000-8000-000000000002';

describe('a thing in the cloud is of the bay', () => {
  test.each([
    ['by its description', { description: `Kubernetes external service default/web from cluster ${BAY}` }],
    ['by the description of an address', { description: `Floating IP for Kubernetes external service web from cluster ${BAY}` }],
    ['by its name', { name: `kube_service_${BAY}_default_web` }],
    ['by a tag of a service', { tags: ['x', `kube_service_${BAY}_default_web`] }],
    ['by a tag', { tags: [`magnum=${BAY}`] }],
  ])('%s', (_, thing) => expect(isOfBay(BAY, thing)).toBe(true));

  test.each([
    ['with the same beginning of a name', { name: 'kube_service_hive_default_web' }],
    ['of another bay', { description: `Kubernetes external service web from cluster ${OTHER}` }],
    ['whose description goes on', { description: `Kubernetes service web from cluster ${BAY} was moved` }],
    ['with a longer id', { name: `kube_service_${BAY}9_default_web` }],
    ['whose description mentions the bay', { description: `stands before ${BAY}` }],
    ['that says nothing', {}],
  ])('not one %s', (_, thing) => expect(isOfBay(BAY, thing)).toBe(false));

  test('also when another cluster uses it, which is reported', () => {
    const shared = { tags: [`kube_service_${BAY}_default_web`, `kube_service_${OTHER}_default_web`] };
    expect(isOfBay(BAY, shared)).toBe(true);
    expect(otherUsers(BAY, shared)).toEqual([OTHER]);
  });
});
