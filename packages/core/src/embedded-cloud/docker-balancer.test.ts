import { describe, expect, test } from 'vitest';
import { configurationOf } from './docker-balancer.js';

const listener = { port: 2375, allowedCidrs: ['192.0.2.0/24'], members: [{ address: '10.0.0.5', port: 2375 }], readyPath: null };
const configured = (changed: Partial<typeof listener>) => configurationOf({ listeners: [{ ...listener, ...changed }] });

const HOSTILE = [
  '0.0.0.0/0 }\n  lua-load /tmp/x.lua\n  tcp-request connection reject unless { src 0.0.0.0/0',
  '192.0.2.0/24\n  lua-load /tmp/x.lua',
  '192.0.2.0/24 -f /etc/shadow',
  '-f /etc/shadow',
  '192.0.2.0/24\n',
  '${HOME}',
  '0.0.0.0/33',
  '',
];

describe("a load balancer's configuration", () => {
  test('is written from numbers', () => {
    const text = configured({ allowedCidrs: ['192.0.2.0/24', '198.051.100.007/32'] });
    expect(text).toContain('\n  tcp-request connection reject unless { src 192.0.2.0/24 198.51.100.7/32 }\n');
    expect(text).toContain('\n  server member-0 10.0.0.5:2375 check');
  });

  test.each(HOSTILE)('never has the text %j that stands where a range should', (range) => {
    expect(() => configured({ allowedCidrs: ['192.0.2.0/24', range] })).toThrow(
      expect.objectContaining({ kind: 'cloud-refused', message: expect.stringContaining('is no IPv4 range') }),
    );
  });

  test.each(HOSTILE)('never has the text %j that stands where an address should', (address) => {
    expect(() => configured({ members: [{ address, port: 2375 }] })).toThrow('is no IPv4 address');
  });

  test.each([0, -1, 65_536, 1.5, NaN])('never has the port %s', (port) => {
    expect(() => configured({ port })).toThrow('is no port');
    expect(() => configured({ members: [{ address: '10.0.0.5', port }] })).toThrow('is no port');
  });
});

test('a pool with a monitor of HTTPS asks its members whether they serve, and a path that brings lines of its own is refused', () => {
  const asking = configurationOf({ listeners: [{ ...listener, readyPath: '/readyz' }] });
  expect(asking).toContain('option httpchk GET /readyz\n  http-check expect status 200\n');
  expect(asking).toContain(' check check-ssl verify none ');
  expect(configurationOf({ listeners: [listener] })).not.toContain('httpchk');
  expect(() => configurationOf({ listeners: [{ ...listener, readyPath: '/a\n  server evil 192.0.2.1:1' }] })).toThrow(
    'is no path',
  );
});
