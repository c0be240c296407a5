import type { Agent } from 'node:http';
import type Docker from 'dockerode';
import { DomainError } from '../../domain/errors.js';
import type { ConnectInput, NodeReport } from '../../ports/bay-driver.js';
import { connectingWithin } from './connecting.js';
import { attempt } from './engine-errors.js';

const CALL_WITHIN = 10_000;
const CONNECT_WITHIN = 5_000;
const DEFAULT_PORT = 2375;
// The client's own limit for connections runs until the answer comes.
const PLAIN = connectingWithin(CONNECT_WITHIN, 'http');
const SECURE = connectingWithin(CONNECT_WITHIN, 'https');

export interface Engine {
  /** Name of the node. */
  readonly node: string;
  readonly role: 'master' | 'worker';
  readonly docker: Docker;
}

/** The engines of a bay. The client library is loaded when the first one is asked for. */
export interface Engines {
  /** The bay's API: a manager, or the load balancer before the managers. */
  manager(): Promise<Docker>;
  all(): Promise<readonly Engine[]>;
}

export function enginesOf(input: ConnectInput): Engines {
  const { port } = addressOf(input);
  const at = async (host: string, onPort: number): Promise<Docker> =>
    new (await import('dockerode')).default(connection(input, host, onPort));
  return {
    async manager() {
      const { host, port: apiPort } = addressOf(input);
      return at(host, apiPort);
    },
    all: () =>
      Promise.all(input.nodes.map(async ({ name, role, address }) => ({ node: name, role, docker: await at(address, port) }))),
  };
}

/** Port of the bay's API, and of every node's engine. */
export function apiPortOf(input: ConnectInput): number {
  return addressOf(input).port;
}

function addressOf({ endpoint }: ConnectInput): { readonly host: string; readonly port: number } {
  const url = URL.parse?.(endpoint.url) ?? new URL(endpoint.url);
  return { host: url.hostname, port: url.port ? Number(url.port) : DEFAULT_PORT };
}

/** Mutual TLS where the bay has certificates; plain TCP only where it was made without. */
function connection({ endpoint }: ConnectInput, host: string, port: number): Docker.DockerOptions & { readonly agent: Agent } {
  if (endpoint.ca === '') return { host, port, protocol: 'http', agent: PLAIN };
  return {
    host,
    port,
    protocol: 'https',
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
export async function listNodes(engines: Engines, signal: AbortSignal): Promise<readonly NodeReport[]> {
  const found = await attempt(
    { trying: 'list the nodes', where: "the bay's API", milliseconds: CALL_WITHIN },
    signal,
    async () =>
      // The engine's answer to GET /nodes; everything in it is treated as optional.
      (await (await engines.manager()).listNodes()) as readonly SwarmNode[],
  );
  return found.map(reportOf);
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
export function onNode<T>(engine: Engine, trying: string, signal: AbortSignal, call: (docker: Docker) => Promise<T>): Promise<T> {
  return attempt({ trying, where: `the node ${engine.node}`, milliseconds: CALL_WITHIN }, signal, () => call(engine.docker));
}

export function requireNodes(engines: readonly Engine[]): readonly Engine[] {
  if (engines.length === 0) throw new DomainError('engine-unavailable', 'the bay has no nodes yet');
  return engines;
}
