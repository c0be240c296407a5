// Makes the embedded cloud's node image with Kubernetes in place. Runnable on its own: `npm run kubernetes-image`, or with a release as
// `npm run kubernetes-image -- 1.37`.
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDocker } from './docker.mjs';
import {
  buildKubernetes,
  buildMetricsServer,
  kubernetesFolder,
  metricsServerFolder,
  RELEASES,
  TESTED_MINOR,
  versionIn,
} from './kubernetes-build.mjs';
import { downloadKubernetes } from './kubernetes-download.mjs';

const IMAGE_WITHIN = 1_800_000;
const BUILT = ['kubernetes', 'coredns', 'pause', 'flannel-cni'];

/**
 * Name of the image, in the local Docker Engine: of the project's releases and their images where these can be downloaded, else of
 * programs that are built here. Throws with a one-line reason.
 * @param {(line: string) => void} log
 * @param {string} minor one of the folders of `kubernetes`
 */
export async function buildKubernetesImage(log, minor = TESTED_MINOR) {
  const { ensureKubernetesNodeImage, localDockerClient } = await import('@magnum-ts/core');
  const docker = localDockerClient();
  const version = versionIn(minor);
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(new Error('the image took more than half an hour')), IMAGE_WITHIN);
  const released = {
    origin: 'downloaded releases',
    identity: 'released',
    files: () => downloadKubernetes({ version, docker, log, signal: control.signal }),
  };
  const built = {
    origin: 'programs built from Go modules',
    identity: `${basename(kubernetesFolder(minor))} ${basename(metricsServerFolder())}`,
    files: async () => {
      const { folder } = await buildKubernetes(log, minor);
      const sources = [...BUILT.map((name) => join(folder, name)), await buildMetricsServer(log)];
      return sources.map((source) => ({ path: `program/${basename(source)}`, source, mode: 0o755 }));
    },
  };
  try {
    const order = { version, programs: [released, built], onProgress: log };
    return (await ensureKubernetesNodeImage(docker, order, control.signal)).name;
  } finally {
    clearTimeout(timer);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const log = (line) => console.log(line);
  const minor = process.argv[2] ?? TESTED_MINOR;
  if (!RELEASES.includes(minor)) {
    console.error(`${minor} is none of the releases that can be built here: ${RELEASES.join(', ')}`);
    process.exit(2);
  }
  const engine = await ensureDocker({ install: true, log });
  if (engine.available) {
    log(`${await buildKubernetesImage(log, minor)} is there`);
    await engine.stop();
  } else {
    log(engine.reason);
    process.exitCode = 1;
  }
}
