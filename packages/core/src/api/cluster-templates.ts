import type { BayModel } from '../domain/bay-model.js';
import { bayModelOperations, modelFields, parseModel, type WireModel } from './bay-models.js';
import { textField, wireJson } from './http/fields.js';
import type { Call, Handler } from './http/handler.js';
import { resourceLinks } from './http/links.js';
import { CLUSTER_TEMPLATES } from './vocabulary.js';

/** The modern wording of bay models: docs/contract/resources.md#cluster-template. */
const operations = bayModelOperations({
  names: CLUSTER_TEMPLATES,
  present,
  parse: (body) => ({ ...parseModel(body), driver: textField(body, 'driver') }),
});

export const clusterTemplateHandlers = {
  listClusterTemplates: operations.list,
  listClusterTemplatesDetail: operations.listDetail,
  getClusterTemplate: operations.get,
  createClusterTemplate: operations.create,
  updateClusterTemplate: operations.update,
  deleteClusterTemplate: operations.delete,
} satisfies Record<string, Handler>;

function present(call: Call, model: BayModel): WireModel {
  const own = {
    driver: model.driver,
    project_id: model.projectId,
    user_id: model.userId,
    links: [...resourceLinks(call.baseUrl, CLUSTER_TEMPLATES.collection, model.id)],
  };
  return wireJson<'ClusterTemplate'>(Object.assign(modelFields(model), own));
}
