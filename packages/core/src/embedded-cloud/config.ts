import type { Needs } from '../domain/stack-needs.js';

/** The embedded cloud's tables: what Glance, Nova, Neutron and Keystone would know. Frozen defaults; a file may override parts. */
export interface EmbeddedConfig {
  readonly region: string;
  readonly domains: readonly EmbeddedDomain[];
  /** Id of the domain in which trustees live. */
  readonly trusteeDomainId: string;
  readonly projects: readonly EmbeddedProject[];
  readonly users: readonly EmbeddedUser[];
  readonly flavors: readonly EmbeddedFlavor[];
  readonly images: readonly EmbeddedImage[];
  readonly keypairs: readonly string[];
  readonly externalNetworks: readonly EmbeddedNetwork[];
  /** Range that bay networks are cut from, one /24 each. IPv4 CIDR, at most a /24. */
  readonly addressPool: string;
  /** What each project may have of a kind; any number where nothing is said. */
  readonly quotas?: Needs;
}

export interface EmbeddedDomain {
  readonly id: string;
  readonly name: string;
}
export interface EmbeddedProject {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
}
export interface EmbeddedUser {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
  /** Scope of a token that was asked for without one. */
  readonly defaultProjectId: string;
  readonly roles: readonly { readonly projectId: string; readonly role: string }[];
}
export interface EmbeddedFlavor {
  readonly id: string;
  readonly name: string;
  readonly vcpus: number;
  readonly ramMb: number;
  readonly diskGb: number;
}
export interface EmbeddedImage {
  readonly id: string;
  readonly name: string;
  /** Property `os_distro`. */
  readonly distro: string;
  /** Property `kube_version`; for images with Kubernetes in place. */
  readonly kubeVersion?: string;
  /** What the backend is asked for; several images may stand for one. */
  readonly backendImage: string;
}
export interface EmbeddedNetwork {
  readonly id: string;
  readonly name: string;
  readonly cidr: string;
  readonly gateway: string;
}

const DEMO = '5f6a1c1de3f44c0e9a3b6d5d2c9d0001';
const ADMIN = '5f6a1c1de3f44c0e9a3b6d5d2c9d0002';
/** A node without an engine of its own choice, and what load balancers run in. */
export const NODE_IMAGE = 'debian-12';
const KUBERNETES_IMAGE = `${NODE_IMAGE}-kubernetes:`;
/** A node with Mesos in place. */
export const MESOS_IMAGE = `${NODE_IMAGE}-mesos`;

const onProject = (projectId: string, ...roles: readonly string[]): EmbeddedUser['roles'] =>
  roles.map((role) => ({ projectId, role }));
const flavor = (id: string, name: string, vcpus: number, ramMb: number, diskGb: number): EmbeddedFlavor => ({
  id,
  name,
  vcpus,
  ramMb,
  diskGb,
});
const image = (serial: number, name: string, distro: string): EmbeddedImage => ({
  id: `7d1f2f0a-8a55-4f0e-9c1a-0000000000${String(serial).padStart(2, '0')}`,
  name,
  distro,
  backendImage: NODE_IMAGE,
});

const withKubernetes = (plain: EmbeddedImage, kubeVersion: string): EmbeddedImage => ({
  ...plain,
  kubeVersion,
  backendImage: `${KUBERNETES_IMAGE}${kubeVersion}`,
});

/** The version of Kubernetes that a backend image has in place; undefined for one without. */
export function kubernetesIn(backendImage: string): string | undefined {
  return backendImage.startsWith(KUBERNETES_IMAGE) ? backendImage.slice(KUBERNETES_IMAGE.length) : undefined;
}

export const EMBEDDED_DEFAULTS: EmbeddedConfig = {
  region: 'RegionOne',
  domains: [
    { id: 'default', name: 'Default' },
    { id: '5f6a1c1de3f44c0e9a3b6d5d2c9d0100', name: 'magnum' },
  ],
  trusteeDomainId: '5f6a1c1de3f44c0e9a3b6d5d2c9d0100',
  projects: [
    { id: DEMO, name: 'demo', domainId: 'default' },
    { id: ADMIN, name: 'admin', domainId: 'default' },
  ],
  users: [
    {
      id: '5f6a1c1de3f44c0e9a3b6d5d2c9d1001',
      name: 'admin',
      domainId: 'default',
      defaultProjectId: ADMIN,
      roles: [...onProject(ADMIN, 'admin', 'member', 'reader'), ...onProject(DEMO, 'admin', 'member', 'reader')],
    },
    {
      id: '5f6a1c1de3f44c0e9a3b6d5d2c9d1002',
      name: 'demo',
      domainId: 'default',
      defaultProjectId: DEMO,
      roles: onProject(DEMO, 'member', 'reader'),
    },
  ],
  flavors: [
    flavor('1', 'm1.tiny', 1, 512, 1),
    flavor('2', 'm1.small', 1, 2048, 20),
    flavor('3', 'm1.medium', 2, 4096, 40),
    flavor('4', 'm1.large', 4, 8192, 80),
    flavor('d2', 'ds2G', 2, 2048, 10),
    flavor('d3', 'ds4G', 4, 4096, 20),
  ],
  images: [
    image(1, 'debian-12', 'debian'),
    image(2, 'ubuntu-24.04', 'ubuntu'),
    image(3, 'fedora-atomic-latest', 'fedora-atomic'),
    image(4, 'fedora-coreos-latest', 'fedora-coreos'),
    withKubernetes(image(5, 'debian-12-kubernetes', 'debian'), 'v1.36.3'),
    { ...image(6, 'debian-12-mesos', 'debian'), backendImage: MESOS_IMAGE },
    { ...image(7, 'ubuntu-24.04-mesos', 'ubuntu'), backendImage: MESOS_IMAGE },
    withKubernetes(image(8, 'debian-12-kubernetes-1.37', 'debian'), 'v1.37.2'),
  ],
  keypairs: ['default'],
  // Room for the floating addresses of two bays of a thousand nodes.
  externalNetworks: [
    { id: '0c1d6a52-3b0e-4f55-8f0a-5d6f5b1a0001', name: 'public', cidr: '172.31.200.0/21', gateway: '172.31.200.1' },
  ],
  addressPool: '10.213.0.0/16',
};

/** The entry with that id, or else with that name. */
export function byIdOrName<T extends { readonly id: string; readonly name: string }>(
  table: readonly T[],
  idOrName: string,
): T | undefined {
  return table.find((entry) => entry.id === idOrName) ?? table.find((entry) => entry.name === idOrName);
}
