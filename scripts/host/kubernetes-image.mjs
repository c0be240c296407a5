// Makes the embedded cloud's node image with Kubernetes in place. Runnable on its own: `npm run kubernetes-image`.
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDocker } from './docker.mjs';
import { buildKubernetes, kubernetesFolder, TESTED_MINOR, versionIn } from './kubernetes-build.mjs';
import { downloadKubernetes } from './kubernetes-download.mjs';

const IMAGE_WITHIN = 1_800_000;
const BUILT = ['kubernetes', 'coredns', 'pause', 'flannel-cni'];

/**
 * Name of the image, in the local Docker Engine: of the project's releases and their images where these can be downloaded, else of
 * programs that are built here. Throws with a one-line reason.
 * @param {(line: string) => void} log
 */
export async function buildKubernetesImage(log) {
  const { ensureKubernetesNodeImage, localDockerClient } = await import('@magnum-ts/core');
  const docker = localDockerClient();
  const version = versionIn(TESTED_MINOR);
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(new Error('the image took more than half an hour')), IMAGE_WITHIN);
  const released = {
    origin: 'downloaded releases',
    identity: 'released',
    files: () => downloadKubernetes({ version, docker, log, signal: control.signal }),
  };
  const built = {
    origin: 'programs built from Go modules',
    identity: basename(kubernetesFolder()),
    files: async () => {
      const { folder } = await buildKubernetes(log);
      return BUILT.map((name) => ({ path: `program/${name}`, source: join(folder, name), mode: 0o755 }));
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
  const engine = await ensureDocker({ install: true, log });
  if (engine.available) {
    log(`${await buildKubernetesImage(log)} is there`);
    await engine.stop();
  } else {
    log(engine.reason);
    process.exitCode = 1;
  }
}
