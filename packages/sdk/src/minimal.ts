import { connectionOf, pipelineDeps, type BasicOptions, type Connection } from './calls.js';
import { noReason } from './failures.js';
import { compose, type Interceptor } from './interceptors.js';
import { authenticating, exchange } from './pipeline.js';
import { checkVersion } from './versioning.js';

/** Requests as they are: one version, and one attempt. */
export type MinimalOptions = BasicOptions & {
  /** `1.14`; there is no negotiation. */
  readonly microversion: string;
  /** Steps around each request, the first being the outermost; the last sees address and token. */
  readonly interceptors?: readonly Interceptor[] | undefined;
};

/**
 * Connects as `connect` does, for bundles in which each kilobyte counts: without negotiation of the version, without retries and keys, without a log,
 * and without words for the failures of sockets.
 * @throws {MagnumError} (`invalid-address`, `invalid-microversion`) for options that are none
 * @example
 * const connection = connectMinimal({ endpoint: 'https://magnum.example/v1', token, microversion: '1.14' });
 * const bays = await connection.list('/v1/bays', {}).toArray();
 */
export function connectMinimal(options: MinimalOptions): Connection {
  const deps = pipelineDeps(options, noReason);
  const version = checkVersion(options.microversion);
  const versions = { negotiate: async () => version, keepsKeys: false, askForKeys: async () => undefined };
  const send = compose([authenticating(deps), ...(options.interceptors ?? [])], (request) => exchange(deps, request));
  return connectionOf({ runtime: deps.runtime, versions, send, sendsKeys: false });
}
