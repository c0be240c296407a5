import type { Bay } from '../../../domain/bay.js';
import { isCidr, labelValue, type Labels, type LabelSchema } from '../../../domain/labels.js';
import type { CloudNeeds, DesiredBay } from '../../../ports/bay-driver.js';

/** Labels of what the cloud makes for a bay: servers, volumes, networks, load balancer. */
export const CLOUD_LABELS = {
  availability_zone: {
    type: 'string',
    default: '',
    fixed: true,
    meaning: 'Availability zone of the servers, or several, separated by commas: each group is spread over them.',
  },
  boot_volume_size: {
    type: 'integer',
    default: '0',
    minimum: 0,
    fixed: true,
    meaning: "GiB of the volume that servers boot from; 0 for the disk of the server's flavor.",
  },
  boot_volume_type: {
    type: 'string',
    fixed: true,
    meaning: "Volume type of the volumes that servers boot from; the cloud's default when absent.",
  },
  min_node_count: {
    type: 'integer',
    default: '0',
    minimum: 0,
    maximum: 1000,
    fixed: true,
    meaning: 'The default group of workers is never made smaller.',
  },
  docker_volume_availability_zone: {
    type: 'string',
    default: '',
    fixed: true,
    meaning: "Availability zone of the engines' storage volumes; that of the servers when empty.",
  },
  docker_volume_type: {
    type: 'string',
    fixed: true,
    meaning: "Volume type of the engines' storage volumes; the cloud's default when absent.",
  },
  fixed_subnet_cidr: {
    type: 'cidr',
    fixed: true,
    meaning: 'Range of the subnet that the bay makes for itself; a free one when absent.',
  },
  master_lb_floating_ip_enabled: {
    type: 'boolean',
    meaning: 'Whether the load balancer has a floating address; as floating_ip_enabled when absent.',
  },
  octavia_provider: { type: 'string', meaning: "Provider of the load balancer; the cloud's default when absent." },
  octavia_lb_algorithm: {
    type: 'string',
    default: 'ROUND_ROBIN',
    oneOf: ['ROUND_ROBIN', 'LEAST_CONNECTIONS', 'SOURCE_IP', 'SOURCE_IP_PORT'],
    meaning: 'How the load balancer chooses a manager.',
  },
  octavia_lb_healthcheck: {
    type: 'boolean',
    default: 'true',
    meaning: 'Whether the load balancer leaves out managers that do not answer.',
  },
  api_allowed_cidrs: {
    type: 'string',
    default: '',
    meaning:
      "Ranges that may reach the API of the bay's engines, separated by commas; everyone when empty. The service's conductors must be in one.",
  },
  master_lb_allowed_cidrs: {
    type: 'string',
    default: '',
    meaning: 'Ranges that may reach the load balancer, separated by commas; those of `api_allowed_cidrs` when empty.',
  },
  workload_volumes: {
    type: 'string',
    meaning:
      "What becomes of volumes that workloads made when the bay is deleted: `keep` or `delete`; the operator's setting when absent.",
  },
  open_ports: {
    type: 'string',
    default: '',
    meaning: 'TCP ports of published services that are open to everyone: `80,443,30000-32767`.',
  },
} as const satisfies LabelSchema;

/** Labels that the shared scripts of a node read. */
export const NODE_LABELS = {
  certificate_check_interval: {
    type: 'integer',
    default: '60',
    minimum: 5,
    meaning: 'How often, in seconds, a node asks whether it should have other certificates, or another credential; 5 or more.',
  },
} as const satisfies LabelSchema;

/** A driver that uses the shared templates has all of these in its own schema. */
const SHARED_LABELS = { ...CLOUD_LABELS, ...NODE_LABELS } as const;
export type SharedLabel = keyof typeof SHARED_LABELS;

/** Value of a label of the bay, or its default. */
export function label(desired: Pick<DesiredBay, 'bay'>, name: SharedLabel): string | undefined {
  return valueIn(desired.bay.desired.labels, name);
}

/** Value of a label, or its default, in any set of labels: a node group may bring its own. */
export function valueIn(labels: Labels, name: SharedLabel): string | undefined {
  return labelValue(SHARED_LABELS, labels, name);
}

/** What a bay's labels ask of the cloud. Defaults count for nothing here: they ask what the cloud does anyway. */
export function cloudNeeds({ labels }: Pick<Bay['desired'], 'labels'>): CloudNeeds {
  const given = (name: SharedLabel): string | undefined => (Object.hasOwn(labels, name) ? labels[name] : undefined);
  const range = given('fixed_subnet_cidr');
  const volumes = given('workload_volumes')?.toLowerCase();
  return {
    fixedSubnetCidr: range !== undefined && isCidr(range) ? range : undefined,
    volumeType: given('docker_volume_type'),
    bootVolumeSize: given('boot_volume_size'),
    workloadVolumes: volumes === 'keep' || volumes === 'delete' ? volumes : undefined,
  };
}

/** Parts of a bay's label that names several things, separated by commas. */
export function labelList(desired: Pick<DesiredBay, 'bay'>, name: SharedLabel): readonly string[] {
  return partsOf(desired.bay.desired.labels, name);
}

export function partsOf(labels: Labels, name: SharedLabel): readonly string[] {
  return (valueIn(labels, name) ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
