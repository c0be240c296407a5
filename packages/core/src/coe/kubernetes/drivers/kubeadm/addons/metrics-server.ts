import type { JsonObject } from '../../../../../domain/json.js';
import { clusterRole, clusterRoleBinding, mount, roleBinding, serviceAccount, workload } from './objects.js';

const PLACE = { name: 'metrics-server', namespace: 'kube-system' } as const;
const PORT = 10250;
/** What pods are given to trust: the authority that has signed the certificates of kubelets. */
const ROOT_CA = '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt';

/**
 * CPU and memory of nodes and pods, for `kubectl top` and for autoscalers of pods. It checks the certificates of kubelets, which in a bay
 * are signed by the bay's authority.
 */
export function metricsServerObjects(image: string): readonly JsonObject[] {
  const labels = { app: PLACE.name };
  return [
    serviceAccount(PLACE),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: {
        name: 'system:aggregated-metrics-reader',
        labels: Object.fromEntries(
          ['admin', 'edit', 'view'].map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true']),
        ),
      },
      rules: [{ apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] }],
    },
    ...clusterRole('system:metrics-server', PLACE, [
      { groups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
      { groups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
    ]),
    clusterRoleBinding('metrics-server:system:auth-delegator', PLACE, 'system:auth-delegator'),
    roleBinding(
      { name: 'metrics-server-auth-reader', namespace: PLACE.namespace },
      PLACE,
      'extension-apiserver-authentication-reader',
    ),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...PLACE },
      spec: { selector: labels, ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 'https' }] },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        // Between the API server and this pod no certificate is checked: it makes its own when it starts.
        insecureSkipTLSVerify: true,
        service: { ...PLACE },
      },
    },
    workload('Deployment', PLACE, podOf(image)),
  ];
}

function podOf(image: string): JsonObject {
  const probe = (path: string): JsonObject => ({ httpGet: { path, port: 'https', scheme: 'HTTPS' }, periodSeconds: 10 });
  return {
    serviceAccountName: PLACE.name,
    priorityClassName: 'system-cluster-critical',
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    containers: [
      {
        name: PLACE.name,
        image,
        args: [
          '--cert-dir=/tmp',
          `--secure-port=${PORT}`,
          '--kubelet-preferred-address-types=InternalIP',
          '--kubelet-use-node-status-port',
          `--kubelet-certificate-authority=${ROOT_CA}`,
          '--metric-resolution=15s',
        ],
        ports: [{ name: 'https', containerPort: PORT, protocol: 'TCP' }],
        resources: { requests: { cpu: '100m', memory: '100Mi' } },
        livenessProbe: { ...probe('/livez'), failureThreshold: 3 },
        readinessProbe: { ...probe('/readyz'), initialDelaySeconds: 10, failureThreshold: 3 },
        securityContext: {
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          runAsUser: 1000,
          allowPrivilegeEscalation: false,
          seccompProfile: { type: 'RuntimeDefault' },
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [mount('tmp', '/tmp')],
      },
    ],
    volumes: [{ name: 'tmp', emptyDir: {} }],
  };
}
