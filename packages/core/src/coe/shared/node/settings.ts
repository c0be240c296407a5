import { isMaster, type NodeGroup } from '../../../domain/node-group.js';
import type { Node } from '../../../domain/node.js';
import type { RenderInput } from '../../../ports/bay-driver.js';
import type { DriverShape, StoreVolume } from '../driver-shape.js';
import { isBareMetal } from './bare-metal.js';
import { label, valueIn } from './labels.js';

const LONGEST_WAIT = 43_200;
const USUAL_WAIT = 6000;
const FALLBACK_FLAVOR = 'm1.small';

export interface NodeSettings {
  readonly node: Node;
  readonly group: NodeGroup;
  readonly master: boolean;
  /** The master that starts the cluster; all others join it. */
  readonly first: boolean;
  readonly flavor: string;
  readonly availabilityZone: string;
  /** Zone of the storage volume. A server can attach only volumes that its own zone may use. Empty: the cloud's default. */
  readonly volumeZone: string;
  /** GB; 0 means that the engine stores on the server's own disk. */
  readonly volumeSize: number;
  /** Of a master whose engine keeps its store on a volume of its own. */
  readonly storeVolume?: StoreVolume;
  /** GB of the volume that the server boots from; 0 for its flavor's disk. */
  readonly bootVolumeSize: number;
  /** Labels of the bay with the group's over them, as JSON. */
  readonly labelsText: string;
}

/** Settings that all nodes of a group share. They are computed once: labels can be 50 kB, and a group can have 1,000 nodes. */
interface GroupSettings {
  readonly shared: Omit<NodeSettings, 'node' | 'first' | 'volumeZone'>;
  /** Of all its volumes, whatever zones its servers are in; empty for those of the servers. */
  readonly ownVolumeZone: string;
}

/** Every decision about a bay, taken once, so that templates only place values. */
export interface Settings {
  readonly shape: DriverShape;
  readonly input: RenderInput;
  readonly nodes: readonly NodeSettings[];
  /** Whether nodes have floating addresses. */
  readonly floating: boolean;
  /** Whether servers are machines of Ironic. */
  readonly bareMetal: boolean;
  readonly loadBalancer: boolean;
  readonly loadBalancerFloating: boolean;
  readonly ownNetwork: boolean;
  /** Seconds that a node may take until it signals its wait condition. */
  readonly waitSeconds: number;
}

export function settingsOf(shape: DriverShape, input: RenderInput): Settings {
  const { floatingIpEnabled, masterLbEnabled, createTimeout } = input.bay.desired;
  const lbFloating = label(input, 'master_lb_floating_ip_enabled') ?? String(floatingIpEnabled);
  return {
    shape,
    input,
    nodes: nodesOf(shape, input),
    floating: floatingIpEnabled && !isBareMetal(input.model),
    bareMetal: isBareMetal(input.model),
    loadBalancer: masterLbEnabled,
    loadBalancerFloating: masterLbEnabled && lbFloating.toLowerCase() === 'true',
    ownNetwork: input.facts.fixedNetworkId === null,
    waitSeconds: Math.min(createTimeout > 0 ? createTimeout * 60 : USUAL_WAIT, LONGEST_WAIT),
  };
}

export function firstMaster(settings: Settings): NodeSettings | undefined {
  return settings.nodes.find((node) => node.first);
}

function nodesOf(shape: DriverShape, input: RenderInput): readonly NodeSettings[] {
  const store = shape.storeVolume?.(input);
  const groups = new Map(input.nodeGroups.map((group) => [group.id, groupSettings(input, group, store)]));
  const present = input.nodes.filter((node) => node.desired === 'present').sort((one, other) => one.sequence - other.sequence);
  const first = present.find((node) => node.role === 'master');
  return present.flatMap((node) => {
    const known = groups.get(node.nodeGroupId);
    if (!known) return [];
    const availabilityZone = node.zone ?? known.shared.availabilityZone;
    // Volumes of earlier releases have no zone. A zone would replace them, and their data would be lost.
    const hasZone = known.shared.volumeSize > 0 && node.enrolment !== 'before';
    const volumeZone = hasZone ? known.ownVolumeZone || availabilityZone : '';
    return [{ ...known.shared, node, availabilityZone, volumeZone, first: node === first }];
  });
}

function groupSettings({ bay, model }: RenderInput, group: NodeGroup, store: StoreVolume | undefined): GroupSettings {
  const labels = { ...bay.desired.labels, ...group.labels };
  const availabilityZone = valueIn(labels, 'availability_zone') ?? '';
  const volumeSize = group.dockerVolumeSize ?? bay.desired.dockerVolumeSize ?? model.dockerVolumeSize ?? 0;
  const master = isMaster(group);
  const flavor = master ? (bay.desired.masterFlavorId ?? model.masterFlavorId) : (bay.desired.flavorId ?? model.flavorId);
  return {
    shared: {
      group,
      master,
      flavor: group.flavorId ?? flavor ?? FALLBACK_FLAVOR,
      availabilityZone,
      bootVolumeSize: Number(valueIn(labels, 'boot_volume_size') ?? 0) || 0,
      volumeSize,
      ...(master && store ? { storeVolume: store } : {}),
      labelsText: JSON.stringify(labels),
    },
    ownVolumeZone: valueIn(labels, 'docker_volume_availability_zone') ?? '',
  };
}
