import type { components } from '@magnum-ts/openapi';
import {
  createBayModel,
  deleteBayModel,
  getBayModel,
  listBayModels,
  updateBayModel,
  type BayModelFields,
} from '../app/bay-models.js';
import type { BayModel, CoeName } from '../domain/bay-model.js';
import { DomainError } from '../domain/errors.js';
import type { JsonObject } from '../domain/json.js';
import type { Problem } from '../domain/labels.js';
import { etagOfModel, requireMatch } from './http/etag.js';
import { bodyOf, flagField, mapField, numberField, textField, wireJson } from './http/fields.js';
import type { Answer, Call, Handler } from './http/handler.js';
import { locationOf, resourceLinks, wireTime, wireTimeOrNull } from './http/links.js';
import { listAnswer } from './http/pages.js';
import { pageOf, writerOf } from './http/pagination.js';
import { patchInTurn, patchResource } from './http/patch.js';
import { BAY_MODELS, type BayModelNames } from './vocabulary.js';

type Wire = components['schemas']['BayModel'];
export type WireModel = JsonObject & { readonly uuid: string };

/** What a wording has of its own. */
export interface BayModelWording {
  readonly names: BayModelNames;
  readonly present: (call: Call, model: BayModel) => WireModel;
  readonly parse: (body: JsonObject) => BayModelFields;
}

/** The handlers of bay models in one wording. */
export function bayModelOperations({ names, present, parse }: BayModelWording) {
  const identOf = (call: Call): string => call.params[names.ident] ?? '';
  const list =
    (path: string): Handler =>
    async (deps, call) => {
      const findMarker = (marker: string): Promise<unknown> => getBayModel(deps, { ...call.access, action: names.look }, marker);
      const page = await pageOf(deps, call, findMarker);
      const place = { name: names.collection, path };
      return listAnswer(call, page, place, {
        read: (portion) => listBayModels(deps, call.access, portion),
        write: writerOf(call, place, (one: BayModel) => present(call, one)),
        findMarker,
      });
    };
  return {
    list: list(names.collection),
    listDetail: list(`${names.collection}/detail`),
    get: async (deps, call) => {
      const model = await getBayModel(deps, call.access, identOf(call));
      return { body: present(call, model), etag: etagOfModel(model) };
    },
    create: async (deps, call): Promise<Answer> => {
      const { model, warnings } = await createBayModel(deps, call.access, parse(bodyOf(call)), call.signal());
      return {
        body: present(call, model),
        location: locationOf(call.baseUrl, names.collection, model.id),
        etag: etagOfModel(model),
        warnings: [...warnings, ...keyWarning(bodyOf(call))],
      };
    },
    update: async (deps, call) => {
      const change = (before: BayModel): Promise<BayModelFields> => {
        requireMatch(call, etagOfModel(before));
        return patchInTurn(call, () => parse(patchResource(names.schema, present(call, before), call)));
      };
      const { model, warnings } = await updateBayModel(deps, call.access, identOf(call), change, call.signal());
      return { body: present(call, model), etag: etagOfModel(model), warnings };
    },
    delete: async (deps, call) => {
      await deleteBayModel(deps, call.access, identOf(call), (model) => requireMatch(call, etagOfModel(model)));
      return {};
    },
  } satisfies Record<string, Handler>;
}

/** Kilo's and Liberty's way to open the nodes. */
function keyWarning(body: JsonObject): readonly Problem[] {
  if (textField(body, 'ssh_authorized_key') === null) return [];
  return [{ field: 'ssh_authorized_key', message: 'accepted, and has no effect: name a keypair_id' }];
}

const operations = bayModelOperations({
  names: BAY_MODELS,
  present,
  // The bay wording has no word for drivers: the usual one is taken, and kept.
  parse: (body) => ({ ...parseModel(body), driver: null }),
});

export const bayModelHandlers = {
  listBayModels: operations.list,
  listBayModelsDetail: operations.listDetail,
  getBayModel: operations.get,
  createBayModel: operations.create,
  updateBayModel: operations.update,
  deleteBayModel: operations.delete,
} satisfies Record<string, Handler>;

/** What both wordings say of a model. */
export function parseModel(body: JsonObject): Omit<BayModelFields, 'driver'> {
  const imageId = textField(body, 'image_id');
  if (imageId === null)
    throw new DomainError('invalid-parameter', {
      field: 'image_id',
      message: 'Invalid input for field/attribute image_id: mandatory field missing.',
    });
  return {
    name: textField(body, 'name'),
    coe: textField(body, 'coe') as CoeName, // one of the schema's enumeration
    imageId,
    keypairId: textField(body, 'keypair_id'),
    externalNetworkId: textField(body, 'external_network_id'),
    fixedNetwork: textField(body, 'fixed_network'),
    fixedSubnet: textField(body, 'fixed_subnet'),
    networkDriver: textField(body, 'network_driver'),
    volumeDriver: textField(body, 'volume_driver'),
    dnsNameserver: textField(body, 'dns_nameserver'),
    apiserverPort: numberField(body, 'apiserver_port'),
    flavorId: textField(body, 'flavor_id'),
    masterFlavorId: textField(body, 'master_flavor_id'),
    dockerVolumeSize: numberField(body, 'docker_volume_size'),
    dockerStorageDriver: textField(body, 'docker_storage_driver'),
    clusterDistro: textField(body, 'cluster_distro'),
    httpProxy: textField(body, 'http_proxy'),
    httpsProxy: textField(body, 'https_proxy'),
    noProxy: textField(body, 'no_proxy'),
    registryEnabled: flagField(body, 'registry_enabled') ?? false,
    insecureRegistry: textField(body, 'insecure_registry'),
    labels: mapField(body, 'labels') ?? {},
    tlsDisabled: flagField(body, 'tls_disabled') ?? false,
    public: flagField(body, 'public') ?? false,
    hidden: flagField(body, 'hidden') ?? false,
    serverType: textField(body, 'server_type') === 'bm' ? 'bm' : 'vm',
    masterLbEnabled: flagField(body, 'master_lb_enabled') ?? false,
    floatingIpEnabled: flagField(body, 'floating_ip_enabled') ?? true,
    tags: textField(body, 'tags'),
  };
}

function present(call: Call, model: BayModel): WireModel {
  const links = [...resourceLinks(call.baseUrl, BAY_MODELS.collection, model.id)];
  return wireJson<'BayModel'>(Object.assign(modelFields(model), { links }));
}

/** Fields that both wordings show; for `Object.assign`, as `summaryFields` of bays. */
export function modelFields(model: BayModel): Omit<Wire, 'links'> {
  return {
    uuid: model.id,
    name: model.name,
    coe: model.coe,
    image_id: model.imageId,
    keypair_id: model.keypairId,
    flavor_id: model.flavorId,
    master_flavor_id: model.masterFlavorId,
    external_network_id: model.externalNetworkId,
    fixed_network: model.fixedNetwork,
    fixed_subnet: model.fixedSubnet,
    network_driver: model.networkDriver,
    volume_driver: model.volumeDriver,
    dns_nameserver: model.dnsNameserver,
    apiserver_port: model.apiserverPort,
    docker_volume_size: model.dockerVolumeSize,
    docker_storage_driver: model.dockerStorageDriver,
    cluster_distro: model.clusterDistro,
    http_proxy: model.httpProxy,
    https_proxy: model.httpsProxy,
    no_proxy: model.noProxy,
    registry_enabled: model.registryEnabled,
    insecure_registry: model.insecureRegistry,
    labels: model.labels,
    tls_disabled: model.tlsDisabled,
    public: model.public,
    hidden: model.hidden,
    server_type: model.serverType,
    master_lb_enabled: model.masterLbEnabled,
    floating_ip_enabled: model.floatingIpEnabled,
    tags: model.tags,
    created_at: wireTime(model.createdAt),
    updated_at: wireTimeOrNull(model.updatedAt),
  };
}
