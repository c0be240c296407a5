import type { JsonObject } from '../../../../../domain/json.js';
import { CLOUD_CONF, cloudMount, cloudVolume } from './cloud-account.js';
import { clusterRole, fieldOf, hostPath, mount, serviceAccount, workload, type Rule } from './objects.js';

/** The name by which claims, classes and snapshots find it. */
export const CINDER_DRIVER = 'cinder.csi.openstack.org';
const CONTROLLER = { name: 'csi-cinder-controllerplugin', namespace: 'kube-system' } as const;
const NODE = { name: 'csi-cinder-nodeplugin', namespace: 'kube-system' } as const;
const SOCKETS = '/csi';
const ADDRESS = `--csi-address=${SOCKETS}/csi.sock`;
const PLUGIN_FOLDER = `/var/lib/kubelet/plugins/${CINDER_DRIVER}`;

export interface CinderSettings {
  readonly images: {
    readonly plugin: string;
    readonly attacher: string;
    readonly provisioner: string;
    readonly snapshotter: string;
    readonly resizer: string;
    readonly registrar: string;
    readonly livenessProbe: string;
  };
  readonly clusterName: string;
  readonly storageClass: {
    readonly reclaimPolicy: string;
    readonly volumeBindingMode: string;
    readonly fsType: string;
    readonly allowVolumeExpansion: boolean;
    /** Of the volumes; that of the node when empty. */
    readonly availabilityZone: string;
  };
}

/** Volumes of Cinder for pods, and the class that claims get which name none. Rights of the helpers are those of their own manifests. */
export function cinderCsiObjects(settings: CinderSettings): readonly JsonObject[] {
  const { reclaimPolicy, volumeBindingMode, fsType, allowVolumeExpansion, availabilityZone } = settings.storageClass;
  return [
    serviceAccount(CONTROLLER),
    ...clusterRole(CONTROLLER.name, CONTROLLER, CONTROLLER_RULES),
    serviceAccount(NODE),
    ...clusterRole(NODE.name, NODE, [
      { groups: [''], resources: ['events'], verbs: ['get', 'list', 'watch', 'create', 'update', 'patch'] },
    ]),
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: CINDER_DRIVER },
      spec: { attachRequired: true, podInfoOnMount: true, volumeLifecycleModes: ['Persistent', 'Ephemeral'] },
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'cinder', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: CINDER_DRIVER,
      reclaimPolicy,
      volumeBindingMode,
      allowVolumeExpansion,
      parameters: {
        'csi.storage.k8s.io/fstype': fsType,
        ...(availabilityZone === '' ? {} : { availability: availabilityZone }),
      },
    },
    workload('Deployment', CONTROLLER, controllerPod(settings)),
    workload('DaemonSet', NODE, nodePod(settings)),
  ];
}

const [READ, WATCHED] = [['get', 'list'] as const, ['get', 'list', 'watch'] as const];
const SNAPSHOTS = 'snapshot.storage.k8s.io';

const CONTROLLER_RULES: readonly Rule[] = [
  { groups: [''], resources: ['persistentvolumes'], verbs: [...WATCHED, 'create', 'delete', 'patch'] },
  { groups: [''], resources: ['persistentvolumeclaims'], verbs: [...WATCHED, 'update'] },
  { groups: [''], resources: ['persistentvolumeclaims/status'], verbs: ['patch'] },
  { groups: [''], resources: ['nodes', 'pods'], verbs: WATCHED },
  { groups: [''], resources: ['events'], verbs: ['list', 'watch', 'create', 'update', 'patch'] },
  { groups: ['storage.k8s.io'], resources: ['storageclasses', 'csinodes'], verbs: WATCHED },
  { groups: ['storage.k8s.io'], resources: ['volumeattachments'], verbs: [...WATCHED, 'patch'] },
  { groups: ['storage.k8s.io'], resources: ['volumeattachments/status'], verbs: ['patch'] },
  { groups: [SNAPSHOTS], resources: ['volumesnapshots'], verbs: READ },
  { groups: [SNAPSHOTS], resources: ['volumesnapshotclasses'], verbs: WATCHED },
  { groups: [SNAPSHOTS], resources: ['volumesnapshotcontents'], verbs: [...WATCHED, 'update', 'patch'] },
  { groups: [SNAPSHOTS], resources: ['volumesnapshotcontents/status'], verbs: ['update', 'patch'] },
  { groups: ['coordination.k8s.io'], resources: ['leases'], verbs: [...WATCHED, 'delete', 'update', 'create'] },
];

function controllerPod({ images, clusterName }: CinderSettings): JsonObject {
  const helper = (name: string, image: string, args: readonly string[]): JsonObject => ({
    name,
    image,
    args: [ADDRESS, ...args],
    volumeMounts: [mount('sockets', SOCKETS)],
  });
  const elected = ['--timeout=3m', '--leader-election=true'];
  return {
    serviceAccountName: CONTROLLER.name,
    priorityClassName: 'system-cluster-critical',
    containers: [
      helper('csi-attacher', images.attacher, [...elected, '--default-fstype=ext4']),
      helper('csi-provisioner', images.provisioner, [
        ...elected,
        '--default-fstype=ext4',
        '--feature-gates=Topology=true',
        '--extra-create-metadata',
      ]),
      helper('csi-snapshotter', images.snapshotter, [...elected, '--extra-create-metadata']),
      helper('csi-resizer', images.resizer, [...elected, '--handle-volume-inuse-error=false']),
      helper('liveness-probe', images.livenessProbe, []),
      plugin(images.plugin, {
        args: [`--cluster=${clusterName}`, '--pvc-annotations'],
        mounts: [mount('sockets', SOCKETS)],
      }),
    ],
    volumes: [{ name: 'sockets', emptyDir: {} }, cloudVolume()],
  };
}

function nodePod({ images }: CinderSettings): JsonObject {
  return {
    serviceAccountName: NODE.name,
    priorityClassName: 'system-node-critical',
    // It asks the metadata service for the server's id and zone, which is closed to pods with a network of their own.
    hostNetwork: true,
    tolerations: [{ operator: 'Exists' }],
    containers: [
      {
        name: 'node-driver-registrar',
        image: images.registrar,
        args: [ADDRESS, `--kubelet-registration-path=${PLUGIN_FOLDER}/csi.sock`],
        env: [fieldOf('KUBE_NODE_NAME', 'spec.nodeName')],
        volumeMounts: [mount('sockets', SOCKETS), mount('registration', '/registration')],
      },
      { name: 'liveness-probe', image: images.livenessProbe, args: [ADDRESS], volumeMounts: [mount('sockets', SOCKETS)] },
      {
        ...plugin(images.plugin, {
          args: ['--provide-controller-service=false'],
          mounts: [
            mount('sockets', SOCKETS),
            { ...mount('kubelet', '/var/lib/kubelet'), mountPropagation: 'Bidirectional' },
            { ...mount('devices', '/dev'), mountPropagation: 'HostToContainer' },
          ],
        }),
        securityContext: { privileged: true, allowPrivilegeEscalation: true, capabilities: { add: ['SYS_ADMIN'] } },
      },
    ],
    volumes: [
      hostPath('sockets', PLUGIN_FOLDER, 'DirectoryOrCreate'),
      hostPath('registration', '/var/lib/kubelet/plugins_registry', 'Directory'),
      hostPath('kubelet', '/var/lib/kubelet', 'Directory'),
      hostPath('devices', '/dev', 'Directory'),
      cloudVolume(),
    ],
  };
}

interface PluginPart {
  readonly args: readonly string[];
  readonly mounts: readonly JsonObject[];
}

function plugin(image: string, { args, mounts }: PluginPart): JsonObject {
  return {
    name: 'cinder-csi-plugin',
    image,
    args: ['/bin/cinder-csi-plugin', `--endpoint=unix:/${SOCKETS}/csi.sock`, `--cloud-config=${CLOUD_CONF}`, '--v=1', ...args],
    ports: [{ name: 'healthz', containerPort: 9808, protocol: 'TCP' }],
    livenessProbe: {
      httpGet: { path: '/healthz', port: 'healthz' },
      initialDelaySeconds: 10,
      timeoutSeconds: 10,
      periodSeconds: 60,
      failureThreshold: 5,
    },
    volumeMounts: [...mounts, cloudMount()],
  };
}
