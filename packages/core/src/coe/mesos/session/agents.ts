import type { JsonObject } from '../../../domain/json.js';
import type { NodeResource } from '../../../ports/bay-driver.js';
import { objectIn, objectsIn, textIn, type OperatorApi } from './operator-api.js';

/** An agent as the leading master knows it. Its host name is the name of its node. */
export interface Agent {
  readonly id: string;
  readonly node: string;
  /** Connected, and not deactivated. */
  readonly isActive: boolean;
  /** Registered with this leader; false for one that an earlier leader knew and that has not come back yet. */
  readonly isRegistered: boolean;
  readonly drain: 'none' | 'draining' | 'drained';
  readonly address: string | null;
  readonly version: string | null;
  /** By Mesos' names: `cpus`, `mem` and `disk` in MiB. */
  readonly resources: Readonly<Record<string, NodeResource>>;
}

export async function listAgents(api: OperatorApi, signal: AbortSignal): Promise<readonly Agent[]> {
  const found = await api.call('list the agents', { type: 'GET_AGENTS' }, signal);
  return [
    ...objectsIn(found, 'agents').flatMap((agent) => agentOf(agent)),
    ...objectsIn(found, 'recovered_agents').flatMap((info) => agentOf({ agent_info: info, active: false }, false)),
  ];
}

function agentOf(agent: JsonObject, isRegistered = true): readonly Agent[] {
  const [id, node] = [textIn(agent, 'agent_info', 'id', 'value'), textIn(agent, 'agent_info', 'hostname')];
  if (id === undefined || node === undefined) return [];
  const state = textIn(agent, 'drain_info', 'state');
  return [
    {
      id,
      node,
      isActive: agent['active'] === true && agent['deactivated'] !== true,
      isRegistered: isRegistered && agent['active'] === true,
      drain: state === 'DRAINED' ? 'drained' : state === 'DRAINING' ? 'draining' : 'none',
      // `slave(1)@192.0.2.7:5051`
      address: /@(.+):\d+$/.exec(textIn(agent, 'pid') ?? '')?.[1] ?? null,
      version: textIn(agent, 'version') ?? null,
      resources: resourcesOf(agent),
    },
  ];
}

/** Amounts alone: ranges of ports and sets have no sum. Several entries of a name are reservations of one resource. */
function resourcesOf(agent: JsonObject): Readonly<Record<string, NodeResource>> {
  const [total, used] = [amountsOf(agent, 'total_resources'), amountsOf(agent, 'allocated_resources')];
  return Object.fromEntries([...total].map(([name, amount]) => [name, { total: amount, used: used.get(name) ?? 0 }]));
}

function amountsOf(agent: JsonObject, list: string): ReadonlyMap<string, number> {
  const amounts = new Map<string, number>();
  for (const resource of objectsIn(agent, list)) {
    const [name, amount] = [textIn(resource, 'name'), objectIn(resource, 'scalar')['value']];
    if (name !== undefined && typeof amount === 'number') amounts.set(name, (amounts.get(name) ?? 0) + amount);
  }
  return amounts;
}

/** How many tasks run on each agent, by its id. */
export async function countTasks(api: OperatorApi, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const found = await api.call('list the tasks', { type: 'GET_TASKS' }, signal);
  const counts = new Map<string, number>();
  for (const task of [...objectsIn(found, 'tasks'), ...objectsIn(found, 'pending_tasks')]) {
    const id = textIn(task, 'agent_id', 'value') ?? '';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
