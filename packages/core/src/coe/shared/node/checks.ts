import { isCidr, type Labels, type Problem } from '../../../domain/labels.js';
import { isMaster } from '../../../domain/node-group.js';
import type { BayShape, DesiredBay } from '../../../ports/bay-driver.js';
import { label, partsOf } from './labels.js';

/** Masters of all groups together: engines that agree by majority check that the number is odd. */
export function masterCount({ nodeGroups }: BayShape): number {
  return nodeGroups.filter(isMaster).reduce((sum, group) => sum + group.nodeCount, 0);
}

/** Floating addresses come from an external network. */
export function floatingProblems({ bay, model }: BayShape): readonly Problem[] {
  if (!bay.desired.floatingIpEnabled || model.externalNetworkId !== null) return [];
  const message = 'floating addresses need an external network; name one, or set floating_ip_enabled to false';
  return [{ field: 'external_network_id', message }];
}

const USUAL_PREFIX = 24;
/** Addresses of a range that no node can have: the range's own, broadcast, router, DHCP and load balancer. */
const NOT_FOR_NODES = 5;

/** Nodes beyond the addresses of the bay's own network. */
export function outgrownRange(desired: DesiredBay): readonly Problem[] {
  if (desired.bay.desired.fixedNetwork !== null || desired.bay.desired.fixedSubnet !== null) return [];
  const range = label(desired, 'fixed_subnet_cidr');
  const prefix = range !== undefined && isCidr(range) ? Number(range.split('/')[1]) : USUAL_PREFIX;
  const [nodes, room] = [desired.nodes.filter((node) => node.desired === 'present').length, 2 ** (32 - prefix) - NOT_FOR_NODES];
  if (nodes <= room) return [];
  const what = range ?? `a range of /${USUAL_PREFIX}`;
  return [
    {
      field: 'node_count',
      message: `the bay would have ${nodes} nodes, and its network has addresses for ${room} (${what}); make a bay with a larger range in the label fixed_subnet_cidr`,
    },
  ];
}

/** The root template repeats a group's labels for each of its shards, and for each node that is a resource of the root. */
export function leastTemplateBytes({ bay, nodeGroups, nodes }: DesiredBay): number {
  const labels = new Map(
    nodeGroups.map((group) => [group.id, JSON.stringify({ ...bay.desired.labels, ...group.labels }).length]),
  );
  const counted = new Set<string>();
  let bytes = 0;
  for (const node of nodes.filter(({ desired }) => desired === 'present')) {
    const place = node.role === 'master' || node.shard === null ? node.id : `${node.nodeGroupId} ${node.shard}`;
    if (!counted.has(place)) bytes += labels.get(node.nodeGroupId) ?? 0;
    counted.add(place);
  }
  return bytes;
}

/** Labels that name ports and ranges, of the bay and of each node group, which may bring labels of its own. */
export function portProblems({ bay, nodeGroups }: BayShape): readonly Problem[] {
  const sets = [bay.desired.labels, ...nodeGroups.map(({ labels }) => labels)];
  return sets.flatMap((labels) => [...openPortProblems(labels), ...rangeProblems(labels)]);
}

function openPortProblems(labels: Labels): readonly Problem[] {
  const problems: Problem[] = [];
  for (const ports of partsOf(labels, 'open_ports')) {
    const [from = 0, to = from] = ports.split('-').map(Number);
    if (!/^\d{1,5}(-\d{1,5})?$/.test(ports) || from < 1 || to > 65_535 || from > to) {
      problems.push({
        field: 'labels.open_ports',
        message: `${JSON.stringify(ports.slice(0, 40))} is neither a port nor a range of ports`,
      });
    }
  }
  return problems;
}

function rangeProblems(labels: Labels): readonly Problem[] {
  return (['api_allowed_cidrs', 'master_lb_allowed_cidrs'] as const).flatMap((name) =>
    partsOf(labels, name)
      .filter((part) => !isCidr(part))
      .map((part) => ({ field: `labels.${name}`, message: `${JSON.stringify(part.slice(0, 40))} is not an IPv4 range` })),
  );
}

/** Whether two IPv4 ranges have addresses in common. */
export function overlap(one: string, other: string): boolean {
  if (!isCidr(one) || !isCidr(other)) return false;
  const length = Math.min(Number(one.split('/')[1]), Number(other.split('/')[1]));
  return prefix(one, length) === prefix(other, length);
}

function prefix(cidr: string, length: number): number {
  const value = (cidr.split('/')[0] ?? '').split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return Math.floor(value / 2 ** (32 - length));
}
