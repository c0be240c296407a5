import type { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { openMariadb } from './mariadb.js';

interface Client {
  readonly driver: { createConnection(settings: object): EventEmitter & { connect(done: (error: unknown) => void): void } };
  readonly connectionSettings: object;
}

test('a connection that could not be opened may say something more, and the process lives', async () => {
  // Nothing listens there.
  const db = openMariadb({ url: 'mysql+pymysql://user:password@127.0.0.1:1/magnum' });
  const client = db.client as Client; // of mysql2
  const connection = client.driver.createConnection(client.connectionSettings);
  await new Promise((done) => connection.connect(done));
  connection.removeAllListeners();
  // As the kernel does when it gives up what it still had to send.
  connection.emit('error', Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' }));
  expect(connection.listenerCount('error')).toBeGreaterThan(0);
  await db.destroy();
});
