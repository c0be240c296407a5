import type { Knex } from 'knex';
import type { BayModel, CoeName } from '../../domain/bay-model.js';
import type { BayModelId } from '../../domain/ids.js';
import { isUuid } from '../../domain/ids.js';
import type { BayModelRepository, New, Visibility } from '../../ports/store.js';
import { RowCache } from './row-cache.js';
import { valuesPageOf } from './rows.js';
import {
  columnsOf,
  date,
  dateOrNull,
  flag,
  json,
  number,
  numberOrNull,
  positionsOf,
  text,
  textOrNull,
  valuesOf,
  type Values,
} from './values.js';

const TABLE = 'bay_model';
const COLUMNS = [
  'id',
  'uuid',
  'project_id',
  'user_id',
  'name',
  'coe',
  'image_id',
  'keypair_id',
  'external_network_id',
  'fixed_network',
  'fixed_subnet',
  'network_driver',
  'volume_driver',
  'dns_nameserver',
  'apiserver_port',
  'flavor_id',
  'master_flavor_id',
  'docker_volume_size',
  'docker_storage_driver',
  'cluster_distro',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'registry_enabled',
  'insecure_registry',
  'labels',
  'tls_disabled',
  'public',
  'hidden',
  'server_type',
  'master_lb_enabled',
  'floating_ip_enabled',
  'tags',
  'driver',
  'created_at',
  'updated_at',
] as const;
const at = positionsOf(COLUMNS);
const SORTABLE = Object.fromEntries(COLUMNS.map((name) => [name, name]));
const OF_MODELS = columnsOf(TABLE, COLUMNS);

export function bayModelRepository(db: Knex): BayModelRepository {
  const all = (): Knex.QueryBuilder => db(TABLE).select(db.raw(OF_MODELS));
  const visibleTo = (visible: Visibility): Knex.QueryBuilder => {
    const query = all();
    if (visible.projectId === null) return query;
    const shared = visible.seesHidden ? { public: true } : { public: true, hidden: false };
    return query.where((either) => either.where({ project_id: visible.projectId }).orWhere(shared));
  };
  const asOf = (id: BayModelId, updatedAt: Date | null): Knex.QueryBuilder =>
    db(TABLE).where({ uuid: id, updated_at: updatedAt?.getTime() ?? null });
  return {
    async get(id) {
      const [row] = await valuesOf(all().where({ uuid: id }));
      return row && fromRow(row);
    },
    async getAll(ids) {
      return (await valuesOf(all().whereIn('uuid', [...ids]))).map(fromRow);
    },
    async find(ident, visible) {
      return (await valuesOf(visibleTo(visible).where(isUuid(ident) ? { uuid: ident } : { name: ident }))).map(models.of);
    },
    async findNumber(sequence, visible) {
      return (await valuesOf(visibleTo(visible).where({ id: sequence }))).map(fromRow);
    },
    async list(visible, page) {
      return (await valuesPageOf(visibleTo(visible), db, TABLE, page, SORTABLE)).map(models.of);
    },
    async insert(model) {
      await db(TABLE).insert(toRow(model));
    },
    async save(model, before) {
      return (await asOf(model.id, before).update(toRow(model))) === 1;
    },
    async delete({ id, updatedAt }) {
      return (await asOf(id, updatedAt).delete()) === 1;
    },
    async isReferenced(id) {
      const users = [db('bay').where({ baymodel_id: id }), db('intent').where({ upgrade_model_id: id })];
      for (const user of users) if ((await user.first()) !== undefined) return true;
      return false;
    },
  };
}

function toRow(model: New<BayModel>): Record<string, unknown> {
  return {
    uuid: model.id,
    project_id: model.projectId,
    user_id: model.userId,
    name: model.name,
    coe: model.coe,
    image_id: model.imageId,
    keypair_id: model.keypairId,
    external_network_id: model.externalNetworkId,
    fixed_network: model.fixedNetwork,
    fixed_subnet: model.fixedSubnet,
    network_driver: model.networkDriver,
    volume_driver: model.volumeDriver,
    dns_nameserver: model.dnsNameserver,
    apiserver_port: model.apiserverPort,
    flavor_id: model.flavorId,
    master_flavor_id: model.masterFlavorId,
    docker_volume_size: model.dockerVolumeSize,
    docker_storage_driver: model.dockerStorageDriver,
    cluster_distro: model.clusterDistro,
    http_proxy: model.httpProxy,
    https_proxy: model.httpsProxy,
    no_proxy: model.noProxy,
    registry_enabled: model.registryEnabled,
    insecure_registry: model.insecureRegistry,
    labels: JSON.stringify(model.labels),
    tls_disabled: model.tlsDisabled,
    public: model.public,
    hidden: model.hidden,
    server_type: model.serverType,
    master_lb_enabled: model.masterLbEnabled,
    floating_ip_enabled: model.floatingIpEnabled,
    tags: model.tags,
    driver: model.driver,
    created_at: model.createdAt.getTime(),
    updated_at: model.updatedAt?.getTime() ?? null,
  };
}

const models = new RowCache(fromRow, at.uuid);

function fromRow(row: Values): BayModel {
  return {
    // Ids and enumerated columns hold what this adapter wrote from the same types.
    id: text(row[at.uuid]) as BayModelId,
    sequence: number(row[at.id]),
    projectId: text(row[at.project_id]),
    userId: text(row[at.user_id]),
    name: text(row[at.name]),
    coe: text(row[at.coe]) as CoeName,
    imageId: text(row[at.image_id]),
    keypairId: textOrNull(row[at.keypair_id]),
    externalNetworkId: textOrNull(row[at.external_network_id]),
    fixedNetwork: textOrNull(row[at.fixed_network]),
    fixedSubnet: textOrNull(row[at.fixed_subnet]),
    networkDriver: textOrNull(row[at.network_driver]),
    volumeDriver: textOrNull(row[at.volume_driver]),
    dnsNameserver: textOrNull(row[at.dns_nameserver]),
    apiserverPort: numberOrNull(row[at.apiserver_port]),
    flavorId: textOrNull(row[at.flavor_id]),
    masterFlavorId: textOrNull(row[at.master_flavor_id]),
    dockerVolumeSize: numberOrNull(row[at.docker_volume_size]),
    dockerStorageDriver: textOrNull(row[at.docker_storage_driver]),
    clusterDistro: textOrNull(row[at.cluster_distro]),
    httpProxy: textOrNull(row[at.http_proxy]),
    httpsProxy: textOrNull(row[at.https_proxy]),
    noProxy: textOrNull(row[at.no_proxy]),
    registryEnabled: flag(row[at.registry_enabled]),
    insecureRegistry: textOrNull(row[at.insecure_registry]),
    labels: json(row[at.labels]),
    tlsDisabled: flag(row[at.tls_disabled]),
    public: flag(row[at.public]),
    hidden: flag(row[at.hidden]),
    serverType: text(row[at.server_type]) as BayModel['serverType'],
    masterLbEnabled: flag(row[at.master_lb_enabled]),
    floatingIpEnabled: flag(row[at.floating_ip_enabled]),
    tags: textOrNull(row[at.tags]),
    driver: textOrNull(row[at.driver]),
    createdAt: date(row[at.created_at]),
    updatedAt: dateOrNull(row[at.updated_at]),
  };
}
