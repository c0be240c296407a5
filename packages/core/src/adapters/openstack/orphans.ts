import type { components as Balancing } from '@magnum-ts/openapi/openstack/load-balancer';
import type { components as Network } from '@magnum-ts/openapi/openstack/network';
import type { components as Volumes } from '@magnum-ts/openapi/openstack/volume';
import { isDomainError } from '../../domain/errors.js';
import type {
  OrphanedResources,
  OrphanedResource,
  OrphanType,
  SweepResult,
  SweepRequest,
  WorkloadOrigins,
} from '../../ports/orphans.js';
import type { CloudAccess } from '../../ports/orchestrator.js';
import { allPages } from './pages.js';
import { dataOf, type Session } from './session.js';
import type { Sessions } from './sessions.js';

type LoadBalancer = Balancing['schemas']['LoadBalancer'];
type FloatingIp = Network['schemas']['FloatingIp'];
type Port = Network['schemas']['Port'];
type Volume = Volumes['schemas']['Volume'];

/** Whose rights: the service's first, as the bay's owner may be gone; the owner's where a neighbour's policy refuses the service. */
interface Rights {
  readonly session: Session;
  /** Of the token: Cinder's addresses carry it. */
  readonly projectId: string;
}

interface Round {
  readonly origins: WorkloadOrigins;
  readonly request: SweepRequest;
  readonly rights: readonly Rights[];
  readonly signal: AbortSignal;
  readonly removeEach: OrphanedResource[];
  readonly going: OrphanedResource[];
  readonly kept: (OrphanedResource & { readonly reason: string })[];
}

/** Octavia, Neutron and Cinder, searched in the bay's project. */
export function openstackOrphans(sessions: Sessions, origins: WorkloadOrigins): OrphanedResources {
  return {
    sweep: async (request, access, signal): Promise<SweepResult> => {
      const rights = await rightsOf(sessions, access, signal);
      const round: Round = { origins, request, rights, signal, removeEach: [], going: [], kept: [] };
      const found = (await sessions.service.has('load-balancer', signal)) ? await sweepBalancers(round) : [];
      await sweepAddresses(round, new Set(found.flatMap(({ vip_port_id: port }) => port ?? [])));
      await sweepPorts(round);
      if (await sessions.service.has('volume', signal)) await sweepVolumes(round);
      return { removed: round.removeEach, going: round.going, kept: round.kept };
    },
  };
}

async function rightsOf(sessions: Sessions, access: CloudAccess, signal: AbortSignal): Promise<readonly Rights[]> {
  const service = { session: sessions.service, projectId: await sessions.serviceProject(signal) };
  return access.credential ? [service, { session: sessions.of(access), projectId: access.projectId }] : [service];
}

async function sweepBalancers(round: Round): Promise<readonly LoadBalancer[]> {
  const { bayId, projectId, ownNetworkIds, stackIds } = round.request;
  const all = await listOfKind(round, 'OS::Octavia::LoadBalancer', ({ session }) =>
    allPages(async (marker) => {
      const query = { project_id: projectId, ...marker };
      const page = await dataOf(session.loadBalancer.GET('/v2/lbaas/loadbalancers', { params: { query }, signal: round.signal }));
      return { items: page.loadbalancers, links: page.loadbalancers_links };
    }),
  );
  const own = all.filter(
    (one) =>
      !stackIds.has(one.id) &&
      one.provisioning_status !== 'DELETED' &&
      (round.origins.isOfBay(bayId, one) || ownNetworkIds.has(one.vip_network_id ?? '')),
  );
  for (const balancer of own) await sweepBalancer(round, balancer);
  return own;
}

async function sweepBalancer(round: Round, balancer: LoadBalancer): Promise<void> {
  const remnant: OrphanedResource = { type: 'OS::Octavia::LoadBalancer', id: balancer.id, name: balancer.name };
  const [other] = round.origins.otherUsers(round.request.bayId, balancer);
  if (other !== undefined) return void round.kept.push({ ...remnant, reason: `Cluster ${other} uses it too.` });
  if (balancer.provisioning_status === 'PENDING_DELETE') return void round.going.push(remnant);
  const params = { path: { loadbalancer_id: balancer.id }, query: { cascade: true } };
  const outcome = await removed(round, remnant, ({ session }) =>
    session.loadBalancer.DELETE('/v2/lbaas/loadbalancers/{loadbalancer_id}', { params, signal: round.signal }),
  );
  if (outcome !== 'kept' && outcome !== 'gone') round.going.push(remnant);
}

/** `ports`: of load balancers that are deleted; an address there without a mark was the user's own, and stays with the project. */
async function sweepAddresses(round: Round, ports: ReadonlySet<string>): Promise<void> {
  const { bayId, projectId, stackIds } = round.request;
  const all: readonly FloatingIp[] = await listOfKind(round, 'OS::Neutron::FloatingIP', ({ session }) =>
    allPages(async (marker) => {
      const query = { project_id: projectId, ...marker };
      const page = await dataOf(session.network.GET('/v2.0/floatingips', { params: { query }, signal: round.signal }));
      return { items: page.floatingips, links: page.floatingips_links };
    }),
  );
  for (const address of all.filter(({ id }) => !stackIds.has(id))) {
    const remnant: OrphanedResource = { type: 'OS::Neutron::FloatingIP', id: address.id, name: address.floating_ip_address };
    if (round.origins.isOfBay(bayId, address)) {
      const params = { path: { floatingip_id: address.id } };
      await removed(round, remnant, ({ session }) =>
        session.network.DELETE('/v2.0/floatingips/{floatingip_id}', { params, signal: round.signal }),
      );
    } else if (ports.has(address.port_id ?? '')) {
      round.kept.push({ ...remnant, reason: 'Neither its description nor its tags say that the bay made it.' });
    }
  }
}

/** Owned by what removes them by itself. */
const OTHERS_PORTS = /^(network:|Octavia|neutron:LOADBALANCER)/;

async function sweepPorts(round: Round): Promise<void> {
  const { bayId, projectId, ownNetworkIds, stackIds } = round.request;
  const all: readonly Port[] = await listOfKind(round, 'OS::Neutron::Port', ({ session }) =>
    allPages(async (marker) => {
      const query = { project_id: projectId, ...marker };
      const page = await dataOf(session.network.GET('/v2.0/ports', { params: { query }, signal: round.signal }));
      return { items: page.ports, links: page.ports_links };
    }),
  );
  const own = all.filter(
    (port) =>
      !stackIds.has(port.id) &&
      !stackIds.has(port.device_id ?? '') &&
      !OTHERS_PORTS.test(port.device_owner ?? '') &&
      (ownNetworkIds.has(port.network_id) || round.origins.isOfBay(bayId, port)),
  );
  for (const port of own) {
    const remnant: OrphanedResource = { type: 'OS::Neutron::Port', id: port.id, name: port.name };
    const params = { path: { port_id: port.id } };
    if (port.device_id) round.kept.push({ ...remnant, reason: `${port.device_owner ?? ''} ${port.device_id} uses it.`.trim() });
    else
      await removed(round, remnant, ({ session }) =>
        session.network.DELETE('/v2.0/ports/{port_id}', { params, signal: round.signal }),
      );
  }
}

/** Attached ones wait until the stack has taken their servers away. */
async function sweepVolumes(round: Round): Promise<void> {
  const { bayId, projectId, stackIds, deletesVolumes } = round.request;
  const all: readonly Volume[] = await listOfKind(round, 'OS::Cinder::Volume', ({ session, projectId: own }) =>
    allPages(async (marker) => {
      const everywhere = own === projectId ? {} : { all_tenants: true, project_id: projectId };
      const params = { path: { project_id: own }, query: { ...everywhere, ...marker } };
      const page = await dataOf(session.volume.GET('/v3/{project_id}/volumes/detail', { params, signal: round.signal }));
      return { items: page.volumes, links: page.volumes_links };
    }),
  );
  const own = all.filter(
    (volume) =>
      !stackIds.has(volume.id) &&
      (volume['os-vol-tenant-attr:tenant_id'] ?? projectId) === projectId &&
      round.origins.isOfBay(bayId, { ...volume, tags: Object.values(volume.metadata ?? {}) }),
  );
  for (const volume of own) {
    const remnant: OrphanedResource = { type: 'OS::Cinder::Volume', id: volume.id, name: volume.name ?? '' };
    if (!deletesVolumes) {
      round.kept.push({ ...remnant, reason: `It holds data (${volume.size} GiB). Delete it when it is no longer needed.` });
    } else if (ATTACHED.test(volume.status)) {
      if (round.request.isLast) round.going.push(remnant);
    } else if (volume.status !== 'deleting') {
      await removed(round, remnant, ({ session, projectId: own }) =>
        session.volume.DELETE('/v3/{project_id}/volumes/{volume_id}', {
          params: { path: { project_id: own, volume_id: volume.id } },
          signal: round.signal,
        }),
      );
    }
  }
}

const ATTACHED = /^(in-use|attaching|detaching|reserved)$/;

/** Every resource of a kind in the bay's project; where listing is refused, the refusal is reported in its place. */
async function listOfKind<T>(
  round: Round,
  type: OrphanType,
  ask: (rights: Rights) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  try {
    return await withRights(round, ask);
  } catch (error) {
    if (!isDomainError(error, 'cloud-refused')) throw error;
    round.kept.push({ type, id: null, name: '', reason: `Resources of this kind could not be listed: ${error.message}` });
    return [];
  }
}

/** `busy`: it can be asked again. */
async function removed(
  round: Round,
  remnant: OrphanedResource,
  ask: (rights: Rights) => Promise<unknown>,
): Promise<'removed' | 'gone' | 'busy' | 'kept'> {
  try {
    await withRights(round, ask);
    round.removeEach.push(remnant);
    return 'removed';
  } catch (error) {
    if (isDomainError(error, 'not-found')) return 'gone';
    if (isDomainError(error, 'conflict') && remnant.type === 'OS::Octavia::LoadBalancer') return 'busy';
    if (!isDomainError(error, 'cloud-refused') && !isDomainError(error, 'conflict')) throw error;
    round.kept.push({ ...remnant, reason: error.message });
    return 'kept';
  }
}

async function withRights<T>({ rights }: Round, ask: (rights: Rights) => Promise<T>): Promise<T> {
  for (const [index, one] of rights.entries()) {
    try {
      return await ask(one);
    } catch (error) {
      if (!isDomainError(error, 'cloud-refused') || index === rights.length - 1) throw error;
    }
  }
  throw new Error('no rights to ask with');
}
