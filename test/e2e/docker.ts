import { localDockerClient, type ContainerHandle } from '@magnum-ts/core';

export const docker = localDockerClient();
const LABEL = 'org.magnum-ts.instance';

/**
 * Whether there is an engine to test with. `npm test` has looked for one (and started it); a bare vitest asks the socket.
 * Without one the reason is printed and the tests are left out, except in CI, where they fail.
 */
export async function dockerForTests(file: string): Promise<boolean> {
  const setting = process.env['MAGNUM_TEST_DOCKER'];
  const available =
    setting === undefined
      ? await docker.ping().then(
          () => true,
          () => false,
        )
      : setting === 'yes';
  if (available) return true;
  const reason = process.env['MAGNUM_TEST_NO_DOCKER_REASON'] ?? 'no Docker Engine answers';
  if (process.env['CI'] === 'true') throw new Error(`${file} needs a Docker Engine: ${reason}`);
  console.warn(`${file} is left out: ${reason}`);
  return false;
}

/** What an instance owns in the engine, by kind: `network public`, `server`, `volume` … */
export async function ownedBy(instance: string): Promise<readonly string[]> {
  const filters = { label: [`${LABEL}=${instance}`] };
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters });
  const volumes = await docker.listVolumes({ filters });
  return [
    ...containers.map(({ Labels }) => `${Labels['org.magnum-ts.role']} ${Labels['org.magnum-ts.resource']}`),
    ...networks.map(({ Labels }) => `network ${Labels?.['org.magnum-ts.resource']}`),
    ...volumes.map(({ Name }) => `volume ${Name}`),
  ].sort();
}

/** Volumes that no container uses and that carry no name of anybody: what a node would leave behind. */
export async function danglingVolumes(): Promise<ReadonlySet<string>> {
  const volumes = await docker.listVolumes({ filters: { dangling: ['true'] } });
  return new Set(volumes.map(({ Name }) => Name));
}

export async function removeOwned(instance: string): Promise<void> {
  const filters = { label: [`${LABEL}=${instance}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters }))
    await docker.getContainer(Id).remove({ force: true, v: true });
  for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
  for (const { Name } of await docker.listVolumes({ filters })) await docker.getVolume(Name).remove();
}

/** The container of a node, found by its host name. */
export async function nodeContainer(instance: string, node: string): Promise<ContainerHandle> {
  const filters = { label: [`${LABEL}=${instance}`, 'org.magnum-ts.role=server'] };
  for (const { Id } of await docker.listContainers({ all: true, filters })) {
    const container = docker.getContainer(Id);
    if ((await container.inspect()).Config.Hostname === node) return container;
  }
  throw new Error(`no container is the node ${node}`);
}

/** Has a node do its checks now, as its timer does. Rejects with their journal where the last of them fails. */
export async function runChecks(instance: string, node: string): Promise<void> {
  const unit = 'magnum-checks.service';
  await inside(instance, node, 'sh', '-c', `systemctl start ${unit} || { journalctl --no-pager -n 80 -u ${unit}; exit 1; }`);
}

/** Runs a command inside a node and answers what it wrote. Rejects unless it ended well. */
export async function inside(instance: string, node: string, ...command: readonly string[]): Promise<string> {
  const container = await nodeContainer(instance, node);
  const execution = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: true });
  let output = '';
  for await (const chunk of await execution.start({ Tty: true })) output += String(chunk);
  const { ExitCode } = await execution.inspect();
  if (ExitCode !== 0) throw new Error(`${command.join(' ')} on ${node} ended with ${ExitCode}: ${output}`);
  return output.replaceAll('\r\n', '\n').trim();
}
