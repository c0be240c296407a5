import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aService, ORIGIN, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService({ conductor: false });
});
afterAll(async () => service.stop());

const COLLECTIONS = [
  'baymodels',
  'bays',
  'clustertemplates',
  'clusters',
  'nodes',
  'containers',
  'certificates',
  'mservices',
  'quotas',
  'stats',
  'federations',
];

describe('the root documents', () => {
  test('need no token; the first has no version headers', async () => {
    const reply = await service.request('GET', '/', { token: null });
    expect(reply.status).toBe(200);
    expect(reply.body['versions']).toEqual([
      { id: 'v1', status: 'CURRENT', min_version: '1.1', max_version: '1.14', links: [{ href: `${ORIGIN}/v1/`, rel: 'self' }] },
    ]);
    expect([...reply.headers.keys()].filter((name) => name.includes('openstack-api'))).toEqual([]);
    const garbage = await service.request('GET', '/', { token: 'nonsense', headers: { 'OpenStack-API-Version': 'garbage' } });
    expect(garbage.status).toBe(200);
  });

  test.each(['/v1', '/v1/'])('%s lists the collections with two links each', async (path) => {
    const reply = await service.request('GET', path, { token: null });
    expect(reply.body['id']).toBe('v1');
    expect(reply.body['media_types']).toEqual([{ base: 'application/json', type: 'application/vnd.openstack.magnum.v1+json' }]);
    for (const name of COLLECTIONS) {
      expect(reply.body[name]).toEqual([
        { href: `${ORIGIN}/v1/${name}/`, rel: 'self' },
        { href: `${ORIGIN}/${name}/`, rel: 'bookmark' },
      ]);
    }
    // The braces are literal: docs/contract/protocol.md#root-documents.
    expect(reply.body['nodegroups']).toEqual([
      { href: `${ORIGIN}/v1/clusters/{cluster_id}/nodegroups`, rel: 'self' },
      { href: `${ORIGIN}/clusters/{cluster_id}/nodegroups`, rel: 'bookmark' },
    ]);
    expect(reply.headers.get('openstack-api-version')).toBe('container-infra 1.1');
  });

  test('lead to what exists', async () => {
    for (const name of COLLECTIONS) {
      for (const path of [`/v1/${name}/`, `/${name}/`])
        expect((await service.request('GET', path, { token: service.tokens.admin })).status, path).not.toBe(404);
    }
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('answer 405 to %s', async (method) => {
    for (const path of ['/', '/v1']) {
      const reply = await service.request(method, path);
      expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
  });
});
