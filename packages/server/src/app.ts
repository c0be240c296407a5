import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { isIPv4 } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { HttpHandler } from '@magnum-ts/core';
import express from 'express';
import { bindPlain } from './bind.js';
import { MOST_HEADERS } from './framing.js';
import { SOCKET_ADDRESS, type AddressRule } from './public-address.js';
import { socketHost } from './socket-host.js';

/** How long a client may take, in milliseconds. */
export interface Timeouts {
  /** For its headers. */
  readonly headersMs: number;
  /** For the whole request. */
  readonly requestMs: number;
  /** Between two requests on one connection. */
  readonly keepAliveMs: number;
  /** How often the first two are looked after. */
  readonly checkEveryMs: number;
}

const TIMEOUTS: Timeouts = { headersMs: 15_000, requestMs: 60_000, keepAliveMs: 5_000, checkEveryMs: 5_000 };
/** More of them than requests may have, so that one too many is seen: what Node leaves out, it leaves out in silence. */
const MOST_HEADERS_READ = MOST_HEADERS + 1;

/** An Express application around one handler. Everything else of Express is off: the handler says it all. */
export function expressApp(handler: HttpHandler, closing?: AbortSignal, address?: AddressRule): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use(bindPlain(handler, closing, address));
  return app;
}

/**
 * Express gives each request and response a prototype of its own. Done to living objects, that makes all of Node's work on them
 * slow, by more than a small answer takes; so Node makes them of classes that have it from the start.
 */
function boundApp(handler: HttpHandler, closing: AbortSignal, address: AddressRule) {
  const app = expressApp(handler, closing, address);
  class Incoming extends IncomingMessage {}
  class Outgoing extends ServerResponse {}
  Object.setPrototypeOf(Incoming.prototype, app.request);
  Object.setPrototypeOf(Outgoing.prototype, app.response);
  // Below Express's prototypes, hence what it takes them for.
  app.request = Incoming.prototype as typeof app.request;
  app.response = Outgoing.prototype as typeof app.response;
  return { express: app, messages: { IncomingMessage: Incoming, ServerResponse: Outgoing } };
}

/** PEM texts. */
export interface ListenerTls {
  readonly cert: string;
  readonly key: string;
}

export interface ListenerOptions {
  readonly timeouts?: Timeouts;
  /** Absent: plain HTTP. */
  readonly tls?: ListenerTls;
  /** Under which address clients know what listens here; the socket's own when absent. */
  readonly address?: AddressRule;
}

/** HTTP listeners on several addresses of one port, behind one application. */
export class Listeners {
  readonly #app: ReturnType<typeof boundApp>;
  readonly #timeouts: Timeouts;
  readonly #servers = new Map<string, Server | TlsServer>();
  #tls: ListenerTls | undefined;
  readonly #closing = new AbortController();

  constructor(handler: HttpHandler, { timeouts = TIMEOUTS, tls, address = SOCKET_ADDRESS }: ListenerOptions = {}) {
    this.#app = boundApp(handler, this.#closing.signal, address);
    this.#timeouts = timeouts;
    this.#tls = tls;
  }

  /** Shows another certificate from the next connection on. Throws where certificate and key do not fit; the former ones stay. */
  renewTls(tls: ListenerTls): void {
    createSecureContext(tls);
    this.#tls = tls;
    for (const server of this.#servers.values())
      if ('setSecureContext' in server) server.setSecureContext({ ...tls, minVersion: 'TLSv1.2' });
  }

  /** Listens on one more address; 0 chooses a free port. Returns the port. An address that is listened on already is left alone. */
  async listen(port: number, host: string): Promise<number> {
    const known = this.#servers.get(host);
    if (known) return portOf(known);
    const { headersMs, requestMs, keepAliveMs, checkEveryMs } = this.#timeouts;
    const options = {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: checkEveryMs,
      ...this.#app.messages,
    };
    const server = this.#tls
      ? createTlsServer({ ...options, ...this.#tls, minVersion: 'TLSv1.2' }, this.#app.express)
      : createServer(options, this.#app.express);
    server.maxHeadersCount = MOST_HEADERS_READ;
    await new Promise<void>((resolve, reject) => {
      // Also later ones, such as a connection that could not be taken for want of file descriptors: the server keeps running.
      server.on('error', reject);
      server.listen(port, socketHost(host), resolve);
    });
    this.#servers.set(host, server);
    return portOf(server);
  }

  /** Stops accepting, ends streams, lets running requests end for a while, then closes what is left. */
  async close(graceMs: number): Promise<void> {
    this.#closing.abort(new Error('the server is closing'));
    await Promise.all([...this.#servers.values()].map((server) => closeServer(server, graceMs)));
    this.#servers.clear();
  }
}

async function closeServer(server: Server | TlsServer, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const impatient = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(impatient);
}

function portOf(server: Server | TlsServer): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** `[::1]` in URLs, names and IPv4 addresses as they are. */
export function urlHost(host: string): string {
  return isIPv4(host) || !host.includes(':') ? host : `[${host}]`;
}
