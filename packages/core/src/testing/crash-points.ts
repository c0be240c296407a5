/** Stands for `kill -9`: from this moment on, nothing of the process happens any more. */
export class Killed extends Error {
  constructor() {
    super('killed');
    this.name = 'Killed';
  }
}

/**
 * Wraps the parts that a process works with. The process can die after every asynchronous call: the call has had its effect,
 * and no process has learned of it. (Dying before a call is dying after the one before it.) Repositories inside a transaction
 * are wrapped too: dying there takes the transaction back.
 */
export class CrashPoints {
  readonly #killAt: number;
  #moments = 0;
  #dead = false;

  /** The moment to die at, from 1; Infinity never dies and counts the moments. */
  constructor(killAt: number) {
    this.#killAt = killAt;
  }

  get moments(): number {
    return this.#moments;
  }

  get dead(): boolean {
    return this.#dead;
  }

  wrap<T extends object>(part: T): T {
    return new Proxy(part, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (isPart(value)) return this.wrap(value);
        if (typeof value !== 'function') return value;
        return (...args: readonly unknown[]) =>
          this.#callPart(() =>
            Reflect.apply(
              value,
              target,
              args.map((argument) => this.#wrapArgument(argument)),
            ),
          );
      },
    });
  }

  /** Bodies of transactions get wrapped repositories. */
  #wrapArgument(argument: unknown): unknown {
    if (typeof argument !== 'function') return argument;
    return (...args: readonly unknown[]): unknown =>
      Reflect.apply(
        argument,
        undefined,
        args.map((inner) => (isPart(inner) ? this.wrap(inner) : inner)),
      );
  }

  #callPart(call: () => unknown): unknown {
    if (this.#dead) throw new Killed();
    const result = call();
    return result instanceof Promise ? this.#after(result) : result;
  }

  async #after(result: Promise<unknown>): Promise<unknown> {
    const value = await result;
    this.#moments += 1;
    if (this.#moments >= this.#killAt) this.#dead = true;
    if (this.#dead) throw new Killed();
    return value;
  }
}

function isPart(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof AbortSignal);
}
