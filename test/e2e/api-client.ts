import { request, type RequestOptions } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyPair } from './tls.js';

const WITHIN_MS = 5_000;
const EVERY_MS = 100;

/** What a Kubernetes API answers on a connection of its own: the status, or the words of the failure. */
export function askApi(address: string, ca: string, client: KeyPair): Promise<number | string> {
  return ask(`${address}/api/v1/namespaces/default`, { ca, cert: client.certificate, key: client.key });
}

/** The same for the holder of a token, of what every account may ask for. */
export function askAs(address: string, ca: string, token: string): Promise<number | string> {
  return ask(`${address}/api`, { ca, headers: { Authorization: `Bearer ${token}` } });
}

/** An object of the API; undefined without an answer that is one. */
export async function readApi(address: string, ca: string, client: KeyPair, path: string): Promise<unknown> {
  let body = '';
  const status = await ask(`${address}${path}`, { ca, cert: client.certificate, key: client.key }, (text) => (body += text));
  return status === 200 ? JSON.parse(body) : undefined;
}

function ask(url: string, options: RequestOptions, read: (text: string) => void = () => undefined): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request(url, { ...options, agent: false, timeout: WITHIN_MS }, (response) => {
      response.setEncoding('utf8').on('data', read);
      response.on('end', () => resolve(response.statusCode ?? 0)).on('error', (error) => resolve(error.message));
    });
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', (error) => resolve(error.message));
    asked.end();
  });
}

/** Whether the API answers at its address, of whichever control plane, within two seconds. */
export function isReady(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(`${address}/readyz`, { rejectUnauthorized: false, agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

/** A client that asks a Kubernetes API ten times a second, each time on another connection, and keeps count. */
export class ApiPoller {
  readonly #refusals: { readonly at: number; readonly words: string }[] = [];
  readonly #done: Promise<void>;
  #goesOn = true;
  answers = 0;

  constructor(address: string, ca: string, client: KeyPair) {
    this.#done = this.#poll(address, ca, client);
  }

  /** The next question does not wait for the answer: a slow one hides none that fails. */
  async #poll(address: string, ca: string, client: KeyPair): Promise<void> {
    const open = new Set<Promise<void>>();
    while (this.#goesOn) {
      const at = Date.now();
      const asked = askApi(address, ca, client).then((answer) => {
        if (answer === 200) this.answers += 1;
        else this.#refusals.push({ at, words: `${new Date(at).toISOString()}: ${answer}` });
        open.delete(asked);
      });
      open.add(asked);
      await sleep(EVERY_MS);
    }
    await Promise.all(open);
  }

  /** What it was refused of the questions that it asked before that time, milliseconds since 1970. */
  refusals(before = Infinity): readonly string[] {
    return this.#refusals.filter(({ at }) => at < before).map(({ words }) => words);
  }

  async stop(): Promise<void> {
    this.#goesOn = false;
    await this.#done;
  }
}
