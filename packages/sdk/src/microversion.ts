/**
 * Negotiation of the microversion.
 *
 * A service understands a range of microversions and answers any other with 406, and this library knows versions that an older service does
 * not have. So the client asks once for the service's newest version, and sends the lower one of that and its own with every request. What must
 * stay true: one question serves all calls, also concurrent ones; a question that fails, or that a proxy answers in the service's place, is
 * asked again by the next call, as a client that had taken it for an answer would speak the oldest version for ever; and a service that names no
 * version is called without one.
 */
import type { Auth } from './auth.js';
import { underDeadline } from './deadline.js';
import { baseUrl } from './endpoint.js';
import { RedirectError } from './errors.js';
import { NEWEST, type MicroversionSource } from './versioning.js';
import { sendRequest, type Fetch } from './redirects.js';

/** The header of `/v1` in which the service names what it has beyond Magnum. */
const EXTENSIONS = 'magnum-extensions';

export interface DiscoveryDeps {
  readonly fetch: Fetch;
  readonly auth: Auth;
  readonly endpoint: string | undefined;
  timeoutFor(method: string): number;
}

/** Asks the service once, at the first call. */
export function negotiateOnce(deps: DiscoveryDeps): MicroversionSource {
  let known: Promise<Discovery> | undefined;
  let keepsKeys: boolean | undefined;
  const ask = async (): Promise<Discovery> => {
    const asked = (known ??= discover(deps));
    try {
      const found = await asked;
      if (found.isFinal) keepsKeys = found.keepsKeys;
      else if (known === asked) known = undefined;
      return found;
    } catch (error) {
      if (known === asked) known = undefined;
      throw error;
    }
  };
  return {
    negotiate: async () => (await ask()).version,
    get keepsKeys() {
      return keepsKeys;
    },
    // The failure that led to the question says more than one of the question.
    askForKeys: async () => void (await ask().catch(() => undefined)),
  };
}

/** Sends the given version. The service is asked only for what it does with keys, and only after a failure. */
export function useVersion(version: string, deps: DiscoveryDeps): MicroversionSource {
  const asked = negotiateOnce(deps);
  return {
    negotiate: async () => version,
    get keepsKeys() {
      return asked.keepsKeys;
    },
    askForKeys: () => asked.askForKeys(),
  };
}

interface Discovery {
  readonly version: string | undefined;
  /** False where the service itself did not answer: nothing is known of it yet. */
  readonly isFinal: boolean;
  readonly keepsKeys: boolean;
}

async function discover(deps: DiscoveryDeps): Promise<Discovery> {
  const session = deps.endpoint === undefined ? await deps.auth.get() : undefined;
  const url = `${baseUrl(deps.endpoint ?? session?.endpoint, session?.missing)}/v1`;
  const request = (signal: AbortSignal): Promise<Response> =>
    sendRequest(deps.fetch, url, { headers: { accept: 'application/json' }, signal });
  // A service that is out of reach here is out of reach for the call that follows, whose error says more.
  const limits = { timeoutMs: deps.timeoutFor('GET'), what: `GET ${url}` };
  const response = await underDeadline(limits, request).catch((error: unknown) => {
    if (error instanceof RedirectError) throw error;
    return undefined;
  });
  const newest = response?.headers.get('openstack-api-maximum-version')?.split(/\s+/).at(-1);
  const keepsKeys = listIn(response?.headers.get(EXTENSIONS)).includes('idempotency-key');
  await response?.body?.cancel();
  if (newest !== undefined && /^1\.\d+$/.test(newest)) return { version: lowerOf(newest, NEWEST), isFinal: true, keepsKeys };
  // A page in HTML is the answer of a proxy.
  const isOfService = response?.ok === true && response.headers.get('content-type')?.includes('json') === true;
  return { version: undefined, isFinal: isOfService, keepsKeys };
}

function listIn(header: string | null | undefined): readonly string[] {
  return (header ?? '').split(',').map((item) => item.trim().toLowerCase());
}

function lowerOf(a: string, b: string): string {
  return Number(a.slice(2)) <= Number(b.slice(2)) ? a : b;
}
