import type { Readable } from 'node:stream';
import type { Bounds } from '../http/bounded-http.js';
import { DockerCalls, type DockerConnection } from './calls.js';
import { jsonOf, tarOf } from './request.js';
import { ContainerHandle, NetworkHandle, NodeHandle, VolumeHandle } from './handles.js';
import type {
  ContainerSummary,
  EngineInfo,
  Labels,
  ListQuery,
  NetworkSummary,
  NewContainer,
  NewNetwork,
  Volume,
} from './resources.js';

/**
 * A client of Docker Engine's API, as far as it is used here. It is written by hand because the usual library brings clients of
 * SSH and gRPC with native code, which nothing here calls, and collects any answer without a limit: the engine of a bay belongs to
 * a tenant, who may let it answer without end. Every call goes through `exchange`, so that it keeps its bounds.
 *
 * Errors of every call: `DockerRefusal` for an answer outside 200 to 299, `AnswerTooLargeError`, the reason of the bounds' signal,
 * and the socket's own errors. Source: Docker Engine API 1.41; no version is written in the paths, so each engine speaks its newest.
 */
export class DockerClient {
  readonly #calls: DockerCalls;

  /** `boundsOf` is asked before each call: several calls may share one allowance, or each have its own. */
  constructor(
    private readonly connection: DockerConnection,
    boundsOf: () => Bounds,
  ) {
    this.#calls = new DockerCalls(connection, boundsOf);
  }

  /** The same engine under other bounds. */
  within(bounds: Bounds): DockerClient {
    return new DockerClient(this.connection, () => bounds);
  }

  getContainer(id: string): ContainerHandle {
    return new ContainerHandle(this.#calls, id);
  }

  getNetwork(id: string): NetworkHandle {
    return new NetworkHandle(this.#calls, id);
  }

  getVolume(name: string): VolumeHandle {
    return new VolumeHandle(this.#calls, name);
  }

  /** A node of the swarm. */
  getNode(id: string): NodeHandle {
    return new NodeHandle(this.#calls, id);
  }

  async ping(): Promise<void> {
    await this.#calls.finish({ method: 'GET', path: '/_ping' });
  }

  async info(): Promise<EngineInfo> {
    return await this.#calls.json({ method: 'GET', path: '/info' });
  }

  async listContainers(query: ListQuery = {}): Promise<readonly ContainerSummary[]> {
    return await this.#calls.json({ method: 'GET', path: '/containers/json', query });
  }

  async createContainer({ name, ...body }: NewContainer): Promise<ContainerHandle> {
    const made = await this.#calls.json<{ readonly Id: string }>({
      method: 'POST',
      path: '/containers/create',
      query: { name },
      body: jsonOf(body),
    });
    return this.getContainer(made.Id);
  }

  async listNetworks(query: ListQuery = {}): Promise<readonly NetworkSummary[]> {
    return await this.#calls.json({ method: 'GET', path: '/networks', query });
  }

  async createNetwork(body: NewNetwork): Promise<NetworkHandle> {
    const made = await this.#calls.json<{ readonly Id: string }>({
      method: 'POST',
      path: '/networks/create',
      body: jsonOf(body),
    });
    return this.getNetwork(made.Id);
  }

  async listVolumes(query: ListQuery = {}): Promise<readonly Volume[]> {
    const { Volumes } = await this.#calls.json<{ readonly Volumes: readonly Volume[] | null }>({
      method: 'GET',
      path: '/volumes',
      query,
    });
    return Volumes ?? [];
  }

  /** The engine answers a second create of a name with the first volume. */
  async createVolume(body: { readonly Name: string; readonly Labels: Labels }): Promise<void> {
    await this.#calls.finish({ method: 'POST', path: '/volumes/create', body: jsonOf(body) });
  }

  async inspectImage(name: string): Promise<ImageDetails> {
    return await this.#calls.json({ method: 'GET', path: `/images/${nameIn(name)}/json` });
  }

  /** The image as a tar archive, as `docker save` writes it. */
  saveImage(name: string): Promise<Readable> {
    return this.#calls.stream({ method: 'GET', path: `/images/${nameIn(name)}/get` });
  }

  /** Several images in one archive, with the layers that they share once. */
  saveImages(names: readonly string[]): Promise<Readable> {
    const query = new URLSearchParams(names.map((name) => ['names', name]));
    return this.#calls.stream({ method: 'GET', path: `/images/get?${query.toString()}` });
  }

  /** Loads an archive of `saveImage`. Answers the progress; see `finishProgress`. */
  loadImage(archive: NodeJS.ReadableStream): Promise<Readable> {
    return this.#calls.stream({ method: 'POST', path: '/images/load', query: { quiet: true }, body: tarOf(archive) });
  }

  /** Answers the progress; see `finishProgress`. Without a tag the engine pulls every tag of the image. */
  pullImage(name: string): Promise<Readable> {
    return this.#calls.stream({ method: 'POST', path: '/images/create', query: { fromImage: name } });
  }

  /** Makes an image of a file system's archive. Answers the progress; see `finishProgress`. */
  importImage(archive: NodeJS.ReadableStream, { repo, tag }: { readonly repo: string; readonly tag: string }): Promise<Readable> {
    return this.#calls.stream({
      method: 'POST',
      path: '/images/create',
      query: { fromSrc: '-', repo, tag },
      body: tarOf(archive),
    });
  }

  /** Answers the progress; see `finishProgress`: the builder answers 200 and reports there what failed. */
  buildImage(context: Buffer | NodeJS.ReadableStream, { name, buildArguments, labels = {} }: BuildOptions): Promise<Readable> {
    // Version 1 is the classic builder: it is part of every engine, while BuildKit's client is not.
    const query = { t: name, version: '1', rm: true, forcerm: true, buildargs: JSON.stringify(buildArguments), labels };
    return this.#calls.stream({ method: 'POST', path: '/build', query, body: tarOf(context) });
  }

  /** The swarm's nodes as the engine sends them: the caller checks them. */
  listNodes(): Promise<unknown> {
    return this.#calls.json({ method: 'GET', path: '/nodes' });
  }

  listTasks(): Promise<unknown> {
    return this.#calls.json({ method: 'GET', path: '/tasks' });
  }
}

export interface BuildOptions {
  readonly name: string;
  readonly buildArguments: Labels;
  readonly labels?: Labels;
}

export interface ImageDetails {
  readonly Id: string;
  readonly Config?: { readonly Labels?: Labels | null };
}

/** Names of images have slashes and colons that belong to the path; everything else is escaped. */
function nameIn(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':').replaceAll('%40', '@');
}
