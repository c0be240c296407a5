import type { LabelSchema } from '../../../../domain/labels.js';

const TAG = (what: string): string => `Tag of the image of ${what}; that of the release when absent.`;

/** Labels of the add-ons that work in the cloud for the bay's owner. */
export const CLOUD_ADDON_LABELS = {
  cloud_provider_enabled: {
    type: 'boolean',
    fixed: true,
    meaning:
      'Whether the cloud controller manager runs, for load balancers and zones; when absent, wherever nodes have a trust of the owner (`[trust] cluster_user_trust`).',
  },
  cinder_csi_enabled: {
    type: 'boolean',
    default: 'true',
    meaning: 'Whether pods get volumes of Cinder, and snapshots of these, where the cloud controller manager runs.',
  },
  csi_cinder_reclaim_policy: {
    type: 'string',
    default: 'Delete',
    oneOf: ['Delete', 'Retain'],
    fixed: true,
    meaning: 'What the class `cinder` does with a volume whose claim is deleted.',
  },
  csi_cinder_volume_binding_mode: {
    type: 'string',
    default: 'Immediate',
    oneOf: ['Immediate', 'WaitForFirstConsumer'],
    fixed: true,
    meaning:
      'When the class `cinder` makes a volume: with its claim, or with the first pod that uses it, in the zone of that pod.',
  },
  csi_cinder_fstype: {
    type: 'string',
    default: 'ext4',
    oneOf: ['ext4', 'xfs'],
    fixed: true,
    meaning: 'File system of volumes of the class `cinder`.',
  },
  csi_cinder_allow_volume_expansion: {
    type: 'boolean',
    default: 'true',
    meaning: 'Whether volumes of the class `cinder` can grow.',
  },
  csi_cinder_availability_zone: {
    type: 'string',
    default: '',
    fixed: true,
    meaning: 'Availability zone of volumes of the class `cinder`; that of the node when empty.',
  },
  keystone_auth_enabled: {
    type: 'boolean',
    default: 'false',
    meaning: "Whether the API takes Keystone's tokens: members of the bay's project administer the cluster, and readers read.",
  },
  auto_scaling_enabled: {
    type: 'boolean',
    default: 'false',
    meaning: "Whether Kubernetes' autoscaler runs, for every group of workers that has a `max_node_count`.",
  },
  max_node_count: {
    type: 'integer',
    minimum: 0,
    maximum: 1000,
    fixed: true,
    meaning: 'The default group of workers is never made larger; with `auto_scaling_enabled` it grows up to that.',
  },
  auto_healing_controller: {
    type: 'string',
    default: 'magnum',
    oneOf: ['magnum', 'magnum-auto-healer', 'draino'],
    meaning:
      'What replaces nodes where `auto_healing_enabled` is true: the service itself (`magnum`, or `draino` of earlier templates), or magnum-auto-healer in the cluster.',
  },
  ingress_controller: {
    type: 'string',
    default: '',
    oneOf: ['', 'octavia', 'traefik'],
    meaning: 'Controller of Ingresses; none when empty.',
  },
  ingress_controller_role: {
    type: 'string',
    default: 'worker',
    meaning: 'Role of the node groups on whose ports 80 and 443 Traefik listens; `open_ports` opens these to clients.',
  },
  cloud_provider_tag: { type: 'string', meaning: TAG('the cloud controller manager') },
  cinder_csi_plugin_tag: { type: 'string', meaning: TAG('Cinder CSI') },
  csi_attacher_tag: { type: 'string', meaning: TAG('its attacher') },
  csi_provisioner_tag: { type: 'string', meaning: TAG('its provisioner') },
  csi_snapshotter_tag: {
    type: 'string',
    meaning: 'Tag of the images of its snapshotter and of the snapshot-controller; that of the release when absent.',
  },
  csi_resizer_tag: { type: 'string', meaning: TAG('its resizer') },
  csi_node_driver_registrar_tag: { type: 'string', meaning: TAG('its registrar') },
  csi_liveness_probe_tag: { type: 'string', meaning: TAG('its probe') },
  k8s_keystone_auth_tag: { type: 'string', meaning: TAG("Keystone's webhook") },
  magnum_auto_healer_tag: { type: 'string', meaning: TAG('magnum-auto-healer') },
  autoscaler_tag: { type: 'string', meaning: TAG('the autoscaler') },
  octavia_ingress_controller_tag: { type: 'string', meaning: TAG("Octavia's controller of Ingresses") },
  traefik_ingress_controller_tag: { type: 'string', meaning: TAG('Traefik') },
} as const satisfies LabelSchema;

/** Labels above whose value is the tag of an image. */
export const CLOUD_TAG_LABELS = (Object.keys(CLOUD_ADDON_LABELS) as (keyof typeof CLOUD_ADDON_LABELS)[]).filter((name) =>
  name.endsWith('_tag'),
);
