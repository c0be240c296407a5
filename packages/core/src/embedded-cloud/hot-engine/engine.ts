import type { Knex } from 'knex';
import { Condition } from '../../concurrency/condition.js';
import { KeyedMutex } from '../../concurrency/keyed-mutex.js';
import { Semaphore } from '../../concurrency/semaphore.js';
import { DomainError } from '../../domain/errors.js';
import type { StackName } from '../../domain/ids.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import { Secret } from '../../domain/secret.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { CloudAccess, Orchestrator, StackAddress, StackEvent, StackSnapshot, StackSpec } from '../../ports/orchestrator.js';
import type { Random } from '../../ports/random.js';
import type { Sealer } from '../../ports/sealer.js';
import { isDuplicate, retryTransaction } from '../../adapters/knex/transactions.js';
import type { CloudBackend } from '../backend.js';
import { eventColumns, Journal } from './journal.js';
import { StackLeases, type LeaseColumns } from './leases.js';
import { Model, Tree } from './model.js';
import { operate } from './operation.js';
import { retryingBackend } from './retrying-backend.js';
import { Codec, Rows, type StackRow, type StoredSpec } from './rows.js';
import { Convergence } from './convergence.js';
import { Scheduler } from './scheduler.js';
import { handleSignal, SignalWatch } from './signals.js';
import { SnapshotCache } from './snapshot-cache.js';
import { snapshotOf } from './snapshot.js';
import { ENGINE_LIMITS, validateSpec } from './validate.js';
import type { Tables } from './types/type.js';

export interface HotEngineDeps {
  readonly db: Knex;
  readonly backend: CloudBackend;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly sealer: Sealer;
  /** Scheme, host and port where `handle` is reached from inside the servers; asked when a handle is made. */
  readonly signalBaseUrl: () => string;
  readonly tables: Tables;
  /** A hint that the stack is worth a look; may come often, and may be lost with the process. */
  readonly onChange?: (stackName: StackName) => void;
}

const PARALLEL = 4;
const SIGNALS_MS = 500;

/**
 * Heat as far as the drivers speak to it. Its state is in the database: after a crash, `start` continues with it. Several
 * processes may each have an engine over the same database; one that is not started works on nothing, but takes requests.
 */
export class HotEngine implements Orchestrator {
  readonly limits = ENGINE_LIMITS;
  readonly #deps: HotEngineDeps;
  readonly #rows: Rows;
  readonly #codec: Codec;
  readonly #changes = new Condition();
  readonly #mutex = new KeyedMutex();
  readonly #leases: StackLeases;
  readonly #runs: Scheduler;
  readonly #sights: SnapshotCache;
  #listening: Promise<void> = Promise.resolve();

  constructor(deps: HotEngineDeps) {
    this.#deps = deps;
    this.#codec = new Codec(deps.sealer);
    this.#rows = new Rows(deps.db, this.#codec);
    this.#sights = new SnapshotCache(this.#rows);
    this.#leases = new StackLeases({ db: deps.db, clock: deps.clock, owner: deps.random.uuid() });
    this.#runs = new Scheduler({
      clock: deps.clock,
      logger: deps.logger,
      leases: this.#leases,
      operate: (stackId, task, signal) => this.#operate(stackId, task, signal),
      isMine: async (stackId) => {
        const stack = await this.#rows.stack(stackId);
        return stack?.state === 'IN_PROGRESS' && this.#leases.isMine(stack);
      },
    });
  }

  /** Continues the operations in progress that have no lease, and keeps looking for more. */
  async start(): Promise<void> {
    await this.#runs.start();
    const watch = new SignalWatch(this.#deps.db);
    this.#listening = this.#runs.every(
      () => SIGNALS_MS,
      () => watch.look((stackId) => this.#changes.notifyAll(stackId)).catch(() => undefined),
    );
  }

  /** Ends the loops; what was in progress stays so, and the next engine takes it up. */
  async stop(): Promise<void> {
    await this.#runs.stop();
    await this.#listening;
  }

  async find(
    names: readonly StackName[],
    access: CloudAccess,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<StackName, StackSnapshot>> {
    signal.throwIfAborted();
    const stacks = await this.#rows.findStacks(access.projectId, names);
    const snapshots = await Promise.all(stacks.map((stack) => this.#snapshot(stack)));
    return new Map(snapshots.map((snapshot) => [snapshot.name, snapshot]));
  }

  async findAll(stacks: readonly StackAddress[], signal: AbortSignal): Promise<ReadonlyMap<StackName, StackSnapshot>> {
    signal.throwIfAborted();
    return this.#sights.of(stacks);
  }

  async create(spec: StackSpec, access: CloudAccess, signal: AbortSignal): Promise<StackSnapshot> {
    signal.throwIfAborted();
    const stored = storedSpec(spec);
    validateSpec(stored);
    const id = this.#deps.random.uuid();
    const now = this.#deps.clock.now();
    await this.#write(async (transaction) => {
      const taken: unknown = await transaction('hot_stack').where({ project_id: access.projectId, name: spec.name }).first('id');
      if (taken !== undefined) throw nameIsTaken(spec.name);
      await transaction('hot_stack').insert({
        id,
        project_id: access.projectId,
        user_id: access.userId,
        name: spec.name,
        action: 'CREATE',
        state: 'IN_PROGRESS',
        reason: 'Stack CREATE started',
        tags: JSON.stringify(spec.tags),
        traversal: 1,
        spec: this.#codec.seal(stored, 'hot_stack', id, 'spec'),
        previous_spec: null,
        failure: null,
        started_at: now.getTime(),
        created_at: now.getTime(),
        revision: 1,
        ...this.#lease(),
      });
      await transaction('hot_event').insert(eventColumns(id, now, stackEvent(id, 'CREATE')));
    }).catch((error: unknown) => {
      // Two processes asked at the same time; the table lets one of them have the name.
      throw isDuplicate(error) ? nameIsTaken(spec.name) : error;
    });
    return this.#launch(id);
  }

  async update(stackId: string, spec: StackSpec, access: CloudAccess, signal: AbortSignal): Promise<StackSnapshot> {
    signal.throwIfAborted();
    const stored = storedSpec(spec);
    validateSpec(stored);
    const now = this.#deps.clock.now();
    await this.#write(async (transaction) => {
      const stack = await this.#own(transaction, stackId, access);
      if (!stack) throw new DomainError('not-found', `The Stack (${stackId}) could not be found.`);
      if (stack.state === 'IN_PROGRESS')
        throw new DomainError(
          'operation-in-progress',
          `Stack ${stack.name} already has an action (${stack.action}) in progress.`,
        );
      if (stack.action === 'DELETE')
        throw new DomainError(
          'cloud-refused',
          `Updating the stack ${stack.name} is not possible while it is DELETE_${stack.state}.`,
        );
      await transaction('hot_stack')
        .where({ id: stackId })
        .update({
          action: 'UPDATE',
          state: 'IN_PROGRESS',
          reason: 'Stack UPDATE started',
          tags: JSON.stringify(spec.tags),
          traversal: stack.traversal + 1,
          spec: this.#codec.seal(stored, 'hot_stack', stackId, 'spec'),
          previous_spec: this.#codec.seal(stack.spec, 'hot_stack', stackId, 'previous_spec'),
          failure: null,
          started_at: now.getTime(),
          revision: stack.revision + 1,
          ...this.#lease(),
        });
      await transaction('hot_event').insert(eventColumns(stackId, now, stackEvent(stackId, 'UPDATE')));
    });
    return this.#launch(stackId);
  }

  async delete(stackId: string, access: CloudAccess, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = this.#deps.clock.now();
    const isOurs = await this.#write(async (transaction) => {
      const stack = await this.#own(transaction, stackId, access);
      if (!stack || (stack.action === 'DELETE' && stack.state === 'IN_PROGRESS')) return false;
      // An engine that is at work on it keeps its lease: it ends its current step and continues with the deletion.
      const isFree = this.#leases.isFree(stack);
      await transaction('hot_stack')
        .where({ id: stackId })
        .update({
          action: 'DELETE',
          state: 'IN_PROGRESS',
          reason: 'Stack DELETE started',
          traversal: stack.traversal + 1,
          started_at: now.getTime(),
          revision: stack.revision + 1,
          ...(isFree ? this.#lease() : {}),
        });
      await transaction('hot_event').insert(eventColumns(stackId, now, stackEvent(stackId, 'DELETE')));
      return isFree;
    });
    if (isOurs) this.#runs.launch(stackId);
  }

  async events(
    stackId: string,
    after: number,
    limit: number,
    access: CloudAccess,
    signal: AbortSignal,
  ): Promise<readonly StackEvent[]> {
    signal.throwIfAborted();
    const rows: readonly Readonly<Record<string, string | number | null>>[] = await this.#deps
      .db('hot_event')
      .join('hot_stack', 'hot_stack.id', 'hot_event.stack_id')
      .where({ stack_id: stackId, project_id: access.projectId })
      .where('hot_event.id', '>', after)
      .orderBy('hot_event.id')
      .limit(limit)
      .select('hot_event.*');
    return rows.map((row) => ({
      id: Number(row['id']),
      at: new Date(Number(row['at'])),
      path: JSON.parse(String(row['path'])),
      type: String(row['type']),
      physicalId: row['physical_id'] === null ? null : String(row['physical_id']),
      // Written from these unions only.
      action: row['action'] as StackEvent['action'],
      state: row['state'] as StackEvent['state'],
      reason: String(row['reason']),
    }));
  }

  /** The signal endpoint; undefined for other paths. */
  async handle(request: Request): Promise<Response | undefined> {
    const { db, clock } = this.#deps;
    return handleSignal({ db, clock, rows: this.#rows, changed: (stackId) => this.#changes.notifyAll(stackId) }, request);
  }

  /** The transaction again when it met another one. */
  async #write<T>(work: (transaction: Knex.Transaction) => Promise<T>): Promise<T> {
    return retryTransaction(this.#deps.clock, () => this.#deps.db.transaction(work));
  }

  /** An engine that is not started leaves what it was asked for to the others. */
  #lease(): LeaseColumns {
    return this.#runs.started ? this.#leases.mine : this.#leases.none;
  }

  async #own(transaction: Knex.Transaction, stackId: string, access: CloudAccess): Promise<StackRow | undefined> {
    const row: Readonly<Record<string, string | number | null>> | undefined = await transaction('hot_stack')
      .where({ id: stackId, project_id: access.projectId })
      .forUpdate()
      .first();
    return row && this.#codec.stack(row);
  }

  async #launch(stackId: string): Promise<StackSnapshot> {
    const stack = await this.#rows.stack(stackId);
    if (!stack) throw new DomainError('not-found', `The Stack (${stackId}) could not be found.`);
    const snapshot = await this.#snapshot(stack);
    this.#runs.launch(stackId);
    return snapshot;
  }

  async #snapshot(stack: StackRow): Promise<StackSnapshot> {
    return snapshotOf(new Model(stack, stack.spec, new Tree(await this.#rows.ofStack(stack.id))));
  }

  async #operate(
    stackId: string,
    task: { readonly isLastAttempt: boolean; readonly began: (traversal: number) => void },
    signal: AbortSignal,
  ): Promise<void> {
    const { db, clock, logger } = this.#deps;
    const semaphore = new Semaphore(PARALLEL);
    await operate(
      {
        rows: this.#rows,
        clock,
        logger,
        isLastAttempt: task.isLastAttempt,
        isMine: (stack) => this.#leases.isMine(stack),
        open: async (stack, spec) => {
          task.began(stack.traversal);
          const tree = new Tree(await this.#rows.ofStack(stack.id));
          const model = new Model(stack, spec, tree);
          const journal = new Journal(
            { db, codec: this.#codec, clock, leases: this.#leases, stack, tree, changed: () => this.#onChanged(stack) },
            hiddenValues(stack),
          );
          const run = new Convergence({
            model,
            journal,
            rows: this.#rows,
            backend: retryingBackend(this.#deps.backend, semaphore, clock),
            tables: this.#deps.tables,
            clock,
            random: this.#deps.random,
            changes: this.#changes,
            mutex: this.#mutex,
            signalBaseUrl: this.#deps.signalBaseUrl,
          });
          return { journal, run };
        },
      },
      stackId,
      signal,
    );
  }

  #onChanged(stack: StackRow): void {
    this.#changes.notifyAll(stack.id);
    // Stack names come from StackSpecs, where they are StackNames.
    this.#deps.onChange?.(stack.name as StackName);
  }
}

function nameIsTaken(name: string): DomainError {
  return new DomainError('conflict', `The Stack (${name}) already exists.`);
}

function stackEvent(id: string, action: 'CREATE' | 'UPDATE' | 'DELETE'): Omit<StackEvent, 'id' | 'at'> {
  return { path: [], type: 'OS::Heat::Stack', physicalId: id, action, state: 'IN_PROGRESS', reason: `Stack ${action} started` };
}

/** Secrets are revealed here, where they go into the sealed column. */
function storedSpec(spec: StackSpec): StoredSpec {
  const parameters: JsonObject = Object.fromEntries(
    Object.entries(spec.parameters).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
  );
  const { template, files, timeoutMinutes, rollbackOnFailure } = spec;
  return { template, files, parameters, timeoutMinutes, rollbackOnFailure };
}

/** The texts that no reason may show: what was given for the parameters that the template declares hidden. */
function hiddenValues(stack: StackRow): readonly string[] {
  const declared = stack.spec.template['parameters'];
  const schemas: JsonObject = isJsonObject(declared) ? declared : {};
  const hidden = Object.entries(schemas)
    .filter(([, schema]) => isJsonObject(schema) && schema['hidden'] === true)
    .map(([name]) => name);
  return hidden.flatMap((name) => texts(stack.spec.parameters[name] ?? null)).filter((text) => text.length >= 4);
}

function texts(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => texts(item));
  return isJsonObject(value) ? Object.values(value).flatMap(texts) : [];
}
