import type { JsonObject } from '../../../../../domain/json.js';
import { CINDER_DRIVER } from './cinder-csi.js';
import { manifestObjects } from './manifests.js';
import { clusterRoleBinding, clusterRoleOf, namespacedRole, serviceAccount, type Rule } from './objects.js';

/** Its kinds are the same in every release that the table of releases names. */
const KINDS = 'external-snapshotter-v8.4.0';

/*
 * Names of the objects and the label of the pods are those of the project's own manifests. A cluster whose owner has applied these manifests keeps one
 * controller, which becomes this add-on: under other names there would be two, and with another label Kubernetes refuses the Deployment.
 */
const CONTROLLER = { name: 'snapshot-controller', namespace: 'kube-system' } as const;
const ROLE = 'snapshot-controller-runner';
const ELECTION = { name: 'snapshot-controller-leaderelection', namespace: CONTROLLER.namespace } as const;
const POD_LABELS = { 'app.kubernetes.io/name': CONTROLLER.name } as const;
const SNAPSHOTS = 'snapshot.storage.k8s.io';

/**
 * The kinds of snapshots, the controller that has them made, and the class for snapshots of Cinder's volumes which name none. The sidecar that
 * makes them is part of Cinder CSI. Kinds come first, as the class is an object of one of them.
 */
export function volumeSnapshotObjects(image: string): readonly JsonObject[] {
  return [
    ...manifestObjects(KINDS),
    serviceAccount(CONTROLLER),
    clusterRoleOf(ROLE, CONTROLLER_RULES),
    clusterRoleBinding('snapshot-controller-role', CONTROLLER, ROLE),
    ...namespacedRole(ELECTION, CONTROLLER, [
      { groups: ['coordination.k8s.io'], resources: ['leases'], verbs: [...WATCHED, 'create', 'update', 'delete'] },
    ]),
    controller(image),
    {
      apiVersion: `${SNAPSHOTS}/v1`,
      kind: 'VolumeSnapshotClass',
      metadata: { name: 'cinder', annotations: { 'snapshot.storage.kubernetes.io/is-default-class': 'true' } },
      driver: CINDER_DRIVER,
      deletionPolicy: 'Delete',
      // Without it Cinder refuses the snapshot of a volume that a pod uses, which most volumes are.
      parameters: { 'force-create': 'true' },
    },
  ];
}

const WATCHED = ['get', 'list', 'watch'] as const;

/** Those of the project's own manifest, without snapshots of groups of volumes, which are off. */
const CONTROLLER_RULES: readonly Rule[] = [
  { groups: [''], resources: ['persistentvolumes'], verbs: WATCHED },
  { groups: [''], resources: ['persistentvolumeclaims'], verbs: [...WATCHED, 'update'] },
  { groups: [''], resources: ['events'], verbs: ['list', 'watch', 'create', 'update', 'patch'] },
  { groups: [SNAPSHOTS], resources: ['volumesnapshotclasses'], verbs: WATCHED },
  {
    groups: [SNAPSHOTS],
    resources: ['volumesnapshots', 'volumesnapshotcontents'],
    verbs: [...WATCHED, 'create', 'update', 'patch', 'delete'],
  },
  { groups: [SNAPSHOTS], resources: ['volumesnapshotcontents/status'], verbs: ['patch'] },
  { groups: [SNAPSHOTS], resources: ['volumesnapshots/status'], verbs: ['update', 'patch'] },
];

/** While pods of two versions run, the Lease lets one of them work. */
function controller(image: string): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...CONTROLLER },
    spec: {
      replicas: 1,
      selector: { matchLabels: POD_LABELS },
      template: {
        metadata: { labels: POD_LABELS },
        spec: {
          serviceAccountName: CONTROLLER.name,
          priorityClassName: 'system-cluster-critical',
          containers: [{ name: CONTROLLER.name, image, args: ['--leader-election=true'] }],
        },
      },
    },
  };
}
