import { collection, type Collection } from './collection.js';
import type { ChangesOf } from './patch.js';
import { dataOf, type Transport } from './transport.js';
import type { BayListQuery, CallOptions, Container, ContainerCreate, ContainerSummary } from './types.js';

/** Containers in Swarm bays. A container that `create` has made is stopped until it is started. */
export interface Containers extends Collection<
  Container,
  ContainerSummary,
  ContainerCreate,
  ChangesOf<'Container'>,
  BayListQuery
> {
  start(ident: string, options?: CallOptions): Promise<void>;
  stop(ident: string, options?: CallOptions): Promise<void>;
  reboot(ident: string, options?: CallOptions): Promise<void>;
  pause(ident: string, options?: CallOptions): Promise<void>;
  unpause(ident: string, options?: CallOptions): Promise<void>;
  /** The output of the container so far, both streams. */
  logs(ident: string, options?: CallOptions): Promise<string>;
  /** Runs a command in the container and returns the command's output. */
  execute(ident: string, command: string, options?: CallOptions): Promise<string>;
}

type Action = 'start' | 'stop' | 'reboot' | 'pause' | 'unpause';

export function containers({ http, init, raw }: Transport): Containers {
  const at = (container_ident: string) => ({ params: { path: { container_ident } } });
  const act =
    (action: Action) =>
    async (ident: string, options?: CallOptions): Promise<void> => {
      await http.PUT(`/v1/containers/{container_ident}/${action}`, { ...at(ident), ...init(options) });
    };
  return {
    ...collection(raw, 'containers'),
    start: act('start'),
    stop: act('stop'),
    reboot: act('reboot'),
    pause: act('pause'),
    unpause: act('unpause'),
    logs: async (ident, options) =>
      (await dataOf(http.GET('/v1/containers/{container_ident}/logs', { ...at(ident), ...init(options) }))).output,
    execute: async (ident, command, options) => {
      const params = { path: { container_ident: ident }, query: { command } };
      return (await dataOf(http.PUT('/v1/containers/{container_ident}/execute', { params, ...init(options) }))).output;
    },
  };
}
