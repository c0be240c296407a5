import { collection, type Collection } from './collection.js';
import type { ChangesOf } from './patch.js';
import { mapCall, type Call } from './call.js';
import type { Connection } from './calls.js';
import type { BayListQuery, CallOptions, Container, ContainerCreate, ContainerSummary } from './types.js';

/** Containers in Swarm bays. A container that `create` has made is stopped until it is started. */
export interface Containers extends Collection<
  Container,
  ContainerSummary,
  ContainerCreate,
  ChangesOf<'Container'>,
  BayListQuery
> {
  start(ident: string, options?: CallOptions): Call<void>;
  stop(ident: string, options?: CallOptions): Call<void>;
  reboot(ident: string, options?: CallOptions): Call<void>;
  pause(ident: string, options?: CallOptions): Call<void>;
  unpause(ident: string, options?: CallOptions): Call<void>;
  /** The output of the container so far, both streams. */
  logs(ident: string, options?: CallOptions): Call<string>;
  /** Runs a command in the container and returns the command's output. */
  execute(ident: string, command: string, options?: CallOptions): Call<string>;
}

type Action = 'start' | 'stop' | 'reboot' | 'pause' | 'unpause';

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
