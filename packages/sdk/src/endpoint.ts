import { AuthError, fieldOf, listOf, textOf } from './errors.js';

/** Selects one of a service's addresses in the catalog. */
export interface EndpointChoice {
  readonly region?: string | undefined;
  /** `public` where absent. */
  readonly interface?: 'public' | 'internal' | 'admin' | undefined;
}

// The first releases of Magnum were registered as `container`, which is the type of another service today.
const SERVICE_TYPES = ['container-infra', 'container'] as const;

/** Finds Magnum's address in a Keystone catalog, by region and interface. */
export function endpointIn(catalog: readonly unknown[], options: EndpointChoice): string | undefined {
  for (const type of SERVICE_TYPES) {
    const endpoints = catalog
      .filter((service) => textOf(service, 'type') === type)
      .flatMap((service) => listOf(fieldOf(service, 'endpoints')));
    const found = endpoints.find(
      (endpoint) =>
        textOf(endpoint, 'interface') === (options.interface ?? 'public') &&
        (options.region === undefined || [textOf(endpoint, 'region'), textOf(endpoint, 'region_id')].includes(options.region)),
    );
    if (found !== undefined) return textOf(found, 'url');
  }
  return undefined;
}

/** Removes the `/v1` at the end of a catalog's address, since paths begin with it. */
export function baseUrl(endpoint: string | undefined): string {
  if (endpoint === undefined)
    throw new AuthError("Magnum's address is not in the catalog; give it as `endpoint` (MAGNUM_ENDPOINT)");
  return endpoint.replace(/\/+$/, '').replace(/\/v1$/, '');
}
