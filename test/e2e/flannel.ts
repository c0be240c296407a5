import type { KubernetesImages } from '@magnum-ts/core';

/** flannel with its vxlan backend, as plain as it gets: a namespace, the rights of the daemon, its configuration, and one pod for each node. */
export function flannelManifest(images: KubernetesImages, podRange: string): string {
  const namespace = 'kube-flannel';
  const named = (name: string): object => ({ name, namespace });
  const labels = { app: 'flannel' };
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('flannel') },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'flannel' },
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
        { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: [''], resources: ['nodes/status'], verbs: ['patch'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'flannel' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'flannel' },
      subjects: [{ kind: 'ServiceAccount', ...named('flannel') }],
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: named('flannel'),
      data: {
        'cni-conf.json': JSON.stringify({
          name: 'cbr0',
          cniVersion: '1.0.0',
          plugins: [
            { type: 'flannel', delegate: { hairpinMode: true, isDefaultGateway: true } },
            { type: 'portmap', capabilities: { portMappings: true } },
          ],
        }),
        'net-conf.json': JSON.stringify({ Network: podRange, Backend: { Type: 'vxlan' } }),
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: named('flannel'),
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podOf(images) } },
    },
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
}

function podOf({ flannel, flannelCniPlugin }: KubernetesImages): object {
  const mount = (name: string, mountPath: string): object => ({ name, mountPath });
  const host = (name: string, path: string): object => ({ name, hostPath: { path, type: 'DirectoryOrCreate' } });
  const field = (fieldPath: string): object => ({ fieldRef: { fieldPath } });
  return {
    hostNetwork: true,
    priorityClassName: 'system-node-critical',
    tolerations: [{ operator: 'Exists' }],
    serviceAccountName: 'flannel',
    initContainers: [
      {
        name: 'plugin',
        image: flannelCniPlugin,
        command: ['cp', '-f', '/flannel', '/opt/cni/bin/flannel'],
        volumeMounts: [mount('plugins', '/opt/cni/bin')],
      },
      {
        name: 'configuration',
        image: flannel,
        command: ['/opt/bin/install-conf', '/etc/kube-flannel/cni-conf.json', '/etc/cni/net.d/10-flannel.conflist'],
        volumeMounts: [mount('networks', '/etc/cni/net.d'), mount('configuration', '/etc/kube-flannel')],
      },
    ],
    containers: [
      {
        name: 'flannel',
        image: flannel,
        command: ['/opt/bin/flanneld', '--ip-masq', '--kube-subnet-mgr', '--healthz-port=8081'],
        readinessProbe: { httpGet: { path: '/readyz', port: 8081 }, periodSeconds: 2 },
        securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } },
        env: [
          { name: 'POD_NAME', valueFrom: field('metadata.name') },
          { name: 'POD_NAMESPACE', valueFrom: field('metadata.namespace') },
          { name: 'EVENT_QUEUE_DEPTH', value: '5000' },
        ],
        volumeMounts: [mount('run', '/run/flannel'), mount('configuration', '/etc/kube-flannel')],
      },
    ],
    volumes: [
      host('run', '/run/flannel'),
      host('plugins', '/opt/cni/bin'),
      host('networks', '/etc/cni/net.d'),
      { name: 'configuration', configMap: { name: 'flannel' } },
    ],
  };
}
