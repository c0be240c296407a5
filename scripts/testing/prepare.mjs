// Everything that tests need of the machine, before the first of them: packages, a Docker Engine, images, programs. No test's time
// limit covers an installation or a build, and each long step says in one line what it is and how long it takes.
import { readFileSync, writeFileSync } from 'node:fs';
import { ensureDocker } from '../host/docker.mjs';
import { buildGophercloudPrograms } from '../host/gophercloud.mjs';
import { buildIgnition } from '../host/ignition.mjs';
import { buildCloudProvider, buildKubernetes, buildMetricsServer } from '../host/kubernetes-build.mjs';
import { buildKubernetesImage } from '../host/kubernetes-image.mjs';
import { buildMesosImage } from '../host/mesos-image.mjs';
import { nodeProgram } from '../host/node.mjs';
import { PROGRAMS } from '../host/openstack/services.mjs';
import { ensurePackages } from '../host/packages.mjs';
import { sdkTools } from '../host/sdk-tools.mjs';
import { duration } from './report.mjs';

const FOLDERS = ['/usr/sbin', '/usr/lib/rabbitmq/bin'];
/** Programs that tests run, and the Debian packages that bring them. */
const WANTED = {
  shellcheck: 'shellcheck',
  // The scripts of the nodes ask the engine and the service with it; some of them run on this machine.
  curl: 'curl',
  openssl: 'openssl',
  python3: 'python3',
  // Nodes of images that boot by Ignition read their settings with it until they have Python.
  jq: 'jq',
  ps: 'procps',
  openstack: 'python3-openstackclient',
  // The project's own command has that name too, and stands first in npm's PATH.
  '/usr/bin/magnum': 'python3-magnumclient',
  mariadbd: 'mariadb-server',
  'rabbitmq-server': 'rabbitmq-server',
  // Clocks that jump, in the chaos run.
  faketime: 'faketime',
  // Shells that completion is for, beside bash.
  zsh: 'zsh',
  fish: 'fish',
  // Runs the packed SDK on a page.
  chromium: 'chromium',
};
const IMAGES_WITHIN = 1_800_000;

/** Releases of Node beside the one that runs the tests, on which the suites about deadlines run too. */
const NODE_RELEASES = [20, 22, 24];

/**
 * Prepares the machine. What cannot be had is logged in one line; the suites that need it say why they are skipped.
 * @param {{ log: (line: string) => void, openstack: boolean }} options `openstack`: whether suites on a real one will run
 */
export async function prepareMachine({ log, openstack }) {
  const wanted = openstack && process.getuid?.() === 0 ? { ...WANTED, ...PROGRAMS } : WANTED;
  // All at once: two installations cannot run beside each other.
  for (const line of await ensurePackages(wanted, log, FOLDERS)) log(line);
  const engine = await ensureDocker({ install: true, log });
  log(engine.available ? `Docker Engine: ${engine.socket}` : `Docker Engine: none (${engine.reason})`);
  raiseInotifyLimit(log);
  const programs = buildPrograms(log, openstack);
  if (engine.available) await buildImages(log);
  await programs;
  if (engine.available) {
    await reporting('Kubernetes node image', () => buildKubernetesImage(log), log);
    await reporting('Mesos node image', () => buildMesosImage(log), log);
  }
  return engine;
}

const INOTIFY = '/proc/sys/fs/inotify/max_user_instances';
const INOTIFY_INSTANCES = 1024;

/** Each node of Kubernetes has some twenty watchers of files, and a host allows 128 by default: six nodes, and the next one does not boot. */
function raiseInotifyLimit(log) {
  try {
    if (Number(readFileSync(INOTIFY, 'utf8')) >= INOTIFY_INSTANCES) return;
    writeFileSync(INOTIFY, String(INOTIFY_INSTANCES));
    log(`fs.inotify.max_user_instances: raised to ${INOTIFY_INSTANCES}`);
  } catch (error) {
    log(`fs.inotify.max_user_instances: not raised (${error instanceof Error ? error.message : String(error)})`);
  }
}

async function buildPrograms(log, openstack) {
  await reporting('Kubernetes programs', () => buildKubernetes(log), log);
  await reporting('metrics-server', () => buildMetricsServer(log), log);
  if (openstack) await reporting('cloud-provider-openstack', () => buildCloudProvider(log), log);
  await reporting('gophercloud programs', () => buildGophercloudPrograms(log), log);
  await reporting('Ignition', () => buildIgnition(log), log);
  await reporting('compilers and checkers of packages', async () => sdkTools(log), log);
  await reporting('releases of Node', async () => NODE_RELEASES.forEach((major) => nodeProgram(major, log)), log);
}

/** One line for each: its time, or why it could not be had. */
async function reporting(name, work, log) {
  const started = Date.now();
  try {
    await work();
    log(`Time: ${name} ${duration((Date.now() - started) / 1000)} (part of set-up).`);
  } catch (error) {
    log(`${name}: none (${error instanceof Error ? error.message : String(error)})`);
  }
}

async function buildImages(log) {
  const { ensureHelloImage, localDockerClient } = await import('@magnum-ts/core');
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(new Error('the images took more than 30 minutes')), IMAGES_WITHIN);
  try {
    await ensureHelloImage(localDockerClient(), { onProgress: log }, control.signal);
  } finally {
    clearTimeout(timer);
  }
}
