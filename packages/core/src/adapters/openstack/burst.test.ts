import { describe, expect, test } from 'vitest';
import { requireCloudResources, type CloudReferences } from '../../app/cloud-resources.js';
import type { StackName } from '../../domain/ids.js';
import { Secret } from '../../domain/secret.js';
import type { CloudAccess, StackSpec } from '../../ports/orchestrator.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { withTokenCache } from '../identity/cached.js';
import { heatOrchestrator } from '../orchestrator/heat.js';
import { silentLogger } from '../system/logger.js';
import { systemRandom } from '../system/random.js';
import { passwordLogin } from './auth.js';
import { OpenstackCloud } from './cloud.js';
import { KeystoneIdentity } from './identity.js';
import type { SessionDeps } from './session.js';
import { cloudSessions } from './sessions.js';
import type { Wire } from './wire.js';

// What the clusters that one project asks for at once cost its neighbours in questions. The adapters are the real ones; the cloud counts.
const BAYS = 100;
const OWNER = new Secret('token-of-the-owner');
const IMAGE = '11111111-2222-4333-8444-555555555555';
const NAMES: CloudReferences = {
  imageId: 'debian',
  flavorId: 'small',
  masterFlavorId: 'small',
  keypair: 'key',
  externalNetworkId: 'public',
  fixedNetwork: 'private',
  fixedSubnet: 'range',
};

const endpoints = [{ interface: 'public', region: 'one', url: 'http://cloud.example' }];
const TOKEN = {
  user: { id: 'ann', name: 'ann', domain: { id: 'default', name: 'Default' } },
  project: { id: 'blue', name: 'blue', domain: { id: 'default', name: 'Default' } },
  roles: [{ id: 'r1', name: 'member' }],
  methods: ['password'],
  expires_at: '2100-01-01T00:00:00.000000Z',
  catalog: ['image', 'compute', 'network', 'orchestration'].map((type) => ({ type, endpoints })),
};
const STACKS = Array.from({ length: BAYS }, (_, index) => `bay-${index}` as StackName);
const ANSWERS: Readonly<Record<string, unknown>> = {
  'POST /v3/auth/tokens': { token: TOKEN },
  'GET /v3/auth/tokens': { token: TOKEN },
  'GET /v3/users': { users: [] },
  'POST /v3/users': { user: { id: 'made', name: 'made' } },
  'GET /v3/OS-TRUST/trusts': { trusts: [] },
  'POST /v3/OS-TRUST/trusts': { trust: { id: 'trust' } },
  'GET /v2/images': { images: [{ id: IMAGE, name: 'debian', os_distro: 'debian' }] },
  'GET /v2.1/flavors/detail': { flavors: [{ id: '1', name: 'small', vcpus: 1, ram: 512, disk: 10 }], flavors_links: [] },
  'GET /v2.1/os-keypairs/key': { keypair: { name: 'key' } },
  'GET /v2.0/networks': { networks: [{ id: 'net', 'router:external': true }] },
  'GET /v2.0/subnets': { subnets: [{ id: 'sub', network_id: 'net', cidr: '10.9.0.0/24' }] },
  'POST /v1/blue/stacks': { stack: { id: 'made' } },
};

/** The stacks that are asked for by name, each complete. */
function stacksNamed(query: URLSearchParams): unknown {
  const stacks = query.getAll('name').map((name) => ({
    id: `id-of-${name}`,
    stack_name: name,
    stack_status: 'CREATE_COMPLETE',
    stack_status_reason: '',
    project: 'blue',
    creation_time: '2026-01-01T00:00:00Z',
    tags: [],
  }));
  return { stacks };
}

function aCloud() {
  const asked: string[] = [];
  const wire: Wire = async ({ method, url }) => {
    const { pathname, searchParams, host } = new URL(url);
    asked.push(`${host.split('.')[0] ?? ''} ${method} ${pathname}`);
    await new Promise(setImmediate);
    const listed = `${method} ${pathname}` === 'GET /v1/blue/stacks' ? stacksNamed(searchParams) : undefined;
    const found = listed ?? ANSWERS[`${method} ${pathname}`] ?? oneStack(pathname);
    const status = method === 'POST' ? 201 : found === undefined ? 404 : 200;
    return { status, headers: new Map([['x-subject-token', 'issued']]), text: JSON.stringify(found ?? {}) };
  };
  const clock = new ManualClock();
  const service = passwordLogin(
    { wire, clock },
    {
      keystone: 'http://keystone.example',
      user: { id: 'magnum' },
      password: () => Promise.resolve(new Secret('password')),
      scope: { project: { id: 'service' } },
      as: 'the service',
      refusedAs: 'cloud-unavailable',
    },
  );
  const deps: SessionDeps = {
    wire,
    clock,
    service,
    random: systemRandom,
    logger: silentLogger,
    keystone: 'http://keystone.example',
    choice: () => ({ region: 'one', interface: 'public' }),
  };
  const sessions = cloudSessions(deps, { get: () => Promise.resolve(new Secret('password')) });
  const identity = new KeystoneIdentity(deps, {
    publicAuthUrl: '',
    trustees: { domain: { id: 'trustees' }, admin: { id: 'admin' }, password: new Secret('password') },
  });
  return {
    identity: withTokenCache(identity, { ttlMs: 60_000, clock }),
    heat: heatOrchestrator({ sessions, limits: { templateBytes: null, requestBytes: null, resources: null, depth: null } }),
    cloud: new OpenstackCloud(deps, sessions, {
      authUrl: '',
      magnumUrl: '',
      regionName: '',
      cloudCa: '',
      verifyCloudCa: true,
      serverGroupPolicy: 'soft-anti-affinity',
      dockerVolumeType: '',
    }),
    clock,
    asked: (start: string) => asked.filter((line) => line.startsWith(start)),
  };
}

function oneStack(pathname: string): unknown {
  const name = /^\/v1\/blue\/stacks\/([^/]+)\/[^/]+$/.exec(pathname)?.[1];
  if (name === undefined)
    return pathname.endsWith('/resources') ? { resources: [] } : pathname.endsWith('/events') ? { events: [] } : undefined;
  return {
    stack: {
      id: `id-of-${name}`,
      stack_name: name,
      stack_status: 'CREATE_COMPLETE',
      stack_status_reason: '',
      outputs: [],
      tags: [],
    },
  };
}

const aSignal = (): AbortSignal => new AbortController().signal;
const all = <T>(work: (name: StackName, signal: AbortSignal) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(STACKS.map((name) => work(name, aSignal())));

describe('a hundred clusters that one project asks for at once', () => {
  test('cost Keystone two questions together while they are checked, and none more while their token is remembered', async () => {
    const { identity, cloud, asked } = aCloud();
    const access: CloudAccess = { projectId: 'blue', userId: 'ann', credential: { kind: 'token', token: OWNER } };
    for (let times = 0; times < 2; times += 1)
      await all(async (_name, signal) => {
        expect(await identity.validate(OWNER, { signal })).toMatchObject({ projectId: 'blue' });
        await requireCloudResources(cloud, NAMES, access, signal);
      });
    // The service's own login, and the one token.
    expect(asked('keystone')).toEqual(['keystone POST /v3/auth/tokens', 'keystone GET /v3/auth/tokens']);
  });

  test('cost Keystone nine questions each while they are made: two accounts, a trust, and one login under it', async () => {
    const { identity, heat, asked } = aCloud();
    await all(async (name, signal) => {
      const password = new Secret('password');
      await identity.ensureTrustee(`node-${name}`, password, signal);
      const { userId } = await identity.ensureTrustee(`delegate-${name}`, password, signal);
      const trustId = await identity.trusts?.ensure(
        { trustee: { userId, password }, ownerToken: OWNER, roles: [], isLeast: true, redelegations: 1 },
        signal,
      );
      const credential = { kind: 'trust', trustId: `${trustId}-${name}`, userId, passwordRef: 'p' } as const;
      const access: CloudAccess = { projectId: 'blue', userId: 'ann', credential };
      await heat.create(specOf(name), access, signal);
    });
    // Two logins more are for all of them: the service's own, and that of the accounts' administrator.
    expect(asked('keystone').length).toBeLessThanOrEqual(9 * BAYS + 2);
    expect(asked('keystone POST /v3/users')).toHaveLength(2 * BAYS);
    expect(asked('cloud POST /v1/blue/stacks')).toHaveLength(BAYS);
    expect(asked('cloud GET /v1/blue/stacks')).toEqual([]);
  });

  test('are looked at with one list for fifty of them, and with nothing else once they have settled', async () => {
    const { heat, asked } = aCloud();
    const addresses = STACKS.map((name) => ({ name, projectId: 'blue' }));
    const lists = (): number => asked('cloud GET').filter((line) => line.endsWith('/v1/blue/stacks')).length;
    expect((await heat.findAll(addresses, aSignal())).size).toBe(BAYS);
    expect(lists()).toBe(2);
    const before = asked('').length;
    expect((await heat.findAll(addresses.slice(0, 50), aSignal())).size).toBe(50);
    expect([lists(), asked('').length - before]).toEqual([3, 1]);
  });
});

function specOf(name: StackName): StackSpec {
  return { name, template: {}, files: {}, parameters: {}, timeoutMinutes: 60, rollbackOnFailure: false, tags: [] };
}
