import type { ConnectInput, HealthReport } from '../../../ports/bay-driver.js';
import { healthFrom } from '../../shared/session/health.js';
import { attempt } from './attempt.js';
import { itemsOf } from './kinds.js';
import type { Connection } from './connection.js';

/** The nodes that Kubernetes calls ready. */
export function healthOf(connection: Connection, input: ConnectInput, signal: AbortSignal): Promise<HealthReport> {
  const ready = async (): Promise<ReadonlySet<string | undefined>> => {
    const items = await attempt('list the nodes', signal, async (bounds) => itemsOf(await (await connection(bounds)).listNode()));
    const isReady = items.filter((node) =>
      node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
    );
    return new Set(isReady.map((node) => node.metadata?.name));
  };
  return healthFrom(input, ready, signal);
}
