import { AuthError, fieldOf, listOf, MagnumError, textOf } from './errors.js';

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

/** Why no address was found: what the catalog has in its place. */
export function missingIn(catalog: readonly unknown[], options: EndpointChoice): string {
  const services = catalog.filter((service) => SERVICE_TYPES.some((type) => textOf(service, 'type') === type));
  const endpoints = services.flatMap((service) => listOf(fieldOf(service, 'endpoints')));
  if (endpoints.length === 0) return 'it has no service of the type container-infra';
  const found = endpoints.map(
    (endpoint) => `${textOf(endpoint, 'region') ?? textOf(endpoint, 'region_id')} (${textOf(endpoint, 'interface')})`,
  );
  const wanted = `${options.region ?? 'any region'} (${options.interface ?? 'public'})`;
  return `there is none for ${wanted}, only for ${[...new Set(found)].join(', ')}`;
}

/** Removes the `/v1` at the end of a catalog's address, since paths begin with it. */
export function baseUrl(endpoint: string | undefined, missing?: string): string {
  if (endpoint === undefined)
    throw new AuthError(
      `Magnum's address is not in the catalog${missing ? `: ${missing}` : ''}; give another region, or the address as \`endpoint\` (MAGNUM_ENDPOINT)`,
    );
  return checkAddress(endpoint, "Magnum's address").replace(/\/+$/, '').replace(/\/v1$/, '');
}

/** Checks an address that a caller or a catalog gave; `what` begins the message. Throws MagnumError (`invalid-address`). */
export function checkAddress(address: string, what: string): string {
  const fail = (reason: string, shown = ` ${JSON.stringify(address)}`): MagnumError =>
    new MagnumError(`${what}${shown} ${reason}`, 'invalid-address');
  if (typeof address !== 'string') throw fail('is no text');
  if (!/^https?:\/\//i.test(address)) throw fail('lacks http:// or https://');
  if (!URL.canParse(address)) throw fail('is no valid address');
  const { username, password, search, hash } = new URL(address);
  // What is in front of the @ can be a password, so the address is not shown.
  if (username !== '' || password !== '') throw fail('has a user or password in it; give them as credentials', '');
  if (search !== '' || hash !== '') throw fail('has a ? or #, and calls are made below it');
  return address;
}
