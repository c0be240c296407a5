import type {
  CoreV1Api,
  V1ObjectMeta,
  V1Pod,
  V1PodSpec,
  V1ReplicationController,
  V1Service,
  V1ServicePort,
} from '@kubernetes/client-node';
import type { JsonObject } from '../../../domain/json.js';
import type { ManifestKind, ManifestReport } from '../../../domain/manifest.js';

interface KubernetesObject {
  metadata?: V1ObjectMeta;
}
export interface KubernetesList<T> {
  readonly items: readonly T[];
  readonly metadata?: { readonly _continue?: string };
}
/** Members of a list. Throws where a server answers with anything else, as a tenant's may. */
export function itemsOf<T>(list: { readonly items?: readonly T[] }): readonly T[] {
  if (!Array.isArray(list.items)) throw new Error('its answer is no list');
  return list.items;
}

interface ListQuery {
  readonly namespace: string;
  readonly limit: number;
  readonly _continue?: string;
}
interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** Calls and report of one kind of object. */
export interface Kind<T extends KubernetesObject> {
  readonly kind: ManifestKind;
  list(api: CoreV1Api, query: ListQuery): Promise<KubernetesList<T>>;
  read(api: CoreV1Api, place: Named): Promise<T>;
  create(api: CoreV1Api, namespace: string, body: T): Promise<T>;
  replace(api: CoreV1Api, place: Named, body: T): Promise<T>;
  delete(api: CoreV1Api, place: Named): Promise<unknown>;
  /** Fields of the present object that a replacement must repeat. */
  carryOver?(current: T, next: T): void;
  report(object: T): Partial<ManifestReport>;
}

export const podKind: Kind<V1Pod> = {
  kind: 'pod',
  list: (api, query) => api.listNamespacedPod(query),
  read: (api, place) => api.readNamespacedPod(place),
  create: (api, namespace, body) => api.createNamespacedPod({ namespace, body }),
  replace: (api, place, body) => api.replaceNamespacedPod({ ...place, body }),
  delete: (api, place) => api.deleteNamespacedPod(place),
  // A pod that has been placed keeps its node: the server refuses a replacement without it.
  carryOver: (current, next) => {
    if (next.spec && current.spec)
      next.spec = { ...current.spec, ...next.spec, containers: mergedContainers(current.spec, next.spec) };
  },
  report: (pod) => ({
    images: imagesOf(pod.spec),
    status: pod.status?.phase ?? null,
    host: pod.spec?.nodeName ?? null,
  }),
};

/** Kubernetes adds a container's defaults, and refuses a replacement without them. */
function mergedContainers(current: V1PodSpec, next: V1PodSpec): V1PodSpec['containers'] {
  return next.containers.map((container) => ({
    ...current.containers.find(({ name }) => name === container.name),
    ...container,
  }));
}

export const serviceKind: Kind<V1Service> = {
  kind: 'service',
  list: (api, query) => api.listNamespacedService(query),
  read: (api, place) => api.readNamespacedService(place),
  create: (api, namespace, body) => api.createNamespacedService({ namespace, body }),
  replace: (api, place, body) => api.replaceNamespacedService({ ...place, body }),
  delete: (api, place) => api.deleteNamespacedService(place),
  carryOver: (current, next) => {
    // The address of a service never changes.
    const { clusterIP, clusterIPs } = current.spec ?? {};
    if (next.spec) next.spec = { ...(clusterIP ? { clusterIP } : {}), ...(clusterIPs ? { clusterIPs } : {}), ...next.spec };
  },
  report: (service) => ({
    selector: { ...service.spec?.selector },
    ip: service.spec?.clusterIP ?? null,
    ports: (service.spec?.ports ?? []).map(portOf),
  }),
};

export const replicationControllerKind: Kind<V1ReplicationController> = {
  kind: 'rc',
  list: (api, query) => api.listNamespacedReplicationController(query),
  read: (api, place) => api.readNamespacedReplicationController(place),
  create: (api, namespace, body) => api.createNamespacedReplicationController({ namespace, body }),
  replace: (api, place, body) => api.replaceNamespacedReplicationController({ ...place, body }),
  // Its pods are deleted too, as by Kubernetes' own command; by default the API would leave them.
  delete: (api, place) => api.deleteNamespacedReplicationController({ ...place, propagationPolicy: 'Background' }),
  report: (controller) => ({
    images: imagesOf(controller.spec?.template?.spec),
    selector: { ...controller.spec?.selector },
    replicas: controller.spec?.replicas ?? null,
  }),
};

function imagesOf(spec: V1PodSpec | undefined): readonly string[] {
  return (spec?.containers ?? []).flatMap(({ image }) => (image ? [image] : []));
}

/** A port without a name gets one, as Mitaka's did (docs/contract/resources.md#manifests). */
function portOf(port: V1ServicePort): JsonObject {
  return {
    name: port.name ?? 'k8s-service',
    port: port.port,
    protocol: port.protocol ?? 'TCP',
    target_port: port.targetPort ?? null,
    node_port: port.nodePort ?? null,
  };
}
