import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** How a connection ends in the middle of what the server says. */
export const CUTS = ['reset before', 'reset after', 'half, then reset', 'garbage', 'error page'] as const;
export type Cut = (typeof CUTS)[number];

/** Where the next connection is cut: at this piece of what the server sends, counted from 0. */
export interface Blow {
  readonly piece: number;
  readonly cut: Cut;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  pieces: number;
  readonly blow: Blow | undefined;
}

const PAGE = 'HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 22\r\n\r\n<html>no such</html>\r\n';

/**
 * A TCP proxy before one port of this host, which breaks what goes through it: it resets connections, cuts one in the middle of a
 * handshake, speaks nonsense in place of the server, or lets nothing through any more while the connection stays open (half-open).
 */
export class TcpProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #pairs = new Set<Pair>();
  readonly #blows: Blow[] = [];
  #isSilent = false;
  /** Connections that were taken since the start. */
  taken = 0;
  /** Connections that were cut as asked. */
  cuts = 0;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
  }

  static async before(target: number): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, target);
    server.on('connection', (client) => proxy.#take(client));
    server.on('error', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    // It listens on TCP, so the address has a port.
    return (this.#server.address() as AddressInfo).port;
  }

  get open(): number {
    return this.#pairs.size;
  }

  /** The next new connections are cut so, one after the other; after them connections pass. */
  cutNext(...blows: readonly Blow[]): void {
    this.#blows.push(...blows);
  }

  /** Resets every open connection. */
  resetAll(): void {
    for (const pair of [...this.#pairs]) this.#reset(pair);
  }

  /** From now on no byte passes in either direction, and neither side sees a reset. */
  silence(): void {
    this.#isSilent = true;
    for (const { client, server } of this.#pairs) for (const socket of [client, server]) socket.pause();
  }

  /** What was silenced is reset, as a peer that comes back does; new connections pass. */
  heal(): void {
    if (this.#isSilent) this.resetAll();
    this.#isSilent = false;
  }

  async close(): Promise<void> {
    this.resetAll();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #take(client: Socket): void {
    this.taken += 1;
    const pair: Pair = { client, server: connect(this.#target, '127.0.0.1'), pieces: 0, blow: this.#blows.shift() };
    this.#pairs.add(pair);
    for (const socket of [pair.client, pair.server]) {
      socket.on('error', () => this.#reset(pair));
      socket.on('close', () => this.#reset(pair));
      if (this.#isSilent) socket.pause();
    }
    client.on('data', (piece) => pair.server.write(piece));
    pair.server.on('data', (piece) => this.#answer(pair, piece));
    client.on('end', () => pair.server.end());
    pair.server.on('end', () => client.end());
  }

  #answer(pair: Pair, piece: Buffer): void {
    const { blow, client } = pair;
    if (blow?.piece !== pair.pieces++) return void client.write(piece);
    this.cuts += 1;
    if (blow.cut === 'reset before') return this.#reset(pair);
    const last = {
      'reset after': piece,
      'half, then reset': piece.subarray(0, piece.length >> 1),
      garbage: noise(piece),
      'error page': PAGE,
    };
    client.write(last[blow.cut], () => setTimeout(() => this.#reset(pair), 20));
  }

  #reset(pair: Pair): void {
    if (!this.#pairs.delete(pair)) return;
    for (const socket of [pair.client, pair.server]) {
      if (!socket.destroyed && !socket.connecting) socket.resetAndDestroy();
      else socket.destroy();
    }
  }
}

/** As long as the piece, and nothing of it is right. */
function noise(piece: Buffer): Buffer {
  return Buffer.from(piece.map((byte, index) => byte ^ ((index * 37 + 91) & 0xff)));
}
