import type { components } from '@magnum-ts/openapi';
import {
  createManifest,
  deleteManifest,
  getManifest,
  listManifests,
  replaceManifest,
  type ManifestSource,
  type ManifestView,
} from '../app/manifests.js';
import type { JsonObject } from '../domain/json.js';
import type { ManifestKind } from '../domain/manifest.js';
import { bodyOf, textField } from './http/fields.js';
import type { Call, Handler } from './http/handler.js';
import { locationOf, resourceLinks, wireTime } from './http/links.js';
import { pageOf } from './http/pagination.js';
import { patchResource } from './http/patch.js';

type Wire = JsonObject & { readonly uuid: string };

/** What differs between pods, services and replication controllers. */
interface Noun {
  readonly kind: ManifestKind;
  readonly collection: 'pods' | 'services' | 'rcs';
  /** Name of the schema that patches are checked against. */
  readonly schema: 'Pod' | 'Service' | 'ReplicationController';
  readonly param: string;
  fields(view: ManifestView): JsonObject;
}

interface ManifestHandlers {
  readonly list: Handler;
  readonly listDetail: Handler;
  readonly get: Handler;
  readonly create: Handler;
  readonly update: Handler;
  readonly delete: Handler;
}

/** The bay is `bay_ident` in the query, or the segment after the identifier: docs/contract/endpoints.md#kubernetes-objects. */
function manifestHandlers(noun: Noun): ManifestHandlers {
  const { kind, collection } = noun;
  const place = (call: Call) => ({ kind, bay: bayOf(call), ident: call.params[noun.param] ?? '' });
  const list =
    (shown: (call: Call, view: ManifestView) => Wire): Handler =>
    async (deps, call) => {
      // Limits and order are checked, and the whole list is answered (docs/contract/lists.md#paging): a next page would be the same again.
      await pageOf(deps, call, async () => undefined);
      const views = await listManifests(deps, call.access, place(call), call.signal());
      return { body: { [collection]: views.map((view) => shown(call, view)) } };
    };
  const full = (call: Call, view: ManifestView): Wire => presentManifest(noun, call, view);
  return {
    list: list((call, view) => summary(full(call, view))),
    listDetail: list(full),
    get: async (deps, call) => ({ body: full(call, await getManifest(deps, call.access, place(call), call.signal())) }),
    create: async (deps, call) => {
      const body = bodyOf(call);
      const wanted = { kind, bay: textField(body, 'bay_uuid') ?? '', ...sourceIn(body) };
      const view = await createManifest(deps, call.access, wanted, call.signal());
      return { body: full(call, view), location: locationOf(call.baseUrl, collection, view.report.uid) };
    },
    update: async (deps, call) => {
      // Mitaka's way: the patch is applied to a document that has these two fields only.
      const source = sourceIn(patchResource(noun.schema, { manifest: null, manifest_url: null }, call));
      return { body: full(call, await replaceManifest(deps, call.access, { ...place(call), ...source }, call.signal())) };
    },
    delete: async (deps, call) => {
      await deleteManifest(deps, call.access, place(call), call.signal());
      return {};
    },
  };
}

const pods = manifestHandlers({
  kind: 'pod',
  collection: 'pods',
  schema: 'Pod',
  param: 'pod_ident',
  fields: ({ report }): Pick<components['schemas']['Pod'], 'desc' | 'images' | 'status' | 'host'> & JsonObject => ({
    desc: null,
    images: [...report.images],
    status: report.status,
    host: report.host,
  }),
});
const services = manifestHandlers({
  kind: 'service',
  collection: 'services',
  schema: 'Service',
  param: 'service_ident',
  fields: ({ report }) => ({ selector: { ...report.selector }, ip: report.ip, ports: [...report.ports] }),
});
const controllers = manifestHandlers({
  kind: 'rc',
  collection: 'rcs',
  schema: 'ReplicationController',
  param: 'rc_ident',
  fields: ({ report }) => ({ images: [...report.images], replicas: report.replicas }),
});

export const kubernetesHandlers = {
  listPods: pods.list,
  listPodsDetail: pods.listDetail,
  getPod: pods.get,
  createPod: pods.create,
  updatePod: pods.update,
  deletePod: pods.delete,
  getPodOfBay: pods.get,
  updatePodOfBay: pods.update,
  deletePodOfBay: pods.delete,
  listServices: services.list,
  listServicesDetail: services.listDetail,
  getService: services.get,
  createService: services.create,
  updateService: services.update,
  deleteService: services.delete,
  getServiceOfBay: services.get,
  updateServiceOfBay: services.update,
  deleteServiceOfBay: services.delete,
  listReplicationControllers: controllers.list,
  listReplicationControllersDetail: controllers.listDetail,
  getReplicationController: controllers.get,
  createReplicationController: controllers.create,
  updateReplicationController: controllers.update,
  deleteReplicationController: controllers.delete,
  getReplicationControllerOfBay: controllers.get,
  updateReplicationControllerOfBay: controllers.update,
  deleteReplicationControllerOfBay: controllers.delete,
} satisfies Record<string, Handler>;

function bayOf(call: Call): string {
  return call.params['bay_ident'] ?? textField(call.query, 'bay_ident') ?? '';
}

function sourceIn(body: JsonObject): ManifestSource {
  return { manifest: textField(body, 'manifest'), manifestUrl: textField(body, 'manifest_url') };
}

function presentManifest(noun: Noun, call: Call, view: ManifestView): Wire {
  const { report, bayId } = view;
  return {
    uuid: report.uid,
    name: report.name,
    bay_uuid: bayId,
    labels: { ...report.labels },
    ...noun.fields(view),
    links: [...resourceLinks(call.baseUrl, noun.collection, report.uid)],
    created_at: wireTime(new Date(report.createdAt)),
    updated_at: null,
  };
}

function summary(full: Wire): Wire {
  const { created_at: _created, updated_at: _updated, ...rest } = full;
  return rest as Wire; // what is left has its uuid
}
