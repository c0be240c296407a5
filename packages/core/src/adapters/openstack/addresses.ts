import { isDomainError } from '../../domain/errors.js';
import type { AddressQuestion } from '../../ports/cloud.js';
import type { CloudAccess } from '../../ports/orchestrator.js';
import { allPages } from './pages.js';
import { dataOf, type Session } from './session.js';
import type { Sessions } from './sessions.js';

/** Ids in one request: an address line has an end. */
const IDS_PER_CALL = 40;

interface Holder {
  /** Of the server or the load balancer. */
  readonly id: string;
  readonly portId: string;
  readonly addresses: readonly string[];
}

/** Neutron's and Octavia's word on where servers and load balancers of a project are reached. */
export async function addressesIn(
  sessions: Sessions,
  { serverIds, balancerIds }: AddressQuestion,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  return asEither(sessions, access, async (session) => {
    const { projectId } = access;
    const holders = [
      ...(await inParts(serverIds, (ids) => portsOf(session, { projectId, ids }, signal))),
      ...(await inParts(balancerIds, (ids) => balancersOf(session, { projectId, ids }, signal))),
    ];
    const ports = holders.map(({ portId }) => portId);
    const floating = new Map<string, string[]>();
    for (const [portId, address] of await inParts(ports, (ids) => floatingOf(session, { projectId, ids }, signal)))
      floating.set(portId, [...(floating.get(portId) ?? []), address]);
    const found = new Map<string, readonly string[]>();
    for (const { id, portId, addresses } of holders)
      found.set(id, [...(found.get(id) ?? []), ...addresses, ...(floating.get(portId) ?? [])]);
    return found;
  });
}

/** Under the service's own rights, as the bay's owner may be gone; under the owner's where a neighbour's policy refuses the service. */
async function asEither<T>(sessions: Sessions, access: CloudAccess, ask: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await ask(sessions.service);
  } catch (error) {
    if (!access.credential || !isDomainError(error, 'cloud-refused')) throw error;
    return ask(sessions.of(access));
  }
}

interface Part {
  readonly projectId: string;
  readonly ids: readonly string[];
}

async function portsOf(session: Session, { projectId, ids }: Part, signal: AbortSignal): Promise<readonly Holder[]> {
  const ports = await allPages(async (marker) => {
    const query = { project_id: projectId, device_id: [...ids], ...marker };
    const page = await dataOf(session.network.GET('/v2.0/ports', { params: { query }, signal }));
    return { items: page.ports, links: page.ports_links };
  });
  return ports.flatMap(({ id, device_id: server, fixed_ips: fixed = [] }) =>
    server && ids.includes(server)
      ? [{ id: server, portId: id, addresses: fixed.map(({ ip_address: address }) => address) }]
      : [],
  );
}

async function balancersOf(session: Session, { projectId, ids }: Part, signal: AbortSignal): Promise<readonly Holder[]> {
  const balancers = await allPages(async (marker) => {
    const query = { project_id: projectId, id: [...ids], ...marker };
    const page = await dataOf(session.loadBalancer.GET('/v2/lbaas/loadbalancers', { params: { query }, signal }));
    return { items: page.loadbalancers, links: page.loadbalancers_links };
  });
  return balancers.flatMap(({ id, vip_address: address, vip_port_id: portId }) =>
    ids.includes(id) ? [{ id, portId: portId ?? '', addresses: address ? [address] : [] }] : [],
  );
}

async function floatingOf(
  session: Session,
  { projectId, ids }: Part,
  signal: AbortSignal,
): Promise<readonly (readonly [string, string])[]> {
  const wanted = ids.filter(Boolean);
  if (wanted.length === 0) return [];
  const addresses = await allPages(async (marker) => {
    const query = { project_id: projectId, port_id: wanted, ...marker };
    const page = await dataOf(session.network.GET('/v2.0/floatingips', { params: { query }, signal }));
    return { items: page.floatingips, links: page.floatingips_links };
  });
  return addresses.flatMap(({ port_id: portId, floating_ip_address: address }) =>
    portId && wanted.includes(portId) ? [[portId, address] as const] : [],
  );
}

async function inParts<T>(
  ids: readonly string[],
  ask: (part: readonly string[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let from = 0; from < ids.length; from += IDS_PER_CALL) found.push(...(await ask(ids.slice(from, from + IDS_PER_CALL))));
  return found;
}
