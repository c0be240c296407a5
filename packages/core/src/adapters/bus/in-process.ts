import { DomainError } from '../../domain/errors.js';
import type { BayId } from '../../domain/ids.js';
import type { Answers, MessageBus } from '../../ports/bus.js';

/**
 * The bus of a single process. Arguments and replies are copied as JSON on the way, so that nothing works here that would
 * not survive a broker.
 */
export function inProcessBus(): MessageBus {
  const listeners = new Set<(bayId: BayId) => void>();
  let serving: Answers | undefined;
  return {
    cast: async (message) => {
      for (const listener of listeners) queueMicrotask(() => listener(message.bayId));
    },
    onWake: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    call: async (question, args, options) => {
      if (!serving) throw new DomainError('engine-unavailable', 'No conductor is running. Try again later.');
      const deadline = AbortSignal.timeout(options.timeoutMs);
      const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
      const answer = serving[question];
      const reply = await Promise.race([answered(answer(copied(args), signal), signal), rejectedBy(signal)]);
      return copied(reply);
    },
    serve: async (answers) => {
      serving = answers;
      return {
        stop: async () => {
          if (serving === answers) serving = undefined;
        },
      };
    },
  };
}

function copied<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T; // the messages are JSON by their types
}

/** An answer that was ended by the deadline is late, whatever it says itself. */
function answered<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return answer.catch((error: unknown) => {
    throw signal.aborted ? tooLate(signal) : error;
  });
}

function tooLate(signal: AbortSignal): DomainError {
  return new DomainError('deadline-exceeded', {
    message: 'The bay did not answer in time. Try again later.',
    cause: signal.reason,
  });
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const late = (): void => reject(tooLate(signal));
    if (signal.aborted) late();
    else signal.addEventListener('abort', late, { once: true });
  });
}
