import type { JsonObject } from '../../../../domain/json.js';
import type { SecurityRules } from '../../../shared/driver-shape.js';
import { fromMembers, fromRange, fromRanges, toPorts } from '../../../shared/heat/security-rules.js';
import { labelList } from '../../../shared/node/labels.js';
import type { Settings } from '../../../shared/node/settings.js';
import { kubeadmList } from './labels.js';
import { calicoMode, isRouted, networkDriverOf, podRange } from './network.js';

/** The API server, on every control plane and on the load balancer before them. */
export const API_PORT = 6443;

const NODE_PORTS = '30000-32767';

/**
 * Who may reach which port of a node. No port is open that is not named here, and what only nodes need is
 * open to nodes alone. etcd holds every secret of the cluster, and is for control planes alone.
 *
 * | Port | On | From |
 * | --- | --- | --- |
 * | 6443/tcp, the API | control planes | `api_allowed_cidrs`, and then the bay's own network, where nodes and load balancer are |
 * | 2379-2380/tcp, etcd | control planes | control planes |
 * | 10250/tcp, kubelet | nodes | nodes |
 * | 8472/udp, VXLAN of flannel and Cilium; 4240/tcp, Cilium's health; 179/tcp and protocol 4, Calico | nodes | nodes |
 * | everything from addresses of pods | nodes | the pods' range, where packets are not encapsulated |
 * | 10256/tcp, kube-proxy's health; 30000-32767, services | workers | the bay's own network, `node_port_cidrs` |
 * | `open_ports` | workers | everyone |
 * | 22/tcp | control planes | `ssh_allowed_cidrs` |
 */
export function securityRules(settings: Settings): SecurityRules {
  const { input } = settings;
  const subnet = input.facts.fixedSubnetCidr;
  const apiRanges = labelList(input, 'api_allowed_cidrs');
  const api = toPorts(String(API_PORT));
  const routed = routedRanges(settings).map((range) => ({ remote_ip_prefix: range }));
  const reachServices = [...new Set([subnet, ...kubeadmList(input, 'node_port_cidrs')])];
  return {
    node: [fromMembers({ protocol: 'icmp' }), fromMembers(toPorts('10250')), ...networkRules(input), ...routed],
    master: [
      ...fromRanges(apiRanges.length > 0 ? [...new Set([...apiRanges, subnet])] : [], api),
      fromMembers(toPorts('2379-2380')),
      ...fromRanges(kubeadmList(input, 'ssh_allowed_cidrs'), toPorts('22')),
    ],
    worker: [
      fromRange(subnet, toPorts('10256')),
      ...reachServices.flatMap((range) => (['tcp', 'udp'] as const).map((kind) => fromRange(range, toPorts(NODE_PORTS, kind)))),
      ...labelList(input, 'open_ports').map((ports) => toPorts(ports)),
    ],
  };
}

/** Ranges whose packets nodes forward to each other as they are: the cloud lets a port send from its own address alone otherwise. */
export function routedRanges({ input }: Settings): readonly string[] {
  return isRouted(input, input.model) ? [podRange(input, input.model)] : [];
}

/** What the network of pods itself needs between nodes. */
function networkRules({ bay, model }: Settings['input']): readonly JsonObject[] {
  const routed = isRouted({ bay }, model);
  switch (networkDriverOf(model)) {
    case 'flannel':
      return routed ? [] : [fromMembers(toPorts('8472', 'udp'))];
    case 'calico':
      // Routes are exchanged by BGP; IP in IP has a number of its own, and no ports.
      return [fromMembers(toPorts('179')), ...(calicoMode({ bay }) === 'Never' ? [] : [fromMembers({ protocol: '4' })])];
    case 'cilium':
      return [fromMembers(toPorts('8472', 'udp')), fromMembers(toPorts('4240'))];
  }
}
