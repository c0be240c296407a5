import { operations } from '@magnum-ts/openapi';
import { describe, expect, test } from 'vitest';
import { UnsupportedVersionError, type Magnum } from './index.js';
import { aBay, aTestClient } from './client.test-support.js';
import { minimumOf } from './versioning.js';

test('the version from which each operation exists is that of the spec', () => {
  for (const { id, method, path, minVersion } of Object.values(operations))
    expect([id, minimumOf(method, path)]).toEqual([id, minVersion]);
});

describe('a call that the version in use does not have', () => {
  test.each<readonly [string, (magnum: Magnum) => Promise<unknown>, string]>([
    ['a resize', ({ clusters }) => clusters.resize('c', { node_count: 2 }), '1.7'],
    ['a node group', ({ nodeGroups }) => nodeGroups.get('c', 'g'), '1.9'],
    ['a list of node groups', ({ nodeGroups }) => nodeGroups.list('c').toArray(), '1.9'],
    ['a credential', ({ credentials }) => credentials.rotate('b'), '1.12'],
  ])('is refused before it is sent, also where the service is the older one: %s', async (_what, call, minimum) => {
    const pinned = aTestClient(() => Response.json(aBay()), { microversion: '1.6' });
    await expect(call(pinned.magnum)).rejects.toBeInstanceOf(UnsupportedVersionError);
    await expect(call(pinned.magnum)).rejects.toMatchObject({
      code: 'version-not-supported',
      minimum,
      message: expect.stringMatching(/^(GET|POST|PATCH) \/v1\/[\w/]+ needs microversion .* and 1\.6 is in use/),
    });
    expect(pinned.requests).toEqual([]);
    const older = aTestClient(() => Response.json({}, { headers: { 'openstack-api-maximum-version': 'container-infra 1.6' } }), {
      microversion: 'auto',
    });
    await expect(call(older.magnum)).rejects.toMatchObject({ code: 'version-not-supported', minimum });
    expect(older.requests.map(({ url }) => url)).toEqual(['http://magnum.test/v1']);
  });

  test('is sent where the version is the newest, or where there are none', async () => {
    for (const microversion of ['latest', '1.12', 'auto']) {
      const client = aTestClient(() => Response.json(aBay()), { microversion });
      await client.magnum.credentials.rotate('b');
      expect(client.requests.at(-1)?.method).toBe('PATCH');
    }
  });
});
