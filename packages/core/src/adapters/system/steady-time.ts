/*
 * The time of day of a process whose host's clock may be set, by hand or by a time service that steps. Leases and due times are
 * written by one process and read by others: a conductor whose clock was five minutes ahead for a moment left bays that no conductor looked
 * at for as long, and one whose clock went back held leases that the others saw lapse. So a jump is followed slowly, at most a
 * twentieth faster or slower than time passes, which no lease notices; the monotonic clock measures that. What differs by less
 * than a second is followed at once, and so is a difference of a quarter of an hour or more: the host was asleep, or had no time yet.
 */

const AT_ONCE_BELOW_MS = 1_000;
const AT_ONCE_FROM_MS = 900_000;
const SHARE = 1 / 20;

export interface HostTime {
  /** Milliseconds since 1970; may jump. */
  readonly wall: () => number;
  /** Milliseconds; only ever grows, as time passes. */
  readonly monotonic: () => number;
}

/** Returns a function that gives milliseconds since 1970. */
export function steadyTime({ wall, monotonic }: HostTime): () => number {
  let [time, asked] = [wall(), monotonic()];
  return () => {
    const now = monotonic();
    const passed = now - asked;
    asked = now;
    const target = wall();
    const off = target - (time + passed);
    const isSmall = Math.abs(off) < AT_ONCE_BELOW_MS;
    if (isSmall || Math.abs(off) >= AT_ONCE_FROM_MS) time = target;
    else time += passed + Math.sign(off) * Math.min(Math.abs(off), passed * SHARE);
    return time;
  };
}
