import { labelValue, type Labels } from '../../../../domain/labels.js';
import { isMaster, type NodeGroup } from '../../../../domain/node-group.js';
import type { Node } from '../../../../domain/node.js';
import type { DesiredBay, RenderInput } from '../../../../ports/bay-driver.js';
import { SWARM_LABELS } from './labels.js';

export const API_PORT = 2375;
const LONGEST_WAIT = 43_200;
const USUAL_WAIT = 6000;
const FALLBACK_FLAVOR = 'm1.small';

export interface NodeSettings {
  readonly node: Node;
  readonly group: NodeGroup;
  readonly manager: boolean;
  /** The one that makes the swarm. */
  readonly first: boolean;
  readonly flavor: string;
  readonly availabilityZone: string;
  /** Of the storage volume, where there is one: a server can only have those that its own zone may attach. Empty: the cloud's default. */
  readonly volumeZone: string;
  /** GB; 0 means that the engine stores on the server's own disk. */
  readonly volumeSize: number;
  /** GB of the volume that the server boots from; 0 for its flavor's disk. */
  readonly bootVolumeSize: number;
  /** Labels of the bay with the group's over them, as JSON. */
  readonly labelsText: string;
}

/** What all nodes of a group have in common: worked out once, because labels can be 50 kB and a group can have 1,000 nodes. */
interface GroupSettings {
  readonly shared: Omit<NodeSettings, 'node' | 'first' | 'volumeZone'>;
  readonly volumeZone: string;
}

/** Everything that is decided once per bay, so that templates only place values. */
export interface Settings {
  readonly input: RenderInput;
  readonly nodes: readonly NodeSettings[];
  readonly floating: boolean;
  readonly loadBalancer: boolean;
  readonly loadBalancerFloating: boolean;
  readonly ownNetwork: boolean;
  /** Seconds that a node may take until it reports. */
  readonly waitSeconds: number;
}

export function settingsOf(input: RenderInput): Settings {
  const { floatingIpEnabled, masterLbEnabled, createTimeout } = input.bay.desired;
  const lbFloating = label(input, 'master_lb_floating_ip_enabled') ?? String(floatingIpEnabled);
  return {
    input,
    nodes: nodesOf(input),
    floating: floatingIpEnabled,
    loadBalancer: masterLbEnabled,
    loadBalancerFloating: masterLbEnabled && lbFloating.toLowerCase() === 'true',
    ownNetwork: input.facts.fixedNetworkId === null,
    waitSeconds: Math.min(createTimeout > 0 ? createTimeout * 60 : USUAL_WAIT, LONGEST_WAIT),
  };
}

export function label(desired: Pick<DesiredBay, 'bay'>, name: keyof typeof SWARM_LABELS): string | undefined {
  return labelValue(SWARM_LABELS, desired.bay.desired.labels, name);
}

/** The parts of a label that names several things, separated by commas. */
export function labelList(desired: Pick<DesiredBay, 'bay'>, name: keyof typeof SWARM_LABELS): readonly string[] {
  return partsOf(desired.bay.desired.labels, name);
}

export function partsOf(labels: Labels, name: keyof typeof SWARM_LABELS): readonly string[] {
  return (labelValue(SWARM_LABELS, labels, name) ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

export function firstManager(settings: Settings): NodeSettings | undefined {
  return settings.nodes.find((node) => node.first);
}

function nodesOf(input: RenderInput): readonly NodeSettings[] {
  const groups = new Map(input.nodeGroups.map((group) => [group.id, groupSettings(input, group)]));
  const present = input.nodes.filter((node) => node.desired === 'present').sort((one, other) => one.sequence - other.sequence);
  const first = present.find((node) => node.role === 'master');
  return present.flatMap((node) => {
    const known = groups.get(node.nodeGroupId);
    // Volumes of earlier releases have no zone, and giving them one would replace them with all that is on them.
    const volumeZone = node.enrolment === 'before' ? '' : (known?.volumeZone ?? '');
    return known ? [{ ...known.shared, node, volumeZone, first: node === first }] : [];
  });
}

function groupSettings({ bay, model }: RenderInput, group: NodeGroup): GroupSettings {
  const labels = { ...bay.desired.labels, ...group.labels };
  const availabilityZone = labelValue(SWARM_LABELS, labels, 'availability_zone') ?? '';
  const ownZone = labelValue(SWARM_LABELS, labels, 'docker_volume_availability_zone') ?? '';
  const volumeSize = group.dockerVolumeSize ?? bay.desired.dockerVolumeSize ?? model.dockerVolumeSize ?? 0;
  const manager = isMaster(group);
  const flavor = manager ? (bay.desired.masterFlavorId ?? model.masterFlavorId) : (bay.desired.flavorId ?? model.flavorId);
  return {
    shared: {
      group,
      manager,
      flavor: group.flavorId ?? flavor ?? FALLBACK_FLAVOR,
      availabilityZone,
      bootVolumeSize: Number(labelValue(SWARM_LABELS, labels, 'boot_volume_size') ?? 0) || 0,
      volumeSize,
      labelsText: JSON.stringify(labels),
    },
    volumeZone: volumeSize > 0 ? ownZone || availabilityZone : '',
  };
}
