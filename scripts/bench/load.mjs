// A client that costs little, so that the server under it is the one that is busy: requests written as text on kept connections.
import { connect } from 'node:net';

const CONNECTIONS = 8;

/** Asks one thing so many times over a few connections, each waiting for its answer. Every answer has to be a success and tell where it ends. */
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
    let isWhole = undefined;
    socket.setNoDelay(true);
    socket.once('connect', ask);
    socket.once('close', done);
    socket.once('error', reject);
    socket.on('data', (chunk) => {
      try {
        isWhole ??= endOf(chunk);
        if (!isWhole(chunk)) return;
        isWhole = undefined;
        ask();
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}

/**
 * Takes the chunks of one answer, the first of which holds all of its headers, and says with which of them the answer is whole: by its
 * length, or, for a page that is sent in parts, by the mark after the last one, which no JSON contains.
 * @param {Buffer} first
 * @returns {(chunk: Buffer) => boolean}
 */
function endOf(first) {
  const end = first.indexOf('\r\n\r\n') + 4;
  const head = first.toString('latin1', 0, end);
  if (!head.startsWith('HTTP/1.1 2')) throw new Error(`an answer that was not expected: ${head}`);
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  let missing = end + Number(length);
  if (length !== undefined) return (chunk) => (missing -= chunk.length) === 0;
  if (!/^transfer-encoding: chunked$/im.test(head)) throw new Error(`an answer without a length: ${head}`);
  let tail = '';
  return (chunk) => {
    tail = (tail + chunk.subarray(-END_OF_PARTS.length).toString('latin1')).slice(-END_OF_PARTS.length);
    return tail === END_OF_PARTS;
  };
}

const END_OF_PARTS = '\r\n0\r\n\r\n';
