// A client that costs little, so that the server under it is the one that is busy: requests written as text on kept connections.
import { connect } from 'node:net';

const CONNECTIONS = 8;

/** Asks one thing so many times over a few connections, each waiting for its answer. Every answer has to be a success and tell its length. */
export async function load(url, { method = 'GET', path, headers, body = '' }, count) {
  const { hostname, port, host } = new URL(url);
  const length = body === '' ? {} : { 'Content-Length': Buffer.byteLength(body), 'Content-Type': 'application/json' };
  const fields = Object.entries({ Host: host, ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `${method} ${path} HTTP/1.1\r\n${fields.join('')}\r\n${body}`;
  const left = { count };
  const awake = stayAwake();
  await Promise.all(Array.from({ length: CONNECTIONS }, () => converse({ hostname, port, request, left })));
  clearImmediate(awake.next);
}

/**
 * A server pays for waking up a client that sleeps, in some virtual machines more than for its whole answer; a slow server finds
 * its client asleep more often than a fast one. So the client never sleeps, and both pay nothing.
 */
function stayAwake() {
  const awake = {};
  const turn = () => {
    awake.next = setImmediate(turn);
  };
  turn();
  return awake;
}

function converse({ hostname, port, request, left }) {
  return new Promise((done, reject) => {
    const socket = connect(Number(port), hostname);
    const ask = () => {
      if (left.count <= 0) return socket.end();
      left.count -= 1;
      socket.write(request);
    };
    let missing = 0;
    socket.setNoDelay(true);
    socket.once('connect', ask);
    socket.once('close', done);
    socket.once('error', reject);
    socket.on('data', (chunk) => {
      try {
        missing = missing > 0 ? missing - chunk.length : lengthOf(chunk) - chunk.length;
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
      if (missing === 0) ask();
    });
  });
}

/** Bytes of the whole answer, from its first chunk, which holds all of its headers. */
function lengthOf(chunk) {
  const end = chunk.indexOf('\r\n\r\n') + 4;
  const head = chunk.toString('latin1', 0, end);
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 2') || length === undefined) throw new Error(`an answer that was not expected: ${head}`);
  return end + Number(length);
}
