/**
 * Tests that run real processes have to wait for them. A fixed pause is wrong in both directions: too short on a loaded machine, too
 * long on every other one. `until` asks again and again instead, and its error says what was waited for, for how long, and what the
 * last question failed with.
 */
export interface UntilOptions {
  /** Milliseconds until it gives up; 20 s by default. */
  readonly withinMs?: number;
  /** Milliseconds between two questions. */
  readonly everyMs?: number;
  /** More for the error message, read when it is made: the log of a process, the last answer. */
  readonly report?: () => string;
}

/** Thrown by a question when its answer can never become right: the wait ends at once. */
export class Hopeless extends Error {
  override readonly name = 'Hopeless';
}

/**
 * The first answer that is neither undefined nor false. An error of `look` counts as no answer yet, except for `Hopeless`.
 * @param what what has to become true, for the error: "the conductor is ready"
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  { withinMs = 20_000, everyMs = 20, report }: UntilOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + withinMs;
  let failure: unknown;
  do {
    try {
      const found = await look();
      // Only what is neither undefined nor false gets here, which the compiler cannot conclude for a type parameter.
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
      failure = undefined;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      failure = error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  } while (performance.now() < end);
  const words = [`after ${withinMs / 1000} s still not true: ${what}`];
  if (failure !== undefined) words.push(`the last error: ${failure instanceof Error ? failure.message : String(failure)}`);
  if (report) words.push(report());
  throw new Error(words.join('; '), { cause: failure });
}
