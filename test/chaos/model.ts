/*
 * What the API promises, as a model of registers, checked on the history of what the clients sent and were answered. A register is what
 * one writer writes and many readers read: the size of a bay, a field of a bay model, a node group; null where the thing itself is not
 * there. A write lasts from its first attempt to its first definite answer; its outcome is that answer. While it lasts, a read may show
 * what was before or what is after; when it has ended, only what is after; and what a reader has seen once is never followed by what
 * was before it, whichever API is asked and whether the thing is read alone or in a list. Beside the registers, each thing has numbers
 * that only ever grow: the time of its last change and its generation.
 */

export type Value = number | string | null;

export interface Write {
  readonly register: string;
  readonly value: Value;
  readonly began: number;
  readonly ended: number;
  /** Of a creation: each id that was ever answered, which must be one. */
  readonly ids?: readonly string[];
  /** It is accepted before it is done, as a deletion is: until a reader has seen the outcome, it may be seen as it was. */
  readonly lingers?: boolean;
}

export interface Read {
  readonly register: string;
  readonly value: Value;
  readonly began: number;
  readonly ended: number;
}

/** A number of which a later one is never less. */
export interface Growing {
  readonly name: string;
  readonly value: number;
  readonly began: number;
  readonly ended: number;
}

export interface History {
  readonly writes: readonly Write[];
  readonly reads: readonly Read[];
  readonly growing: readonly Growing[];
}

/** One line for each promise that was broken. */
export function faultsIn({ writes, reads, growing }: History): readonly string[] {
  const [written, read, grown] = [grouped(writes, registerOf), grouped(reads, registerOf), grouped(growing, ({ name }) => name)];
  const ofRegisters = [...new Set([...written.keys(), ...read.keys()])].flatMap((register) => {
    const [own, seen] = [written.get(register) ?? [], read.get(register) ?? []];
    return [...doubled(own), ...wrong(own, seen), ...backwards(own, seen)].map((fault) => `${register}: ${fault}`);
  });
  return [...ofRegisters, ...[...grown].flatMap(([name, values]) => shrunk(values).map((fault) => `${name}: ${fault}`))];
}

function registerOf({ register }: { readonly register: string }): string {
  return register;
}

/** By key, each in the order in which it began. */
function grouped<T extends { readonly began: number }>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items.toSorted((one, other) => one.began - other.began)) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function doubled(writes: readonly Write[]): readonly string[] {
  return writes
    .map(({ ids = [] }) => new Set(ids))
    .filter((ids) => ids.size > 1)
    .map((ids) => `one creation was answered with several ids: ${[...ids].join(', ')}`);
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

function wrong(writes: readonly Write[], reads: readonly Read[]): readonly string[] {
  return reads.flatMap((read) => {
    if (placeOf(writes, read) !== undefined || isOnItsWay(writes, read)) return [];
    const [oldest, newest] = boundsOf(writes, read);
    const allowed = Array.from({ length: newest - oldest + 1 }, (_unused, index) => String(valueAfter(writes, oldest + index)));
    return [`a read at ${read.began} showed ${String(read.value)}, of ${allowed.join(', ')}`];
  });
}

/** As it was before a write that lingers. */
function isOnItsWay(writes: readonly Write[], read: Read): boolean {
  const last = writes.findLastIndex((write) => write.began <= read.ended);
  return last > 0 && writes[last]?.lingers === true && read.value === valueAfter(writes, last - 1);
}

function backwards(writes: readonly Write[], reads: readonly Read[]): readonly string[] {
  const found: string[] = [];
  const gone = reads.filter((read) => read.value === null && isAfterCreation(writes, read)).map((read) => read.ended);
  const goneAt = Math.min(...gone);
  for (const read of reads)
    if (read.value !== null && read.began > goneAt) found.push(`a deleted thing was seen again at ${read.began}`);
  const places = reads.map((read) => (isOnItsWay(writes, read) ? undefined : placeOf(writes, read)));
  for (const [index, read] of reads.entries()) {
    const place = places[index];
    if (place === undefined) continue;
    const later = reads.findIndex((other, at) => at > index && other.began > read.ended && (places[at] ?? place) < place);
    const behind = reads[later];
    if (behind) found.push(`a read at ${behind.began} went back to ${String(behind.value)} behind ${String(read.value)}`);
  }
  return found;
}

function isAfterCreation(writes: readonly Write[], read: Read): boolean {
  const [creation] = writes;
  return creation !== undefined && read.began > creation.ended;
}

function shrunk(values: readonly Growing[]): readonly string[] {
  const byEnd = values.toSorted((one, other) => one.ended - other.ended);
  const found: string[] = [];
  let [most, next] = [-Infinity, 0];
  for (const { value, began } of values) {
    for (let ended = byEnd[next]; ended && ended.ended < began; ended = byEnd[++next]) most = Math.max(most, ended.value);
    if (value < most) found.push(`a read at ${began} showed ${value} behind ${most}`);
  }
  return found;
}
