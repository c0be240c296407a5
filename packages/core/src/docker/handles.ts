import type { Readable } from 'node:stream';
import type { DockerCalls } from './calls.js';
import { jsonOf, tarOf } from './request.js';
import type { ContainerDetails, NetworkSummary, NewEndpoint, NewExecution } from './resources.js';

/** One container, by its id or name. Nothing is asked of the engine until a method is called. */
export class ContainerHandle {
  constructor(
    private readonly calls: DockerCalls,
    readonly id: string,
  ) {}

  async inspect(): Promise<ContainerDetails> {
    return await this.calls.json({ method: 'GET', path: this.#path('/json') });
  }

  /** A refusal with status 304 says that it runs already. */
  start(): Promise<void> {
    return this.#post('/start');
  }

  /** SIGTERM, and after `t` seconds SIGKILL. A refusal with status 304 says that it is stopped already. */
  stop(query: { readonly t?: number } = {}): Promise<void> {
    return this.#post('/stop', query);
  }

  restart(query: { readonly t?: number } = {}): Promise<void> {
    return this.#post('/restart', query);
  }

  kill(query: { readonly signal?: string } = {}): Promise<void> {
    return this.#post('/kill', query);
  }

  pause(): Promise<void> {
    return this.#post('/pause');
  }

  unpause(): Promise<void> {
    return this.#post('/unpause');
  }

  /** `v` removes its anonymous volumes, too. */
  remove(query: { readonly force?: boolean; readonly v?: boolean } = {}): Promise<void> {
    return this.calls.finish({ method: 'DELETE', path: this.#path(''), query });
  }

  /** Output in frames of eight bytes of header each, unless the container has a terminal. */
  logs(query: { readonly stdout: boolean; readonly stderr: boolean; readonly tail: number }): Promise<Buffer> {
    return this.calls.bytes({ method: 'GET', path: this.#path('/logs'), query });
  }

  putArchive(archive: Buffer | NodeJS.ReadableStream, query: { readonly path: string }): Promise<void> {
    return this.calls.finish({ method: 'PUT', path: this.#path('/archive'), query, body: tarOf(archive) });
  }

  getArchive(query: { readonly path: string }): Promise<Buffer> {
    return this.calls.bytes({ method: 'GET', path: this.#path('/archive'), query });
  }

  async exec(execution: NewExecution): Promise<ExecutionHandle> {
    const made = await this.calls.json<{ readonly Id: string }>({
      method: 'POST',
      path: this.#path('/exec'),
      body: jsonOf(execution),
    });
    return new ExecutionHandle(this.calls, made.Id);
  }

  #post(path: string, query = {}): Promise<void> {
    return this.calls.finish({ method: 'POST', path: this.#path(path), query });
  }

  #path(rest: string): string {
    return `/containers/${encodeURIComponent(this.id)}${rest}`;
  }
}

/** A command in a container. */
export class ExecutionHandle {
  constructor(
    private readonly calls: DockerCalls,
    private readonly id: string,
  ) {}

  /** What the command writes, in frames unless it has a terminal; the stream ends with the command. */
  start(body: { readonly Tty?: boolean } = {}): Promise<Readable> {
    return this.calls.stream({ method: 'POST', path: `/exec/${encodeURIComponent(this.id)}/start`, body: jsonOf(body) });
  }

  /** The code is null while the command runs. */
  async inspect(): Promise<{ readonly ExitCode: number | null }> {
    return await this.calls.json({ method: 'GET', path: `/exec/${encodeURIComponent(this.id)}/json` });
  }
}

export class NetworkHandle {
  constructor(
    private readonly calls: DockerCalls,
    readonly id: string,
  ) {}

  async inspect(): Promise<NetworkSummary> {
    return await this.calls.json({ method: 'GET', path: this.#path('') });
  }

  connect(body: { readonly Container: string; readonly EndpointConfig: NewEndpoint }): Promise<void> {
    return this.calls.finish({ method: 'POST', path: this.#path('/connect'), body: jsonOf(body) });
  }

  disconnect(body: { readonly Container: string; readonly Force: boolean }): Promise<void> {
    return this.calls.finish({ method: 'POST', path: this.#path('/disconnect'), body: jsonOf(body) });
  }

  remove(): Promise<void> {
    return this.calls.finish({ method: 'DELETE', path: this.#path('') });
  }

  #path(rest: string): string {
    return `/networks/${encodeURIComponent(this.id)}${rest}`;
  }
}

export class VolumeHandle {
  constructor(
    private readonly calls: DockerCalls,
    private readonly name: string,
  ) {}

  async inspect(): Promise<{ readonly Name: string }> {
    return await this.calls.json({ method: 'GET', path: this.#path() });
  }

  remove(): Promise<void> {
    return this.calls.finish({ method: 'DELETE', path: this.#path() });
  }

  #path(): string {
    return `/volumes/${encodeURIComponent(this.name)}`;
  }
}

/** A node of a swarm; only managers answer. */
export class NodeHandle {
  constructor(
    private readonly calls: DockerCalls,
    private readonly id: string,
  ) {}

  /** `version` is the index that was read with the specification: the engine refuses a change of an older one. */
  update(version: number, specification: object): Promise<void> {
    return this.calls.finish({
      method: 'POST',
      path: `/nodes/${encodeURIComponent(this.id)}/update`,
      query: { version },
      body: jsonOf(specification),
    });
  }

  remove(query: { readonly force?: boolean } = {}): Promise<void> {
    return this.calls.finish({ method: 'DELETE', path: `/nodes/${encodeURIComponent(this.id)}`, query });
  }
}
