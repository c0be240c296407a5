import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ChannelModel, RecoveringChannelModel } from 'amqplib';
import { underDeadline } from '../../concurrency/deadline.js';

/*
 * An `error` event without a listener ends the process, and a broker can cause one at every step of connecting. amqplib listens
 * while it shakes hands and, in its recovering form, after the setup has run; between the two, and where the broker says something
 * right after the last frame of the handshake there is no listener: a conductor died in one of twenty kills of the broker. So every
 * connection has a listener from the moment at which it begins to open until it is gone. What went wrong is not lost: each failure
 * also rejects what waits for the connection, or closes it, and both are logged.
 */

/** The part of amqplib's connection that is needed; its types leave the class out. */
interface OpeningConnection {
  on(event: 'error', listener: () => void): unknown;
  open(...given: unknown[]): unknown;
}

let isGuarded = false;

/** From now on each connection of amqplib in this process has an `error` listener before its first byte. */
export function listenToEveryConnection(): void {
  if (isGuarded) return;
  isGuarded = true;
  const require = createRequire(import.meta.url);
  // amqplib does not export its classes, but has had this file since its first release; the tests of the bus fail without it.
  const internals = require(join(dirname(require.resolve('amqplib')), 'lib', 'connection.js')) as {
    readonly Connection: { readonly prototype: OpeningConnection };
  };
  const { prototype } = internals.Connection;
  const open = prototype.open;
  prototype.open = function (this: OpeningConnection, ...given: unknown[]): unknown {
    this.on('error', () => undefined);
    return open.apply(this, given);
  };
}

/** The socket under a connection of amqplib. */
interface OnSocket {
  readonly connection: {
    readonly stream: { destroy(error: Error): void; once(event: 'close', listener: () => void): void; readonly closed: boolean };
  };
}

/**
 * Ends a connection without the closing handshake, for which amqplib waits without a limit, also where the other side no longer
 * answers. Resolves when everything that waited for the connection has been rejected.
 */
export async function cut(model: ChannelModel, reason: Error): Promise<void> {
  // Every connection of amqplib is on a socket, which its types leave out.
  const { stream } = (model as unknown as OnSocket).connection;
  if (stream.closed) return;
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  stream.destroy(reason);
  await closed;
}

const CLOSE_MS = 2_000;

/** Ends for good. A broker that does not answer, or answers never again, must not keep a process from ending. */
export async function closeInTime(model: RecoveringChannelModel, current: ChannelModel | undefined): Promise<void> {
  try {
    await underDeadline({ milliseconds: CLOSE_MS }, () => model.close());
  } catch {
    if (current) await cut(current, new Error('the broker did not confirm the end of the connection'));
  }
}
