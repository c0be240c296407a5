import type { JsonObject } from '../../../domain/json.js';
import { resourceNameOf } from '../../../domain/names.js';
import { label, labelList } from '../node/labels.js';
import type { NodeSettings, Settings } from '../node/settings.js';
import { afterRouter, subnetOf, type Resources } from './network.js';
import { getAttribute, getResource, withoutNulls, type HotResource } from './template.js';

/** The load balancer before the engine's API on the masters. */
export function loadBalancerOf(settings: Settings): Resources {
  const { facts } = settings.input;
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
    ...Object.assign({}, ...portsOf(settings).map((port) => listeningAt(settings, port))),
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

/** A port of the load balancer. */
interface BalancedPort {
  /** Begins the names of its resources. */
  readonly prefix: string;
  /** Ends the names of its members. */
  readonly suffix: string;
  readonly port: number;
  readonly monitor: JsonObject;
}

function portsOf(settings: Settings): readonly BalancedPort[] {
  const { apiPort, furtherPorts = [] } = settings.shape;
  return [
    { prefix: 'api', suffix: 'member', port: apiPort, monitor: monitorOf(settings) },
    ...furtherPorts.map(({ name, port }) => ({ prefix: name, suffix: `${name}-member`, port, monitor: { type: 'TCP' } })),
  ];
}

/** Listener, pool and monitor of one port. */
function listeningAt(settings: Settings, { prefix, port, monitor }: BalancedPort): Resources {
  const own = labelList(settings.input, 'master_lb_allowed_cidrs');
  const allowed = own.length > 0 ? own : labelList(settings.input, 'api_allowed_cidrs');
  return {
    [`${prefix}_listener`]: {
      type: 'OS::Octavia::Listener',
      properties: {
        loadbalancer: getResource('api_lb'),
        protocol: 'TCP',
        protocol_port: port,
        ...(allowed.length > 0 ? { allowed_cidrs: allowed } : {}),
      },
    },
    [`${prefix}_pool`]: {
      type: 'OS::Octavia::Pool',
      properties: {
        listener: getResource(`${prefix}_listener`),
        protocol: 'TCP',
        lb_algorithm: label(settings.input, 'octavia_lb_algorithm') ?? 'ROUND_ROBIN',
      },
    },
    ...(label(settings.input, 'octavia_lb_healthcheck')?.toLowerCase() === 'false'
      ? {}
      : {
          [`${prefix}_monitor`]: {
            type: 'OS::Octavia::HealthMonitor',
            properties: { pool: getResource(`${prefix}_pool`), ...monitor, delay: 5, max_retries: 5, timeout: 5 },
          },
        }),
  };
}

/** A port that is open says less than an answer: an API that starts, or has lost its database, accepts connections as well. */
function monitorOf(settings: Settings): JsonObject {
  const { readyPath } = settings.shape;
  // OVN's balancer works on packets and cannot ask.
  if (readyPath === undefined || label(settings.input, 'octavia_provider') === 'ovn') return { type: 'TCP' };
  return { type: 'HTTPS', http_method: 'GET', url_path: readyPath, expected_codes: '200' };
}

/** The resources that put a master behind the load balancer, one for each of its ports. */
export function membersOf(settings: Settings, node: Pick<NodeSettings, 'node'>): readonly [string, HotResource][] {
  const name = resourceNameOf(node.node);
  return portsOf(settings).map(({ prefix, suffix, port }) => [
    `${name}-${suffix}`,
    {
      type: 'OS::Octavia::PoolMember',
      properties: withoutNulls({
        pool: getResource(`${prefix}_pool`),
        address: getAttribute(name, 'private_address'),
        subnet: subnetOf(settings),
        protocol_port: port,
      }),
    },
  ]);
}
