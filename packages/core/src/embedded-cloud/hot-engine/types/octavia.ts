import type { JsonObject } from '../../../domain/json.js';
import { syncBalancer } from './balancer.js';
import { subnetOf } from './neutron.js';
import { keyOf, NOTED, requireReferred, REQUIRED_STRING, STRING, text, type ResourceContext, type ResourceType } from './type.js';

const PROTOCOLS = ['TCP', 'HTTP', 'HTTPS'];

const balancer: ResourceType = {
  properties: {
    vip_subnet: STRING,
    vip_network: STRING,
    vip_address: STRING,
    name: NOTED,
    provider: NOTED,
    description: NOTED,
    admin_state_up: NOTED,
    flavor: NOTED,
    availability_zone: NOTED,
    tags: NOTED,
  },
  attributes: ['vip_address', 'vip_port_id', 'vip_subnet_id'],
  async create(context) {
    const subnet = await subnetOf(context, {
      subnet: context.properties['vip_subnet'] ?? null,
      network: context.properties['vip_network'] ?? null,
    });
    const { cidr, gateway_ip: gateway } = subnet.attributes ?? {};
    const wanted = text(context.properties, 'vip_address') || undefined;
    const address = await context.allocate({ rangeId: subnet.id, cidr: String(cidr), gateway: String(gateway), wanted });
    // The balancer's own id stands for its port: a floating address finds its way by it.
    return { vip_address: address, vip_port_id: context.row.id, vip_subnet_id: subnet.id, network_key: keyOf(subnet) };
  },
  remove: (context) =>
    context.exclusively(context.row.id, () => context.backend.deleteLoadBalancer(keyOf(context.row), context.signal)),
};

/** A part that hangs on another (`owner` names the property) and is only seen through the balancer above it. */
function part(owner: string, ownerType: string, properties: ResourceType['properties']): ResourceType {
  const join = async (context: ResourceContext): Promise<JsonObject> => {
    const parent = await requireReferred(context, text(context.properties, owner), [ownerType]);
    await context.saveOf(context.row, { link: parent.id, attributes: {} });
    await syncAbove(context, parent.id);
    return {};
  };
  return {
    properties: { [owner]: REQUIRED_STRING, name: NOTED, admin_state_up: NOTED, description: NOTED, tags: NOTED, ...properties },
    attributes: [],
    create: join,
    update: join,
    async remove(context) {
      if (context.row.link !== null) await syncAbove(context, context.row.link);
    },
  };
}

/** Climbs from a pool or listener to the balancer; stops where the chain is broken, as it is while a stack is deleted. */
async function syncAbove(context: ResourceContext, id: string): Promise<void> {
  const row = await context.rows.resource(id);
  if (row?.type === 'OS::Octavia::LoadBalancer') await syncBalancer(context, row.id);
  else if (row?.link) await syncAbove(context, row.link);
}

const port = { type: 'number', required: true, min: 1, max: 65535 } as const;

export const octaviaTypes: Readonly<Record<string, ResourceType>> = {
  'OS::Octavia::LoadBalancer': balancer,
  'OS::Octavia::Listener': part('loadbalancer', 'OS::Octavia::LoadBalancer', {
    protocol: { ...REQUIRED_STRING, oneOf: PROTOCOLS },
    protocol_port: port,
    allowed_cidrs: { type: 'list', change: 'update' },
    connection_limit: NOTED,
    default_pool: NOTED,
    timeout_client_data: NOTED,
    timeout_member_data: NOTED,
  }),
  'OS::Octavia::Pool': part('listener', 'OS::Octavia::Listener', {
    protocol: { ...REQUIRED_STRING, oneOf: [...PROTOCOLS, 'PROXY'] },
    lb_algorithm: REQUIRED_STRING,
    session_persistence: NOTED,
  }),
  'OS::Octavia::PoolMember': part('pool', 'OS::Octavia::Pool', {
    address: REQUIRED_STRING,
    protocol_port: port,
    subnet: NOTED,
    weight: NOTED,
    monitor_address: NOTED,
    monitor_port: NOTED,
  }),
  'OS::Octavia::HealthMonitor': part('pool', 'OS::Octavia::Pool', {
    type: REQUIRED_STRING,
    delay: { type: 'number', required: true, change: 'ignore' },
    timeout: { type: 'number', required: true, change: 'ignore' },
    max_retries: { type: 'number', required: true, change: 'ignore' },
    url_path: NOTED,
    http_method: NOTED,
    expected_codes: NOTED,
  }),
};
