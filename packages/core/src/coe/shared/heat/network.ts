import type { JsonObject, JsonValue } from '../../../domain/json.js';
import { labelList } from '../node/labels.js';
import type { Settings } from '../node/settings.js';
import { getResource, type HotResource } from './template.js';

export type Resources = Readonly<Record<string, HotResource>>;

/** Network, subnet and router of a bay that has none given. */
export function networkOf(settings: Settings): Resources {
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

/** The API and the masters' SSH are open to everyone, or to the allowed ranges; traffic among the nodes is open to nodes alone. */
export function securityGroupsOf(settings: Settings): Resources {
  const { apiPort, securityRules } = settings.shape;
  const among = securityRules.map((rule) => ({ ...rule, remote_mode: 'remote_group_id' }));
  const open = labelList(settings.input, 'open_ports').map(fromAnywhere);
  const ranges = labelList(settings.input, 'api_allowed_cidrs');
  const api = ranges.length > 0 ? ranges.map((range) => allowedFrom(range, apiPort)) : [fromAnywhere(String(apiPort))];
  // A load balancer reaches the masters from an address of its own.
  const balancer = ranges.length > 0 && settings.loadBalancer ? [allowedFrom(settings.input.facts.fixedSubnetCidr, apiPort)] : [];
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

function allowedFrom(range: string, port: number): JsonObject {
  return { ...fromAnywhere(String(port)), remote_ip_prefix: range };
}

/** Servers of one role are kept apart by the cloud's policy, so that one host's failure does not take them all. */
export function serverGroupsOf(settings: Settings): Resources {
  const group = { type: 'OS::Nova::ServerGroup', properties: { policies: [settings.input.facts.serverGroupPolicy] } };
  return { server_group_managers: group, server_group_workers: group };
}

/** Subnet of the nodes; null where the network alone is given. */
export function subnetOf(settings: Settings): JsonValue {
  return settings.ownNetwork ? getResource('subnet') : settings.input.facts.fixedSubnetId;
}

/** Orders a resource after the router: a floating address needs it, and a booting node downloads packages through it. */
export function afterRouter(settings: Settings): { readonly depends_on?: readonly string[] } {
  return settings.ownNetwork && settings.input.facts.externalNetworkId !== null ? { depends_on: ['router_interface'] } : {};
}
