import { operations, type OperationTypes } from '@magnum-ts/openapi';
import { expect, expectTypeOf, test } from 'vitest';
import type { Input, Listing, Magnum } from './index.js';
import { aTestClient } from './client.test-support.js';

// Collections put their paths together at run time, where the compiler cannot compare them with the spec; these tests do.

/** Each operation of a collection beside the call that must send it. */
const CALLS: readonly (readonly [id: string, call: (magnum: Magnum) => Promise<unknown> | Listing<unknown>])[] = [
  ['listBays', ({ bays }) => bays.list()],
  ['listBaysDetail', ({ bays }) => bays.listDetail()],
  ['getBay', ({ bays }) => bays.get('x')],
  ['createBay', ({ bays }) => bays.create({ baymodel_id: 'm' })],
  ['createBay', ({ bays }) => bays.plan({ baymodel_id: 'm' })],
  ['updateBay', ({ bays }) => bays.update('x', { node_count: 2 }, { rollback: true })],
  ['deleteBay', ({ bays }) => bays.delete('x')],
  ['getBayConfig', ({ bays }) => bays.config('x', { valid_for: 60, csr: 'PEM' })],
  ['loadBayImage', ({ bays }) => bays.loadImage('x', { image: 'i' })],
  ['listBayEvents', ({ bays }) => bays.events('x', { after: 1 })],
  ['listClusters', ({ clusters }) => clusters.list()],
  ['listClustersDetail', ({ clusters }) => clusters.listDetail()],
  ['getCluster', ({ clusters }) => clusters.get('x')],
  ['createCluster', ({ clusters }) => clusters.create({ cluster_template_id: 'm' })],
  ['createCluster', ({ clusters }) => clusters.plan({ cluster_template_id: 'm' })],
  ['updateCluster', ({ clusters }) => clusters.update('x', { node_count: 2 })],
  ['deleteCluster', ({ clusters }) => clusters.delete('x')],
  ['getClusterConfig', ({ clusters }) => clusters.config('x')],
  ['loadClusterImage', ({ clusters }) => clusters.loadImage('x', { image: 'i' })],
  ['listClusterEvents', ({ clusters }) => clusters.events('x')],
  ['listBayModels', ({ bayModels }) => bayModels.list()],
  ['getBayModel', ({ bayModels }) => bayModels.get('x')],
  ['createBayModel', ({ bayModels }) => bayModels.create({ coe: 'swarm', image_id: 'i', keypair_id: 'k' })],
  ['updateBayModel', ({ bayModels }) => bayModels.update('x', { name: 'y' })],
  ['deleteBayModel', ({ bayModels }) => bayModels.delete('x')],
  ['listClusterTemplates', ({ clusterTemplates }) => clusterTemplates.list()],
  ['getClusterTemplate', ({ clusterTemplates }) => clusterTemplates.get('x')],
  ['createClusterTemplate', ({ clusterTemplates }) => clusterTemplates.create({ coe: 'swarm', image_id: 'i', keypair_id: 'k' })],
  ['updateClusterTemplate', ({ clusterTemplates }) => clusterTemplates.update('x', { name: 'y' })],
  ['deleteClusterTemplate', ({ clusterTemplates }) => clusterTemplates.delete('x')],
  ['listNodes', ({ nodes }) => nodes.list({ bay_ident: 'b' })],
  ['listNodesDetail', ({ nodes }) => nodes.listDetail()],
  ['getNode', ({ nodes }) => nodes.get('x')],
  ['createNode', ({ nodes }) => nodes.create({ type: 'virt' })],
  ['updateNode', ({ nodes }) => nodes.update('x', { image_id: 'y' })],
  ['deleteNode', ({ nodes }) => nodes.delete('x')],
  ['listContainers', ({ containers }) => containers.list()],
  ['listContainersDetail', ({ containers }) => containers.listDetail()],
  ['getContainer', ({ containers }) => containers.get('x')],
  ['createContainer', ({ containers }) => containers.create({ name: 'c', image: 'i', bay_uuid: 'b' })],
  ['updateContainer', ({ containers }) => containers.update('x', { name: 'y' })],
  ['deleteContainer', ({ containers }) => containers.delete('x')],
  ['listX509KeyPairs', ({ x509KeyPairs }) => x509KeyPairs.list()],
  ['listX509KeyPairsDetail', ({ x509KeyPairs }) => x509KeyPairs.listDetail()],
  ['getX509KeyPair', ({ x509KeyPairs }) => x509KeyPairs.get('x')],
  ['createX509KeyPair', ({ x509KeyPairs }) => x509KeyPairs.create({ bay_uuid: 'b' })],
  ['deleteX509KeyPair', ({ x509KeyPairs }) => x509KeyPairs.delete('x')],
  ['listFederations', ({ federations }) => federations.list()],
  ['listFederationsDetail', ({ federations }) => federations.listDetail()],
  ['getFederation', ({ federations }) => federations.get('x')],
  ['createFederation', ({ federations }) => federations.create({ hostcluster_id: 'h', properties: {} })],
  ['deleteFederation', ({ federations }) => federations.delete('x')],
  ['listPods', ({ pods }) => pods.list('b')],
  ['listPodsDetail', ({ pods }) => pods.listDetail('b')],
  ['getPod', ({ pods }) => pods.get('b', 'x')],
  ['createPod', ({ pods }) => pods.create({ bay_uuid: 'b', manifest: 'm' })],
  ['updatePod', ({ pods }) => pods.update('b', 'x', { manifest: 'm' })],
  ['deletePod', ({ pods }) => pods.delete('b', 'x')],
  ['getService', ({ kubernetesServices }) => kubernetesServices.get('b', 'x')],
  ['getReplicationController', ({ replicationControllers }) => replicationControllers.get('b', 'x')],
];

test.each(CALLS)('%s is sent to the path and with the parameters of the spec', async (id, call) => {
  const client = aTestClient(() => Response.json({}));
  const made = call(client.magnum);
  await ('toArray' in made ? made.toArray() : made);
  const [request] = client.requests;
  const { pathname, searchParams } = new URL(request?.url ?? '');
  // A literal segment takes precedence over a parameter, as in the server's router: /v1/bays/detail.
  const [found] = Object.values(operations)
    .filter(
      ({ method, path }) => method === request?.method && new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
    )
    .sort((a, b) => a.pathParams.length - b.pathParams.length);
  expect(found?.id).toBe(id);
  const known: readonly string[] = found?.queryParams.map(({ name }) => name) ?? [];
  expect([...searchParams.keys()].filter((name) => !known.includes(name))).toEqual([]);
});

test('a parameter that is undefined is not sent', async () => {
  const client = aTestClient(() => Response.json({ uuid: 'u' }));
  await client.magnum.raw({ method: 'get', path: '/v1/bays', query: { limit: 1, marker: undefined } });
  await client.magnum.bays.update('x', { node_count: 2 });
  expect(client.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET http://magnum.test/v1/bays?limit=1',
    'PATCH http://magnum.test/v1/bays/x',
  ]);
});

type Json<Holder> = Holder extends { readonly content: { readonly 'application/json': infer Body } } ? Body : never;
type Field<T, Key> = Key extends keyof T ? T[Key] : never;
type Answer<Id extends keyof OperationTypes, Status = 200> = Json<Field<OperationTypes[Id]['responses'], Status>>;
type Body<Id extends keyof OperationTypes> = Json<Field<OperationTypes[Id], 'requestBody'>>;
type ItemOf<List> = Field<List, Exclude<keyof List, 'next'>> extends readonly (infer Item)[] ? Item : never;

/** The types of a collection's calls. */
type Typed<Calls> = Calls extends {
  get(ident: string): Promise<infer Full>;
  list(): Listing<infer Summary>;
  create(body: infer Create): Promise<infer Created>;
}
  ? { full: Full; summary: Summary; create: Create; created: Created }
  : never;
/** The same, as the spec has it: the ids of three operations, and the status of a creation. */
type Spec<Get extends Id, List extends Id, Create extends Id, Status> = {
  full: Answer<Get>;
  summary: ItemOf<Answer<List>>;
  create: Input<Body<Create>>;
  created: Answer<Create, Status>;
};
type Id = keyof OperationTypes;

test('the types of a collection are those of its operations', () => {
  expectTypeOf<Typed<Magnum['bays']>>().toEqualTypeOf<Spec<'getBay', 'listBays', 'createBay', 202>>();
  expectTypeOf<Typed<Magnum['clusters']>>().toEqualTypeOf<Spec<'getCluster', 'listClusters', 'createCluster', 202>>();
  expectTypeOf<Typed<Magnum['bayModels']>>().toEqualTypeOf<Spec<'getBayModel', 'listBayModels', 'createBayModel', 201>>();
  expectTypeOf<Typed<Magnum['clusterTemplates']>>().toEqualTypeOf<
    Spec<'getClusterTemplate', 'listClusterTemplates', 'createClusterTemplate', 201>
  >();
  expectTypeOf<Typed<Magnum['nodes']>>().toEqualTypeOf<Spec<'getNode', 'listNodes', 'createNode', 201>>();
  expectTypeOf<Typed<Magnum['containers']>>().toEqualTypeOf<Spec<'getContainer', 'listContainers', 'createContainer', 201>>();
  expectTypeOf<Typed<Magnum['x509KeyPairs']>>().toEqualTypeOf<
    Spec<'getX509KeyPair', 'listX509KeyPairs', 'createX509KeyPair', 201>
  >();
  expectTypeOf<Typed<Magnum['federations']>>().toEqualTypeOf<Spec<'getFederation', 'listFederations', 'createFederation', 202>>();
  expectTypeOf<Awaited<ReturnType<Magnum['pods']['get']>>>().toEqualTypeOf<Answer<'getPod'>>();
  expectTypeOf<Awaited<ReturnType<Magnum['bays']['plan']>>>().toEqualTypeOf<Answer<'createBay', 200>>();
  expectTypeOf<Awaited<ReturnType<Magnum['bays']['update']>>>().toEqualTypeOf<Answer<'updateBay', 202>>();
  expectTypeOf<Awaited<ReturnType<Magnum['clusters']['plan']>>>().toEqualTypeOf<Answer<'createCluster', 200>>();
  expectTypeOf<ReturnType<Magnum['clusters']['events']>>().toEqualTypeOf<Listing<ItemOf<Answer<'listClusterEvents'>>>>();
});
