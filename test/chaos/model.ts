/*
 * What the API promises, told as a model of one bay that has one writer and many readers, and checked on the history of what the clients
 * sent and were answered. A write lasts from its first attempt to its first definite answer; its outcome is that answer. While it lasts,
 * a read may show what was before or what is after; when it has ended, only what is after; and what a reader has seen once is never
 * followed by what was before it.
 */

/** The sizes of one bay; `null` stands for a bay that is not there. */
export type Value = number | null;

export interface Write {
  readonly bay: string;
  readonly value: Value;
  readonly began: number;
  readonly ended: number;
  /** Of a creation: each id that was ever answered, which must be one. */
  readonly ids?: readonly string[];
}

export interface Read {
  readonly bay: string;
  readonly value: Value;
  readonly began: number;
  readonly ended: number;
}

export interface History {
  readonly writes: readonly Write[];
  readonly reads: readonly Read[];
}

/** One line for each promise that was broken. */
export function faultsIn({ writes, reads }: History): readonly string[] {
  const bays = new Set([...writes, ...reads].map(({ bay }) => bay));
  return [...bays].flatMap((bay) => {
    const own = writes.filter((write) => write.bay === bay).sort((one, other) => one.began - other.began);
    const seen = reads.filter((read) => read.bay === bay).sort((one, other) => one.began - other.began);
    return [...doubled(own), ...wrong(own, seen), ...backwards(own, seen)].map((fault) => `${bay}: ${fault}`);
  });
}

function doubled(writes: readonly Write[]): readonly string[] {
  return writes
    .map(({ ids = [] }) => new Set(ids))
    .filter((ids) => ids.size > 1)
    .map((ids) => `one creation was answered with several bays: ${[...ids].join(', ')}`);
}

/** The place in the order of writes of what a read shows; the newest one that it may show. Undefined: none of them. */
function placeOf(writes: readonly Write[], read: Read): number | undefined {
  const [oldest, newest] = boundsOf(writes, read);
  for (let place = newest; place >= oldest; place -= 1) if (valueAfter(writes, place) === read.value) return place;
  return undefined;
}

/** -1 stands for the time before the first write. */
function boundsOf(writes: readonly Write[], read: Read): readonly [number, number] {
  return [writes.findLastIndex((write) => write.ended < read.began), writes.findLastIndex((write) => write.began <= read.ended)];
}

function valueAfter(writes: readonly Write[], place: number): Value {
  return writes[place]?.value ?? null;
}

/** A deletion is accepted long before the bay is gone: until a reader has missed it, it may be seen as it was. */
function wrong(writes: readonly Write[], reads: readonly Read[]): readonly string[] {
  return reads.flatMap((read) => {
    if (placeOf(writes, read) !== undefined || isOnItsWay(writes, read)) return [];
    const [oldest, newest] = boundsOf(writes, read);
    const allowed = Array.from({ length: newest - oldest + 1 }, (_unused, index) => String(valueAfter(writes, oldest + index)));
    return [`a read at ${read.began} showed ${String(read.value)}, of ${allowed.join(', ')}`];
  });
}

function isOnItsWay(writes: readonly Write[], read: Read): boolean {
  const last = writes.findLastIndex((write) => write.began <= read.ended);
  return last > 0 && writes[last]?.value === null && read.value === valueAfter(writes, last - 1);
}

function backwards(writes: readonly Write[], reads: readonly Read[]): readonly string[] {
  const found: string[] = [];
  const gone = reads.filter((read) => read.value === null && isAfterCreation(writes, read)).map((read) => read.ended);
  const goneAt = Math.min(...gone);
  for (const read of reads)
    if (read.value !== null && read.began > goneAt) found.push(`a deleted bay was seen again at ${read.began}`);
  for (const [index, read] of reads.entries()) {
    const place = isOnItsWay(writes, read) ? undefined : placeOf(writes, read);
    const later = reads.slice(index + 1).find((other) => {
      const next = isOnItsWay(writes, other) ? undefined : placeOf(writes, other);
      return other.began > read.ended && place !== undefined && next !== undefined && next < place;
    });
    if (later) found.push(`a read at ${later.began} went back to ${String(later.value)} behind ${String(read.value)}`);
  }
  return found;
}

function isAfterCreation(writes: readonly Write[], read: Read): boolean {
  const [creation] = writes;
  return creation !== undefined && read.began > creation.ended;
}
