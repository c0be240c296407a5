import { collection, type Collection } from './collection.js';
import type { Connection } from './calls.js';
import type { ChangesOf } from './patch.js';
import type { BayModel, BayModelCreate, BayModelListQuery, ClusterTemplate, ClusterTemplateCreate } from './types.js';

/** Templates of bays. Their lists have all fields already, so there is no `listDetail`. */
export type BayModels = Omit<
  Collection<BayModel, BayModel, BayModelCreate, ChangesOf<'BayModel'>, BayModelListQuery>,
  'listDetail'
>;

/** Bay models in the modern wording. */
export type ClusterTemplates = Omit<
  Collection<ClusterTemplate, ClusterTemplate, ClusterTemplateCreate, ChangesOf<'ClusterTemplate'>, BayModelListQuery>,
  'listDetail'
>;

/**
 * The calls of bay models over a connection; `magnum.bayModels` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await bayModels(connection).get('swarm');
 */
export function bayModels({ raw }: Connection): BayModels {
  const { listDetail: _, ...calls } = collection<BayModel, BayModel, BayModelCreate, ChangesOf<'BayModel'>, BayModelListQuery>(
    raw,
    'baymodels',
  );
  return calls;
}

/**
 * The calls of cluster templates over a connection; `magnum.clusterTemplates` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await clusterTemplates(connection).get('swarm');
 */
export function clusterTemplates({ raw }: Connection): ClusterTemplates {
  const { listDetail: _, ...calls } = collection<
    ClusterTemplate,
    ClusterTemplate,
    ClusterTemplateCreate,
    ChangesOf<'ClusterTemplate'>,
    BayModelListQuery
  >(raw, 'clustertemplates');
  return calls;
}
