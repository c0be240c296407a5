import type { JsonObject, JsonValue } from '../../../domain/json.js';
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

/** One group of all nodes, one of the masters, and one of the workers where the driver has rules for them. */
export function securityGroupsOf(settings: Settings): Resources {
  const { node, master, worker } = settings.shape.securityRules(settings);
  return {
    secgroup_node: securityGroup(node),
    secgroup_manager: securityGroup(master),
    ...(worker ? { secgroup_worker: securityGroup(worker) } : {}),
  };
}

function securityGroup(rules: readonly JsonObject[]): HotResource {
  return { type: 'OS::Neutron::SecurityGroup', properties: { rules } };
}

/** The groups of a node. */
export function securityGroupNames(settings: Settings, node: { readonly master: boolean }): readonly string[] {
  if (node.master) return ['secgroup_node', 'secgroup_manager'];
  return ['secgroup_node', ...(settings.shape.securityRules(settings).worker ? ['secgroup_worker'] : [])];
}

/** Servers of one role are kept apart by the cloud's policy, so that one host's failure does not take them all. */
export function serverGroupsOf(settings: Settings): Resources {
  if (settings.bareMetal) return {};
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
