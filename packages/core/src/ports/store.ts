import type { Bay, BayObserved } from '../domain/bay.js';
import type { DepartedBay } from '../domain/departed-bay.js';
import type { BayModel } from '../domain/bay-model.js';
import type { BayStatus } from '../domain/bay-status.js';
import type { BayId, BayModelId, ContainerId, FederationId, NodeGroupId, NodeId, X509KeyPairId } from '../domain/ids.js';
import type { Labels } from '../domain/labels.js';
import type { Health } from '../domain/bay-status.js';
import type { Intent } from '../domain/intent.js';
import type { BayEvent, NewBayEvent } from '../domain/bay-event.js';
import type { MagnumService } from '../domain/magnum-service.js';
import type { Node, NodeEnrolment, NodeObservation, NodeRecord } from '../domain/node.js';
import type { NodeGroup } from '../domain/node-group.js';
import type { ReconcilerState } from '../domain/reconciler-state.js';
import type { Container } from '../domain/container.js';
import type { Federation } from '../domain/federation.js';
import type { LimitedRow, Quota, QuotaResource } from '../domain/quota.js';
import type { X509KeyPair } from '../domain/x509-key-pair.js';

/** A row that is about to be made: the database gives it its place in the order. */
export type New<T extends { readonly sequence: number }> = Omit<T, 'sequence'>;

/** One page of a list, in the order of `sortKey` with the insertion order as tie-breaker (docs/contract/lists.md#paging). */
export interface Page {
  readonly limit: number;
  /** Id of the last item seen. The caller has checked that it exists and is visible. */
  readonly marker: string | null;
  /** Wire name of a column. */
  readonly sortKey: string;
  readonly descending: boolean;
  readonly filter?: Filter;
}

/** All of it must hold; what is absent holds for everything. */
export interface Filter {
  readonly name?: string;
  readonly status?: BayStatus;
  /** Any value where none is said. */
  readonly label?: { readonly name: string; readonly value: string | undefined };
  /** Made or changed then, or later. */
  readonly updatedSince?: Date;
}

/** Whose rows: `null` sees all. */
export interface Visibility {
  readonly projectId: string | null;
  /** Hidden bay models of other projects too, where they are public. */
  readonly seesHidden?: boolean;
}

export interface BayModelRepository {
  get(id: BayModelId): Promise<BayModel | undefined>;
  /** Those of the ids that exist, in any order. */
  getAll(ids: readonly BayModelId[]): Promise<readonly BayModel[]>;
  /** By id or name among own and public models. */
  find(ident: string, visible: Visibility): Promise<readonly BayModel[]>;
  /** By its place in the order of insertion. */
  findNumber(sequence: number, visible: Visibility): Promise<readonly BayModel[]>;
  list(visible: Visibility, page: Page): Promise<readonly BayModel[]>;
  insert(model: New<BayModel>): Promise<void>;
  /** False, and nothing written, when it is no longer as it was at that time (`updatedAt`). */
  save(model: BayModel, before: Date | null): Promise<boolean>;
  /** Likewise. */
  delete(model: Pick<BayModel, 'id' | 'updatedAt'>): Promise<boolean>;
  isReferenced(id: BayModelId): Promise<boolean>;
}

/** A bay with the sizes of its groups, as lists show it: one statement for the whole page. */
export interface BayRow {
  readonly bay: Bay;
  readonly nodeCount: number;
  readonly masterCount: number;
  /** What the bay's own labels are compared with; null where they were not asked for. */
  readonly modelLabels: Labels | null;
}

export interface BayRepository {
  get(id: BayId): Promise<Bay | undefined>;
  /** Those of the ids that exist, in any order. */
  getAll(ids: readonly BayId[]): Promise<readonly Bay[]>;
  find(ident: string, visible: Visibility): Promise<readonly BayRow[]>;
  /** `whole`: with the labels of their models. */
  list(visible: Visibility, page: Page, whole?: boolean): Promise<readonly BayRow[]>;
  insert(bay: New<Bay>): Promise<void>;
  /** Writes desired state and status for a new generation. False when `expectedGeneration` is no longer the newest. */
  saveDesired(bay: Bay, expectedGeneration: number): Promise<boolean>;
  /** What an upgrade has led to. */
  saveModel(id: BayId, bayModelId: BayModelId, labels: Labels): Promise<void>;
  /** False, and nothing written, when a newer generation was asked for meanwhile: its status must not be hidden. */
  saveObserved(id: BayId, observed: BayObserved, generation: number): Promise<boolean>;
  /** Health that a client reports, until the next health check. */
  saveHealth(id: BayId, health: Health | null, reason: Readonly<Record<string, string>>): Promise<void>;
  delete(id: BayId): Promise<void>;
  /** Bays of a project in whatever state, with the nodes of all their groups; null counts every project's. */
  count(projectId: string | null): Promise<{ readonly bays: number; readonly nodes: number }>;
  /** Bays whose status is unsettled, for the sweep. */
  idsInStatus(statuses: readonly BayStatus[]): Promise<readonly BayId[]>;
}

/** A group with the addresses of its nodes: one statement. */
export interface NodeGroupRow {
  readonly group: NodeGroup;
  readonly addresses: readonly string[];
}

export interface NodeGroupRepository {
  ofBay(bayId: BayId): Promise<readonly NodeGroup[]>;
  ofBays(bayIds: readonly BayId[]): Promise<readonly NodeGroup[]>;
  /** By id, name or number within the bay. */
  find(bayId: BayId, ident: string): Promise<readonly NodeGroupRow[]>;
  /** `role` null: of every role. */
  list(bayId: BayId, role: string | null, page: Page): Promise<readonly NodeGroup[]>;
  insert(...groups: readonly New<NodeGroup>[]): Promise<void>;
  /** Image, labels, bounds, node labels and taints. */
  saveWanted(group: NodeGroup): Promise<void>;
  delete(id: NodeGroupId): Promise<void>;
  saveCount(id: NodeGroupId, nodeCount: number): Promise<void>;
  saveStack(id: NodeGroupId, stackId: string | null): Promise<void>;
  saveStatus(id: NodeGroupId, status: BayStatus, reason: string | null): Promise<void>;
}

/** What `/v1/nodes` lists: nodes of bays, and records of servers that belong to none. */
export type NodeRow = BayNodeRow | { readonly kind: 'record'; readonly record: NodeRecord };

export interface BayNodeRow {
  readonly kind: 'node';
  readonly node: Node;
  readonly nodeGroup: Pick<NodeGroup, 'name'>;
  readonly serverType: 'vm' | 'bm';
}

export interface NodeRepository {
  ofBay(bayId: BayId): Promise<readonly Node[]>;
  ofBays(bayIds: readonly BayId[]): Promise<readonly Node[]>;
  /** Private addresses of the masters that the bay is to have, the oldest first; those that are not known yet are left out. */
  masterAddresses(bayId: BayId): Promise<readonly string[]>;
  find(ident: string, visible: Visibility): Promise<readonly NodeRow[]>;
  /** Of one bay, of one node group, or (with neither) of all. */
  list(
    visible: Visibility,
    within: { readonly bayId?: BayId | null; readonly nodeGroupId?: NodeGroupId },
    page: Page,
  ): Promise<readonly NodeRow[]>;
  insert(...nodes: readonly New<Node>[]): Promise<void>;
  insertRecord(record: New<NodeRecord>): Promise<void>;
  saveRecord(record: NodeRecord): Promise<void>;
  setDesired(id: NodeId, desired: Node['desired']): Promise<void>;
  /** Records what a node confirms; an older credential than it has confirmed before changes nothing. False: there is no such node. */
  saveCredential(bayId: BayId, name: string, generation: number): Promise<boolean>;
  saveObserved(id: NodeId, observed: NodeObservation): Promise<void>;
  /** Of a node that the bay is to have. */
  enrolmentOf(bayId: BayId, name: string): Promise<NodeEnrolment | undefined>;
  /** Nodes that the bay is to have and that were made before nodes had secrets. */
  countUnprovable(bayId: BayId): Promise<number>;
  /** Notes the secret of a node that has none yet; of several at once one counts. Repeating it changes nothing. */
  enrol(id: NodeId, secretHash: string): Promise<void>;
  delete(id: NodeId): Promise<void>;
}

export interface IntentRepository {
  get(bayId: BayId): Promise<Intent | undefined>;
  ofBays(bayIds: readonly BayId[]): Promise<readonly Intent[]>;
  /** Replaces an older intent of the same bay. */
  put(intent: Intent): Promise<void>;
  /** Closes it, unless a newer generation has replaced it meanwhile. */
  close(bayId: BayId, generation: number): Promise<void>;
}

export interface SupportRepository {
  get(bayId: BayId): Promise<ReconcilerState>;
  ofBays(bayIds: readonly BayId[]): Promise<ReadonlyMap<BayId, ReconcilerState>>;
  save(bayId: BayId, support: ReconcilerState): Promise<void>;
}

export interface WorkRepository {
  /** Makes the item if absent, counts the wake and sets it due now. */
  wake(bayId: BayId): Promise<void>;
  remove(bayId: BayId): Promise<void>;
  /** Makes the items that are absent, due now, and leaves the others as they are. */
  ensure(bayIds: readonly BayId[]): Promise<void>;
}

export interface BayEventRepository {
  append(events: readonly NewBayEvent[]): Promise<void>;
  list(bayId: BayId, after: number, limit: number): Promise<readonly BayEvent[]>;
}

export interface ContainerRepository {
  find(ident: string, visible: Visibility): Promise<readonly Container[]>;
  list(visible: Visibility, bayId: BayId | null, page: Page): Promise<readonly Container[]>;
  insert(container: New<Container>): Promise<void>;
  save(container: Container): Promise<void>;
  delete(id: ContainerId): Promise<void>;
}

export interface X509KeyPairRepository {
  find(ident: string, visible: Visibility): Promise<readonly X509KeyPair[]>;
  list(visible: Visibility, page: Page): Promise<readonly X509KeyPair[]>;
  insert(pair: New<X509KeyPair>): Promise<void>;
  delete(id: X509KeyPairId): Promise<void>;
}

export interface SecretRepository {
  /** Puts it unless something is there already; answers what is there then. */
  keep(ref: string, sealed: string): Promise<string>;
  put(ref: string, sealed: string): Promise<void>;
  get(ref: string): Promise<string | undefined>;
  delete(ref: string): Promise<void>;
  /** Everything of a bay. Returns the references. */
  deleteOf(bayId: BayId): Promise<readonly string[]>;
}

/** Deleted bays, until it is certain that nothing was left of them. */
export interface DepartedBayRepository {
  /** What is known already stays as it is. */
  add(bays: readonly DepartedBay[]): Promise<void>;
  due(now: Date, limit: number): Promise<readonly DepartedBay[]>;
  /** False where another conductor was faster. */
  postpone(bay: Pick<DepartedBay, 'id' | 'lookAt'>, lookAt: Date): Promise<boolean>;
  remove(id: BayId): Promise<void>;
  /** Bays that are neither there nor remembered, and of which the database has a secret. */
  strays(limit: number): Promise<readonly BayId[]>;
}

export interface MagnumServiceRepository {
  beat(host: string, binary: string, now: Date): Promise<void>;
  list(): Promise<readonly MagnumService[]>;
}

/** A page of what is numbered rather than named: the marker is the number of the last item seen. */
export type NumberedPage = Omit<Page, 'marker'> & { readonly marker: number | null };

export interface QuotaRepository {
  get(projectId: string, resource: QuotaResource): Promise<Quota | undefined>;
  list(visible: Visibility, page: NumberedPage): Promise<readonly Quota[]>;
  /** False when the project has one already. */
  insert(quota: Omit<Quota, 'id'>): Promise<boolean>;
  /** False when there is none. */
  save(quota: Pick<Quota, 'projectId' | 'resource' | 'hardLimit' | 'updatedAt'>): Promise<boolean>;
  /** False when there was none. */
  delete(projectId: string, resource: QuotaResource): Promise<boolean>;
  /**
   * Lets one transaction at a time count what the project has, until it ends: a transaction that counts without it may count what
   * another one is about to make. To be called before anything else of the transaction.
   */
  hold(projectId: string): Promise<void>;
  byId(id: number): Promise<Quota | undefined>;
  countRows(kind: Exclude<LimitedRow, 'nodeGroup'>, projectId: string): Promise<number>;
}

export interface FederationRepository {
  find(ident: string, visible: Visibility): Promise<readonly Federation[]>;
  list(visible: Visibility, page: Page): Promise<readonly Federation[]>;
  insert(federation: New<Federation>): Promise<void>;
  /** False when `expectedRevision` is no longer the newest. */
  save(federation: Federation, expectedRevision: number): Promise<boolean>;
  delete(id: FederationId): Promise<void>;
}

/** A request that carries an Idempotency-Key, from its beginning to its answer. */
export interface IdempotencyRecord {
  /** Who carries it out: one request of one process. */
  readonly owner: string;
  readonly requestHash: string;
  /** Until then its owner may be at work. */
  readonly busyUntil: Date;
  /** What it has made; null while that is not committed. */
  readonly resourceId: string | null;
  /** The answer as JSON, once there is one. */
  readonly answer: string | null;
}

export interface IdempotencyRepository {
  /** Makes the record if there is none younger than `forgetBefore`, and answers with the one that there is. */
  begin(
    id: string,
    begun: Pick<IdempotencyRecord, 'owner' | 'requestHash' | 'busyUntil'> & { readonly now: Date; readonly forgetBefore: Date },
  ): Promise<IdempotencyRecord>;
  /** False where another process was faster, or something was made after all. */
  takeOver(id: string, from: string, to: string, busyUntil: Date): Promise<boolean>;
  /** In the transaction that makes the resource. False: another process has taken over, and nothing may be made. */
  mark(id: string, owner: string, resourceId: string): Promise<boolean>;
  answer(id: string, owner: string, answer: string): Promise<void>;
  forget(id: string, owner: string): Promise<void>;
}

export interface Repositories {
  readonly bayModels: BayModelRepository;
  readonly bays: BayRepository;
  readonly nodeGroups: NodeGroupRepository;
  readonly nodes: NodeRepository;
  readonly intents: IntentRepository;
  readonly support: SupportRepository;
  readonly work: WorkRepository;
  readonly events: BayEventRepository;
  readonly containers: ContainerRepository;
  readonly x509KeyPairs: X509KeyPairRepository;
  readonly secrets: SecretRepository;
  readonly departedBays: DepartedBayRepository;
  readonly services: MagnumServiceRepository;
  readonly quotas: QuotaRepository;
  readonly federations: FederationRepository;
  readonly idempotency: IdempotencyRepository;
}

/** The right to work on a bay. The fence decides whose writes count. */
export interface Lease {
  readonly bayId: BayId;
  /** Whose bay; null when the bay is gone. */
  readonly projectId: string | null;
  readonly owner: string;
  readonly fence: number;
  readonly until: Date;
  /** Wakes counted when the claim was made: later ones make the item due again at release. */
  readonly wakes: number;
  /** Passes in a row that ended in a retryable error. */
  readonly attempts: number;
}

/** A lease that is given back: when to look again, and the failures in a row. */
export interface Release {
  readonly lease: Lease;
  readonly lookAgainAt: Date | 'never';
  readonly attempts: number;
}

export interface WorkQueue {
  /**
   * Claims up to `limit` due items whose lease is free or past. Never one item twice at a time. Projects take turns: however
   * many bays of one are due, the others' come as early.
   */
  claim(owner: string, limit: number): Promise<readonly Lease[]>;
  /** Prolongs all that are still held, and answers with them. */
  renewAll(leases: readonly Lease[]): Promise<readonly Lease[]>;
  /** Releasing a lost lease does nothing. */
  releaseAll(releases: readonly Release[]): Promise<void>;
  /** When the next item can be claimed, for the poll. */
  nextDue(): Promise<Date | undefined>;
}

/** Repositories hang off a transaction; there is no other way to write. Errors: `store-unavailable`, `lease-lost`. */
export interface Store {
  read<T>(work: (repos: Repositories) => Promise<T>): Promise<T>;
  write<T>(work: (repos: Repositories) => Promise<T>): Promise<T>;
  /** A write that counts only while the lease is held; rolls back with `lease-lost` otherwise. */
  writeUnder<T>(lease: Lease, work: (repos: Repositories) => Promise<T>): Promise<T>;
  readonly queue: WorkQueue;
  close(): Promise<void>;
}
