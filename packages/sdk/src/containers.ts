import { collection, type Collection } from './collection.js';
import type { ChangesOf } from './patch.js';
import { mapCall, type Call } from './call.js';
import type { Connection } from './calls.js';
import type { NodeListQuery, CallOptions, Container, ContainerCreate, ContainerSummary } from './types.js';

/** Containers in Swarm bays. A container that `create` has made is stopped until it is started. */
export interface Containers extends Collection<
  Container,
  ContainerSummary,
  ContainerCreate,
  ChangesOf<'Container'>,
  NodeListQuery
> {
  /**
   * Starts a container that is stopped.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} (`bay-not-reachable`) where the bay's engine does not answer
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.containers.start('web-1');
   */
  start(ident: string, options?: CallOptions): Call<void>;
  /**
   * Stops a container; ten seconds after it was asked to, it is killed.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} (`bay-not-reachable`) where the bay's engine does not answer
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.containers.stop('web-1');
   */
  stop(ident: string, options?: CallOptions): Call<void>;
  /**
   * Stops a container and starts it again.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} (`bay-not-reachable`) where the bay's engine does not answer
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.containers.reboot('web-1');
   */
  reboot(ident: string, options?: CallOptions): Call<void>;
  /**
   * Suspends all processes of a container.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} (`bay-not-reachable`) where the bay's engine does not answer
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.containers.pause('web-1');
   */
  pause(ident: string, options?: CallOptions): Call<void>;
  /**
   * Continues a container that is paused.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} (`bay-not-reachable`) where the bay's engine does not answer
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.containers.unpause('web-1');
   */
  unpause(ident: string, options?: CallOptions): Call<void>;
  /**
   * The output of the container so far, both streams.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} (`bay-not-reachable`) where the bay's engine does not answer
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const output = await magnum.containers.logs('web-1');
   */
  logs(ident: string, options?: CallOptions): Call<string>;
  /**
   * Runs a command in the container and returns the command's output. Its attempt may take ten minutes (`timeout` of the client).
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} (`bay-not-reachable`) where the bay's engine does not answer
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const listing = await magnum.containers.execute('web-1', 'ls -l /');
   */
  execute(ident: string, command: string, options?: CallOptions): Call<string>;
}

type Action = 'start' | 'stop' | 'reboot' | 'pause' | 'unpause';

/**
 * The calls of containers over a connection; `magnum.containers` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await containers(connection).get('web-1');
 */
export function containers({ request, raw }: Connection): Containers {
  const at = (container_ident: string) => ({ params: { container_ident } });
  const act =
    (action: Action) =>
    (ident: string, options?: CallOptions): Call<void> =>
      mapCall(request('PUT', `/v1/containers/{container_ident}/${action}`, at(ident), options), () => undefined);
  return {
    ...collection(raw, 'containers'),
    start: act('start'),
    stop: act('stop'),
    reboot: act('reboot'),
    pause: act('pause'),
    unpause: act('unpause'),
    logs: (ident, options) =>
      mapCall(request('GET', '/v1/containers/{container_ident}/logs', at(ident), options), ({ output }) => output),
    execute: (ident, command, options) => {
      const input = { ...at(ident), query: { command } };
      return mapCall(request('PUT', '/v1/containers/{container_ident}/execute', input, options), ({ output }) => output);
    },
  };
}
