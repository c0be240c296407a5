import { isDomainError } from '../../../domain/errors.js';
import type { ConnectInput, HealthReport } from '../../../ports/bay-driver.js';

/** What an engine says of its nodes. */
export interface NodesHealth {
  /** Names of those that are ready. */
  readonly ready: ReadonlySet<string | undefined>;
  /** What else is wrong, by what it concerns: `<node>.<condition>`, or a part of the engine. */
  readonly problems?: Readonly<Record<string, string>>;
  /** What is shown beside it, and decides nothing. */
  readonly notes?: Readonly<Record<string, string>>;
}

/**
 * Health of a bay: `api`, `<node>.Ready` for each node that the bay should have, and what else is wrong. Nodes that only the engine remembers
 * do not count (docs/contract/conductor.md#health). `observe` asks the engine; an error of it is the answer for `api`.
 */
export async function healthFrom(
  input: Pick<ConnectInput, 'nodes'>,
  observe: () => Promise<NodesHealth>,
  signal: AbortSignal,
): Promise<HealthReport> {
  try {
    const { ready, problems = {}, notes = {} } = await observe();
    const nodes = input.nodes.map(({ name }): [string, string] => [`${name}.Ready`, ready.has(name) ? 'True' : 'False']);
    const isHealthy = nodes.every(([, value]) => value === 'True') && Object.keys(problems).length === 0;
    const reason = { api: 'ok', ...Object.fromEntries(nodes), ...problems, ...notes };
    return { health: isHealthy ? 'HEALTHY' : 'UNHEALTHY', reason };
  } catch (error) {
    signal.throwIfAborted();
    if (!isDomainError(error)) throw error;
    const silent = error.kind === 'engine-unavailable' ? { isSilent: true } : {};
    return { health: 'UNHEALTHY', reason: { api: error.message }, ...silent };
  }
}
