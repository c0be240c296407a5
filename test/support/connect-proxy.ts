import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface ConnectProxyOptions {
  /** `user:password` that clients must give. */
  readonly login?: string;
  /** PEM texts: the proxy itself is reached by TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** The status of every refusal; absent: the proxy serves. */
  readonly refuses?: number;
}

/** A forward proxy on 127.0.0.1. It reaches every host at 127.0.0.1, so that names that no other program can look up prove its use. */
export class ConnectProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  /** `CONNECT magnum.test:443`, `GET http://magnum.test:80/v1` */
  readonly asked: string[] = [];
  readonly #options: ConnectProxyOptions;

  private constructor(options: ConnectProxyOptions) {
    this.#options = options;
    this.#server = options.tls ? createTlsServer(options.tls) : createServer();
    this.#server.on('connection', (socket: Socket) => this.#keep(socket));
    this.#server.on('connect', (asking: IncomingMessage, client: Duplex) => this.#tunnel(asking, client));
    this.#server.on('request', (asking, answer) => {
      this.asked.push(`${asking.method} ${asking.url}`);
      const status = this.#refusalOf(asking);
      if (status !== undefined) return void answer.writeHead(status).end();
      const { hostname: _, ...target } = new URL(asking.url ?? '');
      const { port, pathname, search } = new URL(asking.url ?? '');
      const onward = httpRequest({
        ...target,
        hostname: '127.0.0.1',
        port,
        path: `${pathname}${search}`,
        method: asking.method,
        headers: asking.headers,
      });
      onward.on('response', (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      asking.pipe(onward);
    });
  }

  static async start(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // a TCP server's address is no text
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #refusalOf(asking: IncomingMessage): number | undefined {
    const { login, refuses } = this.#options;
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    if (expected !== undefined && asking.headers['proxy-authorization'] !== expected) return 407;
    return refuses;
  }

  #tunnel(asking: IncomingMessage, client: Duplex): void {
    this.asked.push(`CONNECT ${asking.url}`);
    client.on('error', () => undefined);
    const status = this.#refusalOf(asking);
    if (status !== undefined) return void client.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\n\r\n`);
    const onward = connect(Number(asking.url?.split(':').at(-1)), '127.0.0.1');
    this.#keep(onward);
    onward.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(onward).pipe(client);
    });
    onward.once('close', () => client.destroy());
    client.once('close', () => onward.destroy());
  }
}
