import { describe, expect, test } from 'vitest';
import { checkPathPart, MagnumError, type Magnum } from './index.js';
import { aTestClient } from './client.test-support.js';

/** Values that are no resource of that name: the parent, the collection, a list, or nothing at all. */
const NO_NAMES: readonly unknown[] = [
  '',
  ' ',
  '\t',
  '.',
  '..',
  ' .. ',
  '%2e',
  '%2E%2e',
  '.%2e',
  '/',
  'a/',
  'a//b',
  'a/../b',
  '..\\a',
  'detail',
  '\ud800',
  undefined,
  null,
  5,
  {},
];

/** One call of each method that puts a name or id into its path, with the name of the parameter. */
const CALLS: readonly (readonly [parameter: string, call: (magnum: Magnum, ident: string) => Promise<unknown>])[] = [
  ['bay_ident', ({ bays }, ident) => bays.get(ident)],
  ['bay_ident', ({ bays }, ident) => bays.update(ident, { node_count: 2 })],
  ['bay_ident', ({ bays }, ident) => bays.delete(ident)],
  ['bay_ident', ({ bays }, ident) => bays.config(ident)],
  ['bay_ident', ({ bays }, ident) => bays.loadImage(ident, { image: 'i' })],
  ['bay_ident', ({ bays }, ident) => bays.events(ident).toArray()],
  ['bay_ident', async ({ bays }, ident) => consume(bays.follow(ident))],
  ['bay_ident', ({ bays }, ident) => bays.waitUntil(ident)],
  ['bay_ident', ({ bays }, ident) => bays.waitUntilDeleted(ident)],
  ['cluster_ident', ({ clusters }, ident) => clusters.delete(ident)],
  ['cluster_ident', ({ clusters }, ident) => clusters.resize(ident, { node_count: 2 })],
  ['cluster_ident', ({ clusters }, ident) => clusters.upgrade(ident, { cluster_template: 't' })],
  ['baymodel_ident', ({ bayModels }, ident) => bayModels.delete(ident)],
  ['clustertemplate_ident', ({ clusterTemplates }, ident) => clusterTemplates.delete(ident)],
  ['node_ident', ({ nodes }, ident) => nodes.delete(ident)],
  ['container_ident', ({ containers }, ident) => containers.delete(ident)],
  ['container_ident', ({ containers }, ident) => containers.start(ident)],
  ['container_ident', ({ containers }, ident) => containers.logs(ident)],
  ['container_ident', ({ containers }, ident) => containers.execute(ident, 'ls')],
  ['pod_ident', ({ pods }, ident) => pods.delete('b', ident)],
  ['service_ident', ({ kubernetesServices }, ident) => kubernetesServices.delete('b', ident)],
  ['rc_ident', ({ replicationControllers }, ident) => replicationControllers.delete('b', ident)],
  ['x509keypair_ident', ({ x509KeyPairs }, ident) => x509KeyPairs.delete(ident)],
  ['federation_ident', ({ federations }, ident) => federations.delete(ident)],
  ['federation_ident', ({ federations }, ident) => federations.join(ident, 'c')],
  ['cluster_ident', ({ certificates }, ident) => certificates.get(ident)],
  ['cluster_ident', ({ certificates }, ident) => certificates.rotate(ident)],
  ['cluster_ident', ({ credentials }, ident) => credentials.rotate(ident)],
  ['driver_ident', ({ drivers }, ident) => drivers.get(ident)],
  ['project_id', ({ quotas }, ident) => quotas.delete(ident)],
  ['project_id', ({ quotas }, ident) => quotas.update(ident, 3)],
  ['cluster_ident', ({ nodeGroups }, ident) => nodeGroups.list(ident).toArray()],
  ['cluster_ident', ({ nodeGroups }, ident) => nodeGroups.delete(ident, 'g')],
  ['nodegroup_ident', ({ nodeGroups }, ident) => nodeGroups.get('c', ident)],
  ['nodegroup_ident', ({ nodeGroups }, ident) => nodeGroups.update('c', ident, { max_node_count: 3 })],
  ['nodegroup_ident', ({ nodeGroups }, ident) => nodeGroups.delete('c', ident)],
  ['nodegroup_ident', ({ nodeGroups }, ident) => nodeGroups.nodes('c', ident).toArray()],
];

async function consume(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

async function errorOf(call: () => Promise<unknown>): Promise<unknown> {
  return call().catch((thrown: unknown) => thrown);
}

describe('a name or id in a path', () => {
  test.each(CALLS.map(([parameter, call], index) => ({ index, parameter, call })))(
    'that addresses something else is refused by call $index before a request, which names $parameter',
    async ({ parameter, call }) => {
      const client = aTestClient(() => Response.json({}));
      for (const value of NO_NAMES) {
        const error = await errorOf(() => call(client.magnum, value as string)); // as a caller in JavaScript can
        expect(error, String(JSON.stringify(value))).toBeInstanceOf(MagnumError);
        expect(error).toMatchObject({ code: 'invalid-parameter', message: expect.stringMatching(`^${parameter} `) });
      }
      expect(client.requests).toEqual([]);
    },
  );

  test.each(['my-bay', 'my bay', 'a/b', '...', '.hidden', 'a..b', 'details', '100%', 'ä?#', 'http://x'.replace('//', '/')])(
    'is sent encoded as one part: %s',
    async (name) => {
      const client = aTestClient(() => Response.json({}));
      await client.magnum.bays.get(name);
      await client.magnum.nodeGroups.get('c', name);
      const paths = client.requests.map(({ url }) => new URL(url).pathname);
      const part = encodeURIComponent(name);
      expect(paths).toEqual([`/v1/bays/${part}`, `/v1/clusters/c/nodegroups/${part}`]);
      expect(checkPathPart('bay_ident', name)).toBe(name);
    },
  );
});

describe('a raw path', () => {
  test.each([
    '',
    'v1/bays',
    'http://elsewhere/v1',
    '/v1/bays/..',
    '/v1/bays/%2e%2E/x',
    '/v1//bays',
    '/v1/bays/.\t./x',
    '/v1\\bays',
    '/v1/bays?x=1',
    '//elsewhere/v1',
  ])('that would be sent as another one is refused: %j', async (path) => {
    const client = aTestClient(() => Response.json({}));
    const { magnum } = client;
    for (const call of [
      () => magnum.raw({ method: 'DELETE', path }),
      () => magnum.rawList({ method: 'GET', path }, 'bays').toArray(),
      () => consume(magnum.rawFollow(path)),
    ])
      expect(await errorOf(call)).toMatchObject({ code: 'invalid-parameter', message: expect.stringMatching(/^path /) });
    expect(client.requests).toEqual([]);
  });

  test('has its parts filled and checked where they are given apart', async () => {
    const client = aTestClient(() => Response.json({}));
    const path = '/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}';
    await client.magnum.raw({ method: 'GET', path, params: { cluster_ident: 'a b', nodegroup_ident: 'g' } });
    expect(client.requests[0]?.url).toBe('http://magnum.test/v1/clusters/a%20b/nodegroups/g');
    const error = await errorOf(() => client.magnum.raw({ method: 'DELETE', path, params: { cluster_ident: 'c' } }));
    expect(error).toMatchObject({ code: 'invalid-parameter', message: expect.stringMatching(/^nodegroup_ident /) });
  });
});
