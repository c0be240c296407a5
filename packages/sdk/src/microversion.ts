import type { Auth } from './auth.js';
import { underDeadline } from './deadline.js';
import { baseUrl } from './endpoint.js';
import { RedirectError } from './errors.js';
import { ask, type Fetch } from './redirects.js';

/** The newest microversion that this library knows. */
export const NEWEST = '1.14';
const SERVICE = 'container-infra';

export interface Microversions {
  /** `1.14`, or undefined where the server speaks no microversions. */
  negotiated(): Promise<string | undefined>;
}

export function headerFor(version: string | undefined): Readonly<Record<string, string>> {
  return version === undefined ? {} : { 'openstack-api-version': `${SERVICE} ${version}` };
}

export interface DiscoveryDeps {
  readonly fetch: Fetch;
  readonly auth: Auth;
  readonly endpoint: string | undefined;
  timeoutFor(method: string): number;
}

/** Asks the server once; a failure is not remembered. */
export function discovering(deps: DiscoveryDeps): Microversions {
  let known: Promise<string | undefined> | undefined;
  return {
    negotiated: () => {
      known ??= discover(deps).catch((error: unknown) => {
        known = undefined;
        throw error;
      });
      return known;
    },
  };
}

export function fixed(version: string): Microversions {
  return { negotiated: async () => version };
}

async function discover(deps: DiscoveryDeps): Promise<string | undefined> {
  const url = `${baseUrl(deps.endpoint ?? (await deps.auth.get()).endpoint)}/v1`;
  const look = (signal: AbortSignal): Promise<Response> =>
    ask(deps.fetch, url, { headers: { accept: 'application/json' }, signal });
  // No answer here means no answer to the request that follows either, and that one's error says more.
  const limits = { timeoutMs: deps.timeoutFor('GET'), what: `GET ${url}` };
  const response = await underDeadline(limits, look).catch((error: unknown) => {
    if (error instanceof RedirectError) throw error;
    return undefined;
  });
  const newest = response?.headers.get('openstack-api-maximum-version')?.split(/\s+/).at(-1);
  await response?.body?.cancel();
  return newest !== undefined && /^1\.\d+$/.test(newest) ? older(newest, NEWEST) : undefined;
}

function older(a: string, b: string): string {
  return Number(a.slice(2)) <= Number(b.slice(2)) ? a : b;
}
