import type { JsonObject } from '../../../../../domain/json.js';
import { clusterRole, CONTROL_PLANE, hostPath, mount, serviceAccount, workload } from './objects.js';
import { CA_FILE, cloudMount, cloudVolume } from './cloud-account.js';

const PLACE = { name: 'k8s-keystone-auth', namespace: 'kube-system' } as const;
const POLICY = { name: 'k8s-auth-policy', namespace: PLACE.namespace } as const;
/** Where configure-keystone-auth.sh puts the key and certificate of the webhook, and what the API server reads about it. */
const FOLDER = '/etc/kubernetes/keystone-auth';
/** configure-keystone-auth.sh has the same. */
const PORT = 8443;

export interface KeystoneAuthSettings {
  readonly image: string;
  readonly keystoneUrl: string;
  /** Whether the cloud has an authority of its own. */
  readonly ownCa: boolean;
  /** Of the bay: roles in other projects count for nothing. */
  readonly projectId: string;
}

/**
 * Users of Keystone as users of the cluster: the API server asks this webhook of each control plane, at its loopback address, which user a
 * token belongs to, and what roles in the bay's project let do what the cluster's own rules do not. Members of that project get
 * administrators' certificates from this service, so they may do as much here.
 */
export function keystoneAuthObjects({ image, keystoneUrl, ownCa, projectId }: KeystoneAuthSettings): readonly JsonObject[] {
  return [
    serviceAccount(PLACE),
    ...clusterRole(PLACE.name, PLACE, [{ groups: [''], resources: ['configmaps'], verbs: ['get', 'watch', 'list'] }]),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...POLICY },
      data: { policies: JSON.stringify(policyFor(projectId)) },
    },
    workload('DaemonSet', PLACE, {
      ...CONTROL_PLANE,
      hostNetwork: true,
      priorityClassName: 'system-cluster-critical',
      serviceAccountName: PLACE.name,
      containers: [
        {
          name: PLACE.name,
          image,
          args: [
            './bin/k8s-keystone-auth',
            `--listen=127.0.0.1:${PORT}`,
            `--tls-cert-file=${FOLDER}/tls.crt`,
            `--tls-private-key-file=${FOLDER}/tls.key`,
            `--policy-configmap-name=${POLICY.name}`,
            `--keystone-url=${keystoneUrl}`,
            ...(ownCa ? [`--keystone-ca-file=${CA_FILE}`] : []),
          ],
          resources: { requests: { cpu: '50m', memory: '32Mi' } },
          volumeMounts: [{ ...mount('webhook', FOLDER), readOnly: true }, ...(ownCa ? [cloudMount()] : [])],
        },
      ],
      volumes: [hostPath('webhook', FOLDER, 'Directory'), ...(ownCa ? [cloudVolume()] : [])],
    }),
  ];
}

const VIEW = ['get', 'list', 'watch'] as const;

function policyFor(projectId: string): readonly JsonObject[] {
  const rule = (roles: readonly string[], resources: JsonObject, paths: readonly string[]): JsonObject => ({
    users: { projects: [projectId], roles },
    resource_permissions: resources,
    nonresource_permissions: Object.fromEntries(paths.map((path) => [path, roles.includes('admin') ? ['*'] : ['get']])),
  });
  const discovery = ['/api', '/api/*', '/apis', '/apis/*', '/openapi/*', '/version', '/healthz', '/livez', '/readyz'];
  return [
    rule(['admin', 'member', 'k8s_admin'], { '*/*': ['*'] }, ['*']),
    rule(['k8s_developer'], { '!kube-system/*': ['*'] }, discovery),
    rule(['reader', 'k8s_viewer'], { "*/!['secrets']": VIEW }, discovery),
  ];
}
