import { describe, expect, test } from 'vitest';
import { aBay, aTestClient } from './client.test-support.js';

const NEWEST = { 'openstack-api-maximum-version': 'container-infra 1.13' };

/** Versions of the calls for a bay, in their order, where the service's version is asked for with these results. */
async function versionsAfter(...results: readonly (() => Response)[]): Promise<readonly (string | null)[]> {
  const waiting = [...results];
  const versions: (string | null)[] = [];
  const { magnum } = aTestClient(
    (request, url) => {
      if (url.pathname === '/v1') return (waiting.shift() ?? (() => Response.json({}, { headers: NEWEST })))();
      versions.push(request.headers.get('openstack-api-version'));
      return Response.json(aBay());
    },
    { microversion: 'auto' },
  );
  for (let call = 0; call < 3; call += 1) await magnum.bays.get('b1');
  expect(waiting).toEqual([]);
  return versions;
}

const unreachable = (): Response => {
  throw new TypeError('fetch failed');
};

describe('the question for the newest version', () => {
  test.each([
    ['the network fails', unreachable],
    ['a load balancer answers that no service is there', () => new Response('no server', { status: 503 })],
    ['a proxy answers with a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['a proxy asks for patience', () => new Response('', { status: 429 })],
  ])('is asked again by the next call when %s', async (_what, result) => {
    expect(await versionsAfter(result)).toEqual([null, 'container-infra 1.13', 'container-infra 1.13']);
  });

  test('is asked once where the service answers without a version: it has none', async () => {
    expect(await versionsAfter(() => Response.json({ id: 'v1' }))).toEqual([null, null, null]);
  });
});
