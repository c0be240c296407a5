import type { JsonObject } from '../../../domain/json.js';
import { resourceNameOf } from '../../../domain/names.js';
import { label, labelList } from '../node/labels.js';
import type { NodeSettings, Settings } from '../node/settings.js';
import { afterRouter, subnetOf, type Resources } from './network.js';
import { getAttribute, getResource, withoutNulls, type HotResource } from './template.js';

/** The load balancer before the engine's API on the masters. */
export function loadBalancerOf(settings: Settings): Resources {
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
        protocol_port: settings.shape.apiPort,
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
            properties: { pool: getResource('api_pool'), ...monitorOf(settings), delay: 5, max_retries: 5, timeout: 5 },
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

/** A port that is open says less than an answer: an API that starts, or has lost its database, accepts connections as well. */
function monitorOf(settings: Settings): JsonObject {
  const { readyPath } = settings.shape;
  // OVN's balancer works on packets and cannot ask.
  if (readyPath === undefined || label(settings.input, 'octavia_provider') === 'ovn') return { type: 'TCP' };
  return { type: 'HTTPS', http_method: 'GET', url_path: readyPath, expected_codes: '200' };
}

/** Name of the resource that puts a master behind the load balancer. */
export function memberName(node: Pick<NodeSettings, 'node'>): string {
  return `${resourceNameOf(node.node)}-member`;
}

export function memberOf(settings: Settings, node: NodeSettings): HotResource {
  return {
    type: 'OS::Octavia::PoolMember',
    properties: withoutNulls({
      pool: getResource('api_pool'),
      address: getAttribute(resourceNameOf(node.node), 'private_address'),
      subnet: subnetOf(settings),
      protocol_port: settings.shape.apiPort,
    }),
  };
}
