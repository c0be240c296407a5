import type { JsonObject } from '../../../../../domain/json.js';
import { CLOUD_CONF, cloudMount, cloudVolume } from './cloud-account.js';
import { clusterRole, CONTROL_PLANE, roleBinding, serviceAccount, workload } from './objects.js';

const PLACE = { name: 'openstack-cloud-controller-manager', namespace: 'kube-system' } as const;

/**
 * The cloud controller manager: it writes zone and addresses of each node into its object, and makes load balancers of Octavia for services.
 * Its rights are those of its own manifest.
 * @param clusterName id of the bay: what it makes bears it, and the bay's deletion finds it by that
 */
export function cloudControllerObjects(image: string, clusterName: string): readonly JsonObject[] {
  return [
    serviceAccount(PLACE),
    ...clusterRole('system:cloud-controller-manager', PLACE, [
      { groups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
      { groups: [''], resources: ['events'], verbs: ['create', 'patch', 'update'] },
      { groups: [''], resources: ['nodes'], verbs: ['*'] },
      { groups: [''], resources: ['nodes/status', 'services/status'], verbs: ['patch'] },
      { groups: [''], resources: ['services'], verbs: ['list', 'patch', 'update', 'watch'] },
      { groups: [''], resources: ['serviceaccounts'], verbs: ['create', 'get'] },
      { groups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
      { groups: [''], resources: ['persistentvolumes'], verbs: ['*'] },
      { groups: [''], resources: ['endpoints'], verbs: ['create', 'get', 'list', 'watch', 'update'] },
      { groups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
      { groups: [''], resources: ['configmaps', 'secrets'], verbs: ['get', 'list', 'watch'] },
    ]),
    roleBinding(
      { name: `${PLACE.name}-auth-reader`, namespace: PLACE.namespace },
      PLACE,
      'extension-apiserver-authentication-reader',
    ),
    workload('DaemonSet', PLACE, {
      ...CONTROL_PLANE,
      hostNetwork: true,
      priorityClassName: 'system-cluster-critical',
      serviceAccountName: PLACE.name,
      securityContext: { runAsUser: 1001 },
      containers: [
        {
          name: PLACE.name,
          image,
          args: [
            '/bin/openstack-cloud-controller-manager',
            '--v=1',
            `--cluster-name=${clusterName}`,
            `--cloud-config=${CLOUD_CONF}`,
            '--cloud-provider=openstack',
            '--use-service-account-credentials=false',
            '--bind-address=127.0.0.1',
          ],
          resources: { requests: { cpu: '100m', memory: '64Mi' } },
          volumeMounts: [cloudMount()],
        },
      ],
      volumes: [cloudVolume()],
    }),
  ];
}
