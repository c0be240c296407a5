import type { DockerClient } from '../docker/client.js';
import type { Logger } from '../ports/logger.js';
import type {
  AddressSpec,
  CloudBackend,
  LoadBalancerSpec,
  NetworkSpec,
  NetworkState,
  ServerSpec,
  ServerState,
  VolumeSpec,
} from './backend.js';
import { ensureLoadBalancer } from './docker-balancer.js';
import { engineCall, orUndefinedOn } from './docker-errors.js';
import { dockerName, LABEL, labelsOf } from './docker-names.js';
import { deleteNetwork, ensureNetwork, plug, unplug, usedRanges } from './docker-networks.js';
import { deleteContainer, ensureServer, removeContainer, serverState, type ServerScope } from './docker-servers.js';

export interface ExternalNetwork {
  readonly id: string;
  readonly name: string;
  /** IPv4 CIDR */
  readonly cidr: string;
  /** The host's own address in it: nodes reach a server on the host there. */
  readonly gateway: string;
}

export interface DockerBackendOptions {
  readonly docker: DockerClient;
  /** Id of the data directory. Everything made here carries it; nothing else is ever touched. */
  readonly instance: string;
  /** Name in the engine of one of the table's backend images. */
  readonly image: (backendImage: string) => Promise<string>;
  readonly externalNetwork: ExternalNetwork;
  readonly logger: Logger;
  readonly limitMemory?: boolean;
}

/** Something of this instance that exists in the engine. */
export interface Owned {
  readonly kind: 'container' | 'network' | 'volume';
  readonly id: string;
  readonly key: string;
}

/**
 * Servers as containers of the local Docker Engine. Nothing is remembered here: names and labels derived from keys
 * are the only state, so any call can be repeated after a crash. Security groups are accepted and not enforced.
 */
export class DockerBackend implements CloudBackend {
  readonly kind = 'docker';
  readonly description = 'servers are containers on the local Docker Engine: they boot, run cloud-init and their own engine';
  readonly #scope: ServerScope;
  readonly #external: ExternalNetwork;
  readonly #logger: Logger;

  constructor(options: DockerBackendOptions) {
    const { docker, instance, image, limitMemory = false } = options;
    this.#scope = { docker, instance, image, limitMemory };
    this.#external = options.externalNetwork;
    this.#logger = options.logger;
  }

  /** The network of floating addresses, made on demand. A server on the host can listen on its gateway afterwards. */
  ensureExternalNetwork(signal: AbortSignal): Promise<NetworkState> {
    const { id, name, cidr, gateway } = this.#external;
    return this.ensureNetwork(
      { key: id, name, cidr, gateway, owner: { stackId: '', stackName: '', resource: name, projectId: '' } },
      signal,
    );
  }

  ensureNetwork(network: NetworkSpec, signal: AbortSignal): Promise<NetworkState> {
    return ensureNetwork(this.#scope, network, signal);
  }

  deleteNetwork(key: string, signal: AbortSignal): Promise<void> {
    return deleteNetwork(this.#scope, key, signal);
  }

  async ensureVolume(volume: VolumeSpec, signal: AbortSignal): Promise<void> {
    // The engine answers a second create of the same name with the first volume.
    await engineCall('make a volume', signal, () =>
      this.#scope.docker.createVolume({
        Name: dockerName(this.#scope.instance, volume.key),
        Labels: labelsOf(this.#scope.instance, { ...volume, role: 'volume' }),
      }),
    );
  }

  async deleteVolume(key: string, signal: AbortSignal): Promise<void> {
    const volume = this.#scope.docker.getVolume(dockerName(this.#scope.instance, key));
    await engineCall('delete a volume', signal, () => orUndefinedOn([404], () => volume.remove()));
  }

  async ensureServer(server: ServerSpec, signal: AbortSignal): Promise<ServerState> {
    if (server.nics.some((nic) => nic.networkKey === this.#external.id)) await this.ensureExternalNetwork(signal);
    const state = await ensureServer(this.#scope, server, signal);
    this.#logger.debug('server is running', { key: server.key, name: server.name });
    return state;
  }

  server(key: string, signal: AbortSignal): Promise<ServerState | undefined> {
    return serverState(this.#scope, key, signal);
  }

  deleteServer(key: string, signal: AbortSignal): Promise<void> {
    return deleteContainer(this.#scope, key, signal);
  }

  async ensureAddress(address: AddressSpec, signal: AbortSignal): Promise<void> {
    if (address.networkKey === this.#external.id) await this.ensureExternalNetwork(signal);
    await plug(this.#scope, { ...address, container: dockerName(this.#scope.instance, address.serverKey) }, signal);
  }

  deleteAddress(address: AddressSpec, signal: AbortSignal): Promise<void> {
    return unplug(this.#scope, { ...address, container: dockerName(this.#scope.instance, address.serverKey) }, signal);
  }

  async ensureLoadBalancer(balancer: LoadBalancerSpec, signal: AbortSignal): Promise<void> {
    if (balancer.floating?.networkKey === this.#external.id) await this.ensureExternalNetwork(signal);
    await ensureLoadBalancer(this.#scope, balancer, signal);
  }

  deleteLoadBalancer(key: string, signal: AbortSignal): Promise<void> {
    return deleteContainer(this.#scope, key, signal);
  }

  usedRanges(signal: AbortSignal): Promise<readonly string[]> {
    return usedRanges(this.#scope, signal);
  }

  /** Everything that carries this instance's label. */
  async listOwned(signal: AbortSignal): Promise<readonly Owned[]> {
    const { docker, instance } = this.#scope;
    const filters = { label: [`${LABEL.instance}=${instance}`] };
    const containers = await engineCall('list containers', signal, () => docker.listContainers({ all: true, filters }));
    const networks = await engineCall('list networks', signal, () => docker.listNetworks({ filters }));
    const volumes = await engineCall('list volumes', signal, () => docker.listVolumes({ filters }));
    return [
      ...containers.map(({ Id, Labels }) => ({ kind: 'container' as const, id: Id, key: Labels[LABEL.key] ?? '' })),
      ...networks.map(({ Id, Labels }) => ({ kind: 'network' as const, id: Id, key: Labels?.[LABEL.key] ?? '' })),
      ...volumes.map(({ Name, Labels }) => ({
        kind: 'volume' as const,
        id: Name,
        key: Labels?.[LABEL.key] ?? '',
      })),
    ];
  }

  /** Removes everything of this instance, containers first, and nothing of another instance. */
  async destroyAll(signal: AbortSignal): Promise<void> {
    for (const owned of await this.listOwned(signal)) {
      if (owned.kind === 'container') await removeContainer(this.#scope, owned.id, signal);
      else if (owned.kind === 'network') await this.deleteNetwork(owned.key, signal);
      else
        await engineCall('delete a volume', signal, () =>
          orUndefinedOn([404], () => this.#scope.docker.getVolume(owned.id).remove()),
        );
    }
  }

  async close(): Promise<void> {
    // Nothing is held: servers outlive the process, as servers do.
  }
}
