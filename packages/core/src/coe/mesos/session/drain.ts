import type { LeavingNode, UndrainedNode } from '../../../domain/drain.js';
import { isDomainError } from '../../../domain/errors.js';
import type { ConnectInput } from '../../../ports/bay-driver.js';
import { countTasks, listAgents, type Agent } from './agents.js';
import type { OperatorApi } from './operator-api.js';

/*
 * Agents are drained by Mesos itself: it offers their resources to no framework any more, and kills their tasks within the grace period
 * of each, with a reason that tells frameworks to start them elsewhere. The drain is part of the masters' registry, so that a leader that
 * fails loses nothing. An agent is marked as gone before its server ends: otherwise its tasks would count as running, on an agent that
 * may come back, for ten minutes.
 */

const SECONDS_OF_GRACE = 120;

/** One round: `CoeSession.drainNodes`. Masters run no tasks: they leave ZooKeeper's ensemble, one after the other. */
export async function drainNodes(
  api: OperatorApi,
  { input, leaving }: { readonly input: ConnectInput; readonly leaving: readonly LeavingNode[] },
  signal: AbortSignal,
): Promise<readonly UndrainedNode[]> {
  const agents = await drainAgents(api, new Set(leaving.map(({ name }) => name)), signal);
  const masters: UndrainedNode[] = [];
  for (const { name } of leaving.filter(({ role }) => role === 'master')) {
    const refusal = await takeOut(api, { input, name }, signal);
    if (refusal !== undefined) masters.push({ node: name, why: refusal, isVital: true });
  }
  return [...agents, ...masters];
}

async function drainAgents(api: OperatorApi, names: ReadonlySet<string>, signal: AbortSignal): Promise<readonly UndrainedNode[]> {
  const agents = (await listAgents(api, signal)).filter(({ node, isRegistered }) => isRegistered && names.has(node));
  for (const agent of agents.filter(({ drain }) => drain === 'none')) await begin(api, agent, signal);
  const undrained = agents.filter(({ drain }) => drain !== 'drained');
  if (undrained.length === 0) return [];
  const tasks = await countTasks(api, signal);
  return undrained.map(({ id, node }) => ({ node, why: waitsFor(tasks.get(id) ?? 0), isVital: false }));
}

/** Why the ensemble still has that master; undefined once it is out. Without a master that stays there is no ensemble to keep. */
async function takeOut(
  api: OperatorApi,
  { input, name }: { readonly input: ConnectInput; readonly name: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const staying = input.nodes.filter((node) => node.role === 'master' && node.name !== name);
  let refusal: string | undefined;
  for (const through of staying) {
    try {
      await api.leaveEnsemble(through, memberOf(name), signal);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!isDomainError(error)) throw error;
      refusal = error.message;
    }
  }
  return refusal;
}

/** The lower bits of a master's number in the ensemble: the hexadecimal digits of its name, as the scripts of the node have it. */
export function memberOf(name: string): number {
  return Number.parseInt(name.split('-').at(-1) ?? '', 16);
}

async function begin(api: OperatorApi, { id, node }: Agent, signal: AbortSignal): Promise<void> {
  const drain_agent = { agent_id: { value: id }, max_grace_period: { nanoseconds: SECONDS_OF_GRACE * 1e9 }, mark_gone: false };
  await api.call(`drain the agent ${node}`, { type: 'DRAIN_AGENT', drain_agent }, signal);
}

function waitsFor(tasks: number): string {
  if (tasks === 0) return 'its drain is being recorded';
  return tasks === 1 ? '1 task is ending' : `${tasks} tasks are ending`;
}

/** Marks agents as gone. One that no master knows has nothing to lose. */
export async function releaseNodes(api: OperatorApi, names: readonly string[], signal: AbortSignal): Promise<void> {
  const wanted = new Set(names);
  for (const { id, node } of (await listAgents(api, signal)).filter((agent) => wanted.has(agent.node)))
    await api.call(
      `mark the agent ${node} as gone`,
      { type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value: id } } },
      signal,
    );
}
