import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { underDeadline } from '../../concurrency/deadline.js';
import { DomainError } from '../../domain/errors.js';
import type { AddressGuard } from '../../http/address-guard.js';

/**
 * Whom this service connects to when it asks the engines of bays. Who has a bay chooses the range of its network, which may be the
 * operator's own range: an address can be of a port of the bay and still, seen from here, be the database's. So addresses of this
 * machine, of its neighbours, and those that the standards keep for a host or a link are refused whatever the bay's ports say, and
 * the operator can name the networks in which engines are.
 */
export interface EngineNetworks {
  /** CIDRs or addresses; none: everything that is not refused. */
  readonly allowed: () => Promise<readonly string[]>;
  /** Names or addresses of the services that this one speaks to. */
  readonly ownHosts: () => Promise<readonly string[]>;
  /** Where the allowed networks come from, as in "it is in no network of …". */
  readonly source: string;
}

const REFUSED: readonly (readonly [network: string, prefix: number, what: string])[] = [
  ['0.0.0.0', 8, 'it stands for this host'],
  ['127.0.0.0', 8, 'it is a loopback address'],
  ['169.254.0.0', 16, 'it is a link-local address, as that of the metadata service'],
  ['224.0.0.0', 4, 'it is a multicast address'],
  ['240.0.0.0', 4, 'it is no address of a host'],
  ['::', 128, 'it stands for this host'],
  ['::1', 128, 'it is a loopback address'],
  ['fe80::', 10, 'it is a link-local address'],
  ['ff00::', 8, 'it is a multicast address'],
  ['fd00:ec2::254', 128, 'it is the address of a metadata service'],
];
const LISTS = REFUSED.map(([network, prefix, what]) => ({ what, list: listOf([`${network}/${prefix}`]) }));

export function engineGuard({ allowed, ownHosts, source }: EngineNetworks): AddressGuard {
  const own = ownAddresses(ownHosts);
  return {
    requireAllowed: async (given) => {
      const address = canonical(given);
      const what = isIP(address) === 0 ? 'it is no address' : await refusalOf(address, own);
      if (what !== undefined)
        throw refuse(`The address ${given} is refused: ${what}. No engine is asked there, also where ${source} has it.`);
      const networks = await allowed();
      if (networks.length === 0 || isIn(listOf(networks), address)) return;
      throw refuse(
        `The address ${given} is refused: it is in no network of ${source}. Engines are asked only at addresses in them.`,
      );
    },
  };
}

function refuse(message: string): DomainError {
  return new DomainError('engine-unavailable', message);
}

async function refusalOf(address: string, own: () => Promise<ReadonlySet<string>>): Promise<string | undefined> {
  const known = LISTS.find(({ list }) => isIn(list, address));
  if (known) return known.what;
  return (await own()).has(address) ? "it is one of this service's own" : undefined;
}

/** Fails for what is neither an address nor a network, naming the option. */
export function requireNetworks(option: string, networks: readonly string[]): readonly string[] {
  const bad = networks.find((text) => parsedNetwork(text) === undefined);
  if (bad === undefined) return networks;
  throw new DomainError('invalid-parameter', {
    field: option,
    message: `${option}: ${JSON.stringify(bad.slice(0, 80))} is no network. Write for example 203.0.113.0/24 or 2001:db8::/48.`,
  });
}

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

function parsedNetwork(text: string): Network | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const prefix = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (version === 0 || rest.length > 0 || !(prefix <= most)) return undefined;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks.flatMap((text) => parsedNetwork(text) ?? []))
    list.addSubnet(network.address, network.prefix, network.family);
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/**
 * One form for each address, without a zone. An address of IPv6 that only carries one of IPv4 (mapped, compatible, NAT64, 6to4)
 * leads to that one, so it is judged as that one.
 */
export function canonical(address: string): string {
  const plain = address.replace(/%.*$/, '');
  if (isIP(plain) !== 6) return plain;
  const groups = groupsOf(new URL(`http://[${plain}]/`).hostname.slice(1, -1));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, high = 0, low = 0] = groups;
  const isMapped = a + b + c + d + e === 0 && (f === 0xffff || (f === 0 && high !== 0));
  if (isMapped || (a === 0x64 && b === 0xff9b)) return ipv4Of(high, low);
  if (a === 0x2002) return ipv4Of(b, c);
  return groups.map((group) => group.toString(16)).join(':');
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** Of the form that URLs have: hexadecimal, with one `::` at most. */
function groupsOf(address: string): readonly number[] {
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => parseInt(group, 16));
}

const COUNTS_FOR_MS = 60_000;
const RESOLVED_WITHIN_MS = 5_000;

/** Those of this machine now, and those that the hosts' names stood for within the last minute. */
function ownAddresses(ownHosts: () => Promise<readonly string[]>): () => Promise<ReadonlySet<string>> {
  let resolved: { readonly at: number; readonly addresses: Promise<readonly string[]> } | undefined;
  return async () => {
    if (!resolved || Date.now() - resolved.at >= COUNTS_FOR_MS) {
      const before = await resolved?.addresses;
      resolved = { at: Date.now(), addresses: addressesOf(ownHosts, before ?? []) };
    }
    const local = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    return new Set([...local.map(({ address }) => canonical(address)), ...(await resolved.addresses)]);
  };
}

/** A name that cannot be resolved now counts as what was known before. */
async function addressesOf(ownHosts: () => Promise<readonly string[]>, before: readonly string[]): Promise<readonly string[]> {
  try {
    return await underDeadline({ milliseconds: RESOLVED_WITHIN_MS }, async () => {
      const hosts = [...new Set(await ownHosts())].filter((host) => host !== '');
      const found = await Promise.allSettled(hosts.map((host) => lookup(host, { all: true })));
      const isWhole = found.every(({ status }) => status === 'fulfilled');
      const addresses = found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
      return [...addresses.map(({ address }) => canonical(address)), ...(isWhole ? [] : before)];
    });
  } catch {
    return before;
  }
}
