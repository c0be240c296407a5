import { isIP } from 'node:net';
import { isDomainError } from '../domain/errors.js';
import { stackNameOf, type NodeId } from '../domain/ids.js';
import type { Node } from '../domain/node.js';
import type { AddressQuestion, Cloud } from '../ports/cloud.js';
import type { Orchestrator } from '../ports/orchestrator.js';
import type { Known } from './known-addresses.js';
import type { BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';
import { accessOf } from './desired.js';

/*
 * The addresses at which this service connects to the engine of a bay. A stack stands in its owner's project, and the owner can
 * give its outputs any value: the database's address, the metadata service's, an address of another project. So outputs are
 * only shown to users. Connections use the addresses that the cloud reports for the ports, floating addresses and load balancer
 * of the bay's own project; an output can only choose between several of these.
 *
 * Every bay is checked each minute, and 1,000 nodes take fifty calls to the cloud. So the addresses are cached for five
 * minutes, and for an hour while the cloud does not answer: a floating address that has moved to another project meanwhile
 * cannot present a certificate of the bay's authority. Bays without TLS have no such proof, so for them the cloud is asked for
 * each connection.
 */

const COUNTS_FOR_MS = 300_000;
const COUNTS_WHEN_SILENT_MS = 3_600_000;

export type AddressDeps = Pick<ConductorDeps, 'clock' | 'knownAddresses'> & {
  readonly cloud: Pick<Cloud, 'addresses'>;
  readonly orchestrator: Pick<Orchestrator, 'find'>;
};

export interface EngineAddresses {
  /** Of the load balancer, else of a manager; null where the cloud knows none. */
  readonly api: string | null;
  readonly ofNode: ReadonlyMap<NodeId, string>;
}

export const NOWHERE: EngineAddresses = { api: null, ofNode: new Map() };

/** IP addresses. Errors: those of the cloud, where it does not answer and nothing is known. */
export async function engineAddresses(deps: AddressDeps, state: BayState, signal: AbortSignal): Promise<EngineAddresses> {
  const { answer, balancerIds } = await answerFor(deps, state, signal);
  const { bay, nodes } = state;
  const shown = hostIn(bay.observed.apiAddress);
  const ofNode = new Map(
    nodes.flatMap((node): [NodeId, string][] => {
      const own = answer.get(node.observed.serverId ?? '') ?? [];
      const address = chosen(own, [node.observed.publicAddress, node.observed.privateAddress]);
      return address === undefined ? [] : [[node.id, address]];
    }),
  );
  const balanced = balancerIds.map((id) => chosen(answer.get(id) ?? [], [shown]));
  return { api: balanced.find((address) => address !== undefined) ?? managerAt(nodes, ofNode, shown), ofNode };
}

/**
 * Prefers a manager that stays, because a manager cannot remove itself from the engine; among several the one of the shown
 * address.
 */
function managerAt(nodes: readonly Node[], ofNode: EngineAddresses['ofNode'], shown: string | null): string | null {
  const at = (node: Node): string | undefined => ofNode.get(node.id);
  const managers = nodes.filter((node) => node.role === 'master' && at(node) !== undefined);
  const staying = managers.filter((node) => node.desired === 'present');
  const [first, ...others] = staying.length > 0 ? staying : managers;
  const asked = [first, ...others].find((node) => node && at(node) === shown) ?? first;
  return (asked && at(asked)) ?? null;
}

/**
 * The first preferred address that the cloud reports, else the last reported one: a floating address where the port has one.
 */
function chosen(own: readonly string[], preferred: readonly (string | null)[]): string | undefined {
  return preferred.find((address): address is string => address !== null && own.includes(address)) ?? own.at(-1);
}

/** The host of a bay's shown address, which is a URL, or for some engines an IP address alone. */
function hostIn(shown: string | null): string | null {
  if (shown === null || isIP(shown) > 0) return shown;
  return URL.canParse(shown) ? new URL(shown).hostname.replace(/^\[|\]$/g, '') : null;
}

async function answerFor(deps: AddressDeps, state: BayState, signal: AbortSignal): Promise<Known> {
  const { bay, model, nodes } = state;
  const serverIds = nodes.flatMap(({ observed }) => observed.serverId ?? []);
  const known = model.tlsDisabled ? undefined : deps.knownAddresses.get(bay.id);
  const age = known ? deps.clock.now().getTime() - known.at : Infinity;
  const isWhole = known !== undefined && serverIds.every((id) => known.serverIds.has(id));
  if (known && isWhole && age < COUNTS_FOR_MS) return known;
  try {
    const found = await ask(deps, state, { serverIds, balancerIds: known?.balancerIds ?? [] }, signal);
    deps.knownAddresses.set(bay.id, found);
    return found;
  } catch (error) {
    signal.throwIfAborted();
    if (known && age < COUNTS_WHEN_SILENT_MS && isDomainError(error, 'cloud-unavailable')) return known;
    throw error;
  }
}

async function ask(deps: AddressDeps, state: BayState, known: AddressQuestion, signal: AbortSignal): Promise<Known> {
  const access = accessOf(state);
  const [at, serverIds] = [deps.clock.now().getTime(), new Set(known.serverIds)];
  const { masterLbEnabled } = state.bay.desired;
  const answer = await deps.cloud.addresses(known, access, signal);
  const isBalancerThere = known.balancerIds.length > 0 && known.balancerIds.every((id) => answer.has(id));
  if (!masterLbEnabled || isBalancerThere) return { at, serverIds, balancerIds: known.balancerIds, answer };
  const balancerIds = await balancersOf(deps, state, signal);
  const balanced = await deps.cloud.addresses({ serverIds: [], balancerIds }, access, signal);
  return { at, serverIds, balancerIds, answer: new Map([...answer, ...balanced]) };
}

/** Ids of the load balancers that the stack holds. */
export async function balancersOf(
  deps: Pick<AddressDeps, 'orchestrator'>,
  state: BayState,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const name = stackNameOf(state.bay);
  const stack = (await deps.orchestrator.find([name], accessOf(state), signal)).get(name);
  return (stack?.resources ?? []).flatMap(({ type, physicalId }) =>
    type === 'OS::Octavia::LoadBalancer' && physicalId !== null ? [physicalId] : [],
  );
}
