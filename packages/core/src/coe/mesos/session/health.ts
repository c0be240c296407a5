import type { ConnectInput, HealthReport, NodeReport } from '../../../ports/bay-driver.js';
import { healthFrom } from '../../shared/session/health.js';
import { countTasks, listAgents, type Agent } from './agents.js';
import { listMasters, silentMarathons, type Master } from './masters.js';
import type { OperatorApi } from './operator-api.js';

/**
 * Whether a master leads and knows the agents, whether each master has the registry, and whether Marathon answers where it is installed. A
 * drained agent is ready: it waits for the end that the bay has for it, or for its operator.
 */
export function healthOf(
  api: OperatorApi,
  { input, marathonPort: port }: { readonly input: ConnectInput; readonly marathonPort: number },
  signal: AbortSignal,
): Promise<HealthReport> {
  const observe = async () => {
    const agents = await listAgents(api, signal);
    const masters = await listMasters(api, input, signal);
    const silent = await silentMarathons(api, { masters, port }, signal);
    return {
      ready: new Set([
        ...agents.filter(({ isRegistered }) => isRegistered).map(({ node }) => node),
        ...masters.filter(({ isReady }) => isReady).map(({ name }) => name),
      ]),
      problems: {
        ...(masters.some(({ isLeader }) => isLeader) ? {} : { leader: 'no master of the bay leads' }),
        ...(silent.length > 0 ? { marathon: `does not answer on ${silent.join(', ')}` } : {}),
      },
    };
  };
  return healthFrom(input, observe, signal);
}

/** Every node that the bay should have, and agents that the leader knows beside them. */
export async function reportNodes(api: OperatorApi, input: ConnectInput, signal: AbortSignal): Promise<readonly NodeReport[]> {
  const [agents, tasks, masters] = await Promise.all([
    listAgents(api, signal),
    countTasks(api, signal),
    listMasters(api, input, signal),
  ]);
  const known = new Set(agents.map(({ node }) => node));
  const absent = input.nodes.filter(({ name, role }) => role === 'worker' && !known.has(name));
  return [
    ...masters.map(masterReport),
    ...agents.map((agent) => agentReport(agent, tasks.get(agent.id) ?? 0)),
    ...absent.map(({ name, address }) => ({ name, role: 'worker', state: 'down', address, engineVersion: null }) as const),
  ];
}

function masterReport({ name, address, isReady, isLeader, version }: Master): NodeReport {
  return { name, role: 'master', state: isReady ? 'ready' : 'down', leader: isLeader, address, engineVersion: version };
}

function agentReport({ node, isActive, isRegistered, drain, address, version, resources }: Agent, workloads: number): NodeReport {
  return {
    name: node,
    role: 'worker',
    state: isRegistered ? 'ready' : 'down',
    availability: drain !== 'none' ? drain : isActive ? 'active' : 'deactivated',
    address,
    engineVersion: version,
    workloads,
    resources,
  };
}
