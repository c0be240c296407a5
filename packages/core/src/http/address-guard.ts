import { lookup } from 'node:dns/promises';
import type { ClientRequest } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';

/**
 * Decides which addresses a connection may be made to. A name proves nothing: it may resolve to another address each time, and an
 * address may be written in many ways (`127.1`, `0x7f000001`, `::ffff:127.0.0.1`). So the guard judges the address that the socket
 * gets: before it connects, and once more when it is connected.
 */
export interface AddressGuard {
  /** Rejects where no connection may be made, and says why. `address`: IPv4 or IPv6, as a socket has it. */
  requireAllowed(address: string): Promise<void>;
}

/** A literal never reaches a lookup, so it is judged by itself. */
export async function requireAllowedLiteral(guard: AddressGuard, host: string): Promise<void> {
  const address = host.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0) await guard.requireAllowed(address);
}

/** Resolves a name to addresses that are all allowed: one that is not is enough to refuse the name. */
export function guardedLookup(guard: AddressGuard): LookupFunction {
  return (host, options, done) => {
    const { family, hints } = options;
    lookup(host, { all: true, ...(family === undefined ? {} : { family }), ...(hints === undefined ? {} : { hints }) })
      .then(async (found) => {
        for (const { address } of found) await guard.requireAllowed(address);
        return found;
      })
      .then(
        (found) => {
          const [first] = found;
          if (options.all) done(null, found);
          else done(null, first?.address ?? '', first?.family);
        },
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), ''),
      );
  };
}

/** Judges the address that the request's connection really has, be it a new one or one that is used again. */
export function watchConnection(request: ClientRequest, guard: AddressGuard): void {
  request.once('socket', (socket) => {
    const judge = (): void => {
      const { remoteAddress } = socket;
      if (remoteAddress === undefined) return;
      guard.requireAllowed(remoteAddress).catch((error: unknown) => {
        request.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    };
    if (socket.connecting) socket.once('connect', judge);
    else judge();
  });
}
