import type { CoeSession, ConnectInput, EngineVersions } from '../../../ports/bay-driver.js';
import { probeNodes } from '../../shared/session/tls-probe.js';
import { MARATHON_PORT, MESOS_PORT } from '../drivers/mesos/ports.js';
import { drainNodes, releaseNodes } from './drain.js';
import { healthOf, reportNodes } from './health.js';
import { objectIn, operatorApi, textIn, type OperatorApi } from './operator-api.js';

const PING = 'GET /local/health HTTP/1.1\r\nHost: mesos\r\nConnection: close\r\n\r\n';

/** Ports of the gateways on masters. */
interface Ports {
  readonly mesos: number;
  readonly marathon: number;
}

const PORTS: Ports = { mesos: MESOS_PORT, marathon: MARATHON_PORT };

/**
 * A session with a Mesos, through the gateways of its masters. Nothing is connected before the first question, and nothing needs to be
 * closed. Images are not loaded: agents fetch those of a task when it starts, from where the task says.
 */
export function connectMesos(input: ConnectInput, { mesos, marathon }: Ports = PORTS): CoeSession {
  const api = operatorApi(input, mesos);
  return {
    health: (signal) => healthOf(api, { input, marathonPort: marathon }, signal),
    nodes: (signal) => reportNodes(api, input, signal),
    versions: (signal) => versionsOf(api, signal),
    drainNodes: (nodes, signal) => drainNodes(api, { input, leaving: nodes }, signal),
    releaseNodes: (names, signal) => releaseNodes(api, names, signal),
    admissions: (ports, signal) => probeNodes(input, { ports, request: PING }, signal),
  };
}

/** Mesos' version on the leader. Mesos runs containers itself, so it is engine and container runtime in one. */
async function versionsOf(api: OperatorApi, signal: AbortSignal): Promise<EngineVersions | undefined> {
  const found = await api.call('ask for the version', { type: 'GET_VERSION' }, signal);
  const version = textIn(objectIn(found, 'version_info'), 'version');
  return version === undefined ? undefined : { coe: version, containerRuntime: version };
}
