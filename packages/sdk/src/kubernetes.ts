import { fieldOf, listOf } from './errors.js';
import { listing, type Listing } from './pages.js';
import { patchOf, type Changes } from './patch.js';
import type { RawCall, Transport } from './transport.js';
import type {
  CallOptions,
  JsonPatch,
  KubernetesService,
  KubernetesServiceSummary,
  ManifestCreate,
  Pod,
  PodSummary,
  ReplicationController,
  ReplicationControllerSummary,
} from './types.js';

/** Objects of one kind in a Kubernetes bay. `bay`: UUID or name; `ident`: Kubernetes' uid, or the name. */
export interface KubernetesObjects<Full, Summary> {
  /** All of them: Kubernetes' lists have no pages here. */
  list(bay: string, options?: CallOptions): Listing<Summary>;
  listDetail(bay: string, options?: CallOptions): Listing<Full>;
  get(bay: string, ident: string, options?: CallOptions): Promise<Full>;
  create(body: ManifestCreate, options?: CallOptions): Promise<Full>;
  /** Replaces it by another `manifest` or `manifest_url`. */
  update(bay: string, ident: string, changes: Changes | JsonPatch, options?: CallOptions): Promise<Full>;
  delete(bay: string, ident: string, options?: CallOptions): Promise<void>;
}

export type Pods = KubernetesObjects<Pod, PodSummary>;
export type KubernetesServices = KubernetesObjects<KubernetesService, KubernetesServiceSummary>;
export type ReplicationControllers = KubernetesObjects<ReplicationController, ReplicationControllerSummary>;

export function pods(transport: Transport): Pods {
  return objects(transport, 'pods');
}

export function kubernetesServices(transport: Transport): KubernetesServices {
  return objects(transport, 'services');
}

export function replicationControllers(transport: Transport): ReplicationControllers {
  return objects(transport, 'rcs');
}

/** The three have the same calls; what they answer is what the spec says of each collection. */
function objects<Full, Summary>(
  { raw }: Pick<Transport, 'raw'>,
  collection: 'pods' | 'services' | 'rcs',
): KubernetesObjects<Full, Summary> {
  const place = (ident: string): string => `/v1/${collection}/${encodeURIComponent(ident)}`;
  const one = async (call: RawCall, options?: CallOptions): Promise<Full> => (await raw(call, options)) as Full; // the spec's schema
  const all = <T>(path: string, bay: string, options?: CallOptions): Listing<T> =>
    listing(async () => {
      const page = await raw({ method: 'GET', path, query: { bay_ident: bay } }, options);
      return { items: listOf(fieldOf(page, collection)) as readonly T[] }; // the spec's schema
    });
  return {
    list: (bay, options) => all(`/v1/${collection}`, bay, options),
    listDetail: (bay, options) => all(`/v1/${collection}/detail`, bay, options),
    get: (bay, ident, options) => one({ method: 'GET', path: place(ident), query: { bay_ident: bay } }, options),
    create: (body, options) => one({ method: 'POST', path: `/v1/${collection}`, body }, options),
    update: (bay, ident, changes, options) =>
      one({ method: 'PATCH', path: place(ident), query: { bay_ident: bay }, body: patchOf(changes) }, options),
    delete: async (bay, ident, options) => {
      await raw({ method: 'DELETE', path: place(ident), query: { bay_ident: bay } }, options);
    },
  };
}
