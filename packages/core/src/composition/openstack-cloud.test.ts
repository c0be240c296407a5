import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noNotifier } from '../adapters/bus/notifications.js';
import { openSqlite } from '../adapters/knex/sqlite.js';
import { systemRandom } from '../adapters/system/random.js';
import { DEFAULT_CONDUCTOR_RULES } from '../conductor/rules.js';
import { loadConfig } from '../config/config.js';
import type { BayFacts } from '../domain/observation.js';
import { Secret } from '../domain/secret.js';
import { countingServer, type CountingNeighbour } from '../testing/counting-neighbour.js';
import { aPlatform } from '../testing/platform.js';
import { selfSigned } from '../testing/self-signed.js';
import type { CloudParts } from './cloud-parts.js';
import { composeOpenstack } from './openstack-cloud.js';

const folder = mkdtempSync(join(tmpdir(), 'magnum-cloud-'));
const tls = selfSigned();
const [authority, other] = [join(folder, 'authority.pem'), join(folder, 'other.pem')];
let db: Knex;
let keystone: CountingNeighbour | undefined;
beforeAll(() => {
  writeFileSync(authority, tls.cert);
  writeFileSync(other, selfSigned().cert);
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  db = openSqlite(':memory:');
});
afterEach(async () => {
  await keystone?.close();
  keystone = undefined;
  await db.destroy();
});

/** Keystone, whose catalog has two regions, and a Neutron without networks at the same address. */
const answer: RequestListener = (request, response) => {
  const origin = `${'encrypted' in request.socket ? 'https' : 'http'}://${request.headers.host ?? ''}`;
  const identity = ['one', 'two'].flatMap((region) =>
    ['public', 'internal', 'admin'].map((kind) => ({ region, interface: kind, url: `http://${kind}.${region}.example/v3` })),
  );
  const network = [{ region: 'one', interface: 'public', url: origin }];
  const catalog = [
    { type: 'identity', endpoints: identity },
    { type: 'network', endpoints: network },
  ];
  const document = { token: { expires_at: new Date(Date.now() + 3_600_000).toISOString(), catalog } };
  const isLogin = request.url === '/v3/auth/tokens';
  response.writeHead(isLogin ? 201 : 200, { 'content-type': 'application/json', 'x-subject-token': 'a-token' });
  response.end(JSON.stringify(isLogin ? document : { networks: [] }));
};

/** The parts of the service over that cloud, with this account of the service and these other lines. */
function compose(authUrl: string, ...lines: readonly string[]): CloudParts {
  const account = ['[keystone_authtoken]', `auth_url = ${authUrl}`, 'username = magnum', 'password = secret'];
  const content = [...account, 'www_authenticate_uri = http://public.example:5000/v3/', ...lines, ''].join('\n');
  return composeOpenstack(aPlatform(), loadConfig([{ name: 'magnum.conf', content }]), {
    db,
    sealingKeys: [systemRandom.bytes(32)],
    rules: DEFAULT_CONDUCTOR_RULES,
    notifier: noNotifier,
  });
}

/** What nodes are made with. */
function factsOf({ deps }: CloudParts): Promise<BayFacts> {
  const request = {
    bayId: 'b',
    externalNetwork: null,
    fixedNetwork: null,
    fixedSubnet: null,
    fixedSubnetCidr: undefined,
    dockerVolumeType: undefined,
  };
  const credential = { kind: 'token', token: new Secret('of the owner') } as const;
  return deps.cloud.facts(request, { projectId: 'p', userId: 'u', credential }, new AbortController().signal);
}

describe('the Keystone that nodes are given', () => {
  test.each([
    [[], 'http://public.example:5000/v3'],
    [['trustee_keystone_interface = internal'], 'http://internal.one.example/v3'],
    [['trustee_keystone_interface = internalURL'], 'http://internal.one.example/v3'],
    [['trustee_keystone_interface = admin'], 'http://admin.one.example/v3'],
    [['trustee_keystone_interface = public'], 'http://public.one.example/v3'],
    [['trustee_keystone_region_name = two'], 'http://public.two.example/v3'],
    [['trustee_keystone_interface = internal', 'trustee_keystone_region_name = two'], 'http://internal.two.example/v3'],
    // A region without a Keystone of its own: the address that is known to clients is better than none.
    [['trustee_keystone_region_name = three'], 'http://public.example:5000/v3'],
  ])('with [trust] %j is %s', async (lines, authUrl) => {
    keystone = await countingServer(answer);
    const parts = compose(`http://127.0.0.1:${keystone.port}/v3`, '[trust]', ...lines);
    expect(await factsOf(parts)).toMatchObject({ authUrl });
  });
});

describe('a file for TLS with the cloud that cannot be read', () => {
  test.each([
    ['keystone_authtoken', 'cafile'],
    ['keystone_authtoken', 'certfile'],
    ['keystone_authtoken', 'keyfile'],
    ['keystone_auth', 'cafile'],
    ['heat_client', 'ca_file'],
    ['barbican_client', 'cert_file'],
    ['drivers', 'openstack_ca_file'],
  ])('is named with its option: [%s] %s', (section, name) => {
    expect(() => compose('https://127.0.0.1:1', `[${section}]`, `${name} = /nonexist.pem`)).toThrow(
      `[${section}] ${name}: /nonexist.pem cannot be read (ENOENT)`,
    );
  });
});

describe('the authority of the cloud', () => {
  const inBase = (file: string): string => `cafile = ${file}`;
  const own = (file: string): readonly string[] => ['[keystone_auth]', `cafile = ${file}`];

  test.each([
    ['of [keystone_authtoken]', [inBase(authority)]],
    ['of [keystone_authtoken], beside an empty one of [keystone_auth]', [inBase(authority), ...own('')]],
    ['of [keystone_auth], where both are set', [inBase(other), ...own(authority)]],
  ])('is the one %s', async (_which, lines) => {
    keystone = await countingServer(answer, tls);
    expect(await factsOf(compose(`https://127.0.0.1:${keystone.port}`, ...lines))).toMatchObject({ externalNetworkId: null });
  });

  test.each([
    ['without any', []],
    ['with another one', [inBase(other)]],
    ['with another one of [keystone_auth]', [inBase(authority), ...own(other)]],
  ])('decides who is spoken to: %s there is no login', async (_which, lines) => {
    keystone = await countingServer(answer, tls);
    await expect(factsOf(compose(`https://127.0.0.1:${keystone.port}`, ...lines))).rejects.toMatchObject({
      kind: 'cloud-unavailable',
      message: expect.stringMatching(/^Keystone does not answer \(.*(SELF_SIGNED|SIGNATURE|LEAF)/),
    });
  });
});
