import { BlockList, isIPv4 } from 'node:net';

/** Addresses that are not the internet's: this machine's, its networks', and what the standards keep for other purposes. */
const INSIDE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  INSIDE.addSubnet(network, prefix, 'ipv4');

const PUBLIC = new BlockList();
PUBLIC.addSubnet('2000::', 3, 'ipv6');
const TUNNELS = new BlockList();
for (const [network, prefix] of [
  // Teredo, documentation, 6to4: other addresses in disguise, or none at all.
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const)
  TUNNELS.addSubnet(network, prefix, 'ipv6');

/** Whether an address is on the public internet. IPv4 in the clothes of IPv6 is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !INSIDE.check(address, 'ipv4');
  return PUBLIC.check(address, 'ipv6') && !TUNNELS.check(address, 'ipv6');
}
