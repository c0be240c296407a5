import type { JsonObject } from '../../../../domain/json.js';
import { isMaster, type NodeGroup } from '../../../../domain/node-group.js';
import type { RenderInput } from '../../../../ports/bay-driver.js';
import type { StoreVolume } from '../../../shared/driver-shape.js';
import { KUBERNETES_RELEASES, imagesOf, releaseOf, versionOf, type KubernetesRelease } from '../../releases.js';
import { apiServerSettings } from './api-server/settings.js';
import { usesCloudController } from './cloud-wishes.js';
import { DEFAULT_VERSION, isEnabled, kubeadmLabel, kubeadmList, type Labelled } from './labels.js';
import { optionsOf } from './options.js';
import { podRange } from './network.js';
import { mirrorSettings } from './registry-mirrors.js';

/** The release that a bay asks for. One that is not known has been refused before; the rest of the code need not think of it. */
export function releaseFor(input: Labelled): { readonly release: KubernetesRelease; readonly version: string } {
  const wanted = kubeadmLabel(input, 'kube_tag');
  const version = versionOf(wanted) ?? DEFAULT_VERSION;
  const release = releaseOf(version) ?? KUBERNETES_RELEASES[0];
  if (!release) throw new Error('the table of releases is empty');
  return { release, version };
}

/** Registry of all images as image names begin with it; undefined for the images' usual ones. */
export function imagePrefix(input: Labelled): string | undefined {
  return kubeadmLabel(input, 'container_infra_prefix').replace(/\/+$/, '') || undefined;
}

/** Admission plugins that were removed from Kubernetes; lists of earlier releases name them. */
const REMOVED_PLUGINS: readonly string[] = [
  'PodSecurityPolicy',
  'SecurityContextDeny',
  'DenyEscalatingExec',
  'DenyExecOnPrivileged',
];

/** Names in `admission_control_list` that the API server would refuse to start with. */
export function removedPlugins(input: Labelled): readonly string[] {
  return kubeadmList(input, 'admission_control_list').filter((name) => REMOVED_PLUGINS.includes(name));
}

/** The volume for etcd on each control plane. */
export function storeVolume(input: RenderInput): StoreVolume | undefined {
  const size = Number(kubeadmLabel(input, 'etcd_volume_size'));
  return size > 0 ? { size, type: kubeadmLabel(input, 'etcd_volume_type') || undefined } : undefined;
}

/** What the scripts of all nodes read of the cluster. */
export function plainSettings(input: RenderInput): JsonObject {
  const { release, version } = releaseFor(input);
  const images = imagesOf(release, version, imagePrefix(input));
  const removed = removedPlugins(input);
  return {
    kubernetes: {
      version,
      kubeadm_api: release.kubeadmApi,
      image_repository: imagePrefix(input) ?? 'registry.k8s.io',
      pause: images.pause,
      pod_range: podRange(input, input.model),
      node_prefix: Number(kubeadmLabel(input, 'flannel_network_subnetlen')) || 24,
      service_range: kubeadmLabel(input, 'service_cluster_ip_range'),
      domain: kubeadmLabel(input, 'dns_cluster_domain'),
      cgroup_driver: kubeadmLabel(input, 'cgroup_driver'),
      certificate_names: kubeadmList(input, 'api_server_cert_sans'),
      admission_plugins: kubeadmList(input, 'admission_control_list').filter((name) => !removed.includes(name)),
      proxy_mode: optionsOf(kubeadmLabel(input, 'kubeproxy_options'))[0]?.value ?? 'iptables',
      signs_requests: kubeadmLabel(input, 'cert_manager_api').toLowerCase() === 'true',
      // What the kubelet says of its node is provisional then, until the cloud controller manager has looked at it.
      cloud_provider: usesCloudController(input, input.delegation.trustId !== null),
      keystone_auth: isEnabled(input, 'keystone_auth_enabled'),
      pod_metadata_access: kubeadmLabel(input, 'pod_metadata_access').toLowerCase() === 'true',
      options: {
        kubelet: optionList(input, 'kubelet_options'),
        apiserver: optionList(input, 'kubeapi_options'),
        controller_manager: optionList(input, 'kubecontroller_options'),
        scheduler: optionList(input, 'kubescheduler_options'),
      },
      ...apiServerSettings(input.bay.desired.labels),
      ...mirrorSettings(input.bay.desired.labels),
    },
  };
}

function optionList(input: RenderInput, name: Parameters<typeof kubeadmLabel>[1]): readonly JsonObject[] {
  return optionsOf(kubeadmLabel(input, name)).map((option) => ({ ...option }));
}

/** The image with another tag, where one is given. */
export function withTag(image: string, tag: string): string {
  return tag === '' ? image : `${image.slice(0, image.lastIndexOf(':'))}:${tag}`;
}

/** Labels that this service puts on nodes, by which workloads can choose a group of nodes. */
const GROUP_LABEL = 'magnum.openstack.org/nodegroup';
const ROLE_LABEL = 'magnum.openstack.org/role';
const LONGEST_VALUE = 63;

/** Labels and taints with which the nodes of a group register. A list of pairs: as a map, a label called `get_param` would be a function. */
export function groupSettings(_input: RenderInput, group: NodeGroup): JsonObject {
  const role = isMaster(group) ? 'master' : group.role;
  const labels = { ...group.nodeLabels, [GROUP_LABEL]: labelText(group.name), [ROLE_LABEL]: labelText(role) };
  return {
    node_labels: Object.entries(labels).map(([name, value]) => ({ name, value })),
    node_taints: (group.nodeTaints ?? []).map((taint) => ({ ...taint })),
  };
}

/** A name as the value of a label of Kubernetes: letters, digits and dashes, at most 63. */
function labelText(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, LONGEST_VALUE)
    .replaceAll(/^-+|-+$/g, '');
}
