import type { RequestOptions } from 'node:http';
import type { Readable } from 'node:stream';
import type { AddressGuard } from '../http/address-guard.js';
import { collect, exchange, type Answer, type Bounds } from '../http/bounded-http.js';
import { parseJson, queryOf, refusalOf, type DockerCall } from './request.js';

/** Address of the engine: a socket's path, or a host and port, with TLS where `secure`. */
export interface DockerConnection extends Pick<RequestOptions, 'socketPath' | 'host' | 'port' | 'agent'> {
  readonly secure: boolean;
  /** PEM */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Null: the operator has named the engine. */
  readonly guard: AddressGuard | null;
}

/** Calls to an engine, by the kind of their answer. */
export class DockerCalls {
  constructor(
    private readonly connection: DockerConnection,
    private readonly boundsOf: () => Bounds,
  ) {}

  /** The answer's JSON, whose shape the caller checks where the engine is not trusted. */
  async json<T>(call: DockerCall): Promise<T> {
    const bytes = await this.bytes(call);
    const value = parseJson(bytes);
    if (value === undefined) throw new Error("the engine's answer is not JSON");
    return value as T; // what the API's reference promises for this path
  }

  async bytes(call: DockerCall): Promise<Buffer> {
    return collect((await this.#ask(call)).body);
  }

  async stream(call: DockerCall): Promise<Readable> {
    return (await this.#ask(call)).body;
  }

  /** For answers without content. They are read to their end, so that the connection can be used again. */
  async finish(call: DockerCall): Promise<void> {
    await this.bytes(call);
  }

  async #ask({ method, path, query = {}, body }: DockerCall): Promise<Answer> {
    const { secure, guard, ...connection } = this.connection;
    const options: RequestOptions = {
      ...connection,
      method,
      path: path + queryOf(query),
      headers: body ? { 'content-type': body.type } : {},
    };
    const answer = await exchange({ secure, options, guard, body: body?.content }, this.boundsOf());
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw refusalOf(answer.status, await collect(answer.body));
  }
}
