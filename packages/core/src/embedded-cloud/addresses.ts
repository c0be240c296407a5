/** IPv4 arithmetic. Addresses are whole numbers below 2³². */
export interface Range {
  readonly first: number;
  /** The last address, the broadcast address included. */
  readonly last: number;
}

export function parseAddress(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((address, part) => address * 256 + part, 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

export function parseCidr(text: string): Range | undefined {
  const [address, prefix, ...rest] = text.split('/');
  const base = parseAddress(address ?? '');
  if (base === undefined || rest.length > 0 || prefix === undefined || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32)
    return undefined;
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor(base / size) * size;
  return { first, last: first + size - 1 };
}

export function overlap(one: Range, other: Range): boolean {
  return one.first <= other.last && other.first <= one.last;
}

export function contains(range: Range, address: number): boolean {
  return range.first <= address && address <= range.last;
}

/** Host addresses in order: neither the network's own nor the broadcast address. */
export function* hosts(range: Range): Generator<number> {
  for (let address = range.first + 1; address < range.last; address += 1) yield address;
}

/** The /24 networks of a range, in order, as CIDR. */
export function* slices(pool: Range): Generator<string> {
  for (let first = pool.first; first + 255 <= pool.last; first += 256) yield `${formatAddress(first)}/24`;
}
