import { request } from 'node:http';
import { systemClock } from '@magnum-ts/core/testing';
import type { Asked, Persona } from './asked.js';

export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const PATIENCE_MS = 90_000;

/** One of the two servers, and what its answers have left behind for later requests. */
export class Side {
  readonly url: string;
  readonly #tokens: ReadonlyMap<Persona, string>;
  readonly #kept: Map<string, string>;

  constructor(url: string, tokens: ReadonlyMap<Persona, string>, known: Readonly<Record<string, string>>) {
    this.url = url;
    this.#tokens = tokens;
    this.#kept = new Map(Object.entries(known));
  }

  async ask(asked: Asked): Promise<Reply> {
    const end = Date.now() + PATIENCE_MS;
    let reply = await this.#once(asked);
    while (asked.until !== undefined && reply.status !== asked.until && Date.now() < end) {
      await systemClock.sleep(300);
      reply = await this.#once(asked);
    }
    if (asked.keep !== undefined) this.#kept.set(asked.keep, uuidIn(reply.text));
    return reply;
  }

  #once(asked: Asked): Promise<Reply> {
    const token = this.#tokens.get(asked.as);
    const body = asked.body === undefined ? undefined : this.#filled(asked.body, (text) => JSON.stringify(text).slice(1, -1));
    const headers = Object.entries({
      ...(token === undefined ? {} : { 'x-auth-token': token }),
      ...(asked.version === undefined ? {} : { 'openstack-api-version': asked.version }),
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      connection: 'close',
      ...asked.headers,
    }).filter(([name, value]) => value !== '' || name === 'x-auth-token');
    const path = this.#filled(asked.path, encodeURIComponent);
    return sent(`${this.url}${path}`, asked.method, Object.fromEntries(headers), body);
  }

  #filled(text: string, written: (value: string) => string): string {
    return text.replaceAll(/\{([a-z]+)\}/g, (_, name: string) => written(this.#kept.get(name) ?? `no ${name}`));
  }
}

/** Plain HTTP: a client that adds headers of its own would hide what the servers make of their absence. */
function sent(url: string, method: string, headers: Readonly<Record<string, string>>, body: string | undefined): Promise<Reply> {
  return new Promise((done, failed) => {
    const outgoing = request(url, { method, headers, timeout: 60_000 }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', failed);
      incoming.on('end', () => {
        const named = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
        // Keys and values are strings by the line above.
        const plain = Object.fromEntries(named) as Record<string, string>;
        done({ status: incoming.statusCode ?? 0, headers: plain, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${url}: no answer within a minute`)));
    // A server that fails badly closes the connection without a word: that is an answer too.
    outgoing.on('error', ({ message }) => done({ status: 0, headers: {}, text: message }));
    outgoing.end(body);
  });
}

function uuidIn(text: string): string {
  return /"uuid": ?"([0-9a-f-]{36})"/.exec(text)?.[1] ?? 'none';
}
