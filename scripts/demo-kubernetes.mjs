// `npm run demo -- --coe kubernetes`: a bay of Kubernetes comes up, runs a pod, grows, drains a node and goes away.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../packages/core/dist/testing/until.js';
import { TESTED_MINOR, versionIn } from './host/kubernetes-build.mjs';
import { buildKubernetesImage } from './host/kubernetes-image.mjs';

/** Makes the node image, once: by download, or built for some ten minutes. */
export { buildKubernetesImage as prepare };

/**
 * @param {{ magnum: (...words: string[]) => Promise<string>, say: (line: string) => void, folder: string, instance: string, keep: boolean }} context
 *   `folder`: for files of the story; `instance`: label of what the service makes in Docker
 */
export async function kubernetesStory({ magnum, say, folder, instance, keep }) {
  const { agnhostImage, releaseOf } = await import('@magnum-ts/core');
  const release = releaseOf(versionIn(TESTED_MINOR));
  if (!release) throw new Error('the release that the image has is not in the table of releases');
  say('\n1. A bay model: what bays are made from.');
  const model = [
    '--image',
    'debian-12-kubernetes',
    '--keypair',
    'default',
    '--external-network',
    'public',
    '--flavor',
    'm1.small',
  ];
  await magnum('baymodel', 'create', 'kubernetes', '--coe', 'kubernetes', ...model);
  say('\n2. A bay: one control plane, one worker. The lines below are events of its stack.');
  await magnum('bay', 'create', 'sea', '--baymodel', 'kubernetes', '--node-count', '1', '--wait');
  await magnum('bay', 'show', 'sea', '-c', 'status', '-c', 'api_address', '-c', 'node_count', '-c', 'master_count');
  await kubectl('get', 'nodes', '-o', 'wide');
  say('\n3. A pod, made through the API.');
  const manifest = join(folder, 'pod.json');
  writeFileSync(manifest, JSON.stringify(podOf(agnhostImage(release)), null, 2));
  await magnum('pod', 'create', '--bay', 'sea', '--manifest', manifest);
  await until('the pod runs', async () => (await magnum('pod', 'list', '--bay', 'sea')).includes('Running'), {
    withinMs: 60_000,
    everyMs: 2_000,
  });
  await until('the pod has printed something', async () => (await kubectl('logs', 'hello')).trim() !== '', { withinMs: 20_000 });
  say('\n4. The bay grows to two workers.');
  await magnum('bay', 'update', 'sea', '--node-count', '2', '--wait');
  await kubectl('get', 'nodes');
  if (keep) return;
  say('\n5. It shrinks again: the node that leaves is drained first.');
  await magnum('bay', 'update', 'sea', '--node-count', '1', '--wait');
  await kubectl('get', 'nodes');
  say('\n6. The bay goes away.');
  await magnum('bay', 'delete', 'sea', '--yes', '--wait');
  await magnum('bay', 'list');

  /** kubectl as it lies on the control plane, so that this host needs none. */
  async function kubectl(...words) {
    say(`\n$ kubectl ${words.join(' ')}`);
    const node = await controlPlane(instance);
    const command = ['exec', node, 'kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...words];
    return new Promise((done, reject) => {
      const child = spawn('docker', command, { stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (chunk) => {
        process.stdout.write(chunk);
        output += chunk;
      });
      child.once('error', reject);
      child.once('exit', (code) =>
        code === 0 ? done(output) : reject(new Error(`"kubectl ${words.join(' ')}" ended with code ${code}`)),
      );
    });
  }
}

function podOf(image) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'hello' },
    spec: { containers: [{ name: 'hello', image, args: ['netexec', '--http-port=8080'] }] },
  };
}

/** The container that is the control plane of the only bay of this service. */
async function controlPlane(instance) {
  const { localDockerClient } = await import('@magnum-ts/core');
  const filters = { label: [`org.magnum-ts.instance=${instance}`, 'org.magnum-ts.role=server'] };
  const [found] = (await localDockerClient().listContainers({ filters })).filter(({ Labels }) =>
    Labels['org.magnum-ts.resource']?.includes('kube-master'),
  );
  if (!found) throw new Error('there is no control plane');
  return found.Id;
}
