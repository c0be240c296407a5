import type { Knex } from 'knex';

interface Listening {
  on(event: 'error', listener: () => void): unknown;
  removeAllListeners(event?: string): unknown;
}

interface Driver {
  createConnection(settings: unknown): Listening;
}

/**
 * Gives each connection that a pool makes an `error` listener for as long as it lives. Knex takes every listener away from a
 * connection that could not be opened, and from one that it closes; what the network says of such a connection afterwards (a
 * timeout that the kernel reports minutes later, for example) is an event without a listener, which ends the process.
 */
export function listenToEveryConnection(db: Knex): Knex {
  // Knex does not type its client, whose driver is mysql2's module here.
  const client = db.client as { driver: Driver };
  const { driver } = client;
  client.driver = Object.assign(Object.create(driver) as Driver, {
    createConnection: (settings: unknown) => keepListening(driver.createConnection(settings)),
  });
  return db;
}

function keepListening(connection: Listening): Listening {
  const removeAll = connection.removeAllListeners.bind(connection);
  const listen = (): void => void connection.on('error', () => undefined);
  connection.removeAllListeners = (event) => {
    removeAll(event);
    listen();
    return connection;
  };
  listen();
  return connection;
}
