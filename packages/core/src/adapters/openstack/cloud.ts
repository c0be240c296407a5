import { DomainError, isDomainError } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import type { BayFacts } from '../../domain/observation.js';
import type { Allowance } from '../../domain/stack-needs.js';
import type { FactsRequest } from '../../domain/facts-request.js';
import type { AddressQuestion, Cloud, CloudFlavor, CloudImage } from '../../ports/cloud.js';
import type { CloudAccess } from '../../ports/orchestrator.js';
import { addressesIn } from './addresses.js';
import { allowancesIn } from './allowances.js';
import { endpointIn, originOf, type EndpointChoice } from './catalog.js';
import { LookupCache } from './lookups.js';
import { allPages } from './pages.js';
import { dataOf, publicAddress, type SessionDeps } from './session.js';
import type { Sessions } from './sessions.js';

/** Facts for nodes that come from the configuration and from no neighbour. */
export interface CloudSettings {
  /** Keystone as nodes reach it, `/v3` included. */
  readonly authUrl: string;
  /** Which of Keystone's endpoints in the catalog nodes are given in place of `authUrl`, where the operator chose one. */
  readonly nodesKeystone?: EndpointChoice | undefined;
  /** Set where the catalog's address of this service is not the one that nodes reach. */
  readonly magnumUrl: string | null;
  readonly regionName: string;
  readonly cloudCa: string;
  readonly verifyCloudCa: boolean;
  readonly serverGroupPolicy: string;
  /** Empty: the cloud's default type. */
  readonly dockerVolumeType: string;
}

type Found<T> = Promise<T | undefined>;

interface Network {
  readonly id: string;
  readonly external: boolean;
}

interface Subnet {
  readonly id: string;
  readonly networkId: string;
  readonly cidr: string;
}

/** Each bay has a network of its own, so that all may use the same range. */
const BAY_RANGE = '10.0.0.0/24';

/** Glance, Nova and Neutron, asked under the caller's token: what the caller cannot see, the bay cannot use. */
export class OpenstackCloud implements Cloud {
  readonly #deps: SessionDeps;
  readonly #sessions: Sessions;
  readonly #settings: CloudSettings;
  readonly #lookups: LookupCache;

  constructor(deps: SessionDeps, sessions: Sessions, settings: CloudSettings) {
    this.#deps = deps;
    this.#sessions = sessions;
    this.#settings = settings;
    this.#lookups = new LookupCache(deps.clock);
  }

  findImage(nameOrId: string, access: CloudAccess, signal: AbortSignal): Found<CloudImage> {
    return this.#lookups.find(['image', nameOrId], access, signal, (ask) => this.#askImage(nameOrId, access, ask));
  }

  findFlavor(nameOrId: string, access: CloudAccess, signal: AbortSignal): Found<CloudFlavor> {
    return this.#lookups.find(['flavor', nameOrId], access, signal, (ask) => this.#askFlavor(nameOrId, access, ask));
  }

  findKeypair(name: string, access: CloudAccess, signal: AbortSignal): Found<{ readonly name: string }> {
    return this.#lookups.find(['keypair', name], access, signal, (ask) => this.#askKeypair(name, access, ask));
  }

  findNetwork(nameOrId: string, access: CloudAccess, signal: AbortSignal): Found<Network> {
    return this.#lookups.find(['network', nameOrId], access, signal, (ask) => this.#askNetwork(nameOrId, access, ask));
  }

  findSubnet(nameOrId: string, access: CloudAccess, signal: AbortSignal): Found<Subnet> {
    return this.#lookups.find(['subnet', nameOrId], access, signal, (ask) => this.#askSubnet(nameOrId, access, ask));
  }

  findVolumeType(nameOrId: string, access: CloudAccess, signal: AbortSignal): Found<{ readonly name: string }> {
    return this.#lookups.find(['volume type', nameOrId], access, signal, (ask) => this.#askVolumeType(nameOrId, access, ask));
  }

  async allowances(access: CloudAccess, signal: AbortSignal): Promise<readonly Allowance[]> {
    const ask = (own: AbortSignal) => allowancesIn({ session: this.#sessions.of(access), access, signal: own });
    return (await this.#lookups.find(['allowances'], access, signal, ask)) ?? [];
  }

  async #askImage(nameOrId: string, access: CloudAccess, signal: AbortSignal): Found<CloudImage> {
    const { image } = this.#sessions.of(access);
    const byId = isUuid(nameOrId)
      ? await absentIsFine(dataOf(image.GET('/v2/images/{image_id}', { params: { path: { image_id: nameOrId } }, signal })))
      : undefined;
    const named = byId
      ? [byId]
      : (await asForbidden(dataOf(image.GET('/v2/images', { params: { query: { name: nameOrId } }, signal })))).images;
    const found = only(named, `images have the name ${nameOrId}`);
    return (
      found && {
        id: found.id,
        name: found.name ?? '',
        distro: found.os_distro,
        kubeVersion: found.kube_version,
        driver: found.magnum_driver,
        minDiskGb: found.min_disk ?? 0,
        minRamMb: found.min_ram ?? 0,
      }
    );
  }

  async #askFlavor(nameOrId: string, access: CloudAccess, signal: AbortSignal): Found<CloudFlavor> {
    const { compute } = this.#sessions.of(access);
    for (let marker: string | undefined; ;) {
      const { flavors, flavors_links: more } = await asForbidden(
        dataOf(compute.GET('/v2.1/flavors/detail', { params: { query: marker === undefined ? {} : { marker } }, signal })),
      );
      const found = flavors.find(({ id }) => id === nameOrId) ?? flavors.find(({ name }) => name === nameOrId);
      if (found) return { id: found.id, name: found.name, vcpus: found.vcpus, ramMb: found.ram, diskGb: found.disk };
      marker = flavors.at(-1)?.id;
      if (!more?.length || marker === undefined) return undefined;
    }
  }

  async #askKeypair(name: string, access: CloudAccess, signal: AbortSignal): Found<{ readonly name: string }> {
    const { compute } = this.#sessions.of(access);
    const found = await absentIsFine(
      dataOf(compute.GET('/v2.1/os-keypairs/{keypair_name}', { params: { path: { keypair_name: name } }, signal })),
    );
    return found && { name: found.keypair.name };
  }

  async #askNetwork(nameOrId: string, access: CloudAccess, signal: AbortSignal): Found<Network> {
    const { network } = this.#sessions.of(access);
    const ask = async (query: { readonly id: string } | { readonly name: string }) =>
      (await asForbidden(dataOf(network.GET('/v2.0/networks', { params: { query }, signal })))).networks;
    const found = only(await byIdOrName(nameOrId, ask), `networks have the name ${nameOrId}`);
    return found && { id: found.id, external: found['router:external'] === true };
  }

  async #askSubnet(nameOrId: string, access: CloudAccess, signal: AbortSignal): Found<Subnet> {
    const { network } = this.#sessions.of(access);
    const ask = async (query: { readonly id: string } | { readonly name: string }) =>
      (await asForbidden(dataOf(network.GET('/v2.0/subnets', { params: { query }, signal })))).subnets;
    const found = only(await byIdOrName(nameOrId, ask), `subnets have the name ${nameOrId}`);
    return found && { id: found.id, networkId: found.network_id, cidr: found.cidr };
  }

  async #askVolumeType(nameOrId: string, access: CloudAccess, signal: AbortSignal): Found<{ readonly name: string }> {
    const session = this.#sessions.of(access);
    if (!(await session.has('volume', signal))) return undefined;
    const types = await allPages(async (marker) => {
      const params = { path: { project_id: access.projectId }, query: marker };
      const page = await asForbidden(dataOf(session.volume.GET('/v3/{project_id}/types', { params, signal })));
      return { items: page.volume_types, links: page.volume_type_links };
    });
    return types.find(({ id }) => id === nameOrId) ?? types.find(({ name }) => name === nameOrId);
  }

  async facts(request: FactsRequest, access: CloudAccess, signal: AbortSignal): Promise<BayFacts> {
    const settings = this.#settings;
    const [networks, externalNetworkId, magnumUrl, authUrl] = await Promise.all([
      this.#fixedNetworks(request, access, signal),
      this.#external(request.externalNetwork, access, signal),
      settings.magnumUrl ?? publicAddress(this.#deps, 'container', signal),
      this.#nodesKeystone(signal),
    ]);
    return {
      ...networks,
      authUrl,
      magnumUrl: magnumUrl ?? '',
      regionName: settings.regionName,
      externalNetworkId,
      cloudCa: settings.cloudCa,
      verifyCloudCa: settings.verifyCloudCa,
      serverGroupPolicy: settings.serverGroupPolicy,
      dockerVolumeType: request.dockerVolumeType ?? (settings.dockerVolumeType || null),
    };
  }

  async #fixedNetworks(
    { fixedNetwork, fixedSubnet, fixedSubnetCidr }: FactsRequest,
    access: CloudAccess,
    signal: AbortSignal,
  ): Promise<Pick<BayFacts, 'fixedSubnetCidr' | 'fixedNetworkId' | 'fixedSubnetId'>> {
    const [fixed, subnet] = await Promise.all([
      fixedNetwork === null ? undefined : this.#network(fixedNetwork, access, signal),
      fixedSubnet === null ? undefined : this.findSubnet(fixedSubnet, access, signal),
    ]);
    if (fixedSubnet !== null && !subnet) throw new DomainError('network-not-found', `Unable to find subnet ${fixedSubnet}.`);
    const range = subnet?.cidr ?? (fixed && (await this.#rangeIn(fixed.id, access, signal)));
    return {
      fixedSubnetCidr: range ?? fixedSubnetCidr ?? BAY_RANGE,
      fixedNetworkId: fixed?.id ?? subnet?.networkId ?? null,
      fixedSubnetId: subnet?.id ?? null,
    };
  }

  addresses(wanted: AddressQuestion, access: CloudAccess, signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>> {
    return addressesIn(this.#sessions, wanted, access, signal);
  }

  /** Where no subnet is named: the range of the network's first. */
  #rangeIn(networkId: string, access: CloudAccess, signal: AbortSignal): Found<string> {
    return this.#lookups.find(['range', networkId], access, signal, async (ask) => {
      const { network } = this.#sessions.of(access);
      const params = { query: { network_id: networkId } };
      const { subnets } = await asForbidden(dataOf(network.GET('/v2.0/subnets', { params, signal: ask })));
      return subnets.find(({ cidr }) => !cidr.includes(':'))?.cidr;
    });
  }

  /** Nothing is set aside. */
  async releaseFacts(): Promise<void> {
    return Promise.resolve();
  }

  async #nodesKeystone(signal: AbortSignal): Promise<string> {
    const { authUrl, nodesKeystone } = this.#settings;
    if (!nodesKeystone) return authUrl;
    const { document } = await this.#deps.service.token(false, signal);
    const url = endpointIn(document.catalog ?? [], 'identity', nodesKeystone);
    return url === undefined ? authUrl : `${originOf(url)}/v3`;
  }

  async #network(nameOrId: string, access: CloudAccess, signal: AbortSignal): Promise<{ readonly id: string }> {
    const found = await this.findNetwork(nameOrId, access, signal);
    if (found) return found;
    throw new DomainError('network-not-found', `Unable to find network ${nameOrId}.`);
  }

  /** The named one, or else the cloud's default, or the only one; a bay without a way out is possible too. */
  async #external(nameOrId: string | null, access: CloudAccess, signal: AbortSignal): Promise<string | null> {
    if (nameOrId !== null) return (await this.#network(nameOrId, access, signal)).id;
    const found = await this.#lookups.find(['default external network'], access, signal, async (ask) => {
      const { network } = this.#sessions.of(access);
      const params = { query: { 'router:external': true } };
      const { networks } = await asForbidden(dataOf(network.GET('/v2.0/networks', { params, signal: ask })));
      return networks.find((one) => one.is_default) ?? (networks.length === 1 ? networks[0] : undefined);
    });
    return found?.id ?? null;
  }
}

async function byIdOrName<T>(
  nameOrId: string,
  ask: (query: { readonly id: string } | { readonly name: string }) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const byId = isUuid(nameOrId) ? await ask({ id: nameOrId }) : [];
  return byId.length > 0 ? byId : ask({ name: nameOrId });
}

function only<T>(found: readonly T[], several: string): T | undefined {
  if (found.length > 1) throw new DomainError('not-unique', `Several ${several}; use the id of one.`);
  return found[0];
}

/** A refusal of the caller's own rights is the caller's 403, and no failure of the service. */
async function asForbidden<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (isDomainError(error, 'cloud-refused')) throw new DomainError('forbidden', { message: error.message, cause: error });
    throw error;
  }
}

async function absentIsFine<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await asForbidden(call);
  } catch (error) {
    if (isDomainError(error, 'not-found')) return undefined;
    throw error;
  }
}
