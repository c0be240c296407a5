import type { Knex } from 'knex';
import type { JsonObject } from '../domain/json.js';
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

type PartKind = 'network' | 'volume' | 'server' | 'address' | 'balancer';

/**
 * Machines that exist on paper: every part is a row, servers are ACTIVE at once, no user-data runs. What needs a live
 * engine cannot work on it. Survives restarts, because its table does.
 */
export class SimulatedBackend implements CloudBackend {
  readonly kind = 'simulated';
  readonly description = 'simulated servers: nothing runs in them';
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async ensureNetwork(network: NetworkSpec, signal: AbortSignal): Promise<NetworkState> {
    await this.#put('network', network.key, { name: network.name, cidr: network.cidr, gateway: network.gateway }, signal);
    return { id: network.key };
  }

  async deleteNetwork(key: string, signal: AbortSignal): Promise<void> {
    await this.#drop('network', key, signal);
  }

  async ensureVolume(volume: VolumeSpec, signal: AbortSignal): Promise<void> {
    await this.#put('volume', volume.key, { sizeGb: volume.sizeGb }, signal);
  }

  async deleteVolume(key: string, signal: AbortSignal): Promise<void> {
    await this.#drop('volume', key, signal);
  }

  /** User data is not kept: it is not read here, and it may hold secrets. */
  async ensureServer(server: ServerSpec, signal: AbortSignal): Promise<ServerState> {
    await this.#put('server', server.key, { name: server.name, id: server.id, image: server.image }, signal);
    return { status: 'ACTIVE', reason: '' };
  }

  async server(key: string, signal: AbortSignal): Promise<ServerState | undefined> {
    signal.throwIfAborted();
    const row: unknown = await this.#db('simulated_part').where({ kind: 'server', part_key: key }).first('part_key');
    return row === undefined ? undefined : { status: 'ACTIVE', reason: '' };
  }

  /** Its addresses go with it. */
  async deleteServer(key: string, signal: AbortSignal): Promise<void> {
    await this.#drop('server', key, signal);
    await this.#db('simulated_part').where({ kind: 'address' }).where('part_key', 'like', `${key}/%`).delete();
  }

  async ensureAddress(address: AddressSpec, signal: AbortSignal): Promise<void> {
    await this.#put('address', addressKey(address), { serverKey: address.serverKey }, signal);
  }

  async deleteAddress(address: AddressSpec, signal: AbortSignal): Promise<void> {
    await this.#drop('address', addressKey(address), signal);
  }

  async ensureLoadBalancer(balancer: LoadBalancerSpec, signal: AbortSignal): Promise<void> {
    const listeners = balancer.listeners.map((listener) => ({
      port: listener.port,
      members: listener.members.map((member) => `${member.address}:${member.port}`),
    }));
    await this.#put('balancer', balancer.key, { address: balancer.address, listeners }, signal);
  }

  async deleteLoadBalancer(key: string, signal: AbortSignal): Promise<void> {
    await this.#drop('balancer', key, signal);
  }

  async usedRanges(): Promise<readonly string[]> {
    return [];
  }

  async close(): Promise<void> {}

  async #put(kind: PartKind, key: string, detail: JsonObject, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#db('simulated_part')
      .insert({ kind, part_key: key, detail: JSON.stringify(detail) })
      .onConflict(['kind', 'part_key'])
      .merge(['detail']);
  }

  async #drop(kind: PartKind, key: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#db('simulated_part').where({ kind, part_key: key }).delete();
  }
}

function addressKey(address: AddressSpec): string {
  return `${address.serverKey}/${address.networkKey}/${address.address}`;
}
