/** TLS through an HTTP proxy: the proxy is asked by CONNECT for a connection to the host, and TLS then runs inside it. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type AgentOptions, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { urlToHttpOptions } from 'node:url';
import type { SecureContext } from 'node:tls';
import { ConnectionError } from '../errors.js';
import { reasonFor } from '../reasons.js';

export interface ProxyAccess {
  readonly proxy: URL;
  /** For a proxy that is itself reached by TLS. */
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized: boolean;
  readonly timeoutMs: number;
}

/** Where the proxy listens. The name for its certificate is its own, which Node would take from the header `host` of the request. */
export function addressOf(proxy: URL): RequestOptions {
  const { hostname, port } = urlToHttpOptions(proxy);
  return { hostname, port, servername: isIP(hostname ?? '') === 0 ? (hostname ?? '') : '' };
}

/** The headers that log in to a proxy whose address has a user. */
export function proxyHeaders({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}

/** An agent whose connections run through the proxy, and are kept for further requests to the same host. */
export class TunnelAgent extends Agent {
  readonly #access: ProxyAccess;

  constructor(access: ProxyAccess, options: AgentOptions) {
    super(options);
    this.#access = access;
  }

  override createConnection(options: RequestOptions, callback?: (error: Error | null, stream: Duplex) => void): undefined {
    const settle = callback as (error: Error | null, stream?: Duplex) => void; // the agent always passes one, which takes an error alone
    openTunnel(this.#access, `${wrapped(options.host ?? '')}:${options.port}`).then(
      (socket) => settle(null, connect({ ...(options as object), socket })), // the agent's options are those of tls.connect
      (error: Error) => settle(error),
    );
    return undefined;
  }
}

function openTunnel(access: ProxyAccess, authority: string): Promise<Duplex> {
  const { proxy, secureContext, rejectUnauthorized, timeoutMs } = access;
  const target = { ...addressOf(proxy), method: 'CONNECT', path: authority, agent: false as const };
  const headers = { host: authority, ...proxyHeaders(proxy) };
  return new Promise((resolve, reject) => {
    const asking =
      proxy.protocol === 'https:'
        ? httpsRequest({ ...target, headers, secureContext, rejectUnauthorized } as RequestOptions) // tls.connect takes it
        : httpRequest({ ...target, headers });
    const timer = setTimeout(() => asking.destroy(timeOut(timeoutMs)), timeoutMs);
    asking.once('close', () => clearTimeout(timer));
    asking.on('error', (cause) => reject(unreachable(proxy, cause)));
    asking.once('response', (answer) => {
      answer.destroy();
      reject(refusal(access, authority, answer));
    });
    asking.once('connect', (answer, socket, head) => {
      if (answer.statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        return resolve(socket);
      }
      socket.destroy();
      reject(refusal(access, authority, answer));
    });
    asking.end();
  });
}

/** The failure of a connection to the proxy itself, which would otherwise read as that of the service. */
export function unreachable(proxy: URL, cause: unknown): ConnectionError {
  const { code, words } = reasonFor(cause);
  const kept = code === 'connection-lost' ? 'host-unreachable' : code;
  return new ConnectionError(`The proxy ${proxy.origin} cannot be reached: ${words}`, { code: kept, cause });
}

/** A gateway error says that the proxy could not reach the host, which may pass; any other refusal is that of the proxy. */
function refusal(
  { proxy }: ProxyAccess,
  authority: string,
  { statusCode = 0, statusMessage = '' }: IncomingMessage,
): ConnectionError {
  const remedy = statusCode === 407 ? '; give it a user and password, as in http://user:password@proxy.example:3128' : '';
  const code = statusCode >= 502 && statusCode <= 504 ? 'host-unreachable' : 'proxy-refused';
  return new ConnectionError(
    `The proxy ${proxy.origin} does not connect to ${authority}: ${statusCode} ${statusMessage}${remedy}`,
    { code },
  );
}

function timeOut(milliseconds: number): Error {
  const error = new Error(`no connection was made within ${milliseconds} ms`);
  return Object.assign(error, { code: 'ETIMEDOUT', syscall: 'connect' });
}

function wrapped(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
