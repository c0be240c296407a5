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

/**
 * In the webhook's own format: `k8s-keystone-auth`, "Authorization policy definition (version 2)". Of several roles in one rule a user must have all, so each role
 * has its rule. Discovery (`/api`, `/apis`) is open to every authenticated user, by the roles that Kubernetes itself binds.
 */
function policyFor(projectId: string): readonly JsonObject[] {
  const users = (role: string): JsonObject => ({ projects: [projectId], roles: [role] });
  const mayEverything = ['admin', 'member', 'k8s_admin'].flatMap((role): JsonObject[] => [
    { users: users(role), resource_permissions: { '*/*': ['*'] } },
    { users: users(role), nonresource: { verbs: ['*'], path: '*' }, match: [] },
  ]);
  const mayRead = ['reader', 'k8s_viewer'].map((role) => ({
    users: users(role),
    resource_permissions: { "*/!['secrets']": VIEW },
  }));
  return [...mayEverything, { users: users('k8s_developer'), resource_permissions: { '!kube-system/*': ['*'] } }, ...mayRead];
}
