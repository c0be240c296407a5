import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_VERSION, minorOf, operations } from '@magnum-ts/openapi';
import { aService, NOWHERE, operationIds, refusalOf, resource, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService({ conductor: false });
  await service.createModel();
});
afterAll(async () => service.stop());

const HEADER = 'OpenStack-API-Version';
const LEGACY = 'X-OpenStack-Magnum-API-Version';
const ask = (headers: Record<string, string>) => service.request('GET', '/v1/bays', { headers });

/** What a request says, and which version is spoken under which service's name: docs/contract/protocol.md#version-negotiation. */
const ACCEPTED: readonly (readonly [Record<string, string>, string, string])[] = [
  [{}, 'container-infra', '1.1'],
  [{ [HEADER]: 'container-infra 1.1' }, 'container-infra', '1.1'],
  [{ [HEADER]: 'container-infra 1.14' }, 'container-infra', '1.14'],
  [{ [HEADER]: '  container-infra \t 1.7  ' }, 'container-infra', '1.7'],
  [{ [HEADER]: 'container-infrastructure 1.3' }, 'container-infrastructure', '1.3'],
  [{ [HEADER]: 'container-infrastructure-management 1.12' }, 'container-infrastructure-management', '1.12'],
  [{ [HEADER]: 'container-infra latest' }, 'container-infra', MAX_VERSION],
  [{ [HEADER]: 'container-infra LATEST' }, 'container-infra', MAX_VERSION],
  [{ [HEADER]: 'container-infrastructure-management Latest' }, 'container-infrastructure-management', MAX_VERSION],
  [{ [HEADER]: 'compute latest' }, 'container-infra', MAX_VERSION],
  [{ [HEADER]: 'container-infra 01.002' }, 'container-infra', '1.2'],
  [{ [LEGACY]: '1.1' }, 'container-infra', '1.1'],
  [{ [LEGACY]: 'latest' }, 'container-infra', MAX_VERSION],
  [{ [LEGACY]: '1.5' }, 'container-infra', '1.5'],
  [{ [HEADER]: 'container-infra 1.2', [LEGACY]: '1.1' }, 'container-infra', '1.2'],
];

const UNREADABLE = [
  '',
  '1.1',
  'container-infra',
  'container-infra 1.1 1.2',
  'compute 1.1',
  'container-infra 1',
  'container-infra 1.x',
  'container-infra v1.1',
  'container-infra 1.1.1',
  'container-infra -1.1',
  'container-infra 1.-1',
  'container-infra one',
  'Container-Infra 1.1',
  'container-infra,1.1',
  'container-infra 1.99999999999999999999',
  'container-infra __proto__',
  `container-infra ${'1'.repeat(4_000)}`,
];

const VARY = 'X-Auth-Token, OpenStack-API-Version, X-OpenStack-Magnum-API-Version';
const UNSERVED = [
  'container-infra 0.9',
  'container-infra 1.0',
  'container-infra 1.15',
  'container-infra 2.0',
  'container-infra 999999999.1',
  'container-infrastructure 1.15',
];

describe('a version that is accepted', () => {
  test.each(ACCEPTED)('%j speaks as %s %s, and says so', async (headers, name, version) => {
    const reply = await ask(headers);
    expect(reply.status, reply.text).toBe(200);
    expect({
      version: reply.headers.get(HEADER),
      least: reply.headers.get('OpenStack-API-Minimum-Version'),
      most: reply.headers.get('OpenStack-API-Maximum-Version'),
      vary: reply.headers.get('vary'),
    }).toEqual({ version: `${name} ${version}`, least: `${name} 1.1`, most: `${name} 1.14`, vary: VARY });
    const legacy = LEGACY in headers && !(HEADER in headers);
    expect([
      reply.headers.get(LEGACY),
      reply.headers.get('X-OpenStack-Magnum-API-Minimum-Version'),
      reply.headers.get('X-OpenStack-Magnum-API-Maximum-Version'),
    ]).toEqual(legacy ? [version, '1.1', '1.14'] : [null, null, null]);
  });
});

describe('a version that cannot be read', () => {
  test.each(UNREADABLE)('%j is 406 with title and detail, whatever is accepted, and no version headers', async (header) => {
    for (const accept of ['application/json', '*/*']) {
      const reply = await ask({ [HEADER]: header, accept });
      expect(refusalOf(reply)).toMatchObject({
        status: 406,
        title: expect.stringMatching(/./),
        detail: expect.stringContaining(HEADER),
      });
      expect(reply.headers.get('OpenStack-API-Maximum-Version')).toBeNull();
    }
  });

  test.each(['x', '', '1', '1.1 1.2', 'container-infra 1.1'])('the older header with %j is 406 too', async (header) => {
    expect(refusalOf(await ask({ [LEGACY]: header })).status).toBe(406);
  });
});

describe('a version that is not served', () => {
  test.each(UNSERVED)('%j is 406 with the range in body and headers', async (header) => {
    const reply = await ask({ [HEADER]: header });
    expect(reply.status).toBe(406);
    const [error] = reply.body['errors'] as readonly Record<string, unknown>[]; // its shape was checked by the helper
    expect(error).toMatchObject({
      code: 'magnum.microversion-unsupported',
      min_version: '1.1',
      max_version: '1.14',
      title: 'Requested microversion is unsupported',
    });
    expect(Object.keys(error ?? {}).toSorted()).toEqual(['code', 'description', 'links', 'max_version', 'min_version', 'title']);
    expect(reply.headers.get('OpenStack-API-Maximum-Version')).toBe(`${header.split(' ')[0] ?? ''} 1.14`);
    expect(reply.headers.get('vary')).toBe(VARY);
    expect(reply.headers.get(HEADER)).toBe(header);
  });

  test('is refused after the token was checked, and before the route', async () => {
    expect((await service.request('GET', '/v1/bays', { token: null, version: '9.9' })).status).toBe(401);
    expect((await service.request('GET', '/v1/nothing', { version: '9.9' })).status).toBe(406);
    const reply = await service.request('GET', '/v1/nothing', { version: '1.9' });
    expect([reply.status, reply.headers.get(HEADER)]).toEqual([404, 'container-infra 1.9']);
  });
});

const VERSIONS = Array.from({ length: minorOf(MAX_VERSION) ?? 0 }, (_, index) => `1.${index + 1}`);

describe('every operation', () => {
  test.each(operationIds())('%s is served from its first version on, and is 406 below', async (id) => {
    const { method, path, minVersion, maxVersion } = operations[id];
    for (const version of VERSIONS) {
      const reply = await service.request(method, path.replaceAll(/\{\w+\}/g, NOWHERE), {
        version,
        token: service.tokens.admin,
        ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }),
      });
      const isServed =
        (minorOf(version) ?? 0) >= (minorOf(minVersion) ?? 0) &&
        (maxVersion === null || (minorOf(version) ?? 0) <= (minorOf(maxVersion) ?? 0));
      if (isServed) expect(reply.status, `${version} ${reply.text}`).not.toBe(406);
      else expect(reply.status, version).toBe(406);
    }
  });
});

describe('what a version changes', () => {
  test('from 1.2, bays are made without waiting', async () => {
    for (const version of VERSIONS.slice(1)) {
      const reply = await service.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm' }, version });
      expect([reply.status, Object.keys(reply.body)], version).toEqual([202, ['uuid']]);
      expect((await service.request('DELETE', `/v1/bays/${resource(reply, 202).uuid}`, { version })).status, version).toBe(204);
    }
  });

  test('from 1.3, rollback can be asked for', async () => {
    for (const version of VERSIONS) {
      const reply = await service.request('PATCH', `/v1/bays/${NOWHERE}?rollback=true`, {
        body: [{ op: 'replace', path: '/node_count', value: 2 }],
        version,
      });
      expect(reply.status, version).toBe((minorOf(version) ?? 0) < 3 ? 400 : 404);
    }
  });

  test('never hides bays, nor allows none of their nodes', async () => {
    for (const version of VERSIONS) {
      expect((await service.request('GET', '/v1/bays', { version })).status).toBe(200);
      expect((await service.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm', node_count: 0 }, version })).status).toBe(
        400,
      );
    }
  });
});
