import { isDomainError } from '../../domain/errors.js';
import type { ConnectInput, HealthReport } from '../../ports/bay-driver.js';
import { attempt } from './attempt.js';
import type { Connection } from './connection.js';

/** `api`, and `<node>.Ready` for each node that the bay should have (contract, conductor §10). */
export async function healthOf(connection: Connection, input: ConnectInput, signal: AbortSignal): Promise<HealthReport> {
  try {
    const list = await attempt('list the nodes', signal, async () => (await connection()).listNode());
    const ready = new Set(
      list.items
        .filter((node) => node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
        .map((node) => node.metadata?.name),
    );
    const nodes = input.nodes.map(({ name }): [string, string] => [`${name}.Ready`, ready.has(name) ? 'True' : 'False']);
    const health = nodes.every(([, value]) => value === 'True') ? 'HEALTHY' : 'UNHEALTHY';
    return { health, reason: { api: 'ok', ...Object.fromEntries(nodes) } };
  } catch (error) {
    signal.throwIfAborted();
    if (!isDomainError(error)) throw error;
    return { health: 'UNHEALTHY', reason: { api: error.message } };
  }
}
