import { loadSchemas, type PatchableFields } from '@magnum-ts/openapi';
import { expect, expectTypeOf, test } from 'vitest';
import type { ChangesOf, Magnum } from './index.js';
import { aTestClient } from './client.test-support.js';

/** Never called: the compiler reads it. Each line that it must refuse is marked, and a mark without an error is an error. */
export async function compileUpdates({
  bays,
  bayModels,
  clusters,
  clusterTemplates,
  containers,
  nodes,
  nodeGroups,
  pods,
}: Magnum): Promise<void> {
  await bays.update('b', { node_count: 3 });
  await bays.update('b', { node_count: undefined });
  await bays.update('b', [{ op: 'replace', path: '/node_count', value: 3 }]);
  // @ts-expect-error a number is wanted
  await bays.update('b', { node_count: 'three' });
  // @ts-expect-error there is no such field
  await bays.update('b', { nod_count: 3 });
  // @ts-expect-error the name of a bay cannot change
  await bays.update('b', { name: 'c' });

  await clusters.update('c', { node_count: null, health_status: 'HEALTHY', health_status_reason: '{}' });
  // @ts-expect-error there is no such status
  await clusters.update('c', { health_status: 'FINE' });
  // @ts-expect-error a cluster's labels cannot change
  await clusters.update('c', { labels: { a: 'b' } });

  await bayModels.update('m', { name: 'n', flavor_id: null, public: true, labels: { a: 'b', c: null, d: 3 } });
  // @ts-expect-error an image can be replaced and not removed
  await bayModels.update('m', { image_id: null });
  // @ts-expect-error there is no such engine
  await bayModels.update('m', { coe: 'nomad' });
  // @ts-expect-error labels are a map
  await clusterTemplates.update('m', { labels: 'a=b' });
  // @ts-expect-error it is true or false
  await clusterTemplates.update('m', { hidden: 'yes' });

  await containers.update('c', { memory: '64m', environment: { A: '1' } });
  // @ts-expect-error the bay of a container cannot change
  await containers.update('c', { bay_uuid: 'b' });
  // @ts-expect-error there is no such field
  await nodes.update('n', { flavor_id: 'f' });

  await nodeGroups.update('c', 'g', { max_node_count: null, node_labels: { disk: 'fast' } });
  // @ts-expect-error the number of nodes is changed by a resize
  await nodeGroups.update('c', 'g', { node_count: 3 });

  await pods.update('b', 'p', { manifest: 'kind: Pod' });
  // @ts-expect-error there is no such field
  await pods.update('b', 'p', { image: 'i' });
}

test('the types of changes are those of the spec', () => {
  expectTypeOf<ChangesOf<'Bay'>>().toEqualTypeOf<{ readonly node_count?: number | null | undefined }>();
  expectTypeOf<keyof ChangesOf<'NodeGroup'>>().toEqualTypeOf<'min_node_count' | 'max_node_count' | 'node_labels'>();
  expectTypeOf<Parameters<Magnum['bays']['update']>[1]>().exclude<readonly unknown[]>().toEqualTypeOf<ChangesOf<'Bay'>>();
  const resources: readonly string[] = Object.keys(loadSchemas().resources);
  expectTypeOf<Exclude<keyof PatchableFields, 'Federation' | 'Service' | 'ReplicationController'>>().toEqualTypeOf<
    'Bay' | 'BayModel' | 'Cluster' | 'ClusterTemplate' | 'Container' | 'Node' | 'NodeGroup' | 'Pod'
  >();
  expect(resources).toHaveLength(11);
});

test('a typed change is sent as a JSON patch', async () => {
  const client = aTestClient(() => Response.json({ uuid: 'u' }));
  await client.magnum.clusters.update('c', { node_count: 2, health_status: null, health_status_reason: undefined });
  expect(await client.requests[0]?.json()).toEqual([
    { op: 'replace', path: '/node_count', value: 2 },
    { op: 'remove', path: '/health_status' },
  ]);
});
