import { once } from 'node:events';
import { createServer as createHttpServer, get } from 'node:http';
import { get as getSecurely } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { agentWithConnectTimeout } from './connect-timeout.js';

const LIMIT_MS = 200;
const LONG_MS = 5 * LIMIT_MS;
let server: Server | undefined;
afterEach(() => void server?.close());

async function portOf(made: Server): Promise<number> {
  server = made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  return (made.address() as AddressInfo).port; // it listens on a port
}

test('an answer that takes longer than a connection may is waited for', async () => {
  const slow = createHttpServer((_request, response) => void setTimeout(() => response.end('late'), LONG_MS));
  const port = await portOf(slow);
  const agent = agentWithConnectTimeout(LIMIT_MS, 'http');
  const status = await new Promise((resolve, reject) =>
    get({ port, host: '127.0.0.1', agent }, (response) => resolve(response.resume().statusCode)).on('error', reject),
  );
  expect(status).toBe(200);
  agent.destroy();
});

test('a connection that is not made within its time is given up', async () => {
  // It takes the connection, and says nothing of TLS.
  const port = await portOf(createServer(() => undefined));
  const agent = agentWithConnectTimeout(LIMIT_MS, 'https');
  const failed = new Promise((resolve) => getSecurely({ port, host: '127.0.0.1', agent }).on('error', resolve));
  expect(await failed).toMatchObject({ message: `no connection within ${LIMIT_MS} ms` });
});
