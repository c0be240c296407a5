import type { Knex } from 'knex';
import type { BayModel, CoeName } from '../../domain/bay-model.js';
import type { BayModelId } from '../../domain/ids.js';
import type { Labels } from '../../domain/labels.js';
import type { BayModelRepository, Visibility } from '../../ports/store.js';
import { flag, integer, json, sequence, text, time, uuid } from './columns.js';
import { pageOf } from './paging.js';
import { hasIdent, readAll, readOne, select } from './queries.js';
import { rowCache } from './row-cache.js';
import { table } from './table.js';

export const bayModels = table<BayModel>('bay_model', {
  sequence: sequence(),
  id: uuid<BayModelId>().sortable(),
  projectId: text().sortable(),
  userId: text().sortable(),
  name: text().sortable().filterable(),
  coe: text<CoeName>().sortable(),
  imageId: text().sortable(),
  keypairId: text().nullable().sortable(),
  externalNetworkId: text().nullable().sortable(),
  fixedNetwork: text().nullable().sortable(),
  fixedSubnet: text().nullable().sortable(),
  networkDriver: text().nullable().sortable(),
  volumeDriver: text().nullable().sortable(),
  dnsNameserver: text().nullable().sortable(),
  apiserverPort: integer().nullable().sortable(),
  flavorId: text().nullable().sortable(),
  masterFlavorId: text().nullable().sortable(),
  dockerVolumeSize: integer().nullable().sortable(),
  dockerStorageDriver: text().nullable().sortable(),
  clusterDistro: text().nullable().sortable(),
  httpProxy: text().nullable().sortable(),
  httpsProxy: text().nullable().sortable(),
  noProxy: text().nullable().sortable(),
  registryEnabled: flag().sortable(),
  insecureRegistry: text().nullable().sortable(),
  labels: json<Labels>().sortable().filterable(),
  tlsDisabled: flag().sortable(),
  public: flag().sortable(),
  hidden: flag().sortable(),
  serverType: text<BayModel['serverType']>().sortable(),
  masterLbEnabled: flag().sortable(),
  floatingIpEnabled: flag().sortable(),
  tags: text().nullable().sortable(),
  driver: text().nullable().sortable(),
  createdAt: time().sortable().filterable(),
  updatedAt: time().nullable().sortable().filterable(),
});

const cache = rowCache(bayModels);

export function bayModelRepository(db: Knex): BayModelRepository {
  const all = (): Knex.QueryBuilder => select(db, bayModels);
  const visibleTo = (visible: Visibility): Knex.QueryBuilder => {
    const query = all();
    if (visible.projectId === null) return query;
    const shared = visible.seesHidden ? { public: true } : { public: true, hidden: false };
    return query.where((either) => either.where({ project_id: visible.projectId }).orWhere(shared));
  };
  const asOf = (id: BayModelId, updatedAt: Date | null): Knex.QueryBuilder =>
    db(bayModels.name).where(bayModels.toRow({ id, updatedAt }));
  return {
    get: (id) => readOne(all().where(bayModels.toRow({ id })), bayModels.read),
    getAll: (ids) => readAll(all().whereIn('uuid', [...ids]), bayModels.read),
    find: (ident, visible) => readAll(visibleTo(visible).where(hasIdent(bayModels, ident)), cache.of),
    findNumber: (number, visible) => readAll(visibleTo(visible).where({ id: number }), bayModels.read),
    async list(visible, page) {
      return readAll(pageOf(visibleTo(visible), { db, table: bayModels, page }), cache.of);
    },
    async insert(model) {
      await db(bayModels.name).insert(bayModels.toRow(model));
    },
    async save(model, before) {
      return (await asOf(model.id, before).update(bayModels.toRow(model))) === 1;
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
