import { DomainError } from '../domain/errors.js';
import { checkBayModel } from '../domain/bay-model-rules.js';
import type { BayModel } from '../domain/bay-model.js';
import type { BayModelId } from '../domain/ids.js';
import type { Problem } from '../domain/labels.js';
import { generatedName } from '../domain/names.js';
import { WORDS } from '../domain/words.js';
import { laterThan } from '../domain/time.js';
import type { BayDriver } from '../ports/bay-driver.js';
import type { Page } from '../ports/store.js';
import { requireCloudResources, requireImage, type CloudReferences } from './cloud-resources.js';
import { cloudAccess, owningProject, visibleRows, type Access, type AppDeps } from './deps.js';
import { checkLabels, withoutEffect } from './drivers.js';
import { findBayModel } from './find.js';
import { requireRowRoom } from './row-limits.js';

/** Everything of a bay model that a caller may set. */
export type BayModelFields = Omit<BayModel, 'id' | 'sequence' | 'projectId' | 'userId' | 'createdAt' | 'updatedAt' | 'name'> & {
  readonly name: string | null;
};

/** A model as it was written down, and what is odd about it but not refused (shown as warnings). */
export interface SavedModel {
  readonly model: BayModel;
  readonly warnings: readonly Problem[];
}

/** Changes of these alone are taken while bays use the model (docs/contract/patches.md#templates-in-use). */
const HARMLESS: ReadonlySet<keyof BayModel> = new Set(['public', 'hidden', 'tags', 'name']);

export async function listBayModels(deps: AppDeps, access: Access, page: Page): Promise<readonly BayModel[]> {
  deps.policy.require(access.action, access.actor);
  return deps.store.read((repos) => repos.bayModels.list(visibleRows(deps, access), page));
}

export async function getBayModel(deps: AppDeps, access: Access, ident: string): Promise<BayModel> {
  const model = await findBayModel(deps, access, ident);
  // Every project may read a public model.
  deps.policy.require(access.action, access.actor, model.public ? undefined : model);
  return model;
}

export async function createBayModel(
  deps: AppDeps,
  access: Access,
  fields: BayModelFields,
  signal: AbortSignal,
): Promise<SavedModel> {
  const { actor } = access;
  deps.policy.require(access.action, actor);
  const projectId = owningProject(actor);
  const image = await requireImage(deps.cloud, fields.imageId, cloudAccess(actor), signal);
  const known = deps.engines.driverNames(fields.coe);
  const completed = {
    ...fields,
    networkDriver: fields.networkDriver ?? known?.networkDrivers[0] ?? null,
    clusterDistro: image.distro,
  };
  checkBayModel(completed, known);
  const driver = driverFor(deps, completed, fields.driver, image.driver ?? null);
  deps.engines.requireEnabled(driver);
  const warnings = [...checkLabels(deps, driver, completed.labels), ...withoutEffect(driver, completed)];
  await requireCloudResources(deps.cloud, referencesOf(completed, access), cloudAccess(actor), signal);
  if (completed.public || completed.hidden) requirePublish(deps, access);
  const model = {
    ...completed,
    driver: driver.name,
    id: deps.random.uuid() as BayModelId, // a new UUID is an id by being given here
    name: fields.name ?? generatedName(WORDS[access.vocabulary].modelName, (limit) => deps.random.below(limit)),
    projectId,
    userId: actor.userId,
    createdAt: deps.clock.now(),
    updatedAt: null,
  };
  await deps.store.write(async (repos) => {
    await requireRowRoom(deps, repos, 'bayModel', projectId);
    await repos.bayModels.insert(model);
    await access.once?.made(repos, model.id);
  });
  return { model: { ...model, sequence: 0 }, warnings };
}

/** `change` turns the model into the wanted one; it throws where the wanted fields are ill-formed. */
export async function updateBayModel(
  deps: AppDeps,
  access: Access,
  ident: string,
  change: (model: BayModel) => Promise<BayModelFields>,
  signal: AbortSignal,
): Promise<SavedModel> {
  const model = await findBayModel(deps, access, ident);
  deps.policy.require(access.action, access.actor, model);
  const wanted = await changedModel(deps, access, model, await change(model), signal);
  checkBayModel(wanted, deps.engines.driverNames(wanted.coe));
  const driver = deps.engines.driverOf(wanted);
  if (driver.name !== model.driver) deps.engines.requireEnabled(driver);
  const warnings = [...checkLabels(deps, driver, wanted.labels), ...withoutEffect(driver, wanted)];
  await requireCloudResources(deps.cloud, referencesOf(wanted, access, model), cloudAccess(access.actor), signal);
  if (wanted.public !== model.public || wanted.hidden !== model.hidden) requirePublish(deps, access);
  await deps.store.write(async (repos) => {
    if (!isHarmless(model, wanted) && (await repos.bayModels.isReferenced(model.id)))
      throw refuseReferenced(model, 'changed, except for public, hidden, tags and name');
    if (!(await repos.bayModels.save(wanted, model.updatedAt))) throw changedMeanwhile(model);
  });
  return { model: wanted, warnings };
}

/**
 * A new image brings its distribution along, and what runs on it may need another driver; otherwise the driver stays, unless
 * the caller names another one.
 */
async function changedModel(
  deps: AppDeps,
  access: Access,
  model: BayModel,
  fields: BayModelFields,
  signal: AbortSignal,
): Promise<BayModel> {
  const isNewImage = fields.imageId !== model.imageId;
  const image = isNewImage ? await requireImage(deps.cloud, fields.imageId, cloudAccess(access.actor), signal) : undefined;
  const wanted = {
    ...model,
    ...fields,
    name: fields.name ?? model.name,
    clusterDistro: image?.distro ?? fields.clusterDistro,
    updatedAt: laterThan(model, deps.clock.now()),
  };
  const isSamePlatform =
    wanted.serverType === model.serverType && wanted.clusterDistro === model.clusterDistro && wanted.coe === model.coe;
  const named = fields.driver === model.driver ? null : fields.driver;
  const kept = isSamePlatform && !isNewImage ? model.driver : (image?.driver ?? null);
  const driver = driverFor(deps, wanted, named, kept);
  return { ...wanted, driver: driver.name };
}

/** The driver that the caller names, or the usual one: what an image names in vain is passed over. */
function driverFor(deps: AppDeps, model: BayModelFields, named: string | null, usual: string | null): BayDriver {
  const driver = deps.engines.driverOf({ ...model, driver: named ?? usual });
  if (named === null || driver.name === named) return driver;
  throw new DomainError('driver-not-supported', {
    field: 'driver',
    message: ({ bayModel }) => `Driver ${named} is not known. Leave it out: ${driver.name} serves this ${bayModel}.`,
  });
}

/** `check` gets the model as it is, and throws where the caller meant another one. */
export async function deleteBayModel(
  deps: AppDeps,
  access: Access,
  ident: string,
  check: (model: BayModel) => void = () => undefined,
): Promise<void> {
  const model = await findBayModel(deps, access, ident);
  deps.policy.require(access.action, access.actor, model);
  check(model);
  await deps.store.write(async (repos) => {
    if (await repos.bayModels.isReferenced(model.id)) throw refuseReferenced(model, 'deleted');
    if (!(await repos.bayModels.delete(model))) throw changedMeanwhile(model);
  });
}

function changedMeanwhile(model: BayModel): DomainError {
  return new DomainError(
    'conflict',
    ({ BayModel }) =>
      `${BayModel} ${model.id} was changed by another request at the same time. Look at it again, then repeat the request.`,
  );
}

function isHarmless(before: BayModel, after: BayModel): boolean {
  // Object.keys of a record gives its keys.
  const changed = (Object.keys(before) as (keyof BayModel)[]).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  return changed.every((key) => key === 'updatedAt' || (HARMLESS.has(key) && !(key === 'public' && !after.public)));
}

function refuseReferenced(model: BayModel, what: string): DomainError {
  return new DomainError(
    'bay-model-referenced',
    ({ BayModel, bays }) =>
      `${BayModel} ${model.id} is referenced by one or multiple ${bays} and cannot be ${what}. Delete the ${bays} first.`,
  );
}

function requirePublish(deps: AppDeps, access: Access): void {
  if (access.policies.publish !== undefined) deps.policy.require(access.policies.publish, access.actor);
}

/**
 * A key pair is its owner's alone, and a template is for others too: whose key it names must not decide who may change it. The bay
 * wording's first servers looked for it (docs/contract/validation.md#cloud-resources); there it is looked for where it is named.
 */
function referencesOf(model: BayModelFields, access: Access, before?: BayModel): CloudReferences {
  const isLookedFor = access.vocabulary === 'bay' && model.keypairId !== before?.keypairId;
  return { ...model, keypair: isLookedFor ? model.keypairId : null };
}
