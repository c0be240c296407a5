import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { CONNECTION_BOUNDS } from '../../domain/connections.js';

export interface WireOptions {
  /** PEM of the cloud's own CA, beside those that the system knows. */
  readonly ca?: string;
  /** PEM of the certificate to show, and of its key. */
  readonly cert?: string;
  readonly key?: string;
  /** True: certificates are not looked at. */
  readonly insecure?: boolean;
}

export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** The service that is asked, where it is not Keystone before the catalog is known. */
  readonly neighbour?: string;
}

export interface WireReply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** One HTTP exchange. Rejects when no answer comes; every status is an answer. */
export type Wire = (request: WireRequest, signal: AbortSignal) => Promise<WireReply>;

/**
 * How much of an answer is read. A service that is broken, or another one at its address, may answer without end, and an answer is
 * held as a whole before it is understood. The largest true answer is Heat's list of the resources of a bay: a node is up to eight
 * of them (its stack, port, floating address, two volumes, server, two for its signal) of about 1,000 bytes each, so that 1,000
 * nodes take 8 MiB, and twice as much with long reasons of failures. What other services list comes in pages or is filtered by
 * ids, 40 at a time.
 */
const MOST_BYTES_OF_HEAT = 32 * 1024 ** 2;
const MOST_BYTES = 8 * 1024 ** 2;
/** Of a refusal some sentences are shown: what is longer is cut. */
const MOST_BYTES_OF_A_REFUSAL = 64 * 1024;

/** More was answered than any true answer has. The rest was not read, and the connection is closed. */
export class OversizedAnswerError extends Error {
  constructor(mostBytes: number) {
    super(`the answer is larger than ${mostBytes / 1024 ** 2} MiB`);
    this.name = 'OversizedAnswerError';
  }
}

/** Few connections to each neighbour, kept for moments. Built on node:http because a CA of one's own cannot be given to the global fetch. */
export function wireTo(options: WireOptions): Wire {
  const plain = new HttpAgent(CONNECTION_BOUNDS);
  const secure = new HttpsAgent({
    ...CONNECTION_BOUNDS,
    rejectUnauthorized: options.insecure !== true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.cert === undefined ? {} : { cert: options.cert, key: options.key ?? options.cert }),
  });
  return ({ method, url, headers, body, neighbour }, signal) =>
    new Promise((resolve, reject) => {
      const isSecure = url.startsWith('https:');
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const exchange = (isSecure ? httpsRequest : httpRequest)(url, {
        method,
        headers: { ...headers, ...length },
        agent: isSecure ? secure : plain,
        signal,
      });
      exchange.on('error', reject);
      exchange.once('response', (response) =>
        gather(response, neighbour === 'orchestration' ? MOST_BYTES_OF_HEAT : MOST_BYTES).then(resolve, reject),
      );
      exchange.end(body);
    });
}

/** The wire of each service that has one of its own, and a common one for all others. */
export function wirePerNeighbour(common: Wire, own: ReadonlyMap<string, Wire>): Wire {
  return (request, signal) =>
    ((request.neighbour === undefined ? undefined : own.get(request.neighbour)) ?? common)(request, signal);
}

async function gather(response: IncomingMessage, mostOfSuccess: number): Promise<WireReply> {
  const status = response.statusCode ?? 0;
  const bytes = status >= 400 ? await cut(response, MOST_BYTES_OF_A_REFUSAL) : await readBounded(response, mostOfSuccess);
  const headers = new Map(
    Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
  );
  return { status, headers, text: bytes.toString('utf8') };
}

async function readBounded(response: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const announced = Number(response.headers['content-length'] ?? 0);
  if (announced > mostBytes) {
    response.destroy();
    throw new OversizedAnswerError(mostBytes);
  }
  const bytes = await cut(response, mostBytes + 1);
  if (bytes.length > mostBytes) throw new OversizedAnswerError(mostBytes);
  return bytes;
}

/** The first bytes of an answer. One that is longer is read no further: leaving the loop destroys the connection. */
async function cut(response: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = chunk as Buffer; // no encoding was set
    size += bytes.length;
    chunks.push(bytes);
    if (size >= mostBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostBytes);
}
