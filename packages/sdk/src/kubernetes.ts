import { collection } from './collection.js';
import type { Connection } from './calls.js';
import type { Call } from './call.js';
import type { Listing } from './pages.js';
import type { ChangesOf } from './patch.js';
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
  /** All objects; these lists have no pages. */
  list(bay: string, options?: CallOptions): Listing<Summary>;
  listDetail(bay: string, options?: CallOptions): Listing<Full>;
  get(bay: string, ident: string, options?: CallOptions): Call<Full>;
  create(body: ManifestCreate, options?: CallOptions): Call<Full>;
  /** Replaces the object by another `manifest` or `manifest_url`. */
  update(bay: string, ident: string, changes: ChangesOf<'Pod'> | JsonPatch, options?: CallOptions): Call<Full>;
  delete(bay: string, ident: string, options?: CallOptions): Call<void>;
}

export type Pods = KubernetesObjects<Pod, PodSummary>;
export type KubernetesServices = KubernetesObjects<KubernetesService, KubernetesServiceSummary>;
export type ReplicationControllers = KubernetesObjects<ReplicationController, ReplicationControllerSummary>;

export function pods({ raw }: Connection): Pods {
  return objects(raw, 'pods');
}

export function kubernetesServices({ raw }: Connection): KubernetesServices {
  return objects(raw, 'services');
}

export function replicationControllers({ raw }: Connection): ReplicationControllers {
  return objects(raw, 'rcs');
}

function objects<Full, Summary>(raw: Connection['raw'], name: 'pods' | 'services' | 'rcs'): KubernetesObjects<Full, Summary> {
  const ofBay = (bay?: string) => collection<Full, Summary, ManifestCreate, ChangesOf<'Pod'>>(raw, name, { bay_ident: bay });
  return {
    list: (bay, options) => ofBay(bay).list({}, options),
    listDetail: (bay, options) => ofBay(bay).listDetail({}, options),
    get: (bay, ident, options) => ofBay(bay).get(ident, options),
    create: (body, options) => ofBay().create(body, options),
    update: (bay, ident, changes, options) => ofBay(bay).update(ident, changes, options),
    delete: (bay, ident, options) => ofBay(bay).delete(ident, options),
  };
}
