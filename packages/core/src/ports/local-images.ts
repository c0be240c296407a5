import type { Readable } from 'node:stream';

/** Images of a container engine beside this service: nodes get them from there, without a registry. */
export interface LocalImages {
  /**
   * The image as a tar, as `docker save` writes it. Errors: `image-not-found` with field `image`; `not-supported` where no engine stands
   * beside the service; what ends the signal.
   */
  save(image: string, signal: AbortSignal): Promise<Readable>;
  /**
   * Gives a node such a tar, on the standard input of a command that runs on its server; for engines that take no images over their API. Errors:
   * `not-supported` where servers are not containers beside the service; `engine-unavailable`; `engine-failed` with the words of the command.
   */
  loadOnto(node: NodeImport, save: () => Promise<Readable>, signal: AbortSignal): Promise<void>;
}

export interface NodeImport {
  readonly name: string;
  readonly serverId: string;
  /** A program with its arguments. */
  readonly command: readonly string[];
}
