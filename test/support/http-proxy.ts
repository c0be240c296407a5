import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** How a service, or what stands before it, fails a request. */
export const HTTP_FAULTS = [
  'answers 500',
  'answers 503',
  'answers with a page',
  'answers nothing',
  'answers late',
  'answers half',
  'acts, then closes',
  'is half-open',
] as const;
export type HttpFault = (typeof HTTP_FAULTS)[number];

export interface Failing {
  readonly fault: HttpFault;
  /** Share of the requests that it hits. */
  readonly share: number;
  readonly random: () => number;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

const PAGE = '<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>\n';
const LATE_MS = 4_000;
/** Headers of a connection, not of a message (RFC 9110, 7.6.1), and the length, which may change. */
const OF_THE_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/** An HTTP proxy before one port of this host, which passes requests on, or fails them as services and their load balancers do. */
export class HttpProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #failing: Failing | undefined;
  /** What of a text that the service sends is another one for the client: addresses. */
  rewrite: (text: string) => string = (text) => text;
  /** Requests that were failed. */
  failed = 0;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
  }

  static async before(target: number): Promise<HttpProxy> {
    const server = createServer({ keepAliveTimeout: 4_000 });
    const proxy = new HttpProxy(server, target);
    server.on('request', (asked, answer) => void proxy.#take(asked, answer).catch(() => answer.destroy()));
    server.on('connection', (socket) => {
      proxy.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => proxy.#sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    // It listens on TCP, so the address has a port.
    return (this.#server.address() as AddressInfo).port;
  }

  fail(failing: Failing): void {
    this.#failing = failing;
  }

  /** Requests pass again. What still waits for an answer is closed, as by a service that was started again. */
  heal(): void {
    const isSilent = this.#failing?.fault === 'answers nothing' || this.#failing?.fault === 'is half-open';
    this.#failing = undefined;
    if (isSilent) for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #take(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const failing = this.#failing;
    const isHit = failing !== undefined && failing.random() < failing.share;
    if (!isHit) return send(answer, await this.#pass(asked));
    this.failed += 1;
    switch (failing.fault) {
      case 'answers 500':
        return sendText(answer, 500, 'text/plain', 'Internal Server Error');
      case 'answers 503':
        return sendText(answer, 503, 'text/html', '<html><body><h1>503 Service Unavailable</h1></body></html>');
      case 'answers with a page':
        return sendText(answer, 200, 'text/html', PAGE);
      case 'answers nothing':
        return void asked.resume();
      case 'is half-open':
        // Nothing is read any more, and the client's requests stay unacknowledged.
        return void asked.socket.pause();
      case 'answers late': {
        const reply = await this.#pass(asked);
        await new Promise((resolve) => setTimeout(resolve, LATE_MS));
        return send(answer, reply);
      }
      case 'answers half':
        return sendHalf(answer, await this.#pass(asked));
      case 'acts, then closes':
        await this.#pass(asked);
        return void answer.destroy();
    }
  }

  async #pass(asked: IncomingMessage): Promise<Reply> {
    const body = await collect(asked);
    const host = `127.0.0.1:${this.#target}`;
    const onward = request({
      host: '127.0.0.1',
      port: this.#target,
      method: asked.method,
      path: asked.url,
      headers: { ...keptOf(asked), host, 'content-length': String(body.length) },
      agent: false,
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) => onward.on('response', resolve).on('error', reject));
    onward.end(body);
    const reply = await answered;
    const text = await collect(reply);
    const isText = /json|text/.test(String(reply.headers['content-type']));
    return {
      status: reply.statusCode ?? 502,
      headers: keptOf(reply),
      body: isText ? Buffer.from(this.rewrite(text.toString('utf8'))) : text,
    };
  }
}

function keptOf({ headers }: IncomingMessage): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && !OF_THE_HOP.has(name));
  return Object.fromEntries(kept) as Record<string, string | string[]>; // the undefined ones are filtered out
}

async function collect(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer); // no encoding is set
  return Buffer.concat(pieces);
}

function send(answer: ServerResponse, { status, headers, body }: Reply): void {
  // An answer without a body may name the length of another one: only what is sent is counted.
  answer.writeHead(status, { ...headers, ...(status === 204 || status === 304 ? {} : { 'content-length': body.length }) });
  answer.end(body);
}

/** Says how long it is, and closes in the middle. */
function sendHalf(answer: ServerResponse, { status, headers, body }: Reply): void {
  answer.writeHead(status, { ...headers, 'content-length': body.length + 1 });
  answer.write(body.subarray(0, body.length >> 1), () => setTimeout(() => answer.destroy(), 20));
}

function sendText(answer: ServerResponse, status: number, type: string, text: string): void {
  answer.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}
