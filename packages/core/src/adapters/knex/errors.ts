import { DomainError, isDomainError } from '../../domain/errors.js';
import { withoutStatement } from './query-errors.js';
import { isDatabaseError } from './transactions.js';

/** SQL and driver words stay inside: callers see a kind, the cause is for the log. */
export async function translateErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isDomainError(cause) || !isDatabaseError(cause)) throw cause;
    throw new DomainError('store-unavailable', {
      message: 'The database did not answer. Try again later.',
      cause: withoutStatement(cause),
    });
  }
}

/** The same for every method of a part that keeps its state in the database. */
export function withStoreErrors<T extends object>(part: T): T {
  return new Proxy(part, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args);
        return result instanceof Promise ? translateErrors(() => result) : result;
      };
    },
  });
}
