import { AuthError, fieldOf, listOf, textOf } from './errors.js';

/** Which of the addresses in a catalog is meant. */
export interface EndpointChoice {
  readonly region?: string | undefined;
  /** `public` where absent. */
  readonly interface?: 'public' | 'internal' | 'admin' | undefined;
}

// The second name is that of the first releases, before `container` became the type of another service.
const SERVICE_TYPES = ['container-infra', 'container'] as const;

/** Magnum's address in a Keystone catalog, for the region and interface. */
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

/** Catalog addresses end in `/v1`, paths begin with it. */
export function baseUrl(endpoint: string | undefined): string {
  if (endpoint === undefined)
    throw new AuthError("Magnum's address is not in the catalog; give it as `endpoint` (MAGNUM_ENDPOINT)");
  return endpoint.replace(/\/+$/, '').replace(/\/v1$/, '');
}
