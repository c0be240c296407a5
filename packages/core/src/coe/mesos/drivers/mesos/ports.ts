import type { SecurityRules } from '../../../shared/driver-shape.js';
import { fromMembers, fromRange, fromRanges, toPorts } from '../../../shared/heat/security-rules.js';
import { labelList } from '../../../shared/node/labels.js';
import type { Settings } from '../../../shared/node/settings.js';

/** Marathon's API, with TLS spoken by the gateway before it. A bay's address stands for this port, as it always did. */
export const MARATHON_PORT = 8080;

/** The operator and scheduler APIs of the leading Mesos master, with TLS spoken by the gateway before them. */
export const MESOS_PORT = 5050;

/**
 * Who may reach which port of a node. What is not named here is closed, and what only nodes need is open to nodes alone.
 *
 * | Port | On | From |
 * | --- | --- | --- |
 * | 5050/tcp, 8080/tcp, the gateways | masters | `api_allowed_cidrs`, and then the bay's own network, where a load balancer is |
 * | 2181/tcp, ZooKeeper | nodes | nodes |
 * | 2888/tcp, 3888/tcp, ZooKeeper's ensemble | masters | masters |
 * | 15050/tcp, mesos-master | nodes | nodes |
 * | 15090/tcp, 18080/tcp, Marathon | nodes | nodes |
 * | 5051/tcp, mesos-agent; 31000-32000/tcp, ports that tasks are offered | nodes | nodes |
 * | `open_ports` | agents | everyone |
 * | 22/tcp | masters | everyone |
 */
export function securityRules(settings: Settings): SecurityRules {
  const ranges = labelList(settings.input, 'api_allowed_cidrs');
  const gateways = [MESOS_PORT, MARATHON_PORT].map((port) => toPorts(String(port)));
  // A load balancer reaches the masters from an address of its own.
  const balancer = ranges.length > 0 && settings.loadBalancer ? [settings.input.facts.fixedSubnetCidr] : [];
  return {
    node: [
      { protocol: 'icmp' },
      ...['2181', '5051', '15050', '15090', '18080', '31000-32000'].map((ports) => fromMembers(toPorts(ports))),
    ],
    master: [
      ...gateways.flatMap((port) => [...fromRanges(ranges, port), ...balancer.map((range) => fromRange(range, port))]),
      ...['2888', '3888'].map((port) => fromMembers(toPorts(port))),
      toPorts('22'),
    ],
    worker: labelList(settings.input, 'open_ports').map((ports) => toPorts(ports)),
  };
}
