import type { SecurityRules } from '../../../shared/driver-shape.js';
import { fromMembers, fromRange, fromRanges, toPorts } from '../../../shared/heat/security-rules.js';
import { labelList } from '../../../shared/node/labels.js';
import type { Settings } from '../../../shared/node/settings.js';

/** Docker's own API, with TLS spoken by the gateway before it. */
export const API_PORT = 2375;

// Management of the cluster, gossip among nodes, and overlay networks: VXLAN, or ESP where they are encrypted.
const AMONG_NODES = [
  { protocol: 'tcp', port_range_min: 2377, port_range_max: 2377 },
  { protocol: 'tcp', port_range_min: 7946, port_range_max: 7946 },
  { protocol: 'udp', port_range_min: 7946, port_range_max: 7946 },
  { protocol: 'udp', port_range_min: 4789, port_range_max: 4789 },
  { protocol: '50' },
];

/**
 * Each node has an API of its own. It and the managers' SSH are open to everyone, or the API to the allowed ranges; traffic among the
 * nodes is open to nodes alone.
 */
export function securityRules(settings: Settings): SecurityRules {
  const ranges = labelList(settings.input, 'api_allowed_cidrs');
  const api = toPorts(String(API_PORT));
  // A load balancer reaches the managers from an address of its own.
  const balancer = ranges.length > 0 && settings.loadBalancer ? [fromRange(settings.input.facts.fixedSubnetCidr, api)] : [];
  const open = labelList(settings.input, 'open_ports').map((ports) => toPorts(ports));
  return {
    node: [{ protocol: 'icmp' }, ...fromRanges(ranges, api), ...AMONG_NODES.map(fromMembers), ...open],
    master: [toPorts('22'), ...balancer],
  };
}
