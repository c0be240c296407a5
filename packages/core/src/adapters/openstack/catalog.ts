import type { components } from '@magnum-ts/openapi/openstack/identity';

export type CatalogEntry = components['schemas']['CatalogEntry'];

/** The services that are spoken to, and how people call them. */
export const NEIGHBOURS = {
  identity: { name: 'Keystone', types: ['identity'] },
  orchestration: { name: 'Heat', types: ['orchestration'] },
  compute: { name: 'Nova', types: ['compute'] },
  image: { name: 'Glance', types: ['image'] },
  network: { name: 'Neutron', types: ['network'] },
  volume: { name: 'Cinder', types: ['block-storage', 'volumev3', 'block-store', 'volume'] },
  'load-balancer': { name: 'Octavia', types: ['load-balancer'] },
  'key-manager': { name: 'Barbican', types: ['key-manager'] },
  container: { name: 'Magnum', types: ['container-infra', 'container-infrastructure-management', 'container'] },
} as const satisfies Record<string, { readonly name: string; readonly types: readonly string[] }>;

export type Neighbour = keyof typeof NEIGHBOURS;

export interface EndpointChoice {
  /** Undefined takes the first region of the catalog. */
  readonly region: string | undefined;
  readonly interface: 'public' | 'internal' | 'admin';
}

/** The catalog's address of a service as it stands there; undefined when the cloud lacks the service. */
export function endpointIn(catalog: readonly CatalogEntry[], neighbour: Neighbour, choice: EndpointChoice): string | undefined {
  for (const type of NEIGHBOURS[neighbour].types) {
    const endpoints = catalog.filter((entry) => entry.type === type).flatMap((entry) => entry.endpoints);
    const found = endpoints.find(
      (endpoint) =>
        endpoint.interface.replace(/URL$/, '') === choice.interface &&
        (choice.region === undefined || (endpoint.region_id ?? endpoint.region) === choice.region),
    );
    if (found) return found.url.replace(/\/+$/, '');
  }
  return undefined;
}

/** Without version and project: catalogs differ in whether they carry them, the specs' paths always do. */
export function originOf(url: string): string {
  return url.replace(/\/v\d+(\.\d+)?(\/[^/]+)?\/*$/, '').replace(/\/+$/, '');
}
