import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../config/config.js';
import { isOriginGuessed, serviceOrigin } from './service-origin.js';

const load = (...lines: readonly string[]) => loadConfig([{ name: 'magnum.conf', content: ['[api]', ...lines].join('\n') }]);

describe('the address in the catalog', () => {
  test.each([
    [[], 'http://127.0.0.1:9511'],
    [['port = 19511'], 'http://127.0.0.1:19511'],
    [['host = ::1', 'port = 19511'], 'http://[::1]:19511'],
    [['host = [::1]', 'port = 19511'], 'http://[::1]:19511'],
    [['host = 2001:db8::7'], 'http://[2001:db8::7]:9511'],
    [['host = magnum.example.org'], 'http://magnum.example.org:9511'],
    [['host = ::1', 'enabled_ssl = true'], 'https://[::1]:9511'],
    [['enabled_ssl = true'], 'https://127.0.0.1:9511'],
    [['host = ::', 'public_url = https://cloud.example.org/magnum'], 'https://cloud.example.org/magnum'],
    [['public_url = https://cloud.example.org/magnum/v1/'], 'https://cloud.example.org/magnum'],
  ])('with %j is %s', (lines, origin) => {
    const config = load(...lines);
    expect(serviceOrigin(config)).toBe(origin);
    expect(isOriginGuessed(config)).toBe(false);
  });

  test.each(['0.0.0.0', '::', '[::]', '*'])('with host = %s, which is nowhere to go to, is one of this host', (host) => {
    const config = load(`host = ${host}`, 'enabled_ssl = true');
    expect(isOriginGuessed(config)).toBe(true);
    const { protocol, hostname, port } = new URL(serviceOrigin(config));
    expect([protocol, port]).toEqual(['https:', '9511']);
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const bare = hostname.replace(/^\[|\]$/g, '');
    expect(own.map(({ address }) => address)).toContain(bare);
    // IPv4 where there is one beside the loopback: more clients reach it.
    if (own.some(({ internal, family }) => !internal && family === 'IPv4')) expect(isIPv4(bare)).toBe(true);
  });
});
