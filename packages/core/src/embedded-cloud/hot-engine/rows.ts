import type { Knex } from 'knex';
import type { JsonObject, JsonValue } from '../../domain/json.js';
import type { StackAction, StackState } from '../../ports/orchestrator.js';
import type { Sealer } from '../../ports/sealer.js';

export interface StackRow {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string;
  readonly action: StackAction;
  readonly state: StackState;
  readonly reason: string;
  readonly tags: readonly string[];
  readonly traversal: number;
  readonly spec: StoredSpec;
  /** What the stack was before the update that runs or failed. */
  readonly previousSpec: StoredSpec | undefined;
  /** Why a rollback runs. */
  readonly failure: string | null;
  readonly startedAt: number;
  /** The engine that holds the lease, and until when. */
  readonly leaseOwner: string | null;
  readonly leaseUntil: number;
  /** Grows with every change of the stack or of a resource. */
  readonly revision: number;
}

/** What can be seen of a stack without opening a seal. */
export type StackHead = Pick<StackRow, 'id' | 'projectId' | 'name' | 'action' | 'state' | 'revision'>;

export interface StoredSpec {
  readonly template: JsonObject;
  readonly files: Readonly<Record<string, string>>;
  readonly parameters: JsonObject;
  readonly timeoutMinutes: number;
  readonly rollbackOnFailure: boolean;
}

export interface ResourceRow {
  /** Physical id, and what the backend's keys are made from: committed before anything is made. */
  readonly id: string;
  readonly stackId: string;
  /** The nested stack or group that holds it; empty at the root. */
  readonly parentId: string;
  readonly name: string;
  readonly path: readonly string[];
  readonly link: string | null;
  readonly type: string;
  readonly position: number;
  /** Replaced by a newer row of the same name, and about to be deleted. */
  readonly superseded: boolean;
  readonly action: StackAction | 'INIT';
  readonly state: StackState;
  readonly reason: string;
  /** Ids of the rows that must outlive this one. */
  readonly requires: readonly string[];
  readonly digest: string | null;
  /** As last resolved; undefined before the first attempt. */
  readonly properties: JsonObject | undefined;
  readonly attributes: JsonObject | undefined;
  readonly startedAt: number | null;
  /** The operation in which it failed. */
  readonly traversal: number | null;
}

/** Columns as the database holds them. */
type Columns = Readonly<Record<string, string | number | boolean | null>>;

const context = (table: string, id: string, column: string): string => `${table}/${id}/${column}`;

/** Rows to records and back; what may hold secrets is sealed on the way. */
export class Codec {
  readonly #sealer: Sealer;

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  seal(value: unknown, table: string, id: string, column: string): string {
    return this.#sealer.seal(JSON.stringify(value), context(table, id, column));
  }

  open(sealed: string, table: string, id: string, column: string): JsonValue {
    // It was a JsonValue when `seal` wrote it, and the seal vouches for it.
    return JSON.parse(this.#sealer.open(sealed, context(table, id, column))) as JsonValue;
  }

  stack(row: Columns): StackRow {
    const id = String(row['id']);
    const spec = (column: string): StoredSpec | undefined => {
      const sealed = row[column];
      // Only StoredSpecs are sealed into these columns.
      return typeof sealed === 'string' ? (this.open(sealed, 'hot_stack', id, column) as unknown as StoredSpec) : undefined;
    };
    const current = spec('spec');
    if (!current) throw new Error(`stack ${id} has no spec`);
    return {
      id,
      projectId: String(row['project_id']),
      userId: String(row['user_id']),
      name: String(row['name']),
      // Written from these unions only.
      action: row['action'] as StackAction,
      state: row['state'] as StackState,
      reason: String(row['reason']),
      tags: JSON.parse(String(row['tags'])),
      traversal: Number(row['traversal']),
      spec: current,
      previousSpec: spec('previous_spec'),
      failure: row['failure'] === null ? null : String(row['failure']),
      startedAt: Number(row['started_at']),
      leaseOwner: row['lease_owner'] === null ? null : String(row['lease_owner']),
      leaseUntil: Number(row['lease_until'] ?? 0),
      revision: Number(row['revision']),
    };
  }

  head(row: Columns): StackHead {
    return {
      id: String(row['id']),
      projectId: String(row['project_id']),
      name: String(row['name']),
      // Written from these unions only.
      action: row['action'] as StackAction,
      state: row['state'] as StackState,
      revision: Number(row['revision']),
    };
  }

  resource(row: Columns): ResourceRow {
    return new StoredResource(row, this);
  }

  /** The columns of a change; only what is named changes. */
  columns(id: string, change: Partial<ResourceRow>): Columns {
    const { action, state, reason, superseded, digest, link, properties, attributes, startedAt, requires, position, traversal } =
      change;
    const plain = {
      action,
      state,
      reason,
      superseded: superseded === undefined ? undefined : Number(superseded),
      digest,
      link,
      started_at: startedAt,
      position,
      traversal,
      requires: requires && JSON.stringify(requires),
    };
    const sealed = {
      properties: properties && this.seal(properties, 'hot_resource', id, 'properties'),
      attributes: attributes && this.seal(attributes, 'hot_resource', id, 'attributes'),
    };
    return Object.fromEntries(
      Object.entries({ ...plain, ...sealed }).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
  }
}

/**
 * A resource as the database has it. Most looks at a stack read all of its resources and need the values of few: a bay of a thousand
 * nodes has nine thousand, and opening every seal took a quarter of the time of adding one node. So a seal is opened when its value is
 * first asked for. Both values are no properties of the object itself: copy it by `changedRow`.
 */
class StoredResource implements ResourceRow {
  readonly id: string;
  readonly stackId: string;
  readonly parentId: string;
  readonly name: string;
  readonly path: readonly string[];
  readonly link: string | null;
  readonly type: string;
  readonly position: number;
  readonly superseded: boolean;
  readonly action: ResourceRow['action'];
  readonly state: StackState;
  readonly reason: string;
  readonly requires: readonly string[];
  readonly digest: string | null;
  readonly startedAt: number | null;
  readonly traversal: number | null;
  readonly #codec: Codec;
  #properties: unknown;
  #attributes: unknown;

  constructor(row: Columns, codec: Codec) {
    this.#codec = codec;
    this.id = String(row['id']);
    this.stackId = String(row['stack_id']);
    this.parentId = String(row['parent_id']);
    this.name = String(row['name']);
    this.path = JSON.parse(String(row['path']));
    this.link = row['link'] === null ? null : String(row['link']);
    this.type = String(row['type']);
    this.position = Number(row['position']);
    this.superseded = Boolean(row['superseded']);
    // Written from these unions only.
    this.action = row['action'] as ResourceRow['action'];
    this.state = row['state'] as StackState;
    this.reason = String(row['reason']);
    this.requires = JSON.parse(String(row['requires']));
    this.digest = row['digest'] === null ? null : String(row['digest']);
    this.startedAt = row['started_at'] === null ? null : Number(row['started_at']);
    this.traversal = row['traversal'] === null ? null : Number(row['traversal']);
    this.#properties = row['properties'];
    this.#attributes = row['attributes'];
  }

  get properties(): JsonObject | undefined {
    if (typeof this.#properties === 'string') this.#properties = this.#open(this.#properties, 'properties');
    return isObject(this.#properties) ? this.#properties : undefined;
  }

  get attributes(): JsonObject | undefined {
    if (typeof this.#attributes === 'string') this.#attributes = this.#open(this.#attributes, 'attributes');
    return isObject(this.#attributes) ? this.#attributes : undefined;
  }

  #open(sealed: string, column: string): JsonValue {
    return this.#codec.open(sealed, 'hot_resource', this.id, column);
  }
}

/** Only maps are sealed into these columns. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

/** A copy of the row with what has changed. */
export function changedRow(row: ResourceRow, change: Partial<ResourceRow>): ResourceRow {
  return { ...row, properties: row.properties, attributes: row.attributes, ...change };
}

export interface SignalRow {
  readonly signalId: string;
  readonly status: 'SUCCESS' | 'FAILURE';
  readonly reason: string;
  readonly data: JsonValue;
}

/** Reads of the orchestration tables; always fresh, so that no decision rests on an old state. */
export class Rows {
  readonly #db: Knex;
  readonly codec: Codec;

  constructor(db: Knex, codec: Codec) {
    this.#db = db;
    this.codec = codec;
  }

  async stack(id: string): Promise<StackRow | undefined> {
    const row: Columns | undefined = await this.#db('hot_stack').where({ id }).first();
    return row && this.codec.stack(row);
  }

  async findStacks(projectId: string, names: readonly string[]): Promise<readonly StackRow[]> {
    const rows: readonly Columns[] = await this.#db('hot_stack')
      .where({ project_id: projectId })
      .whereIn('name', [...names]);
    return rows.map((row) => this.codec.stack(row));
  }

  async stacks(ids: readonly string[]): Promise<readonly StackRow[]> {
    const rows: readonly Columns[] = await this.#db('hot_stack').whereIn('id', [...ids]);
    return rows.map((row) => this.codec.stack(row));
  }

  /** Names count in their own project only. */
  async findHeads(wanted: ReadonlyMap<string, readonly string[]>): Promise<readonly StackHead[]> {
    const query = this.#db('hot_stack').select('id', 'project_id', 'name', 'action', 'state', 'revision');
    for (const [projectId, names] of wanted)
      void query.orWhere((own) => own.where({ project_id: projectId }).whereIn('name', [...names]));
    const rows: readonly Columns[] = await query;
    return rows.map((row) => this.codec.head(row));
  }

  /** Ids of the newest events, by stack. */
  async newestEvents(stackIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows: readonly Columns[] = await this.#db('hot_event')
      .whereIn('stack_id', [...stackIds])
      .groupBy('stack_id')
      .select('stack_id')
      .max('id as newest');
    return new Map(rows.map((row) => [String(row['stack_id']), Number(row['newest'])]));
  }

  async resource(id: string): Promise<ResourceRow | undefined> {
    const row: Columns | undefined = await this.#db('hot_resource').where({ id }).first();
    return row && this.codec.resource(row);
  }

  /** The children of a nested stack or group (`''`: of the root), replaced ones included. */
  async children(stackId: string, parentId: string): Promise<readonly ResourceRow[]> {
    return this.#resources({ stack_id: stackId, parent_id: parentId });
  }

  async ofStack(stackId: string): Promise<readonly ResourceRow[]> {
    return this.#resources({ stack_id: stackId });
  }

  async ofStacks(stackIds: readonly string[]): Promise<readonly ResourceRow[]> {
    const rows: readonly Columns[] = await this.#db('hot_resource')
      .whereIn('stack_id', [...stackIds])
      .orderBy('position')
      .orderBy('id');
    return rows.map((row) => this.codec.resource(row));
  }

  async linkedTo(id: string, type: string): Promise<readonly ResourceRow[]> {
    return this.#resources({ link: id, type });
  }

  async ofType(projectId: string, type: string): Promise<readonly ResourceRow[]> {
    const rows: readonly Columns[] = await this.#db('hot_resource')
      .join('hot_stack', 'hot_stack.id', 'hot_resource.stack_id')
      .where({ project_id: projectId, type, superseded: 0 })
      .select('hot_resource.*');
    return rows.map((row) => this.codec.resource(row));
  }

  /** Of all projects. */
  async everyOfType(type: string): Promise<readonly ResourceRow[]> {
    return this.#resources({ type, superseded: 0 });
  }

  async ofProject(projectId: string, id: string): Promise<ResourceRow | undefined> {
    const found = await this.resource(id);
    const stack: unknown = found && (await this.#db('hot_stack').where({ id: found.stackId, project_id: projectId }).first('id'));
    return stack === undefined ? undefined : found;
  }

  async signals(handleId: string): Promise<readonly SignalRow[]> {
    const rows: readonly Columns[] = await this.#db('hot_signal').where({ handle_id: handleId }).orderBy('position');
    return rows.map((row) => ({
      signalId: String(row['signal_id']),
      status: row['status'] === 'SUCCESS' ? 'SUCCESS' : 'FAILURE',
      reason: String(row['reason']),
      data:
        typeof row['data'] === 'string' ? this.codec.open(row['data'], 'hot_signal', handleId, String(row['signal_id'])) : null,
    }));
  }

  async #resources(where: Columns): Promise<readonly ResourceRow[]> {
    const rows: readonly Columns[] = await this.#db('hot_resource').where(where).orderBy('position').orderBy('id');
    return rows.map((row) => this.codec.resource(row));
  }
}
