import type { JsonObject } from '../../../../../domain/json.js';
import { clusterRole, fieldOf, hostPath, mount, namespaceObject, serviceAccount, workload } from './objects.js';

export interface FlannelSettings {
  readonly image: string;
  readonly pluginImage: string;
  readonly podRange: string;
  readonly backend: string;
}

const PLACE = { name: 'flannel', namespace: 'kube-flannel' } as const;

/** The network of pods. Its rights are those of flannel's own manifest: the nodes' parts of the range, and a condition of each node. */
export function flannelObjects({ image, pluginImage, podRange, backend }: FlannelSettings): readonly JsonObject[] {
  const plugins = {
    name: 'cbr0',
    cniVersion: '1.0.0',
    plugins: [
      { type: 'flannel', delegate: { hairpinMode: true, isDefaultGateway: true } },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
  return [
    namespaceObject(PLACE.namespace, 'privileged'),
    serviceAccount(PLACE),
    ...clusterRole('flannel', PLACE, [
      { groups: [''], resources: ['pods'], verbs: ['get'] },
      { groups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
      { groups: [''], resources: ['nodes/status'], verbs: ['patch'] },
    ]),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...PLACE },
      data: {
        'cni-conf.json': JSON.stringify(plugins),
        'net-conf.json': JSON.stringify({ Network: podRange, Backend: { Type: backend } }),
      },
    },
    workload('DaemonSet', PLACE, podOf(image, pluginImage)),
  ];
}

function podOf(image: string, pluginImage: string): JsonObject {
  return {
    hostNetwork: true,
    priorityClassName: 'system-node-critical',
    serviceAccountName: PLACE.name,
    tolerations: [{ operator: 'Exists' }],
    initContainers: [
      {
        name: 'plugin',
        image: pluginImage,
        command: ['cp', '-f', '/flannel', '/opt/cni/bin/flannel'],
        volumeMounts: [mount('plugins', '/opt/cni/bin')],
      },
      {
        name: 'configuration',
        image,
        command: ['cp', '-f', '/etc/kube-flannel/cni-conf.json', '/etc/cni/net.d/10-flannel.conflist'],
        volumeMounts: [mount('networks', '/etc/cni/net.d'), mount('configuration', '/etc/kube-flannel')],
      },
    ],
    containers: [
      {
        name: 'flannel',
        image,
        command: ['/opt/bin/flanneld', '--ip-masq', '--kube-subnet-mgr'],
        resources: { requests: { cpu: '100m', memory: '50Mi' } },
        securityContext: { privileged: false, capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } },
        env: [
          fieldOf('POD_NAME', 'metadata.name'),
          fieldOf('POD_NAMESPACE', 'metadata.namespace'),
          { name: 'EVENT_QUEUE_DEPTH', value: '5000' },
        ],
        volumeMounts: [
          mount('run', '/run/flannel'),
          mount('configuration', '/etc/kube-flannel'),
          mount('locks', '/run/xtables.lock'),
        ],
      },
    ],
    volumes: [
      hostPath('run', '/run/flannel', 'DirectoryOrCreate'),
      hostPath('plugins', '/opt/cni/bin', 'DirectoryOrCreate'),
      hostPath('networks', '/etc/cni/net.d', 'DirectoryOrCreate'),
      hostPath('locks', '/run/xtables.lock', 'FileOrCreate'),
      { name: 'configuration', configMap: { name: PLACE.name } },
    ],
  };
}
