import type { JsonObject } from '../../../../../domain/json.js';
import { cloudMount, cloudVolume, HEALER_CONF } from './cloud-account.js';
import { clusterRoleBinding, CONTROL_PLANE, serviceAccount, workload } from './objects.js';

const PLACE = { name: 'magnum-auto-healer', namespace: 'kube-system' } as const;

/**
 * magnum-auto-healer, in place of this service's own healing: it reports the bay's health, restarts a worker that is not ready and has it
 * replaced when that does not help. Its own manifest gives it all rights in the cluster. It leaves masters alone: it would change them in
 * the stack, behind this service.
 */
export function autoHealerObjects(image: string): readonly JsonObject[] {
  return [
    serviceAccount(PLACE),
    clusterRoleBinding(PLACE.name, PLACE, 'cluster-admin'),
    workload('DaemonSet', PLACE, {
      ...CONTROL_PLANE,
      serviceAccountName: PLACE.name,
      containers: [
        {
          name: PLACE.name,
          image,
          args: ['/bin/magnum-auto-healer', `--config=${HEALER_CONF}`, '--v=2'],
          resources: { requests: { cpu: '50m', memory: '32Mi' } },
          volumeMounts: [cloudMount()],
        },
      ],
      volumes: [cloudVolume()],
    }),
  ];
}
