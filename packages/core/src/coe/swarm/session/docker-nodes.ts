import { DomainError } from '../../../domain/errors.js';
import type { ConnectInput, EngineVersions, NodeReport } from '../../../ports/bay-driver.js';
import { agentWithConnectTimeout } from './connect-timeout.js';
import type { DockerConnection } from '../../../docker/calls.js';
import { DockerClient } from '../../../docker/client.js';
import { Allowance, MOST_ANSWERED, type Bounds } from '../../../http/bounded-http.js';
import { attempt } from './engine-errors.js';

export const CALL_WITHIN = 10_000;
const CONNECT_WITHIN = 5_000;
const DEFAULT_PORT = 2375;
// The client's own limit for connections would last until the answer, so the agents have one of their own.
const PLAIN = agentWithConnectTimeout(CONNECT_WITHIN, 'http');
const SECURE = agentWithConnectTimeout(CONNECT_WITHIN, 'https');

export interface DockerNode {
  /** Name of the node. */
  readonly node: string;
  readonly role: 'master' | 'worker';
  /** A client for one bounded call. */
  docker(bounds: Bounds): DockerClient;
}

export interface DockerNodes {
  /** The bay's API: a manager, or the load balancer before the managers. */
  manager(bounds: Bounds): DockerClient;
  all(): readonly DockerNode[];
}

export function dockerNodes(input: ConnectInput): DockerNodes {
  const { port } = addressOf(input);
  const at = (host: string, bounds: Bounds): DockerClient => new DockerClient(connection(input, host, port), () => bounds);
  return {
    manager: (bounds) => at(addressOf(input).host, bounds),
    all: () => input.nodes.map(({ name, role, address }) => ({ node: name, role, docker: (bounds) => at(address, bounds) })),
  };
}

function addressOf({ endpoint }: ConnectInput): { readonly host: string; readonly port: number } {
  const url = URL.parse?.(endpoint.url) ?? new URL(endpoint.url);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port ? Number(url.port) : DEFAULT_PORT };
}

/** Mutual TLS where the bay has certificates; plain TCP only where it was made without. */
function connection({ endpoint, guard }: ConnectInput, host: string, port: number): DockerConnection {
  if (endpoint.ca === '') return { secure: false, guard, host, port, agent: PLAIN };
  return {
    secure: true,
    guard,
    host,
    port,
    agent: SECURE,
    ca: endpoint.ca,
    cert: endpoint.clientCertificate,
    key: endpoint.clientKey.reveal(),
  };
}

interface SwarmNode {
  readonly Description?: { readonly Hostname?: string; readonly Engine?: { readonly EngineVersion?: string } };
  readonly Spec?: { readonly Role?: string; readonly Availability?: string };
  readonly Status?: { readonly State?: string; readonly Addr?: string };
  readonly ManagerStatus?: { readonly Leader?: boolean };
}

/** The swarm's own view of its nodes. Errors: `engine-unavailable`, `engine-failed`. */
export async function listNodes(engines: DockerNodes, signal: AbortSignal): Promise<readonly NodeReport[]> {
  const found = await attempt(
    { trying: 'list the nodes', where: "the bay's API", milliseconds: CALL_WITHIN },
    signal,
    async (limited) => listIn<SwarmNode>(await engines.manager(usual(limited)).listNodes()),
  );
  return found.map(reportOf);
}

/** Docker's version on the leading manager, or on the first node. Docker is engine and container runtime in one. */
export async function versionsOf(engines: DockerNodes, signal: AbortSignal): Promise<EngineVersions | undefined> {
  const nodes = await listNodes(engines, signal);
  const version = nodes.find(({ leader }) => leader)?.engineVersion ?? nodes[0]?.engineVersion;
  return version ? { coe: version, containerRuntime: version } : undefined;
}

/** Bounds of a call whose answer is of the usual size. */
export function usual(signal: AbortSignal): Bounds {
  return { signal, allowance: new Allowance(MOST_ANSWERED) };
}

/** A bay can have fewer of anything, so a longer list is falsified. */
const LONGEST_LIST = 20_000;

/** An engine's list. Its members' fields are all treated as optional, whatever the type says. */
export function listIn<T>(answer: unknown): readonly T[] {
  if (!Array.isArray(answer)) throw new Error('its answer is no list');
  if (answer.length > LONGEST_LIST) throw new Error(`its list has more than ${LONGEST_LIST} members`);
  if (!answer.every((member) => typeof member === 'object' && member !== null)) throw new Error('its list has odd members');
  return answer as readonly T[]; // a list of objects, read with care
}

function reportOf(node: SwarmNode): NodeReport {
  const state = node.Status?.State;
  return {
    name: node.Description?.Hostname ?? '',
    role: node.Spec?.Role === 'manager' ? 'master' : 'worker',
    state: state === 'ready' || state === 'down' ? state : 'unknown',
    availability: node.Spec?.Availability ?? 'unknown',
    leader: node.ManagerStatus?.Leader === true,
    address: node.Status?.Addr ?? null,
    engineVersion: node.Description?.Engine?.EngineVersion ?? null,
  };
}

/** One bounded call to the engine of one node. */
export function onNode<T>(
  engine: DockerNode,
  trying: string,
  signal: AbortSignal,
  call: (docker: DockerClient) => Promise<T>,
): Promise<T> {
  return attempt({ trying, where: `the node ${engine.node}`, milliseconds: CALL_WITHIN }, signal, async (limited) =>
    call(engine.docker(usual(limited))),
  );
}

export function requireNodes(engines: readonly DockerNode[]): readonly DockerNode[] {
  if (engines.length === 0) throw new DomainError('engine-unavailable', 'the bay has no nodes yet');
  return engines;
}
