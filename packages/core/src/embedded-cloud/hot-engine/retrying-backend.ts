import { backoffMs } from '../../concurrency/backoff.js';
import type { Semaphore } from '../../concurrency/semaphore.js';
import { isDomainError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';
import type { CloudBackend } from '../backend.js';

const ATTEMPTS = 6;
const BACKOFF = { firstMs: 500, maxMs: 15_000 };

/**
 * A backend behind a semaphore, whose calls are repeated while it is unavailable. A template of a thousand nodes would otherwise send a
 * thousand calls to Docker at once, and a restart of Docker would fail every stack that is in progress.
 */
export function retryingBackend(backend: CloudBackend, semaphore: Semaphore, clock: Clock): CloudBackend {
  const ask = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await semaphore.run(signal, work);
      } catch (error) {
        if (attempt >= ATTEMPTS || !isDomainError(error, 'cloud-unavailable')) throw error;
        await clock.sleep(backoffMs(BACKOFF, attempt - 1), signal);
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
