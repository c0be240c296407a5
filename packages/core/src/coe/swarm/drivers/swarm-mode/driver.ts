import { lastStep, type Steps } from '../../../../concurrency/long-work.js';
import { stackNameOf } from '../../../../domain/ids.js';
import { isCidr, type Labels, type Problem } from '../../../../domain/labels.js';
import { isMaster } from '../../../../domain/node-group.js';
import type { BayDriver, BayShape, DesiredBay, Platform, RenderInput } from '../../../../ports/bay-driver.js';
import type { StackSpec } from '../../../../ports/orchestrator.js';
import { templateDocument } from '../../../hot/template.js';
import { endpointAt, interpretStack, stackTags } from './interpret.js';
import { SWARM_LABELS } from './labels.js';
import type { NamedShard } from './shards.js';
import { label, partsOf, settingsOf } from './settings.js';
import { rootTemplate, stackFiles, stackShards } from './stack.js';

// Distributions whose images run cloud-init and systemd. Fedora CoreOS wants Ignition, which this driver does not write.
const DISTROS = ['fedora-atomic', 'debian', 'ubuntu', 'fedora'] as const;
const platforms: readonly Platform[] = DISTROS.flatMap((distro) =>
  (['swarm-mode', 'swarm'] as const).map((coe) => ({ serverType: 'vm' as const, distro, coe })),
);

/** Docker Engine in Swarm mode on servers with cloud-init. */
export const swarmMode: BayDriver = {
  name: 'swarm-mode',
  provides: platforms,
  labels: SWARM_LABELS,
  rotates: ['authority', 'credentials'],
  withoutEffect,
  check,
  outgrown,
  leastTemplateBytes,
  render: (input) => lastStep(renderInSteps(input)),
  renderInSteps,
  interpret: interpretStack,
  endpointAt,
};

/** Shards are most of the work, so each is a step. */
function* renderInSteps(input: RenderInput): Steps<StackSpec> {
  const settings = settingsOf(input);
  yield;
  const shards: NamedShard[] = [];
  for (const shard of stackShards(settings)) {
    shards.push(shard);
    yield;
  }
  return {
    name: stackNameOf(input.bay),
    template: templateDocument(rootTemplate(settings, shards)),
    files: stackFiles(settings, shards),
    parameters: { enrolment_tokens: input.delegation.enrolmentTokens },
    timeoutMinutes: input.bay.desired.createTimeout,
    rollbackOnFailure: input.rollbackOnFailure,
    tags: stackTags(input),
  };
}

/** Settings of earlier drivers: accepted, because templates of those times have them, and warned of, because they have no effect. */
function withoutEffect(wanted: Parameters<NonNullable<BayDriver['withoutEffect']>>[0]): readonly Problem[] {
  const { networkDriver, volumeDriver, registryEnabled, apiserverPort, labels } = wanted;
  const idle: readonly (readonly [boolean, string, string])[] = [
    [networkDriver !== null && networkDriver !== 'docker', 'network_driver', 'Swarm mode brings its own overlay networks'],
    [volumeDriver !== null, 'volume_driver', 'no volume plugin is installed on the nodes'],
    [registryEnabled, 'registry_enabled', 'no registry is run'],
    [apiserverPort !== null, 'apiserver_port', "the port is the engine's own"],
    [!['', 'spread'].includes(labels['swarm_strategy'] ?? ''), 'labels.swarm_strategy', 'Swarm mode always spreads'],
    [labels['rexray_preempt'] === 'true', 'labels.rexray_preempt', 'no volume plugin is installed on the nodes'],
  ];
  return idle.filter(([isGiven]) => isGiven).map(([, field, why]) => ({ field, message: `accepted, and has no effect: ${why}` }));
}

function check(desired: BayShape): readonly Problem[] {
  return [...managerProblems(desired), ...networkProblems(desired), ...storageProblems(desired), ...portProblems(desired)];
}

function managerProblems(desired: BayShape): readonly Problem[] {
  const managers = desired.nodeGroups.filter(isMaster).reduce((sum, group) => sum + group.nodeCount, 0);
  if (managers % 2 === 1) return [];
  return [{ field: 'master_count', message: `a swarm needs an odd number of managers to agree, got ${managers}` }];
}

function networkProblems(desired: BayShape): readonly Problem[] {
  const problems: Problem[] = [];
  const { floatingIpEnabled } = desired.bay.desired;
  if (floatingIpEnabled && desired.model.externalNetworkId === null) {
    problems.push({
      field: 'external_network_id',
      message: 'floating addresses need an external network; name one, or set floating_ip_enabled to false',
    });
  }
  const subnet = label(desired, 'fixed_subnet_cidr');
  const pool = label(desired, 'swarm_address_pool');
  if (subnet && pool && overlap(subnet, pool)) {
    problems.push({
      field: 'labels.swarm_address_pool',
      message: `${pool} overlaps the bay's own subnet ${subnet}; choose another range`,
    });
  }
  if (pool && isCidr(pool) && Number(pool.split('/')[1]) > 23) {
    problems.push({ field: 'labels.swarm_address_pool', message: `${pool} is too small: overlay networks take a /24 each` });
  }
  return problems;
}

const USUAL_PREFIX = 24;
/** Of a range: its own address and the broadcast's, the router's, the one of DHCP, and a load balancer's. */
const NOT_FOR_NODES = 5;

/** A network of the bay's own has as many addresses as its range. */
function outgrown(desired: DesiredBay): readonly Problem[] {
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

/** The root says the labels of a group once for each of its shards, and for each node that stands in the root itself. */
function leastTemplateBytes({ bay, nodeGroups, nodes }: DesiredBay): number {
  const labels = new Map(
    nodeGroups.map((group) => [group.id, JSON.stringify({ ...bay.desired.labels, ...group.labels }).length]),
  );
  const said = new Set<string>();
  let bytes = 0;
  for (const node of nodes.filter(({ desired }) => desired === 'present')) {
    const place = node.role === 'master' || node.shard === null ? node.id : `${node.nodeGroupId} ${node.shard}`;
    if (!said.has(place)) bytes += labels.get(node.nodeGroupId) ?? 0;
    said.add(place);
  }
  return bytes;
}

function storageProblems(desired: BayShape): readonly Problem[] {
  if (desired.model.dockerStorageDriver !== 'devicemapper') return [];
  const size = desired.bay.desired.dockerVolumeSize ?? desired.model.dockerVolumeSize;
  if (size === null || size >= 3) return [];
  return [
    { field: 'docker_volume_size', message: `the storage driver devicemapper needs a volume of at least 3 GB, got ${size}` },
  ];
}

/** Of the bay's labels and of each group's: a group may bring labels of its own. */
function portProblems({ bay, nodeGroups }: BayShape): readonly Problem[] {
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

function overlap(one: string, other: string): boolean {
  if (!isCidr(one) || !isCidr(other)) return false;
  const length = Math.min(Number(one.split('/')[1]), Number(other.split('/')[1]));
  return prefix(one, length) === prefix(other, length);
}

function prefix(cidr: string, length: number): number {
  const value = (cidr.split('/')[0] ?? '').split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return Math.floor(value / 2 ** (32 - length));
}
