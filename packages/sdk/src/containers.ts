import { listing, type Listing } from './pages.js';
import { patchOf, type Changes } from './patch.js';
import { dataOf, type Transport } from './transport.js';
import type { BayListQuery, CallOptions, Container, ContainerCreate, ContainerSummary, JsonPatch } from './types.js';

export interface Containers {
  list(query?: BayListQuery, options?: CallOptions): Listing<ContainerSummary>;
  listDetail(query?: BayListQuery, options?: CallOptions): Listing<Container>;
  get(ident: string, options?: CallOptions): Promise<Container>;
  /** The container is stopped until it is started. */
  create(body: ContainerCreate, options?: CallOptions): Promise<Container>;
  update(ident: string, changes: Changes | JsonPatch, options?: CallOptions): Promise<Container>;
  delete(ident: string, options?: CallOptions): Promise<void>;
  start(ident: string, options?: CallOptions): Promise<void>;
  stop(ident: string, options?: CallOptions): Promise<void>;
  reboot(ident: string, options?: CallOptions): Promise<void>;
  pause(ident: string, options?: CallOptions): Promise<void>;
  unpause(ident: string, options?: CallOptions): Promise<void>;
  /** What it has written, both streams. */
  logs(ident: string, options?: CallOptions): Promise<string>;
  /** Runs a command in it; answers what that has written. */
  execute(ident: string, command: string, options?: CallOptions): Promise<string>;
}

type Action = 'start' | 'stop' | 'reboot' | 'pause' | 'unpause';

export function containers({ http, init }: Transport): Containers {
  const place = (container_ident: string): { params: { path: { container_ident: string } } } => ({
    params: { path: { container_ident } },
  });
  const act =
    (action: Action) =>
    async (ident: string, options?: CallOptions): Promise<void> => {
      await http.PUT(`/v1/containers/{container_ident}/${action}`, { ...place(ident), ...init(options) });
    };
  return {
    list: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(http.GET('/v1/containers', { params: { query: { ...query, ...next } }, ...init(options) }));
        return { items: page.containers, next: page.next };
      }),
    listDetail: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(
          http.GET('/v1/containers/detail', { params: { query: { ...query, ...next } }, ...init(options) }),
        );
        return { items: page.containers, next: page.next };
      }),
    get: (ident, options) => dataOf(http.GET('/v1/containers/{container_ident}', { ...place(ident), ...init(options) })),
    create: (body, options) => dataOf(http.POST('/v1/containers', { body, ...init(options) })),
    update: (ident, changes, options) =>
      dataOf(http.PATCH('/v1/containers/{container_ident}', { ...place(ident), body: patchOf(changes), ...init(options) })),
    delete: async (ident, options) => {
      await http.DELETE('/v1/containers/{container_ident}', { ...place(ident), ...init(options) });
    },
    start: act('start'),
    stop: act('stop'),
    reboot: act('reboot'),
    pause: act('pause'),
    unpause: act('unpause'),
    logs: async (ident, options) =>
      (await dataOf(http.GET('/v1/containers/{container_ident}/logs', { ...place(ident), ...init(options) }))).output,
    execute: async (ident, command, options) => {
      const params = { path: { container_ident: ident }, query: { command } };
      return (await dataOf(http.PUT('/v1/containers/{container_ident}/execute', { params, ...init(options) }))).output;
    },
  };
}
