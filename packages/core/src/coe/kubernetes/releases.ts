/**
 * The releases of Kubernetes that can be asked for, and what goes with each. Nothing in a version's number says which
 * versions fit together, and a pair that does not fit fails late: a runtime that names another pause image starts no static pod, and kubeadm then waits
 * in vain. So every version and image is taken from this table and from nowhere else. Versions of etcd, CoreDNS and pause are
 * those that kubeadm of that release deploys by itself (cmd/kubeadm/app/constants); the others are their projects' own for it.
 */
export interface KubernetesRelease {
  /** `1.36` */
  readonly minor: string;
  /** The patch that is used where only the minor is asked for: `v1.36.3`. */
  readonly version: string;
  /** apiVersion of the documents that kubeadm is given. */
  readonly kubeadmApi: 'kubeadm.k8s.io/v1beta4';
  /** Tags of images, as kubeadm of this release writes them into manifests. */
  readonly etcd: string;
  readonly coredns: string;
  readonly pause: string;
  /** Tag of flannel's image, and of the image with its CNI plugin. */
  readonly flannel: string;
  readonly flannelCniPlugin: string;
  /** Tag of the image of metrics-server. */
  readonly metricsServer: string;
  /** Tag of the images of cloud-provider-openstack: cloud controller manager, Cinder CSI, Keystone webhook, auto-healer, ingress. */
  readonly cloudProvider: string;
  /** Tags of the helpers beside Cinder CSI, as its own manifest of that tag has them. */
  readonly csi: CsiTags;
  /** Tag of the autoscaler's image, of the same minor where there is one. */
  readonly autoscaler: string;
  /** Tag of Traefik's image. */
  readonly traefik: string;
  /** Tag of the image that Kubernetes' own end-to-end tests run; for tests only. */
  readonly agnhost: string;
  /** Whether its kubelet ends on cgroup v1 unless `failCgroupV1: false` says otherwise (1.35 and later). */
  readonly refusesCgroupV1: boolean;
}

export interface CsiTags {
  readonly attacher: string;
  readonly provisioner: string;
  /** Also that of the snapshot-controller, which is of the same project. */
  readonly snapshotter: string;
  readonly resizer: string;
  readonly registrar: string;
  readonly livenessProbe: string;
}

const CSI = {
  attacher: 'v4.10.0',
  provisioner: 'v5.3.0',
  snapshotter: 'v8.4.0',
  resizer: 'v1.14.0',
  registrar: 'v2.15.0',
  livenessProbe: 'v2.17.0',
} as const satisfies CsiTags;

const COMMON = {
  kubeadmApi: 'kubeadm.k8s.io/v1beta4',
  flannel: 'v0.28.10',
  flannelCniPlugin: 'v1.9.1-flannel3',
  metricsServer: 'v0.9.0',
  csi: CSI,
  traefik: 'v3.6.7',
} as const;

/** Oldest first. A bay moves by one line at a time, never back. */
export const KUBERNETES_RELEASES: readonly KubernetesRelease[] = [
  {
    ...COMMON,
    minor: '1.34',
    version: 'v1.34.4',
    etcd: '3.6.5-0',
    coredns: 'v1.12.1',
    pause: '3.10.1',
    cloudProvider: 'v1.34.1',
    csi: { ...CSI, snapshotter: 'v8.3.0' },
    autoscaler: 'v1.34.1',
    agnhost: '2.56',
    refusesCgroupV1: false,
  },
  {
    ...COMMON,
    minor: '1.35',
    version: 'v1.35.4',
    etcd: '3.6.6-0',
    coredns: 'v1.13.1',
    pause: '3.10.1',
    cloudProvider: 'v1.35.0',
    autoscaler: 'v1.35.1',
    agnhost: '2.59',
    refusesCgroupV1: true,
  },
  {
    ...COMMON,
    minor: '1.36',
    version: 'v1.36.3',
    etcd: '3.6.8-0',
    coredns: 'v1.14.2',
    pause: '3.10.2',
    cloudProvider: 'v1.36.0',
    autoscaler: 'v1.36.1',
    agnhost: '2.63.0',
    refusesCgroupV1: true,
  },
  {
    ...COMMON,
    minor: '1.37',
    version: 'v1.37.2',
    etcd: '3.7.0-0',
    coredns: 'v1.14.6',
    pause: '3.10.2',
    cloudProvider: 'v1.36.0',
    autoscaler: 'v1.36.1',
    agnhost: '2.66.1',
    refusesCgroupV1: true,
  },
];

/** The line of that version (`v1.36.3`, `1.36.3`, `1.36`), whatever its patch; undefined for anything else. */
export function releaseOf(version: string): KubernetesRelease | undefined {
  const [, minor] = /^v?(1\.\d{1,3})(?:\.\d{1,3})?$/.exec(version) ?? [];
  return KUBERNETES_RELEASES.find((release) => release.minor === minor);
}

/** A version as releases are named (`v1.36.3`); the release's own patch where only the minor is given. Undefined for unknown releases. */
export function versionOf(version: string): string | undefined {
  const release = releaseOf(version);
  if (!release) return undefined;
  return /^v?1\.\d+\.\d+$/.test(version) ? `v${version.replace(/^v/, '')}` : release.version;
}

export interface KubernetesImages {
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
  readonly proxy: string;
  readonly etcd: string;
  readonly coredns: string;
  readonly pause: string;
  readonly flannel: string;
  readonly flannelCniPlugin: string;
  readonly metricsServer: string;
}

/**
 * Names of the images of a cluster: those that kubeadm names, and flannel's.
 * @param version `v1.36.3`
 * @param prefix registry that holds all of them, without a slash at its end; their usual registries when absent. As kubeadm does it, a
 *   prefix stands for `registry.k8s.io`, and CoreDNS has no folder of its own under it.
 */
export function imagesOf(release: KubernetesRelease, version: string, prefix?: string): KubernetesImages {
  const main = prefix ?? 'registry.k8s.io';
  const flannel = prefix ?? 'ghcr.io/flannel-io';
  return {
    apiServer: `${main}/kube-apiserver:${version}`,
    controllerManager: `${main}/kube-controller-manager:${version}`,
    scheduler: `${main}/kube-scheduler:${version}`,
    proxy: `${main}/kube-proxy:${version}`,
    etcd: `${main}/etcd:${release.etcd}`,
    coredns: `${registryPath(prefix, 'coredns/coredns')}:${release.coredns}`,
    pause: `${main}/pause:${release.pause}`,
    flannel: `${flannel}/flannel:${release.flannel}`,
    flannelCniPlugin: `${flannel}/flannel-cni-plugin:${release.flannelCniPlugin}`,
    metricsServer: `${registryPath(prefix, 'metrics-server/metrics-server')}:${release.metricsServer}`,
  };
}

/** Images of the add-ons that belong to the cloud. */
export interface CloudImages {
  readonly cloudController: string;
  readonly cinderCsi: string;
  readonly keystoneAuth: string;
  readonly autoHealer: string;
  readonly octaviaIngress: string;
  readonly csi: CsiTags;
  readonly snapshotController: string;
  readonly autoscaler: string;
  readonly traefik: string;
}

export function cloudImagesOf(release: KubernetesRelease, prefix?: string): CloudImages {
  const ofCloud = (name: string): string => `${registryPath(prefix, `provider-os/${name}`)}:${release.cloudProvider}`;
  const storage = (name: string, tag: string): string => `${registryPath(prefix, `sig-storage/${name}`)}:${tag}`;
  return {
    cloudController: ofCloud('openstack-cloud-controller-manager'),
    cinderCsi: ofCloud('cinder-csi-plugin'),
    keystoneAuth: ofCloud('k8s-keystone-auth'),
    autoHealer: ofCloud('magnum-auto-healer'),
    octaviaIngress: ofCloud('octavia-ingress-controller'),
    csi: {
      attacher: storage('csi-attacher', release.csi.attacher),
      provisioner: storage('csi-provisioner', release.csi.provisioner),
      snapshotter: storage('csi-snapshotter', release.csi.snapshotter),
      resizer: storage('csi-resizer', release.csi.resizer),
      registrar: storage('csi-node-driver-registrar', release.csi.registrar),
      livenessProbe: storage('livenessprobe', release.csi.livenessProbe),
    },
    snapshotController: storage('snapshot-controller', release.csi.snapshotter),
    autoscaler: `${registryPath(prefix, 'autoscaling/cluster-autoscaler')}:${release.autoscaler}`,
    traefik: `${prefix ?? 'docker.io/library'}/traefik:${release.traefik}`,
  };
}

/** Under a prefix, an image has no folder of its own. */
function registryPath(prefix: string | undefined, path: string): string {
  return prefix === undefined ? `registry.k8s.io/${path}` : `${prefix}/${path.slice(path.lastIndexOf('/') + 1)}`;
}

/** The image that Kubernetes' own end-to-end tests run: HTTP servers, clients and probes in one. */
export function agnhostImage(release: KubernetesRelease): string {
  return `registry.k8s.io/e2e-test-images/agnhost:${release.agnhost}`;
}
