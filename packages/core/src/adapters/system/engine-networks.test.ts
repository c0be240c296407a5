import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { canonical, engineGuard, requireNetworks } from './engine-networks.js';

const SOURCE = '[conductor] engine_networks';
const verdict = async (address: string, allowed: readonly string[] = [], own: readonly string[] = []): Promise<string> => {
  const guard = engineGuard({ allowed: async () => allowed, ownHosts: async () => own, source: SOURCE });
  return guard.requireAllowed(address).then(
    () => 'allowed',
    (error: Error) => error.message,
  );
};

describe('addresses of engines', () => {
  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.8.9.10', 'loopback'],
    ['0.0.0.0', 'this host'],
    ['169.254.169.254', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'no address of a host'],
    ['::', 'this host'],
    ['::1', 'loopback'],
    ['fe80::a9fe:a9fe', 'link-local'],
    ['fe80::1%lo', 'link-local'],
    ['ff02::1', 'multicast'],
    ['fd00:ec2::254', 'metadata'],
    ['fd00:0ec2:0:0:0:0:0:254', 'metadata'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:a9fe:a9fe', 'link-local'],
    ['0:0:0:0:0:ffff:7f00:1', 'loopback'],
    ['::127.0.0.1', 'loopback'],
    ['64:ff9b::169.254.169.254', 'link-local'],
    ['2002:7f00:1::', 'loopback'],
    ['localhost', 'no address'],
    ['127.1', 'no address'],
    ['', 'no address'],
  ])('%s is refused: %s', async (address, what) => {
    for (const allowed of [[], ['0.0.0.0/0', '::/0', '127.0.0.0/8', '169.254.169.254']]) {
      const message = await verdict(address, allowed);
      expect(message).toMatch(`The address ${address} is refused: `);
      expect(message).toContain(what);
      expect(message).toContain(SOURCE);
    }
  });

  test('of the services that this one speaks to are refused, and of this machine, in each form', async () => {
    for (const address of ['198.51.100.7', '::ffff:198.51.100.7'])
      expect(await verdict(address, [], ['198.51.100.7'])).toContain("it is one of this service's own");
    expect(await verdict('2001:db8:0:0::7', [], ['2001:db8::7'])).toContain("this service's own");
    const mine = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    for (const { address } of mine) expect(await verdict(address)).toContain('is refused');
  });

  test('of a service whose name cannot be resolved hold up no other one', async () => {
    expect(await verdict('198.51.100.7', [], ['nowhere.invalid', '198.51.100.7'])).toContain("this service's own");
    expect(await verdict('198.51.100.8', [], ['nowhere.invalid'])).toBe('allowed');
  });

  test('are any others where no network is named, else those in the networks alone', async () => {
    expect(await verdict('10.0.0.5')).toBe('allowed');
    expect(await verdict('2001:db8::5')).toBe('allowed');
    const networks = ['203.0.113.0/24', '198.51.100.9', '2001:db8::/48'];
    for (const address of ['203.0.113.255', '::ffff:203.0.113.1', '198.51.100.9', '2001:db8:0:1::5'])
      expect(await verdict(address, networks), address).toBe('allowed');
    for (const address of ['203.0.114.1', '198.51.100.8', '2001:db8:1::5'])
      expect(await verdict(address, networks)).toBe(
        `The address ${address} is refused: it is in no network of ${SOURCE}. Engines are asked only at addresses in them.`,
      );
  });
});

test('networks that are none are refused with the option', () => {
  expect(requireNetworks(SOURCE, ['10.0.0.0/8', '::/0', '192.0.2.1'])).toHaveLength(3);
  for (const bad of ['10.0.0.0/33', 'public', '10.0.0/8', '::/129', '10.0.0.0/', '10.0.0.0/8/8'])
    expect(() => requireNetworks(SOURCE, [bad])).toThrow(`${SOURCE}: ${JSON.stringify(bad)} is no network`);
});

test('each address has one form', () => {
  expect(['2001:DB8::1', '2001:db8:0:0:0:0:0:1', '2001:db8::0.0.0.1'].map(canonical)).toEqual(
    Array.from({ length: 3 }, () => '2001:db8:0:0:0:0:0:1'),
  );
});
