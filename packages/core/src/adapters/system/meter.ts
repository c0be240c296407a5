import { isDomainError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Meter } from '../../ports/meter.js';
import { aroundMethods } from './around.js';

const nothing = (): void => undefined;

/** Where nothing is counted. */
export const noMeter: Meter = { claimed: nothing, leftOver: nothing, passed: nothing, called: nothing };

/** Every asynchronous method of a part, counted and timed. */
export function meterMethods<T extends object>(
  { meter, clock }: { readonly meter: Meter; readonly clock: Pick<Clock, 'now'> },
  name: string,
  part: T,
  methods: readonly (keyof T & string)[],
): T {
  return aroundMethods(part, methods, async (method, work) => {
    const began = clock.now().getTime();
    const tell = (outcome: string): void => meter.called(name, method, outcome, (clock.now().getTime() - began) / 1_000);
    try {
      const result = await work();
      tell('ok');
      return result;
    } catch (error) {
      tell(isDomainError(error) ? error.kind : 'unexpected');
      throw error;
    }
  });
}
