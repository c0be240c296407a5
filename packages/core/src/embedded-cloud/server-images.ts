import type { Readable } from 'node:stream';
import type { DockerClient } from '../docker/client.js';
import type { ContainerHandle } from '../docker/handles.js';
import { DomainError } from '../domain/errors.js';
import type { LocalImages, NodeImport } from '../ports/local-images.js';
import { engineCall } from './docker-errors.js';
import { LABEL } from './docker-names.js';

/** On the server's own disk: what Docker puts into a container does not reach a file system in memory, as `/tmp` is there. */
const FOLDER = '/var/tmp/magnum-image';
const MOST_SHOWN = 2_000;
/** The archive, unpacked into the folder by Docker, packed again for the command. `$0` is the folder, `$@` the command. */
const IMPORT = 'set -e; tar -C "$0" -c . | "$@"';

/** Images for servers that are containers: `LocalImages.loadOnto`. An archive is put into the container and given to the command there. */
export function serverImages(docker: DockerClient): Pick<LocalImages, 'loadOnto'> {
  return {
    loadOnto: async (node, save, signal) => {
      const container = await containerOf(docker, node, signal);
      await run(container, ['mkdir', '-p', FOLDER], node, signal);
      try {
        await put(container, await save(), node, signal);
        await run(container, ['sh', '-c', IMPORT, FOLDER, ...node.command], node, signal);
      } finally {
        await run(container, ['rm', '-rf', FOLDER], node, signal);
      }
    },
  };
}

async function containerOf(docker: DockerClient, { name, serverId }: NodeImport, signal: AbortSignal): Promise<ContainerHandle> {
  const filters = { label: [`${LABEL.server}=${serverId}`] };
  const [found] = await engineCall(`find the container of ${name}`, signal, () => docker.listContainers({ filters }));
  if (found) return docker.getContainer(found.Id);
  throw new DomainError('engine-unavailable', `The server of the node ${name} does not run, or was made by an earlier release.`);
}

async function put(container: ContainerHandle, archive: Readable, { name }: NodeImport, signal: AbortSignal): Promise<void> {
  const stop = (): void => void archive.destroy();
  signal.addEventListener('abort', stop);
  try {
    await engineCall(`copy the image to ${name}`, signal, () => container.putArchive(archive, { path: FOLDER }));
  } finally {
    signal.removeEventListener('abort', stop);
    archive.destroy();
  }
}

/** Errors: `engine-failed` with the last line that the command printed. */
async function run(
  container: ContainerHandle,
  command: readonly string[],
  { name }: NodeImport,
  signal: AbortSignal,
): Promise<void> {
  const { code, output } = await engineCall(`run ${command[0]} on ${name}`, signal, async () => {
    const execution = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: true });
    let printed = '';
    for await (const chunk of await execution.start({ Tty: true })) printed = (printed + String(chunk)).slice(-MOST_SHOWN);
    return { code: (await execution.inspect()).ExitCode, output: printed.trim() };
  });
  if (code !== 0)
    throw new DomainError('engine-failed', `The node ${name} did not take the image: ${output.split('\n').at(-1) ?? ''}`);
}
