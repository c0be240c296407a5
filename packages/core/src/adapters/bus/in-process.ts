import { DeadlineError, underDeadline } from '../../concurrency/deadline.js';
import { DomainError } from '../../domain/errors.js';
import type { BayId } from '../../domain/ids.js';
import type { RpcHandlers, MessageBus } from '../../ports/bus.js';
import { copiedAnswer } from './envelope.js';

/**
 * The bus of a single process. Arguments and replies are copied as JSON on the way, so that nothing works here that would
 * not survive a broker.
 */
export function inProcessBus(): MessageBus {
  const listeners = new Set<(bayId: BayId) => void>();
  let serving: RpcHandlers | undefined;
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
      const answer = serving[question];
      const bound = { milliseconds: options.timeoutMs, signal: options.signal };
      return copiedAnswer(await underDeadline(bound, (signal) => answer(copyJson(args), signal)).catch(failWith(options.signal)));
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

function copyJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T; // the messages are JSON by their types
}

/** An answer that the deadline or the caller has ended is late, whatever it says itself. */
function failWith(caller: AbortSignal | undefined): (cause: unknown) => never {
  return (cause) => {
    if (!(cause instanceof DeadlineError) && !caller?.aborted) throw cause;
    throw new DomainError('deadline-exceeded', { message: 'The bay did not answer in time. Try again later.', cause });
  };
}
