/** Every request asks about the few versions that there are. */
const FIRST = new Map(Array.from({ length: 32 }, (_unused, minor) => [`1.${minor}`, minor]));

/** The number after the point: `1.14` → 14. Undefined for anything that is no microversion of major version 1. */
export function minorOf(version: string): number | undefined {
  const first = FIRST.get(version);
  if (first !== undefined) return first;
  const parts = /^1\.(0|[1-9]\d{0,5})$/.exec(version);
  return parts ? Number(parts[1]) : undefined;
}

/** Whether a version lies in a range whose end may be open (null). False for what is no microversion. */
export function isWithin(version: string, from: string, to: string | null): boolean {
  const [wanted, first, last] = [minorOf(version), minorOf(from), to === null ? Infinity : minorOf(to)];
  return wanted !== undefined && first !== undefined && last !== undefined && first <= wanted && wanted <= last;
}
