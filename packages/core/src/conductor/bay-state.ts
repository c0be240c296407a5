import type { Bay } from '../domain/bay.js';
import type { BayModel } from '../domain/bay-model.js';
import { EMPTY_RECONCILER_STATE, type ReconcilerState } from '../domain/reconciler-state.js';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import type { Intent } from '../domain/intent.js';
import type { NodeGroup } from '../domain/node-group.js';
import type { Node } from '../domain/node.js';
import type { Store } from '../ports/store.js';

/** Everything that the database knows of one bay, as a pass works on it. */
export interface BayState {
  readonly bay: Bay;
  readonly model: BayModel;
  /** The model that the bay is being upgraded to. */
  readonly nextModel: BayModel | null;
  readonly nodeGroups: readonly NodeGroup[];
  readonly nodes: readonly Node[];
  readonly intent: Intent | null;
  readonly support: ReconcilerState;
}

export async function loadBayState(store: Pick<Store, 'read'>, bayId: BayId): Promise<BayState | undefined> {
  return store.read(async (repos) => {
    const bay = await repos.bays.get(bayId);
    if (!bay) return undefined;
    const model = await repos.bayModels.get(bay.desired.bayModelId);
    if (!model) throw new DomainError('internal', `Bay model ${bay.desired.bayModelId} of bay ${bay.id} is missing.`);
    const intent = (await repos.intents.get(bayId)) ?? null;
    return {
      bay,
      model,
      nextModel: (intent?.upgrade && (await repos.bayModels.get(intent.upgrade.bayModelId))) ?? null,
      nodeGroups: await repos.nodeGroups.ofBay(bayId),
      nodes: await repos.nodes.ofBay(bayId),
      intent,
      support: await repos.support.get(bayId),
    };
  });
}

/** Many bays in six statements. A deleted bay, or one whose model is missing, is absent: its own pass handles that. */
export async function loadBayStates(store: Pick<Store, 'read'>, bayIds: readonly BayId[]): Promise<ReadonlyMap<BayId, BayState>> {
  return store.read(async (repos) => {
    const bays = await repos.bays.getAll(bayIds);
    const intents = new Map((await repos.intents.ofBays(bayIds)).map((intent) => [intent.bayId, intent]));
    const upgradeIds = [...intents.values()].flatMap(({ upgrade }) => (upgrade ? [upgrade.bayModelId] : []));
    const modelIds = new Set([...bays.map((bay) => bay.desired.bayModelId), ...upgradeIds]);
    const models = new Map((await repos.bayModels.getAll([...modelIds])).map((model) => [model.id, model]));
    const groups = byBay(await repos.nodeGroups.ofBays(bayIds));
    const nodes = byBay(await repos.nodes.ofBays(bayIds));
    const supports = await repos.support.ofBays(bayIds);
    return new Map(
      bays.flatMap((bay) => {
        const model = models.get(bay.desired.bayModelId);
        const intent = intents.get(bay.id) ?? null;
        return model
          ? [
              [
                bay.id,
                {
                  bay,
                  model,
                  nextModel: (intent?.upgrade && models.get(intent.upgrade.bayModelId)) ?? null,
                  nodeGroups: groups.get(bay.id) ?? [],
                  nodes: nodes.get(bay.id) ?? [],
                  intent,
                  support: supports.get(bay.id) ?? EMPTY_RECONCILER_STATE,
                },
              ],
            ]
          : [];
      }),
    );
  });
}

function byBay<T extends { readonly bayId: BayId }>(parts: readonly T[]): ReadonlyMap<BayId, readonly T[]> {
  const grouped = new Map<BayId, T[]>();
  for (const part of parts) {
    const ofBay = grouped.get(part.bayId);
    if (ofBay) ofBay.push(part);
    else grouped.set(part.bayId, [part]);
  }
  return grouped;
}
