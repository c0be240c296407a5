import {
  createQuota,
  deleteQuota,
  getQuota,
  listQuotas,
  requireQuota,
  updateQuota,
  type EffectiveQuota,
  type QuotaCheck,
} from '../app/quotas.js';
import type { JsonObject } from '../domain/json.js';
import { etagOfQuota, requireMatch } from './http/etag.js';
import { bodyOf, numberField, textField, wireJson } from './http/fields.js';
import type { Answer, Call, Handler } from './http/handler.js';
import { wireTime, wireTimeOrNull } from './http/links.js';
import { shortList } from './http/pages.js';
import { numberedPageOf } from './http/pagination.js';

const COLLECTION = 'quotas';
const DEFAULT_LIMIT = 1;

export const quotaHandlers = {
  listQuotas: async (deps, call) => {
    const page = numberedPageOf(deps, call);
    const everyProject = call.query['all_tenants'] === true;
    if (page.marker !== null) await requireQuota(deps, call.access, page.marker, everyProject);
    const quotas = await listQuotas(deps, call.access, everyProject, page);
    const extraQuery = everyProject ? { all_tenants: 'True' } : {};
    return { body: shortList(call, page, { name: COLLECTION, markedBy: 'id', extraQuery }, quotas.map(presentQuota)) };
  },
  getQuota: async (deps, call) => {
    const { projectId, resource } = placeOf(call);
    return answer(await getQuota(deps, call.access, projectId, resource));
  },
  createQuota: async (deps, call) => {
    const body = bodyOf(call);
    const wanted = { projectId: textField(body, 'project_id'), hardLimit: numberField(body, 'hard_limit') ?? DEFAULT_LIMIT };
    return answer(await createQuota(deps, call.access, wanted, call.signal()));
  },
  updateQuota: async (deps, call) => {
    const change = { hardLimit: numberField(bodyOf(call), 'hard_limit'), check: checkOf(call) };
    return answer(await updateQuota(deps, call.access, placeOf(call), change));
  },
  deleteQuota: async (deps, call) => {
    await deleteQuota(deps, call.access, placeOf(call), checkOf(call));
    return {};
  },
} satisfies Record<string, Handler>;

function checkOf(call: Call): QuotaCheck {
  return (quota) => requireMatch(call, etagOfQuota(quota));
}

/** The default belongs to no project, and has no versions. */
function answer(quota: EffectiveQuota): Answer {
  const { id, createdAt, updatedAt = null } = quota;
  const isOwn = id !== undefined && createdAt !== undefined;
  return { body: presentQuota(quota), ...(isOwn ? { etag: etagOfQuota({ id, createdAt, updatedAt }) } : {}) };
}

function placeOf(call: Call): { readonly projectId: string; readonly resource: string } {
  return { projectId: call.params['project_id'] ?? '', resource: call.params['resource'] ?? '' };
}

function presentQuota(quota: EffectiveQuota): JsonObject {
  return wireJson<'Quota'>({
    ...(quota.id === undefined ? {} : { id: quota.id }),
    project_id: quota.projectId,
    resource: quota.resource,
    hard_limit: quota.hardLimit,
    ...(quota.createdAt ? { created_at: wireTime(quota.createdAt), updated_at: wireTimeOrNull(quota.updatedAt ?? null) } : {}),
  });
}
