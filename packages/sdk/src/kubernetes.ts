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
  /**
   * All objects; these lists have no pages.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const pods = await magnum.pods.list('web').toArray();
   */
  list(bay: string, options?: CallOptions): Listing<Summary>;
  /**
   * As `list`, with all fields.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * for await (const pod of magnum.pods.listDetail('web')) console.log(pod.name, pod.status);
   */
  listDetail(bay: string, options?: CallOptions): Listing<Full>;
  /**
   * One object with all fields.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const pod = await magnum.pods.get('web', 'nginx');
   */
  get(bay: string, ident: string, options?: CallOptions): Call<Full>;
  /**
   * Creates an object of a `manifest` (a text in YAML or JSON) or of the one at `manifest_url`.
   * @throws {BadRequestError} for a manifest that Kubernetes does not take
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.pods.create({ bay_uuid: 'web', manifest });
   */
  create(body: ManifestCreate, options?: CallOptions): Call<Full>;
  /**
   * Replaces the object by another `manifest` or `manifest_url`.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.pods.update('web', 'nginx', { manifest });
   */
  update(bay: string, ident: string, changes: ChangesOf<'Pod'> | JsonPatch, options?: CallOptions): Call<Full>;
  /**
   * Deletes the object.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.pods.delete('web', 'nginx');
   */
  delete(bay: string, ident: string, options?: CallOptions): Call<void>;
}

export type Pods = KubernetesObjects<Pod, PodSummary>;
export type KubernetesServices = KubernetesObjects<KubernetesService, KubernetesServiceSummary>;
export type ReplicationControllers = KubernetesObjects<ReplicationController, ReplicationControllerSummary>;

/**
 * The calls of pods over a connection; `magnum.pods` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await pods(connection).get('web', 'nginx');
 */
export function pods({ raw }: Connection): Pods {
  return objects(raw, 'pods');
}

/**
 * The calls of services of Kubernetes over a connection; `magnum.kubernetesServices` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await kubernetesServices(connection).get('web', 'nginx');
 */
export function kubernetesServices({ raw }: Connection): KubernetesServices {
  return objects(raw, 'services');
}

/**
 * The calls of replication controllers over a connection; `magnum.replicationControllers` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await replicationControllers(connection).get('web', 'nginx');
 */
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
