import type { JsonObject } from '../../../../../domain/json.js';
import { AUTOSCALER_CONF, cloudMount, cloudVolume } from './cloud-account.js';
import { clusterRole, CONTROL_PLANE, serviceAccount, workload } from './objects.js';

const PLACE = { name: 'cluster-autoscaler', namespace: 'kube-system' } as const;
const WATCHED = ['watch', 'list', 'get'] as const;

/**
 * Kubernetes' autoscaler, with its provider for this API: it grows and shrinks every group of workers that has a `max_node_count`.
 * @param clusterName id of the bay
 */
export function autoscalerObjects(image: string, clusterName: string): readonly JsonObject[] {
  return [
    serviceAccount(PLACE),
    ...clusterRole(PLACE.name, PLACE, [
      { groups: [''], resources: ['events', 'endpoints'], verbs: ['create', 'patch'] },
      { groups: [''], resources: ['pods/eviction'], verbs: ['create'] },
      { groups: [''], resources: ['pods/status'], verbs: ['update'] },
      { groups: [''], resources: ['nodes'], verbs: [...WATCHED, 'update', 'patch', 'delete'] },
      {
        groups: [''],
        resources: ['namespaces', 'pods', 'services', 'replicationcontrollers', 'persistentvolumeclaims', 'persistentvolumes'],
        verbs: WATCHED,
      },
      { groups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: WATCHED },
      { groups: ['policy'], resources: ['poddisruptionbudgets'], verbs: WATCHED },
      { groups: ['apps'], resources: ['daemonsets', 'replicasets', 'statefulsets'], verbs: WATCHED },
      {
        groups: ['storage.k8s.io'],
        resources: ['storageclasses', 'csinodes', 'csidrivers', 'csistoragecapacities', 'volumeattachments'],
        verbs: WATCHED,
      },
      {
        groups: ['resource.k8s.io'],
        resources: ['deviceclasses', 'resourceclaims', 'resourceclaimtemplates', 'resourceslices'],
        verbs: WATCHED,
      },
      { groups: [''], resources: ['configmaps'], verbs: ['create', 'list', 'watch'] },
      {
        groups: [''],
        resources: ['configmaps'],
        verbs: ['delete', 'get', 'update', 'watch'],
        names: ['cluster-autoscaler-status', 'cluster-autoscaler-priority-expander'],
      },
      { groups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      { groups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'update'], names: [PLACE.name] },
    ]),
    workload('Deployment', PLACE, {
      ...CONTROL_PLANE,
      priorityClassName: 'system-cluster-critical',
      serviceAccountName: PLACE.name,
      containers: [
        {
          name: PLACE.name,
          image,
          command: [
            './cluster-autoscaler',
            '--v=2',
            '--cloud-provider=magnum',
            `--cluster-name=${clusterName}`,
            `--cloud-config=${AUTOSCALER_CONF}`,
            '--node-group-auto-discovery=magnum:role=worker',
            // A group of other servers than a pod needs does not help it.
            '--balance-similar-node-groups',
            '--skip-nodes-with-local-storage=false',
          ],
          resources: { requests: { cpu: '100m', memory: '300Mi' } },
          volumeMounts: [cloudMount()],
        },
      ],
      volumes: [cloudVolume()],
    }),
  ];
}
