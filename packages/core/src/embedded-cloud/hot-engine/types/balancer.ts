import type { LoadBalancerSpec } from '../../backend.js';
import type { ResourceRow } from '../rows.js';
import { keyOf, list, text, type ResourceContext } from './type.js';

/**
 * Brings the balancer to what its listeners, pools, members and floating address say now. Each of them calls this
 * after its own change is committed, so the last call sees everything. Nothing is made before the first member.
 */
export async function syncBalancer(context: ResourceContext, balancerId: string): Promise<void> {
  await context.exclusively(balancerId, async () => {
    const balancer = await context.rows.resource(balancerId);
    if (!balancer?.attributes || balancer.action === 'DELETE') return;
    const listeners = await listenersOf(context, balancerId);
    const made = balancer.attributes['made'] === true;
    if (!made && listeners.every((listener) => listener.members.length === 0)) return;
    if (!made) await context.saveOf(balancer, { attributes: { ...balancer.attributes, made: true } });
    await context.backend.ensureLoadBalancer(
      {
        key: keyOf(balancer),
        networkKey: text(balancer.attributes, 'network_key'),
        address: text(balancer.attributes, 'vip_address'),
        floating: await floatingOf(context, balancerId),
        listeners,
        owner: { ...context.owner, resource: balancer.path.join('.') },
      },
      context.signal,
    );
  });
}

async function listenersOf(context: ResourceContext, balancerId: string): Promise<LoadBalancerSpec['listeners']> {
  const listeners = await standing(context, balancerId, 'OS::Octavia::Listener');
  return Promise.all(
    listeners.map(async (listener) => ({
      port: Number(listener.properties?.['protocol_port']),
      allowedCidrs: list(listener.properties ?? {}, 'allowed_cidrs').map(String),
      members: await membersOf(context, listener),
      readyPath: await readyPathOf(context, listener),
    })),
  );
}

async function membersOf(
  context: ResourceContext,
  listener: ResourceRow,
): Promise<LoadBalancerSpec['listeners'][number]['members']> {
  const pools = await standing(context, listener.id, 'OS::Octavia::Pool');
  const members = await Promise.all(pools.map((pool) => standing(context, pool.id, 'OS::Octavia::PoolMember')));
  return members
    .flat()
    .map((member) => ({ address: text(member.properties ?? {}, 'address'), port: Number(member.properties?.['protocol_port']) }));
}

/** Of a monitor that asks by HTTPS; the other kinds ask whether a port is open. */
async function readyPathOf(context: ResourceContext, listener: ResourceRow): Promise<string | null> {
  const pools = await standing(context, listener.id, 'OS::Octavia::Pool');
  const monitors = await Promise.all(pools.map((pool) => standing(context, pool.id, 'OS::Octavia::HealthMonitor')));
  const asking = monitors.flat().find(({ properties }) => properties?.['type'] === 'HTTPS');
  return asking ? text(asking.properties ?? {}, 'url_path') || '/' : null;
}

async function floatingOf(context: ResourceContext, balancerId: string): Promise<LoadBalancerSpec['floating']> {
  const [address] = await standing(context, balancerId, 'OS::Neutron::FloatingIP');
  if (!address?.attributes) return null;
  return {
    networkKey: text(address.attributes, 'floating_network_id'),
    address: text(address.attributes, 'floating_ip_address'),
  };
}

/** Parts that are plugged in and not on their way out. */
async function standing(context: ResourceContext, id: string, type: string): Promise<readonly ResourceRow[]> {
  return (await context.rows.linkedTo(id, type)).filter((row) => row.action !== 'DELETE' && row.properties !== undefined);
}
