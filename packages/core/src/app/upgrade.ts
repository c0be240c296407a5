import type { Bay } from '../domain/bay.js';
import type { BayModel } from '../domain/bay-model.js';
import { DomainError } from '../domain/errors.js';
import type { NodeGroup } from '../domain/node-group.js';
import { downgrades, upgradeLabels, type Upgrade } from '../domain/upgrade.js';
import { changeBay, requireAccepts, type Accepted, type BayCheck } from './bay-changes.js';
import { requireImage } from './cloud-resources.js';
import { cloudAccess, type Access, type AppDeps } from './deps.js';
import { checkLabels, refuseFirst } from './drivers.js';
import { findBay, findBayModelToUpgradeTo, findNodeGroup } from './find.js';
import { requireGroupAccepts } from './node-groups.js';

export interface UpgradeBay {
  /** UUID or name. */
  readonly bayModel: string;
  readonly maxBatchSize: number;
  /** UUID, name or number; null: the default groups. */
  readonly group: string | null;
}

/**
 * Has every node of the groups replaced by one of the other model. Rules: docs/contract/validation.md#upgrading. Errors: `template-not-for-upgrade`,
 * `invalid-version` where the other model is behind.
 */
export async function upgradeBay(
  deps: AppDeps,
  access: Access,
  ident: string,
  { check, ...wanted }: UpgradeBay & { readonly check: BayCheck },
  signal: AbortSignal,
): Promise<Accepted> {
  const { bay } = await findBay(deps, access, ident);
  check(bay);
  const model = await findBayModelToUpgradeTo(deps, access, wanted.bayModel);
  const named = wanted.group === null ? null : (await findNodeGroup(deps, bay.id, wanted.group)).group;
  const [current, groups] = await deps.store.read(async (repos) => [
    await repos.bayModels.get(bay.desired.bayModelId),
    await repos.nodeGroups.ofBay(bay.id),
  ]);
  if (!current) throw new DomainError('internal', `Bay model ${bay.desired.bayModelId} of bay ${bay.id} is missing.`);
  requireAccepts(bay, 'upgrade');
  if (named) requireGroupAccepts(named, 'update');
  requireSuitable(deps, { bay, current, model, named });
  const image = await requireImage(deps.cloud, model.imageId, cloudAccess(access.actor), signal);
  const driver = deps.engines.driverOf(model);
  const ofBay = named === null || named.isDefault;
  const upgrade: Upgrade = {
    bayModelId: model.id,
    imageId: model.imageId,
    labels: upgradeLabels(driver.labels, model.labels),
    groupIds: groupsOf(groups, named).map(({ id }) => id),
    maxBatchSize: wanted.maxBatchSize,
    ofBay,
  };
  const labels = { ...bay.desired.labels, ...upgrade.labels };
  refuseFirst([...(driver.checkUpgrade?.(bay.desired.labels, labels) ?? []), ...(driver.checkImage?.(image, labels) ?? [])]);
  const warnings = checkLabels(deps, driver, upgrade.labels);
  const accepted = await changeBay(deps, bay, { operation: 'update', upgrade, by: access.actor }, async (repos) => {
    for (const id of upgrade.groupIds) await repos.nodeGroups.saveStatus(id, 'UPDATE_IN_PROGRESS', null);
    await access.once?.made(repos, bay.id);
  });
  return { ...accepted, warnings };
}

/** The default groups are upgraded together: no user wants masters of one model and workers of another. */
function groupsOf(groups: readonly NodeGroup[], named: NodeGroup | null): readonly NodeGroup[] {
  return named === null || named.isDefault ? groups.filter((group) => group.isDefault) : [named];
}

interface Suiting {
  readonly bay: Bay;
  readonly current: BayModel;
  readonly model: BayModel;
  readonly named: NodeGroup | null;
}

/** What a living bay cannot become: another engine, another way to reach it. */
function requireSuitable(deps: AppDeps, { bay, current, model, named }: Suiting): void {
  if (named && !named.isDefault && model.id !== current.id) {
    throw notForUpgrade(
      model,
      `node group ${named.name} follows its cluster, which is of ${current.id}. Upgrade the cluster first, then the node group to the same template.`,
    );
  }
  const differing = (['coe', 'serverType', 'tlsDisabled', 'networkDriver'] as const).find(
    (field) => model[field] !== current[field],
  );
  if (differing)
    throw notForUpgrade(
      model,
      `its ${WIRE[differing]} is ${String(model[differing])}, the cluster's is ${String(current[differing])}.`,
    );
  const driver = deps.engines.driverOf(model);
  if (driver.name !== deps.engines.driverOf(current).name) throw notForUpgrade(model, 'another driver serves its image.');
  // Groups are upgraded one after the other, and nodes of a group that is not there yet could not boot with the data of the others.
  const [ofBay, ofModel] = [current, model].map(({ clusterDistro }) => driver.bootsBy?.(clusterDistro));
  if (ofBay !== ofModel) throw notForUpgrade(model, `servers of its image boot by ${ofModel}, the cluster's by ${ofBay}.`);
  const { labels: schema } = driver;
  const [behind] = downgrades(schema, named?.labels ?? bay.desired.labels, model.labels);
  if (behind !== undefined)
    throw new DomainError('invalid-version', {
      field: `labels.${behind}`,
      message: `${behind} ${model.labels[behind] ?? ''} is behind what runs, ${(named?.labels ?? bay.desired.labels)[behind] ?? ''}. Choose a template that is not.`,
    });
}

const WIRE = { coe: 'coe', serverType: 'server_type', tlsDisabled: 'tls_disabled', networkDriver: 'network_driver' } as const;

function notForUpgrade(model: BayModel, why: string): DomainError {
  return new DomainError('template-not-for-upgrade', `Cluster template ${model.id} is not for this upgrade: ${why}`);
}
