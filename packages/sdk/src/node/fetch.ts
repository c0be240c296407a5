import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { fromEnv, type Credentials, type Environment } from '../environment.js';
import type { Fetch } from '../redirects.js';
import { createHttpFetch, type Route } from './http-fetch.js';
import { parseProxy, proxiesFromEnv, type ProxyChoice } from './proxies.js';
import { readTls, tlsFromEnv, type TlsFiles, type TlsMaterial } from './tls-files.js';
import { addressOf, proxyHeaders, TunnelAgent } from './tunnel.js';

/** How connections to a cloud are made. Files are paths; `~/` is the home folder. */
export interface FetchOptions extends TlsFiles {
  /** `http://user:password@proxy.example:3128`, for all addresses. Without it, connections are direct. */
  readonly proxy?: string | undefined;
  /** Milliseconds until a connection must stand. Default: 10 000. */
  readonly connectTimeoutMs?: number | undefined;
}

const CONNECT_MS = 10_000;
// Shorter than the five seconds after which Node's servers close an idle connection: a request on a closed one is lost.
const IDLE_MS = 4_000;

/**
 * Creates a `fetch` with authorities, a client certificate or a proxy of its own, for the option `fetch` of `createMagnum` and of logins. Reads
 * the files at once.
 * @throws {MagnumError} (`invalid-parameter`) for a file that cannot be used, (`invalid-address`) for a proxy that is none
 * @example
 * const fetch = createFetch({ cacert: '/etc/ssl/cloud.pem' });
 * const magnum = createMagnum({ ...fromEnv(process.env, fetch), fetch });
 */
export function createFetch(options: FetchOptions = {}): Fetch {
  const proxy = options.proxy === undefined ? undefined : parseProxy(options.proxy, 'proxy');
  return connectWith(readTls(options), () => proxy, options.connectTimeoutMs ?? CONNECT_MS);
}

/**
 * Creates the `fetch` that the environment describes: `OS_CACERT`, `OS_CERT`, `OS_KEY`, `OS_INSECURE`, `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`,
 * `NO_PROXY`, and `OS_PROXY`, the proxy of this cloud.
 * @throws {MagnumError} (`invalid-parameter`, `invalid-address`) with the name of a variable that cannot be honoured
 * @example
 * const magnum = createMagnum({ endpoint: 'https://magnum.example', token, fetch: fetchFromEnv(process.env) });
 */
export function fetchFromEnv(env: Environment): Fetch {
  return connectWith(tlsFromEnv(env), proxiesFromEnv(env), CONNECT_MS);
}

/**
 * As `fromEnv`, with the connections that the environment describes.
 * @throws {AuthError} as `fromEnv` does
 * @throws {MagnumError} as `fetchFromEnv` does
 * @example
 * const magnum = createMagnum(fromNodeEnv(process.env));
 */
export function fromNodeEnv(env: Environment): Credentials {
  const fetch = fetchFromEnv(env);
  return { ...fromEnv(env, fetch), fetch };
}

function connectWith(tls: TlsMaterial, proxyFor: ProxyChoice, connectTimeoutMs: number): Fetch {
  const kept: AgentOptions = { keepAlive: true, timeout: IDLE_MS };
  const { rejectUnauthorized } = tls;
  const plain = new HttpAgent(kept);
  const secure = new HttpsAgent({ ...kept, secureContext: tls.secureContext, rejectUnauthorized });
  const toProxies = new HttpsAgent({ ...kept, secureContext: tls.withoutCertificate, rejectUnauthorized });
  const tunnels = new Map<string, TunnelAgent>();
  const tunnelBy = (proxy: URL): TunnelAgent => {
    const access = { proxy, secureContext: tls.withoutCertificate, rejectUnauthorized, timeoutMs: connectTimeoutMs };
    const found =
      tunnels.get(proxy.href) ?? new TunnelAgent(access, { ...kept, secureContext: tls.secureContext, rejectUnauthorized });
    tunnels.set(proxy.href, found);
    return found;
  };
  const routeTo = (address: URL): Route => {
    const proxy = proxyFor(address);
    const isSecure = address.protocol === 'https:';
    const target = urlToHttpOptions(address);
    if (proxy === undefined) return { isSecure, agent: isSecure ? secure : plain, target };
    if (isSecure) return { isSecure, agent: tunnelBy(proxy), target };
    // Without TLS the proxy receives the request itself, for the whole address.
    const headers = { host: address.host, ...proxyHeaders(proxy) };
    const isProxySecure = proxy.protocol === 'https:';
    const agent = isProxySecure ? toProxies : plain;
    return { isSecure: isProxySecure, agent, proxy, target: { ...addressOf(proxy), path: address.href, headers } };
  };
  return createHttpFetch({ routeTo, connectTimeoutMs });
}
