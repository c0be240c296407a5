import { existsSync } from 'node:fs';
import type { ContainerDetails, HostConfig, NewContainer } from '../docker/resources.js';
import { DomainError } from '../domain/errors.js';
import type { ServerSpec, ServerState } from './backend.js';
import { engineCall, engineFind, orUndefinedOn } from './docker-errors.js';
import { dockerName, LABEL, labelsOf, type Role } from './docker-names.js';
import { endpointOf, findNetwork, plug, type DockerScope } from './docker-networks.js';
import { tarOf } from './docker-tar.js';

export interface ServerScope extends DockerScope {
  /** Name in the engine of one of the table's backend images; made on first use. */
  readonly image: (backendImage: string) => Promise<string>;
  /** Whether a flavor's memory is a limit. Off by default: laptops overcommit. */
  readonly limitMemory: boolean;
}

// What systemd and an engine need. Named one by one: `Privileged` fails on hosts that cannot give SYS_RESOURCE.
export const NODE_CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'AUDIT_READ',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
];

// Overlay file systems do not stack: what engines store inside a node lies on volumes of its own.
const STATE_FOLDERS = ['/var/lib/docker', '/var/lib/containerd', '/var/lib/kubelet', '/var/lib/etcd'];
const SEED_FOLDER = 'var/lib/cloud/seed/nocloud';
const KERNEL_LOG = '/dev/kmsg';

/** Creates and starts the container of a server, or finishes what an interrupted call began. */
export async function ensureServer(scope: ServerScope, server: ServerSpec, signal: AbortSignal): Promise<ServerState> {
  const known = await findContainer(scope, server.key, signal);
  if (known && wasStarted(known)) {
    if (!known.State.Running) await start(scope, known.Id, signal);
    return { status: 'ACTIVE', reason: '' };
  }
  // Created but never started: its seed and second addresses may be missing, so it is made again.
  if (known) await removeContainer(scope, known.Id, signal);
  const id = await createServer(scope, server, signal);
  await start(scope, id, signal);
  return { status: 'ACTIVE', reason: '' };
}

export async function serverState(scope: DockerScope, key: string, signal: AbortSignal): Promise<ServerState | undefined> {
  const known = await findContainer(scope, key, signal);
  if (!known) return undefined;
  if (known.State.Running) return { status: 'ACTIVE', reason: '' };
  if (!wasStarted(known)) return { status: 'BUILD', reason: '' };
  if (known.State.Dead || known.State.OOMKilled)
    return { status: 'ERROR', reason: known.State.OOMKilled ? 'out of memory' : 'the container is dead' };
  return { status: 'SHUTOFF', reason: `PID 1 ended with code ${known.State.ExitCode}` };
}

export async function deleteContainer(scope: DockerScope, key: string, signal: AbortSignal): Promise<void> {
  await removeContainer(scope, dockerName(scope.instance, key), signal);
}

export async function findContainer(scope: DockerScope, key: string, signal: AbortSignal): Promise<ContainerDetails | undefined> {
  const name = dockerName(scope.instance, key);
  const found = await engineFind(`look at the container ${name}`, signal, () => scope.docker.getContainer(name).inspect());
  if (found && found.Config.Labels[LABEL.instance] !== scope.instance) {
    throw new DomainError('cloud-refused', `a container that is not ours has the name ${name}`);
  }
  return found;
}

/** Removes the container with its anonymous volumes. */
export async function removeContainer(scope: DockerScope, id: string, signal: AbortSignal): Promise<void> {
  await engineCall(`delete the container ${id}`, signal, () =>
    orUndefinedOn([404], () => scope.docker.getContainer(id).remove({ force: true, v: true })),
  );
}

export async function start(scope: DockerScope, id: string, signal: AbortSignal): Promise<void> {
  await engineCall(`start the container ${id}`, signal, () => orUndefinedOn([304], () => scope.docker.getContainer(id).start()));
}

export function wasStarted(container: ContainerDetails): boolean {
  return container.State.Status !== 'created' && !container.State.StartedAt.startsWith('0001-');
}

/** The part of a container's description that servers and load balancers share. */
export async function containerBase(scope: ServerScope, part: ContainerPart, signal: AbortSignal): Promise<NewContainer> {
  const network = await findNetwork(scope, part.nic.networkKey, signal);
  if (!network) throw new DomainError('cloud-refused', `there is no network ${part.nic.networkKey} for ${part.hostname}`);
  return {
    name: dockerName(scope.instance, part.key),
    Image: await scope.image(part.image),
    Hostname: part.hostname,
    Labels: labelsOf(scope.instance, part),
    NetworkingConfig: { EndpointsConfig: { [network.id]: endpointOf({ address: part.nic.address, alias: part.hostname }) } },
    HostConfig: {
      NetworkMode: network.id,
      RestartPolicy: { Name: 'unless-stopped' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
    },
  };
}

export interface ContainerPart {
  readonly key: string;
  readonly image: string;
  readonly role: Role;
  readonly hostname: string;
  readonly nic: { readonly networkKey: string; readonly address: string };
  readonly owner: ServerSpec['owner'];
}

async function createServer(scope: ServerScope, server: ServerSpec, signal: AbortSignal): Promise<string> {
  const [nic, ...more] = server.nics;
  if (!nic) throw new DomainError('cloud-refused', `the server ${server.name} has no network`);
  const base = await containerBase(scope, { ...server, role: 'server', hostname: server.name, nic }, signal);
  const container = await engineCall(`create the server ${server.name}`, signal, () =>
    scope.docker.createContainer({
      ...base,
      Labels: { ...base.Labels, [LABEL.server]: server.id },
      Volumes: Object.fromEntries(STATE_FOLDERS.map((folder) => [folder, {}])),
      HostConfig: { ...base.HostConfig, ...machineSettings(scope, server) },
    }),
  );
  for (const { networkKey, address } of more)
    await plug(scope, { container: container.id, networkKey, address, alias: server.name }, signal);
  await engineCall(`give ${server.name} its user data`, signal, () => container.putArchive(filesOf(server), { path: '/' }));
  return container.id;
}

function machineSettings(scope: ServerScope, server: ServerSpec): HostConfig {
  return {
    CapAdd: NODE_CAPABILITIES,
    CgroupnsMode: 'private',
    DeviceCgroupRules: ['a *:* rwm'],
    SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
    Tmpfs: { '/run': '', '/tmp': 'exec' },
    Devices: existsSync(KERNEL_LOG) ? [{ PathOnHost: KERNEL_LOG, PathInContainer: KERNEL_LOG, CgroupPermissions: 'rwm' }] : [],
    Mounts: server.volumes.map((volume) => ({
      Type: 'volume',
      Source: dockerName(scope.instance, volume.key),
      Target: volume.device.startsWith('/') ? volume.device : `/dev/${volume.device}`,
    })),
    ...(scope.limitMemory ? { Memory: server.flavor.ramMb * 1024 * 1024, NanoCpus: server.flavor.vcpus * 1e9 } : {}),
  };
}

/**
 * cloud-init's NoCloud seed, and the server's id where programs look for a machine's: the autoscaler of Kubernetes finds the server of a node
 * by its system UUID, the auto-healer by its machine id.
 */
function filesOf(server: ServerSpec): Buffer {
  const metadata = { ...server.metadata, 'instance-id': server.id, 'local-hostname': server.name };
  return tarOf([
    { path: `${SEED_FOLDER}/user-data`, content: server.userData, mode: 0o600 },
    // JSON is YAML, so no value needs quoting of its own.
    { path: `${SEED_FOLDER}/meta-data`, content: `${JSON.stringify(metadata)}\n`, mode: 0o600 },
    { path: 'etc/machine-id', content: `${server.id.replaceAll('-', '')}\n`, mode: 0o444 },
    { path: 'etc/server-uuid', content: `${server.id}\n`, mode: 0o444 },
  ]);
}
