export const TESTED_MINOR: string;
export const RELEASES: readonly string[];

export interface KubernetesPrograms {
  /** `v1.36.3` */
  readonly version: string;
  /** Holds `kubernetes`, `coredns`, `pause` and `flannel-cni`. */
  readonly folder: string;
  /** Path of `kubernetes`. */
  readonly program: string;
}

/** Built, once, where the cache has none. Throws with a one-line reason. */
export function buildKubernetes(log: (line: string) => void, minor?: string): Promise<KubernetesPrograms>;

/** Path of the program. Throws with a one-line reason. */
export function buildMetricsServer(log: (line: string) => void): Promise<string>;

/** Path of the program. Throws with a one-line reason. */
export function buildConformanceTests(log: (line: string) => void): Promise<string>;

/** Paths of the programs, by their names. Throws with a one-line reason. */
export function buildCloudProvider(
  log: (line: string) => void,
): Promise<
  Readonly<
    Record<
      'openstack-cloud-controller-manager' | 'k8s-keystone-auth' | 'magnum-auto-healer' | 'octavia-ingress-controller',
      string
    >
  >
>;

export function metricsServerFolder(): string;

/** Where the programs are once they are built. */
export function kubernetesFolder(minor?: string): string;

/** `v1.36.3` of `1.36`. */
export function versionIn(minor: string): string;
