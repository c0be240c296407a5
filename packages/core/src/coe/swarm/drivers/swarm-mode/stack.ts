import type { JsonObject, JsonValue } from '../../../../domain/json.js';
import { resourceNameOf } from '../../../../domain/names.js';
import { SHARD_OUTPUT } from '../../../hot/shard.js';
import { getAttribute, getResource, withoutNulls, type HotResource, type HotTemplate } from '../../../hot/template.js';
import { nodeProperties, nodeTemplate, templateNameOf } from './node.js';
import { SCRIPT_FILES } from './scripts.js';
import { isInRoot, shardsOf, type NamedShard } from './shards.js';
import { API_PORT, firstManager, label, labelList, type NodeSettings, type Settings } from './settings.js';

type Resources = Readonly<Record<string, HotResource>>;

/** The root template: every node, here or in its shard, is a resource of its own, named after the node, so that any of them can go. */
export function rootTemplate(settings: Settings, shards: readonly NamedShard[]): HotTemplate {
  return {
    description: 'A Docker swarm',
    parameters: { enrolment_tokens: { type: 'json', hidden: true } },
    resources: {
      ...(settings.ownNetwork ? networkOf(settings) : {}),
      ...securityGroupsOf(settings),
      ...serverGroupsOf(settings),
      ...(settings.loadBalancer ? loadBalancerOf(settings) : {}),
      ...nodesOf(settings),
      ...Object.fromEntries(shards.map(({ resource, name }) => [name, resource])),
    },
    outputs: {
      api_address: { value: apiAddress(settings) },
      node_addresses: { value: nodeAddresses(settings) },
      ...(shards.length > 0 ? { shard_addresses: { value: shards.map(({ name }) => getAttribute(name, SHARD_OUTPUT)) } } : {}),
    },
  };
}

/** All shards of the bay. Root and files both hold them, and they are most of the work of rendering: render them once. */
export function stackShards(settings: Settings): Iterable<NamedShard> {
  return shardsOf(settings, afterRouter(settings).depends_on ?? []);
}

/** Nested templates and scripts under the names that the templates use. */
export function stackFiles(settings: Settings, shards: readonly NamedShard[]): Readonly<Record<string, string>> {
  const nested = new Map(settings.nodes.map((node) => [templateNameOf(node), node]));
  return {
    ...Object.fromEntries([...nested].map(([name, node]) => [name, nodeTemplate(settings, node)])),
    ...Object.fromEntries(shards.map(({ file, text }) => [file, text])),
    ...SCRIPT_FILES,
  };
}

function networkOf(settings: Settings): Resources {
  const { facts, model } = settings.input;
  const servers = (model.dnsNameserver ?? '8.8.8.8')
    .split(',')
    .map((address) => address.trim())
    .filter(Boolean);
  return {
    network: { type: 'OS::Neutron::Net' },
    subnet: {
      type: 'OS::Neutron::Subnet',
      properties: { network: getResource('network'), cidr: facts.fixedSubnetCidr, dns_nameservers: servers },
    },
    ...(facts.externalNetworkId === null
      ? {}
      : {
          router: { type: 'OS::Neutron::Router', properties: { external_gateway_info: { network: facts.externalNetworkId } } },
          router_interface: {
            type: 'OS::Neutron::RouterInterface',
            properties: { router: getResource('router'), subnet: getResource('subnet') },
          },
        }),
  };
}

/** The API and the managers' SSH are for anywhere, or the ranges that are allowed; what the nodes say to each other stays among them. */
function securityGroupsOf(settings: Settings): Resources {
  const among: readonly JsonObject[] = [
    { protocol: 'tcp', port_range_min: 2377, port_range_max: 2377 },
    { protocol: 'tcp', port_range_min: 7946, port_range_max: 7946 },
    { protocol: 'udp', port_range_min: 7946, port_range_max: 7946 },
    { protocol: 'udp', port_range_min: 4789, port_range_max: 4789 },
    { protocol: '50' },
  ].map((rule) => ({ ...rule, remote_mode: 'remote_group_id' }));
  const open = labelList(settings.input, 'open_ports').map(fromAnywhere);
  const ranges = labelList(settings.input, 'api_allowed_cidrs');
  const api = ranges.length > 0 ? ranges.map(apiFrom) : [fromAnywhere(String(API_PORT))];
  // A load balancer speaks to the managers from an address of its own.
  const balancer = ranges.length > 0 && settings.loadBalancer ? [apiFrom(settings.input.facts.fixedSubnetCidr)] : [];
  return {
    secgroup_node: {
      type: 'OS::Neutron::SecurityGroup',
      properties: { rules: [{ protocol: 'icmp' }, ...api, ...among, ...open] },
    },
    secgroup_manager: { type: 'OS::Neutron::SecurityGroup', properties: { rules: [fromAnywhere('22'), ...balancer] } },
  };
}

function fromAnywhere(ports: string): JsonObject {
  const [from = '', to = from] = ports.split('-').map((port) => port.trim());
  return { protocol: 'tcp', port_range_min: Number(from), port_range_max: Number(to) };
}

function apiFrom(range: string): JsonObject {
  return { ...fromAnywhere(String(API_PORT)), remote_ip_prefix: range };
}

function serverGroupsOf(settings: Settings): Resources {
  const group = { type: 'OS::Nova::ServerGroup', properties: { policies: [settings.input.facts.serverGroupPolicy] } };
  return { server_group_managers: group, server_group_workers: group };
}

function loadBalancerOf(settings: Settings): Resources {
  const { facts } = settings.input;
  const own = labelList(settings.input, 'master_lb_allowed_cidrs');
  const allowed = own.length > 0 ? own : labelList(settings.input, 'api_allowed_cidrs');
  return {
    api_lb: {
      type: 'OS::Octavia::LoadBalancer',
      ...afterRouter(settings),
      properties: withoutNulls({
        vip_subnet: subnetOf(settings),
        vip_network: subnetOf(settings) === null ? facts.fixedNetworkId : null,
        provider: label(settings.input, 'octavia_provider'),
      }),
    },
    api_listener: {
      type: 'OS::Octavia::Listener',
      properties: {
        loadbalancer: getResource('api_lb'),
        protocol: 'TCP',
        protocol_port: API_PORT,
        ...(allowed.length > 0 ? { allowed_cidrs: allowed } : {}),
      },
    },
    api_pool: {
      type: 'OS::Octavia::Pool',
      properties: {
        listener: getResource('api_listener'),
        protocol: 'TCP',
        lb_algorithm: label(settings.input, 'octavia_lb_algorithm') ?? 'ROUND_ROBIN',
      },
    },
    ...(label(settings.input, 'octavia_lb_healthcheck')?.toLowerCase() === 'false'
      ? {}
      : {
          api_monitor: {
            type: 'OS::Octavia::HealthMonitor',
            properties: { pool: getResource('api_pool'), type: 'TCP', delay: 5, max_retries: 5, timeout: 5 },
          },
        }),
    ...(settings.loadBalancerFloating
      ? {
          api_floating: {
            type: 'OS::Neutron::FloatingIP',
            ...afterRouter(settings),
            properties: withoutNulls({
              floating_network: facts.externalNetworkId,
              port_id: getAttribute('api_lb', 'vip_port_id'),
            }),
          },
        }
      : {}),
  };
}

function nodesOf(settings: Settings): Resources {
  return Object.fromEntries(
    settings.nodes.filter(isInRoot).flatMap((node): [string, HotResource][] => {
      const name = resourceNameOf(node.node);
      const resource = { type: templateNameOf(node), ...afterRouter(settings), properties: nodeProperties(settings, node) };
      if (!node.manager || !settings.loadBalancer) return [[name, resource]];
      return [
        [name, resource],
        [memberName(node), memberOf(settings, node)],
      ];
    }),
  );
}

/** Resource of a manager's place behind the load balancer. */
export function memberName(node: Pick<NodeSettings, 'node'>): string {
  return `${resourceNameOf(node.node)}-member`;
}

function memberOf(settings: Settings, node: NodeSettings): HotResource {
  return {
    type: 'OS::Octavia::PoolMember',
    properties: withoutNulls({
      pool: getResource('api_pool'),
      address: getAttribute(resourceNameOf(node.node), 'private_address'),
      subnet: subnetOf(settings),
      protocol_port: API_PORT,
    }),
  };
}

function subnetOf(settings: Settings): JsonValue {
  return settings.ownNetwork ? getResource('subnet') : settings.input.facts.fixedSubnetId;
}

// A floating address needs the way out, and a booting node needs it for its packages.
function afterRouter(settings: Settings): { readonly depends_on?: readonly string[] } {
  return settings.ownNetwork && settings.input.facts.externalNetworkId !== null ? { depends_on: ['router_interface'] } : {};
}

function apiAddress(settings: Settings): JsonValue {
  if (settings.loadBalancerFloating) return getAttribute('api_floating', 'floating_ip_address');
  if (settings.loadBalancer) return getAttribute('api_lb', 'vip_address');
  const first = firstManager(settings);
  return first ? getAttribute(resourceNameOf(first.node), settings.floating ? 'public_address' : 'private_address') : '';
}

function nodeAddresses(settings: Settings): JsonObject {
  return Object.fromEntries(
    settings.nodes.filter(isInRoot).map(({ node }) => [
      resourceNameOf(node),
      {
        private: getAttribute(resourceNameOf(node), 'private_address'),
        public: getAttribute(resourceNameOf(node), 'public_address'),
      },
    ]),
  );
}
