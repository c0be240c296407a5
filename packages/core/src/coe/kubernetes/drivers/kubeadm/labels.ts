import type { Bay } from '../../../../domain/bay.js';
import { labelValue, type Labels, type LabelSchema } from '../../../../domain/labels.js';
import { CLOUD_LABELS, NODE_LABELS } from '../../../shared/node/labels.js';
import { KUBERNETES_RELEASES } from '../../releases.js';
import { API_SERVER_LABELS } from './api-server/labels.js';
import { CLOUD_ADDON_LABELS } from './cloud-labels.js';
import { IDLE_LABELS } from './idle-labels.js';
import { NETWORK_LABELS } from './network-labels.js';
import { MIRROR_LABELS } from './registry-mirrors.js';
import { TRUST_LABELS } from './trusted-authorities.js';

/** The release of a bay whose labels name none. */
export const DEFAULT_VERSION = 'v1.36.3';

const OPTIONS = 'Further options of the';

/** Labels that this driver acts on. */
const OWN_LABELS = {
  kube_tag: {
    type: 'string',
    default: DEFAULT_VERSION,
    meaning: `Release of Kubernetes: one of ${KUBERNETES_RELEASES.map(({ minor }) => `v${minor}`).join(', ')}, with or without a patch.`,
  },
  container_infra_prefix: {
    type: 'string',
    default: '',
    meaning: "Registry of all images, with the folder in it; the images' usual registries when empty.",
  },
  flannel_network_cidr: {
    type: 'cidr',
    default: '10.100.0.0/16',
    fixed: true,
    meaning: "Range of the pods' addresses.",
  },
  flannel_network_subnetlen: {
    type: 'integer',
    default: '24',
    minimum: 16,
    maximum: 28,
    fixed: true,
    meaning: "Length of the prefix of each node's part of that range.",
  },
  flannel_backend: {
    type: 'string',
    default: 'vxlan',
    oneOf: ['vxlan', 'host-gw'],
    fixed: true,
    meaning: 'How packets of pods travel between nodes: encapsulated, or routed as they are.',
  },
  flannel_tag: { type: 'string', meaning: "Tag of flannel's image; that of the release when absent." },
  flannel_cni_tag: { type: 'string', meaning: "Tag of the image with flannel's plugin; that of the release when absent." },
  metrics_server_enabled: {
    type: 'boolean',
    default: 'true',
    meaning: 'Whether CPU and memory of nodes and pods are measured, for `kubectl top` and for autoscalers of pods.',
  },
  service_cluster_ip_range: {
    type: 'cidr',
    default: '10.254.0.0/16',
    fixed: true,
    meaning: "Range of the services' addresses.",
  },
  dns_cluster_domain: { type: 'string', default: 'cluster.local', fixed: true, meaning: 'Domain of the names of services.' },
  etcd_volume_size: {
    type: 'integer',
    default: '0',
    minimum: 0,
    fixed: true,
    meaning: "GiB of a volume for etcd on each control plane; 0 for the server's own disk.",
  },
  etcd_volume_type: { type: 'string', fixed: true, meaning: "Volume type of these volumes; the cloud's default when absent." },
  cgroup_driver: {
    type: 'string',
    default: 'systemd',
    oneOf: ['systemd', 'cgroupfs'],
    meaning: 'How kubelet and containerd manage control groups. An image whose /etc/default/kubelet says it has the last word.',
  },
  kubelet_options: { type: 'string', default: '', meaning: `${OPTIONS} kubelet: \`--max-pods=50 --v=2\`.` },
  kubeapi_options: { type: 'string', default: '', meaning: `${OPTIONS} API server.` },
  kubecontroller_options: { type: 'string', default: '', meaning: `${OPTIONS} controller manager.` },
  kubescheduler_options: { type: 'string', default: '', meaning: `${OPTIONS} scheduler.` },
  kubeproxy_options: {
    type: 'string',
    default: '',
    meaning: 'Mode of kube-proxy, `--proxy-mode=nftables`; no other option is taken.',
  },
  admission_control_list: {
    type: 'string',
    default: '',
    meaning:
      'Admission plugins of the API server beyond its own defaults, separated by commas; those that no longer exist are left out.',
  },
  api_server_cert_sans: {
    type: 'string',
    default: '',
    meaning: "Further names and addresses in the API's certificate, separated by commas.",
  },
  node_port_cidrs: {
    type: 'string',
    default: '',
    meaning: "Ranges that may reach the node ports of services, separated by commas; the bay's own network alone when empty.",
  },
  ssh_allowed_cidrs: {
    type: 'string',
    default: '',
    meaning: 'Ranges that may reach SSH on control planes, separated by commas; everyone when empty.',
  },
  drain_timeout: {
    type: 'integer',
    default: '300',
    minimum: 0,
    maximum: 86_400,
    meaning: 'Seconds that a change waits until the pods of nodes that leave have moved; 0 deletes the nodes at once.',
  },
  drain_policy: {
    type: 'string',
    default: 'force',
    oneOf: ['force', 'stop'],
    meaning: 'When that time has passed: `force` deletes the nodes all the same, `stop` fails the change and deletes none.',
  },
  auto_healing_enabled: {
    type: 'boolean',
    default: 'false',
    meaning: 'Whether nodes that have not been ready for some time are replaced.',
  },
  auto_healing_timeout: {
    type: 'integer',
    default: '300',
    minimum: 60,
    maximum: 86_400,
    meaning: 'Seconds that a node must have been away, without a break, before it is replaced.',
  },
  cert_manager_api: {
    type: 'boolean',
    default: 'true',
    fixed: true,
    meaning:
      'Whether requests of users for client certificates (`kubernetes.io/kube-apiserver-client`) are signed once they are approved, by an authority of its own.',
  },
  pod_metadata_access: {
    type: 'boolean',
    default: 'false',
    meaning: "Whether pods may reach the cloud's metadata service.",
  },
  ...CLOUD_ADDON_LABELS,
  ...NETWORK_LABELS,
  ...API_SERVER_LABELS,
  ...MIRROR_LABELS,
  ...TRUST_LABELS,
} as const satisfies LabelSchema;

/** Every label that this driver reads or accepts. */
export const KUBEADM_LABELS: LabelSchema = { ...CLOUD_LABELS, ...NODE_LABELS, ...OWN_LABELS, ...IDLE_LABELS };

export type OwnLabel = keyof typeof OWN_LABELS;

/** Whatever has a bay's labels. */
export interface Labelled {
  readonly bay: { readonly desired: Pick<Bay['desired'], 'labels'> };
}

/** Value of a bay's label that this driver alone reads, or its default. */
export function kubeadmLabel({ bay }: Labelled, name: OwnLabel): string {
  return valueOf(bay.desired.labels, name);
}

/** Whether a label that is true or false is true. */
export function isEnabled(desired: Labelled, name: OwnLabel): boolean {
  return kubeadmLabel(desired, name).toLowerCase() === 'true';
}

/** The same in any set of labels: a node group may bring its own. */
export function valueOf(labels: Labels, name: OwnLabel): string {
  return labelValue(OWN_LABELS, labels, name) ?? '';
}

/** Parts of a label that names several things, separated by commas. */
export function kubeadmList(desired: Labelled, name: OwnLabel): readonly string[] {
  return kubeadmLabel(desired, name)
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
