import { isDomainError } from '../../domain/errors.js';
import type { Allowance, NeedKind } from '../../domain/stack-needs.js';
import type { CloudAccess } from '../../ports/orchestrator.js';
import { allPages } from './pages.js';
import { dataOf, type Session } from './session.js';

interface Asked {
  readonly session: Session;
  readonly access: CloudAccess;
  readonly signal: AbortSignal;
}

/** Limits and use of the project in Nova, Neutron, Cinder and Octavia, asked at once. A neighbour that does not answer is left out. */
export async function allowancesIn(asked: Asked): Promise<readonly Allowance[]> {
  const all = await Promise.all([ofNova(asked), ofNeutron(asked), ofCinder(asked), ofOctavia(asked)].map(noneIfRefused));
  return all.flat();
}

async function ofNova({ session, signal }: Asked): Promise<readonly Allowance[]> {
  const { limits } = await dataOf(session.compute.GET('/v2.1/limits', { signal }));
  return absolute(limits.absolute, {
    servers: ['maxTotalInstances', 'totalInstancesUsed'],
    vcpus: ['maxTotalCores', 'totalCoresUsed'],
    ram_mb: ['maxTotalRAMSize', 'totalRAMUsed'],
    server_groups: ['maxServerGroups', 'totalServerGroupsUsed'],
  });
}

const OF_NEUTRON: Readonly<Record<string, NeedKind>> = {
  network: 'networks',
  subnet: 'subnets',
  router: 'routers',
  security_group: 'security_groups',
  port: 'ports',
  floatingip: 'floating_ips',
};

async function ofNeutron({ session, access, signal }: Asked): Promise<readonly Allowance[]> {
  const params = { path: { project_id: access.projectId } };
  const { quota } = await dataOf(session.network.GET('/v2.0/quotas/{project_id}/details', { params, signal }));
  return Object.entries(OF_NEUTRON).flatMap(([name, kind]) => {
    const row = quota[name];
    return row ? [{ kind, limit: limitOf(row.limit), used: row.used + (row.reserved ?? 0) }] : [];
  });
}

async function ofCinder({ session, access, signal }: Asked): Promise<readonly Allowance[]> {
  if (!(await session.has('volume', signal))) return [];
  const params = { path: { project_id: access.projectId } };
  const { limits } = await dataOf(session.volume.GET('/v3/{project_id}/limits', { params, signal }));
  return absolute(limits.absolute, {
    volumes: ['maxTotalVolumes', 'totalVolumesUsed'],
    gigabytes: ['maxTotalVolumeGigabytes', 'totalGigabytesUsed'],
  });
}

async function ofOctavia({ session, access, signal }: Asked): Promise<readonly Allowance[]> {
  if (!(await session.has('load-balancer', signal))) return [];
  const params = { path: { project_id: access.projectId } };
  const { quota } = await dataOf(session.loadBalancer.GET('/v2/lbaas/quotas/{project_id}', { params, signal }));
  const limit = limitOf(quota.load_balancer ?? quota.loadbalancer ?? -1);
  if (limit === null) return [{ kind: 'load_balancers', limit, used: 0 }];
  const used = await allPages(async (marker) => {
    const query = { project_id: access.projectId, ...marker };
    const page = await dataOf(session.loadBalancer.GET('/v2/lbaas/loadbalancers', { params: { query }, signal }));
    return { items: page.loadbalancers, links: page.loadbalancers_links };
  });
  return [{ kind: 'load_balancers', limit, used: used.length }];
}

type Names = Readonly<Partial<Record<NeedKind, readonly [limit: string, used: string]>>>;

function absolute(values: Readonly<Record<string, number>>, names: Names): readonly Allowance[] {
  return Object.entries(names).flatMap(([kind, [limit, used]]) => {
    const value = values[limit];
    // The keys are kinds by the type of `names`.
    return value === undefined ? [] : [{ kind: kind as NeedKind, limit: limitOf(value), used: values[used] ?? 0 }];
  });
}

/** Neighbours say -1 for no limit. */
function limitOf(value: number): number | null {
  return value < 0 ? null : value;
}

/** Quotas that the caller may not see, or that an older neighbour does not show, do not stand in the way. */
async function noneIfRefused(work: Promise<readonly Allowance[]>): Promise<readonly Allowance[]> {
  try {
    return await work;
  } catch (error) {
    if (isDomainError(error, 'cloud-refused') || isDomainError(error, 'not-found')) return [];
    throw error;
  }
}
