// Kubernetes as programs, built from its Go modules: for machines where its releases and images cannot be downloaded, and for
// tests that need an API server alone. The sources are shared by all releases; a release is a folder with the versions of its modules.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildGoPrograms, programsFolder } from './go-build.mjs';

const SOURCES = join(import.meta.dirname, 'kubernetes');
/** The release that tests run on. */
export const TESTED_MINOR = '1.36';
/** Those that can be built: the folders with a go.mod. */
export const RELEASES = readdirSync(SOURCES).filter((name) => existsSync(join(SOURCES, name, 'go.mod')));

/**
 * The programs of a release: `kubernetes` (every part, chosen by its first argument or by a link's name), `coredns`, `pause`, and
 * `flannel-cni`, flannel's CNI plugin. Out of the cache, or built. Throws with a one-line reason.
 * @param {(line: string) => void} log
 * @param {string} minor one of the folders beside the sources
 * @returns {Promise<{ version: string, folder: string, program: string }>}
 */
export async function buildKubernetes(log, minor = TESTED_MINOR) {
  const folder = await buildGoPrograms({ ...programsOf(minor), duration: 'five to ten minutes', log });
  return { version: versionIn(minor), folder, program: join(folder, 'kubernetes') };
}

/**
 * metrics-server, which has its own modules: linked into the program above it would decide which versions of Kubernetes' libraries that one has.
 * @param {(line: string) => void} log
 */
export async function buildMetricsServer(log) {
  return join(await buildGoPrograms({ ...metricsServer(), duration: 'two to four minutes', log }), 'metrics-server');
}

const CLOUD_PROVIDER = 'k8s.io/cloud-provider-openstack/cmd';
const CLOUD_PROGRAMS = [
  'openstack-cloud-controller-manager',
  'k8s-keystone-auth',
  'magnum-auto-healer',
  'octavia-ingress-controller',
];

/**
 * What connects a cluster with the OpenStack in which it is, for tests on a real one. Its modules have the versions of those of Kubernetes above where
 * they share them, so that the second build finds what the first has compiled.
 * @param {(line: string) => void} log
 */
export async function buildCloudProvider(log) {
  const folder = join(import.meta.dirname, 'cloud-provider');
  const built = await buildGoPrograms({
    name: 'cloud-provider-openstack',
    files: { 'go.mod': join(folder, 'go.mod'), 'go.sum': join(folder, 'go.sum') },
    packages: CLOUD_PROGRAMS.map((name) => `${CLOUD_PROVIDER}/${name}`),
    flags: ['-ldflags', '-s -w'],
    duration: 'two to five minutes',
    log,
  });
  return Object.fromEntries(CLOUD_PROGRAMS.map((name) => [name, join(built, name)]));
}

/**
 * Kubernetes' own end-to-end tests, of which some are those of its conformance: path of the program.
 * @param {(line: string) => void} log
 */
export async function buildConformanceTests(log) {
  const folder = join(import.meta.dirname, 'conformance');
  const version = versionIn(TESTED_MINOR);
  const built = await buildGoPrograms({
    name: `conformance-${version}`,
    files: { 'go.mod': join(folder, 'go.mod'), 'go.sum': join(folder, 'go.sum') },
    packages: ['k8s.io/kubernetes/test/e2e'],
    flags: ['-ldflags', `-s -w ${stampOf(version)}`],
    tests: true,
    duration: 'three to six minutes',
    log,
  });
  return join(built, 'e2e.test');
}

/** Where metrics-server is once it is built. */
export function metricsServerFolder() {
  return programsFolder(metricsServer());
}

function metricsServer() {
  const folder = join(import.meta.dirname, 'metrics-server');
  return {
    name: 'metrics-server',
    files: { 'go.mod': join(folder, 'go.mod'), 'go.sum': join(folder, 'go.sum') },
    packages: ['sigs.k8s.io/metrics-server/cmd/metrics-server'],
    flags: ['-ldflags', '-s -w'],
  };
}

/**
 * Where the programs of a release are once they are built: its name differs with each change of their sources.
 * @param {string} minor
 */
export function kubernetesFolder(minor = TESTED_MINOR) {
  return programsFolder(programsOf(minor));
}

function programsOf(minor) {
  const version = versionIn(minor);
  return {
    name: `kubernetes-${version}`,
    files: { ...sourcesIn(SOURCES), 'go.mod': join(SOURCES, minor, 'go.mod'), 'go.sum': join(SOURCES, minor, 'go.sum') },
    packages: ['.', './coredns', './flannel-cni', './pause'],
    flags: ['-ldflags', `-s -w ${stampOf(version)}`],
  };
}

/** @param {string} minor */
export function versionIn(minor) {
  const module = readFileSync(join(SOURCES, minor, 'go.mod'), 'utf8');
  const version = /^\s*k8s\.io\/kubernetes (v[\d.]+)$/m.exec(module)?.[1];
  if (!version) throw new Error(`kubernetes/${minor}/go.mod names no version of k8s.io/kubernetes`);
  return version;
}

/** Go files of the folder and of the folders in it, by their path in the module. */
function sourcesIn(folder) {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.go'));
  return Object.fromEntries(paths.map((path) => [path, join(folder, path)]));
}

/** What Kubernetes' own builds write into its programs: kubeadm and the API server refuse to work as version 0.0.0. */
function stampOf(version) {
  const [major = '', minor = ''] = version.slice(1).split('.');
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
    .flatMap((place) => Object.entries(values).map(([name, value]) => `-X ${place}.${name}=${value}`))
    .join(' ');
}
