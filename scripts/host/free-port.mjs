import { createServer } from 'node:net';

/**
 * A port of the loopback interface on which nothing listens now.
 * @returns {Promise<number>}
 */
export function freePort() {
  return new Promise((done, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? done(address.port) : reject(new Error('the server listens on no port')),
      );
    });
  });
}
