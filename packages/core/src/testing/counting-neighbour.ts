import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { until } from './until.js';

/** A service that counts who is connected to it, and never closes a connection by itself. */
export interface CountingNeighbour {
  readonly port: number;
  /** Connections that are open now. */
  open(): number;
  /** The most that were open at one time. */
  most(): number;
  close(): Promise<void>;
}

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** A web server; with `tls`, one that speaks HTTPS. */
export function countingServer(listener: RequestListener, tls?: TlsFiles): Promise<CountingNeighbour> {
  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener);
  server.keepAliveTimeout = 0;
  return counting(server);
}

/** Passes bytes on to a port of this host. */
export function countingProxy(port: number): Promise<CountingNeighbour> {
  return counting(
    createServer((socket) => {
      const onward = connect(port, '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      for (const [one, other] of [
        [socket, onward],
        [onward, socket],
      ] as const)
        one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }),
  );
}

async function counting(server: Server): Promise<CountingNeighbour> {
  const sockets = new Set<Socket>();
  let most = 0;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    most = Math.max(most, sockets.size);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    open: () => sockets.size,
    most: () => most,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Resolves when at most `most` connections are open; rejects when that does not come to pass within 15 s. */
export async function openAtMost(neighbour: Pick<CountingNeighbour, 'open'>, most: number): Promise<void> {
  const report = (): string => `open: ${neighbour.open()}`;
  await until(`at most ${most} connections are open`, () => neighbour.open() <= most, { withinMs: 15_000, everyMs: 50, report });
}
