import type { Knex } from 'knex';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aesSealer } from '../adapters/system/sealer.js';
import { EmbeddedCloud } from './cloud.js';
import { EMBEDDED_DEFAULTS, type EmbeddedConfig } from './config.js';
import { ACCESS, aFleet, aTemplate, aHotEngine, openMigrated, SIGNAL } from './hot-engine/engine.test-support.js';
import type { FactsRequest } from '../domain/facts-request.js';

let db: Knex;
beforeEach(async () => {
  db = await openMigrated(':memory:');
});
afterEach(() => db.destroy());

function aCloud(used: readonly string[] = [], over: Knex = db, config: EmbeddedConfig = EMBEDDED_DEFAULTS): EmbeddedCloud {
  return new EmbeddedCloud({
    db: over,
    config,
    backend: { usedRanges: async () => used },
    sealer: aesSealer(Buffer.alloc(32, 7)),
    authUrl: () => 'http://cloud.test/identity/v3',
    magnumUrl: () => 'http://cloud.test/v1',
  });
}

function aRequest(change: Partial<FactsRequest> = {}): FactsRequest {
  return {
    bayId: 'bay-1',
    externalNetwork: null,
    fixedNetwork: null,
    fixedSubnet: null,
    fixedSubnetCidr: undefined,
    dockerVolumeType: undefined,
    ...change,
  };
}

async function rangeOf(cloud: EmbeddedCloud, bayId: string): Promise<string> {
  return (await cloud.facts(aRequest({ bayId }), ACCESS, SIGNAL)).fixedSubnetCidr;
}

test('every bay gets a /24 of its own in the pool, and the same one when asked again', async () => {
  const cloud = aCloud();
  const [first, second, again] = [await rangeOf(cloud, 'bay-1'), await rangeOf(cloud, 'bay-2'), await rangeOf(cloud, 'bay-1')];
  expect(first).toMatch(/^10\.213\.\d+\.0\/24$/);
  expect(second).not.toBe(first);
  expect(again).toBe(first);
});

test('a range keeps clear of what the machine uses', async () => {
  const cloud = aCloud([
    '10.213.0.0/17',
    'fd00::/64',
    '10.213.128.0/18',
    '10.213.192.0/19',
    '10.213.224.0/20',
    '10.213.240.0/21',
    '10.213.248.0/22',
    '10.213.252.0/23',
    '10.213.254.128/28',
  ]);
  expect(await rangeOf(cloud, 'bay-1')).toBe('10.213.255.0/24');
});

test('a released range can be given again, and releasing twice is success', async () => {
  const cloud = aCloud([], db, { ...EMBEDDED_DEFAULTS, addressPool: '10.213.7.0/24' });
  await rangeOf(cloud, 'bay-1');
  await expect(rangeOf(cloud, 'bay-2')).rejects.toMatchObject({ kind: 'cloud-quota-exceeded' });
  await cloud.releaseFacts('bay-1');
  await cloud.releaseFacts('bay-1');
  expect(await rangeOf(cloud, 'bay-2')).toBe('10.213.7.0/24');
});

test('when every range is taken the refusal says what to do', async () => {
  await expect(aCloud(['10.213.0.0/16']).facts(aRequest(), ACCESS, SIGNAL)).rejects.toMatchObject({
    kind: 'cloud-quota-exceeded',
    message: expect.stringContaining('fixed_subnet_cidr'),
  });
});

test('a wanted range is used as it is', async () => {
  expect((await aCloud().facts(aRequest({ fixedSubnetCidr: '10.9.0.0/24' }), ACCESS, SIGNAL)).fixedSubnetCidr).toBe(
    '10.9.0.0/24',
  );
});

test('images, flavors, keypairs and the external network are found by id and by name', async () => {
  const cloud = aCloud();
  const image = await cloud.findImage('fedora-atomic-latest');
  expect(image).toMatchObject({ distro: 'fedora-atomic' });
  expect(await cloud.findImage(image?.id ?? '')).toEqual(image);
  expect(await cloud.findFlavor('ds2G')).toMatchObject({ name: 'ds2G' });
  expect(await cloud.findKeypair('default')).toEqual({ name: 'default' });
  expect(await cloud.findNetwork('public', ACCESS)).toMatchObject({ external: true });
  expect(await cloud.findImage('none')).toBeUndefined();
  expect(await cloud.findKeypair('none')).toBeUndefined();
});

test("networks and subnets of the project's stacks are found, those of others are not", async () => {
  const hot = await aHotEngine();
  await hot.create({ template: aTemplate(aFleet([])) });
  const stack = await hot.waitUntilSettled();
  const [net, subnet] = ['net', 'subnet'].map(
    (name) => stack?.resources.find((resource) => resource.path[0] === name)?.physicalId ?? '',
  );
  const cloud = aCloud([], hot.db);
  expect(await cloud.findSubnet(subnet ?? '', ACCESS)).toEqual({ id: subnet, networkId: net, cidr: '10.1.0.0/24' });
  expect(await cloud.facts(aRequest({ fixedNetwork: net ?? '', fixedSubnet: subnet ?? '' }), ACCESS, SIGNAL)).toMatchObject({
    fixedNetworkId: net,
    fixedSubnetId: subnet,
  });
  expect(await cloud.findNetwork(net ?? '', { projectId: 'project-2', userId: 'user-2' })).toBeUndefined();
  await expect(cloud.facts(aRequest({ fixedNetwork: 'none' }), ACCESS, SIGNAL)).rejects.toMatchObject({
    kind: 'network-not-found',
  });
  await hot.close();
});
