import { wantedCredential } from '../domain/credential.js';
import type { Bay } from '../domain/bay.js';
import type { BayId } from '../domain/ids.js';
import { DomainError } from '../domain/errors.js';
import type { JsonObject } from '../domain/json.js';
import { postInstallRef, type PostInstallManifest, type PostInstallPin } from '../domain/post-install.js';
import type { Addon } from '../ports/bay-driver.js';
import type { Repositories } from '../ports/store.js';
import type { Access, AppDeps } from './deps.js';
import { findBay } from './find.js';
import { provenNode } from './node-proof.js';

/** Which bay's add-ons a node asks for, and whether it writes its account of the cloud into the Secret that is for it. */
export interface AddonsAsked {
  readonly bay: string;
  readonly fillsAccount: boolean;
}

/**
 * What the bay deploys in its engine, for a node that proves which node of it it is. During an upgrade this is still what fits the model before: the
 * add-ons follow when all nodes are replaced. Errors: `forbidden`.
 */
export async function getAddons(
  deps: AppDeps,
  access: Access,
  asked: AddonsAsked,
): Promise<{ readonly bayId: BayId; readonly addons: readonly Addon[] }> {
  const { bay } = await findBay(deps, access, asked.bay);
  const name = await provenNode(deps, access, bay.id);
  const { model, support, pin, copy } = await deps.store.read(async (repos) => {
    const support = await repos.support.get(bay.id);
    // Control planes apply it. It may hold passwords, and a worker has no right to read the Secrets of its cluster.
    const node = name === null ? undefined : (await repos.nodes.enrolmentOf(bay.id, name))?.node;
    const pin = node?.role === 'master' ? support.postInstall : null;
    return { model: await repos.bayModels.get(bay.desired.bayModelId), support, pin, copy: await sealedCopy(repos, bay, pin) };
  });
  if (!model) throw new DomainError('internal', `Bay model ${bay.desired.bayModelId} is missing.`);
  // The facts of a bay are there before its first node is.
  const cloud = asked.fillsAccount && support.facts ? { facts: support.facts, trusted: hasTrust(bay, support) } : undefined;
  const postInstall = openCopy(deps, bay, pin, copy);
  const desired = { bay, model, ...(cloud ? { cloud } : {}), ...(postInstall ? { postInstall } : {}) };
  return { bayId: bay.id, addons: deps.engines.driverOf(model).addons?.(desired) ?? [] };
}

/** Undefined where the bay has no manifest of the operator. */
async function sealedCopy(
  repos: Pick<Repositories, 'secrets'>,
  { id }: Pick<Bay, 'id'>,
  pin: PostInstallPin | null,
): Promise<string | undefined> {
  return pin ? repos.secrets.get(postInstallRef(id)) : undefined;
}

/** Errors: `internal` where the copy is lost: without it control planes would delete what they have applied of it. */
function openCopy(
  { sealer }: Pick<AppDeps, 'sealer'>,
  { id }: Pick<Bay, 'id'>,
  pin: PostInstallPin | null,
  sealed: string | undefined,
): PostInstallManifest | undefined {
  if (!pin) return undefined;
  if (sealed === undefined) throw new DomainError('internal', `The manifest ${pin.sha256} of bay ${id} is missing.`);
  const objects = JSON.parse(sealer.open(sealed, postInstallRef(id))) as readonly JsonObject[]; // only ensurePostInstall writes it
  return { sha256: pin.sha256, objects };
}

function hasTrust(...found: Parameters<typeof wantedCredential>): boolean {
  return Boolean(wantedCredential(...found).trustee?.trustId);
}
