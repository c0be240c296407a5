import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anEngine, type Engine } from '../support/engine.js';
import { aService, itemsOf, NOWHERE, ORIGIN, refusalOf, resource, type Reply, type Service } from '../support/service.js';

// What a real Kubernetes does with all of this is in test/host/kubernetes.test.ts.
let service: Service;
let engine: Engine;
let bay: string;
beforeAll(async () => {
  service = await aService();
  await service.createModel();
  bay = (await service.createBay({ name: 'hive' })).uuid;
  engine = await anEngine(service);
});
afterAll(() => service.stop());

const CONTAINERS = { containers: [{ name: 'c', image: 'nginx' }] };
const MANIFESTS = {
  pods: { metadata: { name: 'one' }, spec: CONTAINERS },
  services: { metadata: { name: 'one' }, spec: { ports: [{ port: 80 }] } },
  rcs: {
    metadata: { name: 'one' },
    spec: { selector: { a: 'b' }, template: { metadata: { labels: { a: 'b' } }, spec: CONTAINERS } },
  },
} as const;
type Collection = keyof typeof MANIFESTS;
const create = (collection: Collection, fields: object): Promise<Reply> =>
  engine.request('POST', `/v1/${collection}`, { body: { bay_uuid: 'hive', ...fields } });

describe.each(Object.entries(MANIFESTS))('%s', (name, manifest) => {
  const collection = name as Collection; // a key of the table above

  test('take the bay from the query or from the path, and show it by its id', async () => {
    const reply = await create(collection, { manifest: JSON.stringify(manifest) });
    const made = resource(reply, 201);
    expect(made).toMatchObject({ name: 'one', bay_uuid: bay });
    expect(reply.headers.get('location')).toBe(`${ORIGIN}/v1/${collection}/${made.uuid}`);
    for (const place of [`one?bay_ident=hive`, `one?bay_ident=${bay}`, 'one/hive', `${made.uuid}/${bay}`])
      expect((await engine.request('GET', `/v1/${collection}/${place}`)).body, place).toEqual(made);
    const [summary] = itemsOf(await engine.request('GET', `/v1/${collection}?bay_ident=hive`), collection);
    expect(summary).not.toHaveProperty('created_at');
    expect(itemsOf(await engine.request('GET', `/v1/${collection}/detail?bay_ident=hive`), collection)).toEqual([made]);
    expect((await engine.request('DELETE', `/v1/${collection}/one/hive`)).status).toBe(204);
    expect((await engine.request('DELETE', `/v1/${collection}/one?bay_ident=hive`)).status).toBe(204);
  });

  test('answer the whole list, and check what they are asked all the same', async () => {
    for (const number of ['1', '2', '3'])
      await create(collection, { manifest: JSON.stringify({ ...manifest, metadata: { name: `many-${number}` } }) });
    const list = await engine.request('GET', `/v1/${collection}?bay_ident=hive&limit=1`);
    expect(itemsOf(list, collection)).toHaveLength(3);
    expect(list.body).not.toHaveProperty('next');
    for (const query of ['limit=0', 'limit=x', 'sort_dir=up', 'marker=no-uuid', 'colour=red'])
      expect((await engine.request('GET', `/v1/${collection}?bay_ident=hive&${query}`)).status, query).toBe(400);
  });

  test('need a bay: 400 without one, 404 for another, 400 in a body', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/detail'],
      ['GET', '/one'],
      ['DELETE', '/one'],
    ] as const) {
      expect(refusalOf(await engine.request(method, `/v1/${collection}${path}`)).detail, path).toContain('bay_ident');
      expect((await engine.request(method, `/v1/${collection}${path}?bay_ident=${NOWHERE}`)).status, path).toBe(404);
    }
    for (const fields of [{ bay_uuid: NOWHERE }, { bay_uuid: null }])
      expect((await create(collection, { ...fields, manifest: JSON.stringify(manifest) })).status).toBe(400);
    expect((await engine.request('GET', `/v1/${collection}?bay_ident=hive`, { token: service.tokens.other })).status).toBe(404);
  });

  test.each([
    ['nothing', {}, /Give the manifest/],
    ['no object', { manifest: 'pod' }, /no object/],
    ['no name', { manifest: '{}' }, /metadata.name is missing/],
    ['another kind', { manifest: JSON.stringify({ ...manifest, kind: 'Secret' }) }, /its kind is/],
    ['nesting without end', { manifest: '['.repeat(200_000) }, /nested too deeply/],
    ['an address while none is allowed', { manifest_url: 'https://example.org/pod.yaml' }, /does not allow the host/],
  ])('refuse %s: 400', async (_name, fields, words) => {
    expect(refusalOf(await create(collection, fields))).toMatchObject({ status: 400, detail: expect.stringMatching(words) });
  });

  test('prefer the manifest to its address', async () => {
    const fields = { manifest: JSON.stringify({ ...manifest, metadata: { name: 'both' } }), manifest_url: 'https://example.org' };
    expect((await create(collection, fields)).status).toBe(201);
  });

  test('are changed by another manifest, and by nothing else', async () => {
    await create(collection, { manifest: JSON.stringify(manifest) });
    const patch = (body: object): Promise<Reply> => engine.request('PATCH', `/v1/${collection}/one/hive`, { body: [body] });
    expect((await patch({ op: 'replace', path: '/manifest', value: JSON.stringify(manifest) })).status).toBe(200);
    for (const path of ['/name', '/labels', '/uuid', '/bay_uuid'])
      expect((await patch({ op: 'replace', path, value: 'x' })).status, path).toBe(400);
    expect((await patch({ op: 'remove', path: '/manifest' })).status).toBe(400);
  });

  test("pass Kubernetes' own refusals on, status and all", async () => {
    engine.failWith('kubernetes-refused', 422);
    const reply = await create(collection, { manifest: JSON.stringify(manifest) });
    engine.failWith(undefined);
    expect(refusalOf(reply).status).toBe(422);
  });
});

test('a bay of another engine is refused as such, also where there is no engine to ask', async () => {
  const reply = await service.request('GET', '/v1/pods?bay_ident=hive');
  expect(refusalOf(reply)).toMatchObject({ status: 400, detail: expect.stringContaining('kubernetes bays alone') });
});

describe('a swarm that is still being made, without an address to ask', () => {
  const calls = (collection: Collection): readonly (readonly [string, string, unknown?])[] => {
    const manifest = JSON.stringify(MANIFESTS[collection]);
    const change = [{ op: 'replace', path: '/manifest', value: manifest }];
    return [
      ['GET', '?bay_ident=young'],
      ['GET', '/detail?bay_ident=young'],
      ['GET', '/one?bay_ident=young'],
      ['GET', '/one/young'],
      ['POST', '', { bay_uuid: 'young', manifest }],
      ['PATCH', '/one?bay_ident=young', change],
      ['PATCH', '/one/young', change],
      ['DELETE', '/one?bay_ident=young'],
      ['DELETE', '/one/young'],
    ];
  };

  test('is refused as a swarm by every call', async () => {
    const { uuid } = await service.createBay({ name: 'young' });
    // As it was before its first manager had come up; nothing looks at a settled bay within this test.
    await service.db('bay').where({ uuid }).update({ status: 'CREATE_IN_PROGRESS', api_address: null });
    for (const collection of ['pods', 'services', 'rcs'] as const)
      for (const [method, path, body] of calls(collection)) {
        const refused = await service.request(method, `/v1/${collection}${path}`, body === undefined ? {} : { body });
        expect([refused.status, refusalOf(refused).detail], `${method} ${collection}${path}`).toEqual([
          400,
          expect.stringContaining('kubernetes bays alone'),
        ]);
      }
    const seen = await service.request('GET', `/v1/bays/${uuid}`);
    expect(seen.body).toMatchObject({ status: 'CREATE_IN_PROGRESS', api_address: null });
  });
});
