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
import { flagField, mapField, numberField, textField } from './fields.js';
import type { Answer, Call, Handler } from './handler.js';
import { locationOf, resourceLinks, wireTime, wireTimeOrNull } from './links.js';
import { collectionBody, pageOf } from './pagination.js';
import { patched } from './patching.js';

const COLLECTION = 'baymodels';
type Wire = components['schemas']['BayModel'];

const list =
  (path: string): Handler =>
  async (deps, call) => {
    const page = await pageOf(deps, call, (marker) => getBayModel(deps, { ...call.access, action: 'baymodel:get' }, marker));
    const models = await listBayModels(deps, call.access, page);
    return {
      body: collectionBody(
        call,
        page,
        { name: COLLECTION, path },
        models.map((model) => present(call, model)),
      ),
    };
  };

export const bayModelHandlers = {
  listBayModels: list(COLLECTION),
  listBayModelsDetail: list(`${COLLECTION}/detail`),
  getBayModel: async (deps, call) => ({ body: present(call, await getBayModel(deps, call.access, identOf(call))) }),
  createBayModel: async (deps, call): Promise<Answer> => {
    const model = await createBayModel(deps, call.access, parse(bodyOf(call)), call.signal);
    return { body: present(call, model), location: locationOf(call.baseUrl, COLLECTION, model.id) };
  },
  updateBayModel: async (deps, call) => {
    const change = (model: BayModel): BayModelFields => parse(patched('BayModel', present(call, model), call.body));
    return { body: present(call, await updateBayModel(deps, call.access, identOf(call), change, call.signal)) };
  },
  deleteBayModel: async (deps, call) => {
    await deleteBayModel(deps, call.access, identOf(call));
    return {};
  },
} satisfies Record<string, Handler>;

function identOf(call: Call): string {
  return call.params['baymodel_ident'] ?? '';
}

function bodyOf(call: Call): JsonObject {
  // The body of a create was checked against an object schema.
  return (call.body ?? {}) as JsonObject;
}

function parse(body: JsonObject): BayModelFields {
  const imageId = textField(body, 'image_id');
  if (imageId === null)
    throw new DomainError('invalid-parameter', {
      field: 'image_id',
      message: 'Invalid input for field/attribute image_id. Mandatory field missing.',
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
    driver: null,
  };
}

function present(call: Call, model: BayModel): Wire & JsonObject & { readonly uuid: string } {
  const wire: Wire = {
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
    labels: { ...model.labels },
    tls_disabled: model.tlsDisabled,
    public: model.public,
    hidden: model.hidden,
    server_type: model.serverType,
    master_lb_enabled: model.masterLbEnabled,
    floating_ip_enabled: model.floatingIpEnabled,
    tags: model.tags,
    links: [...resourceLinks(call.baseUrl, COLLECTION, model.id)],
    created_at: wireTime(model.createdAt),
    updated_at: wireTimeOrNull(model.updatedAt),
  };
  return wire as Wire & JsonObject & { readonly uuid: string }; // the wire type is JSON by the spec
}
