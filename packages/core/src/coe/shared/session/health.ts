import { isDomainError } from '../../../domain/errors.js';
import type { ConnectInput, HealthReport } from '../../../ports/bay-driver.js';

/**
 * Health of a bay: `api`, and `<node>.Ready` for each node that the bay should have. Nodes that only the engine remembers do not count
 * (docs/contract/conductor.md#health). `ready` asks the engine for the names of its ready nodes.
 */
export async function healthFrom(
  input: Pick<ConnectInput, 'nodes'>,
  ready: () => Promise<ReadonlySet<string | undefined>>,
  signal: AbortSignal,
): Promise<HealthReport> {
  try {
    const names = await ready();
    const nodes = input.nodes.map(({ name }): [string, string] => [`${name}.Ready`, names.has(name) ? 'True' : 'False']);
    const health = nodes.every(([, value]) => value === 'True') ? 'HEALTHY' : 'UNHEALTHY';
    return { health, reason: { api: 'ok', ...Object.fromEntries(nodes) } };
  } catch (error) {
    signal.throwIfAborted();
    if (!isDomainError(error)) throw error;
    return { health: 'UNHEALTHY', reason: { api: error.message } };
  }
}
