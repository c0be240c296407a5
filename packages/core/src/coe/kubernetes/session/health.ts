import type { ConnectInput, HealthReport } from '../../../ports/bay-driver.js';
import { healthFrom } from '../../shared/session/health.js';
import type { Connection } from './connection.js';
import { isReady, listNodes } from './nodes.js';

/** The nodes that Kubernetes calls ready. */
export function healthOf(connection: Connection, input: ConnectInput, signal: AbortSignal): Promise<HealthReport> {
  const ready = async (): Promise<ReadonlySet<string | undefined>> => {
    const nodes = await listNodes(connection, signal);
    return new Set(nodes.filter(isReady).map((node) => node.metadata?.name));
  };
  return healthFrom(input, ready, signal);
}
