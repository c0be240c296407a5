import type { Bay } from '../domain/bay.js';
import type { BayModel } from '../domain/bay-model.js';
import { EMPTY_RECONCILER_STATE, type ReconcilerState } from '../domain/reconciler-state.js';
import type { SigningRules } from '../domain/certificate.js';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import type { Intent } from '../domain/intent.js';
import type { NodeGroup } from '../domain/node-group.js';
import type { Node } from '../domain/node.js';
import { nextBatch, upgraded } from '../domain/upgrade.js';
import type { KnownAddresses } from './known-addresses.js';
import type { BayDriver, ClientAccess, ClientFiles, CoeSession, ConnectInput, DesiredBay } from '../ports/bay-driver.js';
import type { CertificateAuthority, Vault } from '../ports/certificates.js';
import type { Clock } from '../ports/clock.js';
import type { Cloud } from '../ports/cloud.js';
import type { Identity } from '../ports/identity.js';
import type { OrphanedResources } from '../ports/orphans.js';
import type { Logger } from '../ports/logger.js';
import type { CloudAccess, Orchestrator } from '../ports/orchestrator.js';
import type { Meter } from '../ports/meter.js';
import type { Notifier } from '../ports/notifier.js';
import type { Random } from '../ports/random.js';
import type { Sealer } from '../ports/sealer.js';
import type { Tracer } from '../ports/tracer.js';
import type { Store } from '../ports/store.js';

/** The engines as the conductor sees them. */
export interface DriverRegistry {
  /** Errors: `bay-type-not-supported`. */
  driverOf(model: BayModel): BayDriver;
  /** All that there are. */
  drivers(): readonly BayDriver[];
  /** Errors: `driver-not-supported` where the operator has disabled it. */
  requireEnabled(driver: BayDriver): void;
  /** Errors: `engine-not-live` where there is no engine to ask. */
  connect(model: BayModel, input: Omit<ConnectInput, 'guard'>): CoeSession;
  /** URL of the API of an engine at an IP address. Errors: `bay-type-not-supported`. */
  endpointAt(model: BayModel, address: string): string;
  /** What the engine's own client reads. Errors: `bay-type-not-supported`. */
  clientFiles(model: BayModel, access: ClientAccess): ClientFiles;
  /** False: servers are simulated, and there is no engine to ask. */
  readonly areLive: boolean;
}

export interface TrustRules {
  /** Roles that are handed on; empty: all that the owner's token has. */
  readonly roles: readonly string[];
  /** Whether the nodes get a trust of their own: docs/contract/conductor.md#trusts. */
  readonly forNodes: boolean;
  /** Roles with which stacks are made, as far as the owner has them; all but `admin` when empty or absent. */
  readonly delegateRoles?: readonly string[];
}

export interface SweepRules {
  /** How long what goes may take to go, before the deletion of the bay is given up. */
  readonly timeoutMs: number;
  /** Whether volumes go too, where no label says something else. */
  readonly deletesVolumes: boolean;
}

export interface ConductorDeps {
  readonly store: Store;
  readonly orchestrator: Orchestrator;
  readonly identity: Identity;
  readonly cloud: Cloud;
  readonly vault: Vault;
  readonly authority: CertificateAuthority;
  readonly engines: DriverRegistry;
  /** What the cloud has said of where engines are; absent: it is asked each time. */
  readonly knownAddresses?: KnownAddresses;
  /** Fails with `lease-lost` where the pass no longer holds its bay: asked right before something is made that knows no fence. */
  readonly stillHeld?: () => Promise<void>;
  /** How long after its deletion a bay is looked at once more, milliseconds; an hour when absent. */
  readonly departedGraceMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  /** The same as the API's: passwords go to it sealed. */
  readonly sealer: Sealer;
  readonly logger: Logger;
  readonly signingRules: SigningRules;
  /** How long old and new certificates both count when a bay gets another authority, milliseconds. */
  readonly rotationOverlapMs?: number;
  /** Opens the tokens that requests have left; see `AppDeps`. */
  readonly delegation?: Sealer;
  /** What is handed on to whom. */
  readonly trustRules?: TrustRules;
  /** Tells other services what happens to bays; absent: nobody is told. */
  readonly notifier?: Notifier;
  /** Removes what workloads have made beside the stack; absent where they cannot make anything, as in the embedded cloud. */
  readonly leftovers?: OrphanedResources;
  readonly sweepRules?: SweepRules;
  readonly tracer?: Tracer;
  readonly meter?: Meter;
  /** How often a settled bay is asked for its health; a minute when absent. */
  readonly healthIntervalMs?: number;
}

/** Everything the database knows of one bay. */
export interface BayState {
  readonly bay: Bay;
  readonly model: BayModel;
  /** What the bay is being upgraded to. */
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

/** Many bays in six statements. A bay that is gone, or whose model is missing, is absent: its own pass finds out. */
export async function loadBayStates(store: Pick<Store, 'read'>, bayIds: readonly BayId[]): Promise<ReadonlyMap<BayId, BayState>> {
  return store.read(async (repos) => {
    const bays = await repos.bays.getAll(bayIds);
    const intents = new Map((await repos.intents.ofBays(bayIds)).map((intent) => [intent.bayId, intent]));
    const wanted = [...intents.values()].flatMap(({ upgrade }) => (upgrade ? [upgrade.bayModelId] : []));
    const modelIds = new Set([...bays.map((bay) => bay.desired.bayModelId), ...wanted]);
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
  const ordered = new Map<BayId, T[]>();
  for (const part of parts) {
    const known = ordered.get(part.bayId);
    if (known) known.push(part);
    else ordered.set(part.bayId, [part]);
  }
  return ordered;
}

/**
 * What the stack should be. During an upgrade that is already the new model's, for all but the nodes that were made before: these
 * know their image, and what else differs is told to booting nodes alone.
 */
export function desiredOf(world: BayState): DesiredBay {
  const { bay, nodes, nodeGroups, model, nextModel, intent } = world;
  const upgrade = intent?.upgrade;
  if (!upgrade || !nextModel) return { bay, model, nodeGroups, nodes, batch: intent?.batch ?? 0 };
  return { ...upgraded({ bay, nodeGroups }, upgrade), model: nextModel, nodes, batch: intent.batch };
}

export function isUpgraded({ intent, nodeGroups, nodes }: BayState): boolean {
  return !intent?.upgrade || nextBatch(intent.upgrade, nodeGroups, nodes) === undefined;
}

/** Under the owner's trust, where there is one. */
export function accessOf({ bay, support }: Pick<BayState, 'bay' | 'support'>): CloudAccess {
  const { delegate } = support;
  return {
    projectId: bay.projectId,
    userId: bay.userId,
    ...(delegate ? { credential: { kind: 'trust', ...delegate } } : {}),
  };
}
