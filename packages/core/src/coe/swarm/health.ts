import { isDomainError } from '../../domain/errors.js';
import type { ConnectInput, HealthReport } from '../../ports/bay-driver.js';
import { listNodes, type Engines } from './engines.js';

/** `api`, and `<node>.Ready` for each node that the bay should have, whatever else the swarm still remembers. */
export async function healthOf(engines: Engines, input: ConnectInput, signal: AbortSignal): Promise<HealthReport> {
  try {
    const ready = new Set((await listNodes(engines, signal)).filter(({ state }) => state === 'ready').map(({ name }) => name));
    const nodes = input.nodes.map(({ name }): [string, string] => [`${name}.Ready`, ready.has(name) ? 'True' : 'False']);
    const health = nodes.every(([, value]) => value === 'True') ? 'HEALTHY' : 'UNHEALTHY';
    return { health, reason: { api: 'ok', ...Object.fromEntries(nodes) } };
  } catch (error) {
    signal.throwIfAborted();
    if (!isDomainError(error)) throw error;
    return { health: 'UNHEALTHY', reason: { api: error.message } };
  }
}
