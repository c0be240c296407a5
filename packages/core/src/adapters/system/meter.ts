import { isDomainError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Meter } from '../../ports/meter.js';

/** Every asynchronous method of a part, counted and timed. */
export function metered<T extends object>(
  { meter, clock }: { readonly meter: Meter; readonly clock: Pick<Clock, 'now'> },
  name: string,
  part: T,
  methods: readonly (keyof T & string)[],
): T {
  return new Proxy(part, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const call = (...args: readonly unknown[]): unknown => Reflect.apply(value, target, args);
      if (!methods.some((method) => method === property)) return call;
      return async (...args: readonly unknown[]) => {
        const began = clock.now().getTime();
        const tell = (outcome: string): void =>
          meter.called(name, String(property), outcome, (clock.now().getTime() - began) / 1_000);
        try {
          const result = await call(...args);
          tell('ok');
          return result;
        } catch (error) {
          tell(isDomainError(error) ? error.kind : 'unexpected');
          throw error;
        }
      };
    },
  });
}
