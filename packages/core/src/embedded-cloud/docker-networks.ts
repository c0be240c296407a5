import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { DockerClient } from '../docker/client.js';
import type { NetworkHandle } from '../docker/handles.js';
import type { ContainerDetails, NewEndpoint } from '../docker/resources.js';
import { DomainError } from '../domain/errors.js';
import type { NetworkSpec, NetworkState } from './backend.js';
import { engineCall, engineStatus, engineWords, orUndefinedOn } from './docker-errors.js';
import { dockerName, LABEL, labelsOf } from './docker-names.js';

export interface DockerScope {
  readonly docker: DockerClient;
  /** Id of the data directory; what carries another one is not ours. */
  readonly instance: string;
}

/** Finds or makes the bridge network of a key. Errors: `cloud-refused` when the range is taken by something else. */
export async function ensureNetwork(scope: DockerScope, network: NetworkSpec, signal: AbortSignal): Promise<NetworkState> {
  const known = await findNetwork(scope, network.key, signal);
  if (known) return known;
  const made = await engineCall(`make the network ${network.name} (${network.cidr})`, signal, () =>
    scope.docker.createNetwork({
      Name: dockerName(scope.instance, network.key),
      Driver: 'bridge',
      CheckDuplicate: true,
      IPAM: { Driver: 'default', Config: [{ Subnet: network.cidr, Gateway: network.gateway }] },
      Labels: labelsOf(scope.instance, { ...network, role: 'network' }),
    }),
  );
  return { id: made.id };
}

/** Owners of networks that no single stack has: the external ones. */
const SHARED = new Set(['', 'shared']);

interface FoundNetwork extends NetworkState {
  readonly stackId: string;
}

export async function findNetwork(scope: DockerScope, key: string, signal: AbortSignal): Promise<FoundNetwork | undefined> {
  const found = await engineCall('list networks', signal, () =>
    scope.docker.listNetworks({ filters: { label: [`${LABEL.instance}=${scope.instance}`, `${LABEL.key}=${key}`] } }),
  );
  // Two can exist when a create was repeated while the first one was still on its way: the oldest is everyone's.
  const [oldest] = [...found].sort((one, other) => one.Created.localeCompare(other.Created));
  return oldest && { id: oldest.Id, stackId: oldest.Labels?.[LABEL.stack] ?? '' };
}

/**
 * Leftovers of the same stack are unplugged first; a network that is gone is fine. Errors: `cloud-refused` while another stack has
 * servers in it, as Neutron refuses then.
 */
export async function deleteNetwork(scope: DockerScope, key: string, signal: AbortSignal): Promise<void> {
  for (let known = await findNetwork(scope, key, signal); known; known = await findNetwork(scope, key, signal)) {
    const network = scope.docker.getNetwork(known.id);
    await unplugOwn(scope, network, known.stackId, signal);
    await engineCall(`delete the network of ${key}`, signal, () => orUndefinedOn([404], () => network.remove()));
  }
}

async function unplugOwn(scope: DockerScope, network: NetworkHandle, stackId: string, signal: AbortSignal): Promise<void> {
  const own = await engineCall('list containers', signal, () =>
    scope.docker.listContainers({
      all: true,
      filters: { label: [`${LABEL.instance}=${scope.instance}`], network: [network.id] },
    }),
  );
  const foreign = own.find((container) => !SHARED.has(stackId) && container.Labels[LABEL.stack] !== stackId);
  if (foreign) {
    const name = foreign.Labels[LABEL.stackName] ?? '';
    throw new DomainError('cloud-refused', `the network still has servers of the stack ${name}: delete that one first`);
  }
  for (const container of own) {
    await engineCall(`unplug the container ${container.Id.slice(0, 12)}`, signal, () => disconnect(network, container.Id));
  }
}

/** Gives a container an address of the network; nothing happens when it has it already. */
export async function plug(scope: DockerScope, wanted: Plug, signal: AbortSignal): Promise<void> {
  const network = await findNetwork(scope, wanted.networkKey, signal);
  if (!network)
    throw new DomainError('cloud-refused', `there is no network ${wanted.networkKey} to take the address ${wanted.address} from`);
  const container = await engineCall('look at the container', signal, () =>
    scope.docker.getContainer(wanted.container).inspect(),
  );
  const present = Object.values(container.NetworkSettings.Networks).find((endpoint) => isOn(endpoint, network.id, container));
  if (present && present.IPAMConfig?.IPv4Address === wanted.address) return;
  const handle = scope.docker.getNetwork(network.id);
  await engineCall(`give the address ${wanted.address}`, signal, async () => {
    if (present) await disconnect(handle, wanted.container);
    await handle.connect({ Container: wanted.container, EndpointConfig: endpointOf(wanted) });
  });
}

export interface Plug {
  /** Id or name of the container. */
  readonly container: string;
  readonly networkKey: string;
  readonly address: string;
  /** Name under which the network's DNS knows the container. */
  readonly alias?: string;
}

export function endpointOf(wanted: Pick<Plug, 'address' | 'alias'>): NewEndpoint {
  return {
    IPAMConfig: { IPv4Address: wanted.address },
    ...(wanted.alias ? { Aliases: [wanted.alias] } : {}),
  };
}

/** Takes the container off the network; a container or network that is gone is fine. */
export async function unplug(scope: DockerScope, wanted: Plug, signal: AbortSignal): Promise<void> {
  const network = await findNetwork(scope, wanted.networkKey, signal);
  if (!network) return;
  const container = await engineCall('look at the container', signal, () =>
    orUndefinedOn([404], () => scope.docker.getContainer(wanted.container).inspect()),
  );
  const held =
    container &&
    Object.values(container.NetworkSettings.Networks).some(
      (endpoint) => isOn(endpoint, network.id, container) && endpoint.IPAMConfig?.IPv4Address === wanted.address,
    );
  if (!held) return;
  await engineCall(`take the address ${wanted.address} away`, signal, () =>
    disconnect(scope.docker.getNetwork(network.id), wanted.container),
  );
}

// A container that never ran lists its networks by name only, without ids.
function isOn(endpoint: { readonly NetworkID: string }, networkId: string, container: ContainerDetails): boolean {
  return endpoint.NetworkID === networkId || (endpoint.NetworkID === '' && container.HostConfig.NetworkMode === networkId);
}

async function disconnect(network: NetworkHandle, container: string): Promise<void> {
  try {
    await network.disconnect({ Container: container, Force: true });
  } catch (error) {
    if (engineStatus(error) === 404 || engineWords(error).includes('is not connected to')) return;
    throw error;
  }
}

/** Subnets of all Docker networks and the host's routes: what a new network must not overlap. */
export async function usedRanges(scope: DockerScope, signal: AbortSignal): Promise<readonly string[]> {
  const networks = await engineCall('list networks', signal, () => scope.docker.listNetworks());
  const subnets = networks.flatMap((network) => (network.IPAM?.Config ?? []).flatMap((range) => range.Subnet ?? []));
  const interfaces = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap((address) => (address.family === 'IPv4' && address.cidr ? [networkOf(address.cidr)] : []));
  const ranges = [...subnets.filter((subnet) => !subnet.includes(':')), ...interfaces, ...(await hostRoutes())];
  return [...new Set(ranges)];
}

function networkOf(cidr: string): string {
  const [address = '', length = '32'] = cidr.split('/');
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  return `${formatAddress(Math.floor(value / size) * size)}/${length}`;
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** Linux: /proc/net/route, little-endian hexadecimal. Elsewhere the interfaces' own networks must do. */
async function hostRoutes(): Promise<readonly string[]> {
  const table = await readFile('/proc/net/route', 'utf8').catch(() => '');
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, destination = '', , , , , , mask = ''] = line.split('\t');
      if (!/^[0-9A-F]{8}$/.test(destination) || Number.parseInt(mask, 16) === 0) return [];
      return [`${formatAddress(fromLittleEndian(destination))}/${fromLittleEndian(mask).toString(2).replaceAll('0', '').length}`];
    });
}

function fromLittleEndian(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt32LE(0);
}
