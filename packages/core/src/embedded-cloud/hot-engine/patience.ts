import { setMaxListeners } from 'node:events';
import type { Semaphore } from '../../concurrency/semaphore.js';
import { isDomainError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';
import type { CloudBackend } from '../backend.js';

/** One after another for the same name. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>();

  async with<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#last.set(
      name,
      mine.catch(() => undefined),
    );
    return mine;
  }
}

const ATTEMPTS = 6;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/** A backend that is asked few things at a time, and again when it was away for a moment. */
export function retryingBackend(backend: CloudBackend, semaphore: Semaphore, clock: Clock): CloudBackend {
  const ask = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await semaphore.run(signal, work);
      } catch (error) {
        if (attempt >= ATTEMPTS || !isDomainError(error, 'cloud-unavailable')) throw error;
        await clock.sleep(Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE), signal);
      }
    }
  };
  return {
    kind: backend.kind,
    description: backend.description,
    ensureNetwork: (network, signal) => ask(signal, () => backend.ensureNetwork(network, signal)),
    deleteNetwork: (key, signal) => ask(signal, () => backend.deleteNetwork(key, signal)),
    ensureVolume: (volume, signal) => ask(signal, () => backend.ensureVolume(volume, signal)),
    deleteVolume: (key, signal) => ask(signal, () => backend.deleteVolume(key, signal)),
    ensureServer: (server, signal) => ask(signal, () => backend.ensureServer(server, signal)),
    server: (key, signal) => ask(signal, () => backend.server(key, signal)),
    deleteServer: (key, signal) => ask(signal, () => backend.deleteServer(key, signal)),
    ensureAddress: (address, signal) => ask(signal, () => backend.ensureAddress(address, signal)),
    deleteAddress: (address, signal) => ask(signal, () => backend.deleteAddress(address, signal)),
    ensureLoadBalancer: (balancer, signal) => ask(signal, () => backend.ensureLoadBalancer(balancer, signal)),
    deleteLoadBalancer: (key, signal) => ask(signal, () => backend.deleteLoadBalancer(key, signal)),
    usedRanges: (signal) => ask(signal, () => backend.usedRanges(signal)),
    close: () => backend.close(),
  };
}

/** Why a run ends that has not failed: the engine stops, or a newer operation has taken over. */
export class StopSignal extends Error {}

/** A signal that follows another and can be aborted by itself; made for many listeners. */
export function linkedController(outer: AbortSignal): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  if (outer.aborted) controller.abort(outer.reason);
  else outer.addEventListener('abort', () => controller.abort(outer.reason), { once: true, signal: controller.signal });
  return controller;
}

/** Rings for everybody who waits for a change of a stack. */
export class Condition {
  readonly #waiting = new Map<string, Set<() => void>>();

  notifyAll(stackId: string): void {
    const waiting = this.#waiting.get(stackId);
    this.#waiting.delete(stackId);
    waiting?.forEach((wake) => wake());
  }

  /** Resolves at the next ring, and after the time at the latest. Rejects when the signal aborts. */
  async wait(
    stackId: string,
    milliseconds: number,
    limits: { readonly clock: Clock; readonly signal: AbortSignal },
  ): Promise<void> {
    limits.signal.throwIfAborted();
    const sleep = linkedController(limits.signal);
    const waiting = this.#waiting.get(stackId) ?? new Set();
    this.#waiting.set(stackId, waiting);
    let wake = (): void => undefined;
    const rung = new Promise<void>((resolve) => {
      wake = resolve;
      waiting.add(wake);
    });
    try {
      await Promise.race([rung, limits.clock.sleep(milliseconds, sleep.signal)]);
    } finally {
      waiting.delete(wake);
      sleep.abort(new Error('no longer waited for'));
    }
  }
}
