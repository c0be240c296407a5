import type { Knex } from 'knex';
import { DomainError } from '../domain/errors.js';
import { isJsonObject, type JsonValue } from '../domain/json.js';
import type { BayFacts } from '../domain/observation.js';
import { COUNTED_TYPES, entriesOf, flavorsIn, needsOf, type Allowance, type PlannedResource } from '../domain/stack-needs.js';
import type { FactsRequest } from '../domain/facts-request.js';
import type { AddressQuestion, Cloud, CloudFlavor, CloudImage } from '../ports/cloud.js';
import type { CloudAccess } from '../ports/orchestrator.js';
import type { Sealer } from '../ports/sealer.js';
import { overlap, parseCidr, slices, type Range } from './addresses.js';
import type { CloudBackend } from './backend.js';
import { byIdOrName, type EmbeddedConfig } from './config.js';
import { Codec, Rows, type ResourceRow } from './hot-engine/rows.js';

export interface EmbeddedCloudDeps {
  readonly db: Knex;
  readonly config: EmbeddedConfig;
  readonly backend: Pick<CloudBackend, 'usedRanges'>;
  /** The one that the HOT engine seals with, so that the networks of its stacks are found; without it, only external ones are. */
  readonly sealer?: Sealer;
  /** Endpoints as the nodes reach them; functions, because the ports are known only once the servers listen. */
  readonly authUrl: () => string;
  readonly magnumUrl: () => string;
}

/** Glance, Nova and Neutron as the config's tables, and the ranges that bays were given. */
export class EmbeddedCloud implements Cloud {
  readonly #deps: EmbeddedCloudDeps;
  readonly #rows: Rows | undefined;

  constructor(deps: EmbeddedCloudDeps) {
    this.#deps = deps;
    this.#rows = deps.sealer && new Rows(deps.db, new Codec(deps.sealer));
  }

  async findImage(nameOrId: string): Promise<CloudImage | undefined> {
    const image = byIdOrName(this.#deps.config.images, nameOrId);
    if (!image) return undefined;
    const { id, name, distro, kubeVersion } = image;
    return { id, name, distro, kubeVersion, driver: undefined, minDiskGb: 0, minRamMb: 0 };
  }

  async findFlavor(nameOrId: string): Promise<CloudFlavor | undefined> {
    return byIdOrName(this.#deps.config.flavors, nameOrId);
  }

  async findKeypair(name: string): Promise<{ readonly name: string } | undefined> {
    return this.#deps.config.keypairs.includes(name) ? { name } : undefined;
  }

  async findNetwork(
    nameOrId: string,
    access: CloudAccess,
  ): Promise<{ readonly id: string; readonly external: boolean } | undefined> {
    const external = byIdOrName(this.#deps.config.externalNetworks, nameOrId);
    if (external) return { id: external.id, external: true };
    const network = await this.#findPart('OS::Neutron::Net', nameOrId, access);
    return network && { id: network.id, external: false };
  }

  async findSubnet(
    nameOrId: string,
    access: CloudAccess,
  ): Promise<{ readonly id: string; readonly networkId: string; readonly cidr: string } | undefined> {
    const subnet = await this.#findPart('OS::Neutron::Subnet', nameOrId, access);
    return (
      subnet && { id: subnet.id, networkId: String(subnet.attributes?.['network_id']), cidr: String(subnet.attributes?.['cidr']) }
    );
  }

  /** Counts what the project's stacks have made. */
  async allowances(access: CloudAccess): Promise<readonly Allowance[]> {
    const limits = entriesOf(this.#deps.config.quotas ?? {});
    if (limits.length === 0) return [];
    const made = await this.#existingResources(access.projectId);
    const flavors = new Map(
      [...flavorsIn(made)].flatMap((name) => {
        const flavor = byIdOrName(this.#deps.config.flavors, name);
        return flavor ? [[name, flavor] as const] : [];
      }),
    );
    const used = needsOf(made, flavors);
    return limits.map(([kind, limit]) => ({ kind, limit, used: used[kind] ?? 0 }));
  }

  async facts(request: FactsRequest, access: CloudAccess, signal: AbortSignal): Promise<BayFacts> {
    const { config } = this.#deps;
    const external = request.externalNetwork === null ? undefined : await this.#network(request.externalNetwork, access);
    const fixed = request.fixedNetwork === null ? undefined : await this.#network(request.fixedNetwork, access);
    const subnet = request.fixedSubnet === null ? undefined : await this.findSubnet(request.fixedSubnet, access);
    if (request.fixedSubnet !== null && !subnet)
      throw new DomainError('network-not-found', `Unable to find subnet ${request.fixedSubnet}.`);
    return {
      authUrl: this.#deps.authUrl(),
      magnumUrl: this.#deps.magnumUrl(),
      regionName: config.region,
      fixedSubnetCidr: request.fixedSubnetCidr ?? (await this.#rangeOf(request.bayId, signal)),
      fixedNetworkId: fixed?.id ?? null,
      fixedSubnetId: subnet?.id ?? null,
      externalNetworkId: external?.id ?? config.externalNetworks[0]?.id ?? null,
      cloudCa: '',
      verifyCloudCa: true,
      serverGroupPolicy: 'soft-anti-affinity',
      dockerVolumeType: request.dockerVolumeType ?? null,
    };
  }

  /** As the ports and floating addresses of the project's stacks are recorded. */
  async addresses(
    { serverIds, balancerIds }: AddressQuestion,
    access: CloudAccess,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = this.#rows;
    if (!rows) return new Map();
    const [ports, balancers, floating] = await Promise.all(
      ['OS::Neutron::Port', 'OS::Octavia::LoadBalancer', 'OS::Neutron::FloatingIP'].map((type) =>
        rows.ofType(access.projectId, type),
      ),
    );
    const floatingOf = (id: string): readonly string[] =>
      (floating ?? []).flatMap((row) => (row.link === id ? textsIn(row.attributes?.['floating_ip_address']) : []));
    const found = new Map<string, readonly string[]>();
    for (const { id, link, attributes } of ports ?? []) {
      if (link === null || !serverIds.includes(link)) continue;
      const fixed = Array.isArray(attributes?.['fixed_ips']) ? (attributes['fixed_ips'] as readonly JsonValue[]) : []; // an attribute is JSON, and so is each entry of it
      const own = fixed.flatMap((entry) => (isJsonObject(entry) ? textsIn(entry['ip_address']) : []));
      found.set(link, [...(found.get(link) ?? []), ...own, ...floatingOf(id)]);
    }
    for (const { id, attributes } of balancers ?? [])
      if (balancerIds.includes(id)) found.set(id, [...textsIn(attributes?.['vip_address']), ...floatingOf(id)]);
    return found;
  }

  /** Ranges of all networks in which nodes are: CIDRs. */
  async nodeNetworks(): Promise<readonly string[]> {
    const { config } = this.#deps;
    const subnets = (await this.#rows?.everyOfType('OS::Neutron::Subnet')) ?? [];
    const own = subnets.flatMap(({ attributes }) => textsIn(attributes?.['cidr']));
    return [...config.externalNetworks.map(({ cidr }) => cidr), ...new Set(own)];
  }

  /** Gives the bay's range back. Repeating it is success. */
  async releaseFacts(bayId: string): Promise<void> {
    await this.#deps.db('embedded_range').where({ bay_id: bayId }).delete();
  }

  async #existingResources(projectId: string): Promise<readonly PlannedResource[]> {
    const all = await Promise.all(COUNTED_TYPES.map(async (type) => (await this.#rows?.ofType(projectId, type)) ?? []));
    return all.flat().flatMap(({ type, path, properties }) => (properties ? [{ type, name: path.join('/'), properties }] : []));
  }

  async #network(nameOrId: string, access: CloudAccess): Promise<{ readonly id: string }> {
    const found = await this.findNetwork(nameOrId, access);
    if (!found) throw new DomainError('network-not-found', `Unable to find network ${nameOrId}.`);
    return found;
  }

  /** Networks and subnets are what the project's stacks have made. */
  async #findPart(type: string, nameOrId: string, access: CloudAccess): Promise<ResourceRow | undefined> {
    const parts = ((await this.#rows?.ofType(access.projectId, type)) ?? []).filter((row) => row.attributes !== undefined);
    const byId = parts.find((row) => row.id === nameOrId);
    const named = parts.filter((row) => row.attributes?.['name'] === nameOrId);
    if (!byId && named.length > 1)
      throw new DomainError('not-unique', `Multiple networks or subnets exist with the name ${nameOrId}; use an id.`);
    return byId ?? named[0];
  }

  async #rangeOf(bayId: string, signal: AbortSignal): Promise<string> {
    const used = (await this.#deps.backend.usedRanges(signal)).flatMap((cidr) => parseCidr(cidr) ?? []);
    // Ranges of external networks count too: a backend may not have made them yet.
    const external = this.#deps.config.externalNetworks.flatMap((network) => parseCidr(network.cidr) ?? []);
    return this.#deps.db.transaction(async (transaction) => {
      const rows: readonly { bay_id: string; cidr: string }[] = await transaction('embedded_range').select('bay_id', 'cidr');
      const known = rows.find((row) => row.bay_id === bayId);
      if (known) return known.cidr;
      const given = rows.flatMap((row) => parseCidr(row.cidr) ?? []);
      const cidr = firstFree(this.#deps.config.addressPool, bayId, [...used, ...external, ...given]);
      await transaction('embedded_range').insert({ bay_id: bayId, cidr });
      return cidr;
    });
  }
}

function textsIn(value: JsonValue | undefined): readonly string[] {
  return typeof value === 'string' && value !== '' ? [value] : [];
}

/** Two services on one host cannot see each other's choices before the networks stand, so each bay begins its search elsewhere. */
function firstFree(pool: string, bayId: string, taken: readonly Range[]): string {
  const range = parseCidr(pool);
  const all = range ? [...slices(range)] : [];
  const start = [...bayId].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % Math.max(1, all.length), 0);
  for (const cidr of [...all.slice(start), ...all.slice(0, start)]) {
    const slice = parseCidr(cidr);
    if (slice && !taken.some((other) => overlap(slice, other))) return cidr;
  }
  throw new DomainError(
    'cloud-quota-exceeded',
    `no free /24 network is left in ${pool}; delete a bay or set the label fixed_subnet_cidr`,
  );
}
