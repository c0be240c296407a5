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

const MOST_BYTES = 64 * 1024 * 1024;

/** Few connections to each neighbour, kept for moments. Built on node:http because a CA of one's own cannot be given to the global fetch. */
export function wireTo(options: WireOptions): Wire {
  const plain = new HttpAgent(CONNECTION_BOUNDS);
  const secure = new HttpsAgent({
    ...CONNECTION_BOUNDS,
    rejectUnauthorized: options.insecure !== true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.cert === undefined ? {} : { cert: options.cert, key: options.key ?? options.cert }),
  });
  return ({ method, url, headers, body }, signal) =>
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
      exchange.once('response', (response) => gather(response).then(resolve, reject));
      exchange.end(body);
    });
}

/** The wire of each service that has one of its own, and a common one for all others. */
export function wirePerNeighbour(common: Wire, own: ReadonlyMap<string, Wire>): Wire {
  return (request, signal) =>
    ((request.neighbour === undefined ? undefined : own.get(request.neighbour)) ?? common)(request, signal);
}

async function gather(response: IncomingMessage): Promise<WireReply> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = chunk as Buffer; // no encoding was set
    size += bytes.length;
    if (size > MOST_BYTES) throw new Error(`the answer is larger than ${MOST_BYTES} bytes`);
    chunks.push(bytes);
  }
  const headers = new Map(
    Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
  );
  return { status: response.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString('utf8') };
}
