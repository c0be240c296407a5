import { describe, expect, test } from 'vitest';
import { requireCloudResources, type CloudReferences } from '../../app/cloud-resources.js';
import { Secret } from '../../domain/secret.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { silentLogger } from '../system/logger.js';
import { systemRandom } from '../system/random.js';
import { fixedToken, type TokenSource } from './auth.js';
import { OpenstackCloud } from './cloud.js';
import { LookupCache } from './lookups.js';
import type { SessionDeps } from './session.js';
import { cloudSessions } from './sessions.js';
import type { Wire } from './wire.js';

const SIGNAL = new AbortController().signal;
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
const NO_LINKS: readonly unknown[] = [];
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/v2/images': { images: [{ id: IMAGE, name: 'debian', os_distro: 'debian' }] },
  '/v2.1/flavors/detail': { flavors: [{ id: '1', name: 'small', vcpus: 1, ram: 512, disk: 10 }], flavors_links: NO_LINKS },
  '/v2.1/os-keypairs/key': { keypair: { name: 'key' } },
  '/v2.0/networks': { networks: [{ id: 'net', 'router:external': true }] },
  '/v2.0/subnets': { subnets: [{ id: 'sub', network_id: 'net', cidr: '10.9.0.0/24' }] },
  '/v2.1/limits': { limits: { absolute: { maxTotalInstances: 10, totalInstancesUsed: 1 } } },
  '/v2.0/quotas/blue/details': { quota: {} },
};

/** Neighbours at one address that count what they are asked. */
function aCloud(answers = ANSWERS) {
  const asked: string[] = [];
  const clock = new ManualClock();
  let open = 0;
  let most = 0;
  const wire: Wire = async ({ url, headers }) => {
    const { pathname, search } = new URL(url);
    asked.push(`${headers['x-auth-token'] ?? ''} ${pathname}${search}`);
    most = Math.max(most, (open += 1));
    await new Promise(setImmediate);
    open -= 1;
    const answer = answers[pathname];
    return { status: answer === undefined ? 404 : 200, headers: new Map(), text: JSON.stringify(answer ?? {}) };
  };
  const endpoints = [{ interface: 'public', region: 'one', url: 'http://cloud.example' }];
  const catalog = ['image', 'compute', 'network'].map((type) => ({ type, endpoints }));
  const service: TokenSource = {
    token: async (...given) => {
      const issued = await fixedToken(new Secret('service')).token(...given);
      return { ...issued, document: { ...issued.document, catalog } };
    },
  };
  const deps: SessionDeps = {
    wire,
    clock,
    service,
    random: systemRandom,
    logger: silentLogger,
    keystone: 'http://keystone.example',
    choice: () => ({ region: 'one', interface: 'public' }),
  };
  const subject = new OpenstackCloud(deps, cloudSessions(deps, { get: () => Promise.resolve(undefined) }), {
    authUrl: '',
    magnumUrl: '',
    regionName: '',
    cloudCa: '',
    verifyCloudCa: true,
    serverGroupPolicy: 'soft-anti-affinity',
    dockerVolumeType: '',
  });
  return { subject, asked, clock, most: () => most };
}

const by = (token: string) =>
  ({ projectId: 'blue', userId: 'ann', credential: { kind: 'token', token: new Secret(token) } }) as const;
const EACH = [
  '/v2.0/networks?name=private',
  '/v2.0/networks?name=public',
  '/v2.0/subnets?name=range',
  '/v2.1/flavors/detail',
  '/v2.1/os-keypairs/key',
  '/v2/images?name=debian',
];

describe('what a hundred requests ask alike', () => {
  const times = (count: number, token: string, subject: OpenstackCloud) =>
    Promise.all(Array.from({ length: count }, () => requireCloudResources(subject, NAMES, by(token), SIGNAL)));

  test('is asked once, all of it at the same time, and again after some seconds', async () => {
    const { subject, asked, clock, most } = aCloud();
    await times(100, 't1', subject);
    expect(asked.toSorted()).toEqual(EACH.map((path) => `t1 ${path}`));
    expect(most()).toBe(EACH.length);
    await times(1, 't1', subject);
    expect(asked).toHaveLength(EACH.length);
    clock.advance(3_000);
    await times(1, 't1', subject);
    expect(asked).toHaveLength(2 * EACH.length);
  });

  test('is asked again under another token, whose rights may differ', async () => {
    const { subject, asked } = aCloud();
    await times(2, 't1', subject);
    await times(2, 't2', subject);
    expect(asked.filter((one) => one.startsWith('t2 ')).toSorted()).toEqual(EACH.map((path) => `t2 ${path}`));
  });

  test('is, of quotas and the networks of a bay, asked once too', async () => {
    const { subject, asked } = aCloud();
    const request = {
      bayId: 'b',
      externalNetwork: null,
      fixedNetwork: 'private',
      fixedSubnet: null,
      fixedSubnetCidr: undefined,
      dockerVolumeType: undefined,
    };
    const facts = await Promise.all([1, 2, 3].map(() => subject.facts(request, by('t1'), SIGNAL)));
    expect(facts).toEqual(facts.map(() => expect.objectContaining({ fixedSubnetCidr: '10.9.0.0/24', externalNetworkId: 'net' })));
    await Promise.all([1, 2, 3].map(() => subject.allowances(by('t1'), SIGNAL)));
    expect(asked.map((one) => one.slice(3)).toSorted()).toEqual([
      '/v2.0/networks?name=private',
      '/v2.0/networks?router:external=true',
      '/v2.0/quotas/blue/details',
      '/v2.0/subnets?network_id=net',
      '/v2.1/limits',
    ]);
  });

  test('is not remembered where nothing was found: what is made then counts at once', async () => {
    const answers = { ...ANSWERS, '/v2.1/os-keypairs/key': undefined as unknown };
    const { subject } = aCloud(answers);
    await expect(times(1, 't1', subject)).rejects.toMatchObject({ kind: 'keypair-not-found', field: 'keypair_id' });
    answers['/v2.1/os-keypairs/key'] = { keypair: { name: 'key' } };
    await expect(times(1, 't1', subject)).resolves.toEqual([undefined]);
  });

  test('is refused for the same reason, however many things are wrong and whichever service answers first', async () => {
    const { subject } = aCloud({ ...ANSWERS, '/v2/images': { images: [] }, '/v2.1/os-keypairs/key': undefined });
    await expect(times(1, 't1', subject)).rejects.toMatchObject({ field: 'image_id' });
  });
});

describe('a question that hangs', () => {
  const access = by('t1');
  const hanging = () => {
    const clock = new ManualClock();
    const release: ((value: string) => void)[] = [];
    let count = 0;
    const ask = () => {
      count += 1;
      return new Promise<string>((resolve) => release.push(resolve));
    };
    return { clock, cache: new LookupCache(clock), release, ask, count: () => count };
  };

  test('ends for a caller when that caller goes away, and for no other one', async () => {
    const { cache, ask, release, count } = hanging();
    const leaving = new AbortController();
    const first = cache.find(['x'], access, leaving.signal, ask);
    const second = cache.find(['x'], access, SIGNAL, ask);
    leaving.abort(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    release[0]?.('answer');
    expect(await second).toBe('answer');
    expect(count()).toBe(1);
  });

  test('is asked anew by those who come later, and they do not wait for it', async () => {
    const { cache, clock, ask, release, count } = hanging();
    const stuck = new AbortController();
    const first = cache.find(['x'], access, stuck.signal, ask).catch(() => 'left');
    clock.advance(5_000);
    const later = cache.find(['x'], access, SIGNAL, ask);
    release[1]?.('answer');
    expect(await later).toBe('answer');
    expect(count()).toBe(2);
    stuck.abort();
    expect(await first).toBe('left');
  });
});
