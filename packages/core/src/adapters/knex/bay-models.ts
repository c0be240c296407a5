import type { Knex } from 'knex';
import type { BayModel, CoeName } from '../../domain/bay-model.js';
import type { BayModelId } from '../../domain/ids.js';
import { isUuid } from '../../domain/ids.js';
import type { BayModelRepository, New, Visibility } from '../../ports/store.js';
import { date, dateOrNull, flag, json, number, numberOrNull, pageOf, text, textOrNull, type Row } from './rows.js';

const TABLE = 'bay_model';
const SORTABLE = Object.fromEntries(
  [
    'id',
    'uuid',
    'name',
    'coe',
    'image_id',
    'flavor_id',
    'master_flavor_id',
    'keypair_id',
    'external_network_id',
    'fixed_network',
    'fixed_subnet',
    'network_driver',
    'volume_driver',
    'dns_nameserver',
    'apiserver_port',
    'docker_volume_size',
    'docker_storage_driver',
    'cluster_distro',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'registry_enabled',
    'insecure_registry',
    'tls_disabled',
    'public',
    'hidden',
    'server_type',
    'master_lb_enabled',
    'floating_ip_enabled',
    'tags',
    'driver',
    'project_id',
    'user_id',
    'created_at',
    'updated_at',
  ].map((name) => [name, name]),
);

export function bayModelRepository(db: Knex): BayModelRepository {
  const visibleTo = (visible: Visibility): Knex.QueryBuilder => {
    const query = db(TABLE);
    if (visible.projectId === null) return query;
    const shared = visible.seesHidden ? { public: true } : { public: true, hidden: false };
    return query.where((either) => either.where({ project_id: visible.projectId }).orWhere(shared));
  };
  const asOf = (id: BayModelId, updatedAt: Date | null): Knex.QueryBuilder =>
    db(TABLE).where({ uuid: id, updated_at: updatedAt?.getTime() ?? null });
  return {
    async get(id) {
      const row: Row | undefined = await db(TABLE).where({ uuid: id }).first();
      return row && fromRow(row);
    },
    async getAll(ids) {
      const rows: Row[] = await db(TABLE).whereIn('uuid', [...ids]);
      return rows.map(fromRow);
    },
    async find(ident, visible) {
      const rows: Row[] = await visibleTo(visible).where(isUuid(ident) ? { uuid: ident } : { name: ident });
      return rows.map(fromRow);
    },
    async findNumber(sequence, visible) {
      const rows: Row[] = await visibleTo(visible).where({ id: sequence });
      return rows.map(fromRow);
    },
    async list(visible, page) {
      return (await pageOf(visibleTo(visible).select(`${TABLE}.*`), db, TABLE, page, SORTABLE)).map(fromRow);
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

function fromRow(row: Row): BayModel {
  return {
    // Ids and enumerated columns hold what this adapter wrote from the same types.
    id: text(row, 'uuid') as BayModelId,
    sequence: number(row, 'id'),
    projectId: text(row, 'project_id'),
    userId: text(row, 'user_id'),
    name: text(row, 'name'),
    coe: text(row, 'coe') as CoeName,
    imageId: text(row, 'image_id'),
    keypairId: textOrNull(row, 'keypair_id'),
    externalNetworkId: textOrNull(row, 'external_network_id'),
    fixedNetwork: textOrNull(row, 'fixed_network'),
    fixedSubnet: textOrNull(row, 'fixed_subnet'),
    networkDriver: textOrNull(row, 'network_driver'),
    volumeDriver: textOrNull(row, 'volume_driver'),
    dnsNameserver: textOrNull(row, 'dns_nameserver'),
    apiserverPort: numberOrNull(row, 'apiserver_port'),
    flavorId: textOrNull(row, 'flavor_id'),
    masterFlavorId: textOrNull(row, 'master_flavor_id'),
    dockerVolumeSize: numberOrNull(row, 'docker_volume_size'),
    dockerStorageDriver: textOrNull(row, 'docker_storage_driver'),
    clusterDistro: textOrNull(row, 'cluster_distro'),
    httpProxy: textOrNull(row, 'http_proxy'),
    httpsProxy: textOrNull(row, 'https_proxy'),
    noProxy: textOrNull(row, 'no_proxy'),
    registryEnabled: flag(row, 'registry_enabled'),
    insecureRegistry: textOrNull(row, 'insecure_registry'),
    labels: json(row, 'labels'),
    tlsDisabled: flag(row, 'tls_disabled'),
    public: flag(row, 'public'),
    hidden: flag(row, 'hidden'),
    serverType: text(row, 'server_type') as BayModel['serverType'],
    masterLbEnabled: flag(row, 'master_lb_enabled'),
    floatingIpEnabled: flag(row, 'floating_ip_enabled'),
    tags: textOrNull(row, 'tags'),
    driver: textOrNull(row, 'driver'),
    createdAt: date(row, 'created_at'),
    updatedAt: dateOrNull(row, 'updated_at'),
  };
}
