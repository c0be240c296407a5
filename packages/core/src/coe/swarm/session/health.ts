import type { ConnectInput, HealthReport } from '../../../ports/bay-driver.js';
import { healthFrom } from '../../shared/session/health.js';
import { listNodes, type DockerNodes } from './docker-nodes.js';

/** The nodes that the swarm calls ready. */
export function healthOf(engines: DockerNodes, input: ConnectInput, signal: AbortSignal): Promise<HealthReport> {
  const observe = async () => ({
    ready: new Set((await listNodes(engines, signal)).filter(({ state }) => state === 'ready').map(({ name }) => name)),
  });
  return healthFrom(input, observe, signal);
}
