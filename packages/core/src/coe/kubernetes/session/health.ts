import type { V1Node } from '@kubernetes/client-node';
import { DeadlineError, underDeadline } from '../../../concurrency/deadline.js';
import { DomainError, isDomainError } from '../../../domain/errors.js';
import { collect, exchange } from '../../../http/bounded-http.js';
import type { ConnectInput, HealthReport } from '../../../ports/bay-driver.js';
import { healthFrom } from '../../shared/session/health.js';
import { agentFor } from './agents.js';
import { attempt } from './attempt.js';
import { addonStates } from './addon-states.js';
import type { Connection, Connections } from './connection.js';
import { silentMembers } from './etcd.js';
import { isReady, listNodes } from './nodes.js';

/** Conditions of a node that say, where they are true, that something is wrong with it. */
const PROBLEMS: ReadonlySet<string> = new Set(['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable']);

const ETCD_WITHIN_MS = 6_000;
const MOST_NAMED = 5;

/** The API's own checks, the nodes that Kubernetes calls ready, their conditions, and the members of etcd where there are several. */
export function healthOf(connections: Connections, input: ConnectInput, signal: AbortSignal): Promise<HealthReport> {
  const { core } = connections;
  const observe = async () => {
    await requireReadyApi(input, signal);
    const nodes = await listNodes(core, signal);
    return {
      ready: new Set(nodes.filter(isReady).map((node) => node.metadata?.name)),
      problems: { ...conditionsOf(input, nodes), ...(await membersProblem(input, { core, nodes }, signal)) },
      // An add-on that is missing takes no node away: a cluster without its metrics still serves.
      notes: prefixed('addon.', await addonStates(connections, signal)),
    };
  };
  return healthFrom(input, observe, signal);
}

function prefixed(prefix: string, states: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(states).map(([name, state]) => [prefix + name, state]));
}

async function requireReadyApi(input: ConnectInput, signal: AbortSignal): Promise<void> {
  const failed = await attempt('ask whether the API is ready', signal, async (bounds) => {
    const { protocol, hostname, port } = new URL(input.endpoint.url);
    const secure = protocol === 'https:';
    const options = {
      method: 'GET',
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: '/readyz?verbose',
      ...(secure ? { agent: agentFor(input.endpoint) } : {}),
    };
    const { status, body } = await exchange({ secure, options, body: undefined, guard: input.guard }, bounds);
    const text = (await collect(body)).toString();
    return status === 200 ? undefined : (failedChecks(text) ?? `it answers ${status}`);
  });
  if (failed !== undefined) throw new DomainError('engine-failed', `The API is not ready: ${failed}.`);
}

/** The checks that fail, of an answer such as `[+]ping ok` and `[-]etcd failed: reason withheld`, one in a line. */
export function failedChecks(text: string): string | undefined {
  const names = [...text.matchAll(/^\[-\](\S{1,100}) failed/gm)].map(([, name]) => name);
  return names.length === 0 ? undefined : `${names.slice(0, MOST_NAMED).join(', ')} failed`;
}

function conditionsOf({ nodes: wanted }: ConnectInput, nodes: readonly V1Node[]): Readonly<Record<string, string>> {
  const names = new Set(wanted.map(({ name }) => name));
  const known = nodes.filter(({ metadata }) => names.has(metadata?.name ?? ''));
  return Object.fromEntries(
    known.flatMap(({ metadata, status }) =>
      (status?.conditions ?? [])
        .filter(({ type, status: value }) => PROBLEMS.has(type) && value === 'True')
        .map(({ type }): [string, string] => [`${metadata?.name}.${type}`, 'True']),
    ),
  );
}

/**
 * Which members of etcd do not answer. One control plane has one member, without which the API would not be ready. Within a short time of its
 * own: the command may run on a node that was lost a moment ago, and that must not hide how the others are.
 */
async function membersProblem(
  input: ConnectInput,
  { core, nodes }: { readonly core: Connection; readonly nodes: readonly V1Node[] },
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  if (input.nodes.filter(({ role }) => role === 'master').length < 2) return {};
  try {
    const bound = { milliseconds: ETCD_WITHIN_MS, signal };
    const { total, silent } = await underDeadline(bound, (timely) => silentMembers(input, core, timely));
    if (silent.length === 0) return {};
    const names = silent.map((url) => nodes.find((node) => isAt(url, node))?.metadata?.name ?? url);
    return { etcd: `${silent.length} of ${total} members do not answer: ${names.slice(0, MOST_NAMED).join(', ')}` };
  } catch (error) {
    signal.throwIfAborted();
    if (!isDomainError(error) && !(error instanceof DeadlineError)) throw error;
    return { etcd: `its members could not be asked: ${error.message}` };
  }
}

/** Members listen at the address that Kubernetes knows of their node, which is not the one at which this service reaches it. */
function isAt(url: string, { status }: V1Node): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined;
  return status?.addresses?.some(({ address }) => address === host) === true;
}
