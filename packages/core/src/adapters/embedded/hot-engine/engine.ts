import { setMaxListeners } from 'node:events';
import type { Knex } from 'knex';
import { DomainError } from '../../../domain/errors.js';
import type { StackName } from '../../../domain/ids.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../domain/json.js';
import { Secret } from '../../../domain/secret.js';
import type { Clock } from '../../../ports/clock.js';
import type { Logger } from '../../../ports/logger.js';
import type { CloudAccess, Orchestrator, StackEvent, StackSnapshot, StackSpec } from '../../../ports/orchestrator.js';
import type { Random } from '../../../ports/random.js';
import type { Sealer } from '../../../ports/sealer.js';
import type { CloudBackend } from '../backend.js';
import { eventColumns, Journal, Overtaken } from './journal.js';
import { Model, Tree } from './model.js';
import { operate } from './operation.js';
import { Bell, Halt, patientBackend, Slots, Turns } from './patience.js';
import { Codec, Rows, type StackRow, type StoredSpec } from './rows.js';
import { Run } from './run.js';
import { handleSignal } from './signals.js';
import { snapshotOf } from './snapshot.js';
import { validateSpec } from './validate.js';
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
const ATTEMPTS = 5;
const PAUSE = 1_000;

interface Running {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** Heat as far as the drivers speak to it. Its state is in the database: after a crash, `start` goes on with it. */
export class HotEngine implements Orchestrator {
  readonly #deps: HotEngineDeps;
  readonly #rows: Rows;
  readonly #codec: Codec;
  readonly #bell = new Bell();
  readonly #turns = new Turns();
  readonly #running = new Map<string, Running>();
  #stopped = false;

  constructor(deps: HotEngineDeps) {
    this.#deps = deps;
    this.#codec = new Codec(deps.sealer);
    this.#rows = new Rows(deps.db, this.#codec);
  }

  /** Goes on with whatever was in progress. */
  async start(): Promise<void> {
    this.#stopped = false;
    for (const id of await this.#rows.inProgress()) this.#launch(id);
  }

  /** Ends the loops; what was in progress stays so, and `start` takes it up again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const running = [...this.#running.values()];
    running.forEach((run) => run.controller.abort(new Halt('the engine stops')));
    await Promise.all(running.map((run) => run.done));
  }

  async find(names: readonly StackName[], access: CloudAccess, signal: AbortSignal): Promise<ReadonlyMap<StackName, StackSnapshot>> {
    signal.throwIfAborted();
    const stacks = await this.#rows.stacksNamed(access.projectId, names);
    const snapshots = await Promise.all(stacks.map((stack) => this.#snapshot(stack)));
    return new Map(snapshots.map((snapshot) => [snapshot.name, snapshot]));
  }

  async create(spec: StackSpec, access: CloudAccess, signal: AbortSignal): Promise<StackSnapshot> {
    signal.throwIfAborted();
    const stored = storedSpec(spec);
    validateSpec(stored);
    const id = this.#deps.random.uuid();
    const now = this.#deps.clock.now();
    await this.#deps.db.transaction(async (transaction) => {
      const taken: unknown = await transaction('hot_stack').where({ project_id: access.projectId, name: spec.name }).first('id');
      if (taken !== undefined) throw new DomainError('conflict', `The Stack (${spec.name}) already exists.`);
      await transaction('hot_stack').insert({
        id, project_id: access.projectId, user_id: access.userId, name: spec.name, action: 'CREATE', state: 'IN_PROGRESS', reason: 'Stack CREATE started',
        tags: JSON.stringify(spec.tags), traversal: 1, spec: this.#codec.seal(stored, 'hot_stack', id, 'spec'), previous_spec: null, failure: null,
        started_at: now.getTime(), created_at: now.getTime(),
      });
      await transaction('hot_event').insert(eventColumns(id, now, stackEvent('CREATE')));
    });
    return this.#launched(id);
  }

  async update(stackId: string, spec: StackSpec, access: CloudAccess, signal: AbortSignal): Promise<StackSnapshot> {
    signal.throwIfAborted();
    const stored = storedSpec(spec);
    validateSpec(stored);
    const now = this.#deps.clock.now();
    await this.#deps.db.transaction(async (transaction) => {
      const stack = await this.#own(transaction, stackId, access);
      if (!stack) throw new DomainError('not-found', `The Stack (${stackId}) could not be found.`);
      if (stack.state === 'IN_PROGRESS') throw new DomainError('operation-in-progress', `Stack ${stack.name} already has an action (${stack.action}) in progress.`);
      if (stack.action === 'DELETE') throw new DomainError('cloud-refused', `Updating the stack ${stack.name} is not possible while it is DELETE_${stack.state}.`);
      await transaction('hot_stack').where({ id: stackId }).update({
        action: 'UPDATE', state: 'IN_PROGRESS', reason: 'Stack UPDATE started', tags: JSON.stringify(spec.tags), traversal: stack.traversal + 1,
        spec: this.#codec.seal(stored, 'hot_stack', stackId, 'spec'), previous_spec: this.#codec.seal(stack.spec, 'hot_stack', stackId, 'previous_spec'),
        failure: null, started_at: now.getTime(),
      });
      await transaction('hot_event').insert(eventColumns(stackId, now, stackEvent('UPDATE')));
    });
    return this.#launched(stackId);
  }

  async delete(stackId: string, access: CloudAccess, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = this.#deps.clock.now();
    const begun = await this.#deps.db.transaction(async (transaction) => {
      const stack = await this.#own(transaction, stackId, access);
      if (!stack || (stack.action === 'DELETE' && stack.state === 'IN_PROGRESS')) return false;
      await transaction('hot_stack').where({ id: stackId }).update({
        action: 'DELETE', state: 'IN_PROGRESS', reason: 'Stack DELETE started', traversal: stack.traversal + 1, started_at: now.getTime(),
      });
      await transaction('hot_event').insert(eventColumns(stackId, now, stackEvent('DELETE')));
      return true;
    });
    if (begun) await this.#launched(stackId);
  }

  async events(stackId: string, after: number, limit: number, access: CloudAccess, signal: AbortSignal): Promise<readonly StackEvent[]> {
    signal.throwIfAborted();
    const rows: readonly Readonly<Record<string, string | number>>[] = await this.#deps.db('hot_event')
      .join('hot_stack', 'hot_stack.id', 'hot_event.stack_id').where({ stack_id: stackId, project_id: access.projectId })
      .where('hot_event.id', '>', after).orderBy('hot_event.id').limit(limit).select('hot_event.*');
    return rows.map((row) => ({
      id: Number(row['id']), at: new Date(Number(row['at'])), path: JSON.parse(String(row['path'])), type: String(row['type']),
      // Written from these unions only.
      action: row['action'] as StackEvent['action'], state: row['state'] as StackEvent['state'], reason: String(row['reason']),
    }));
  }

  /** The signal endpoint; undefined for other paths. */
  async handle(request: Request): Promise<Response | undefined> {
    const { db, clock } = this.#deps;
    return handleSignal({ db, clock, rows: this.#rows, changed: (stackId) => this.#bell.ring(stackId) }, request);
  }

  async #own(transaction: Knex.Transaction, stackId: string, access: CloudAccess): Promise<StackRow | undefined> {
    const row: Readonly<Record<string, string | number | null>> | undefined =
      await transaction('hot_stack').where({ id: stackId, project_id: access.projectId }).forUpdate().first();
    return row && this.#codec.stack(row);
  }

  async #launched(stackId: string): Promise<StackSnapshot> {
    const stack = await this.#rows.stack(stackId);
    if (!stack) throw new DomainError('not-found', `The Stack (${stackId}) could not be found.`);
    const snapshot = await this.#snapshot(stack);
    this.#launch(stackId);
    return snapshot;
  }

  async #snapshot(stack: StackRow): Promise<StackSnapshot> {
    return snapshotOf(new Model(stack, stack.spec, new Tree(await this.#rows.ofStack(stack.id))));
  }

  /** One run per stack: the earlier one is ended before the next begins, so that no call of it is still under way. */
  #launch(stackId: string): void {
    if (this.#stopped) return;
    const before = this.#running.get(stackId);
    before?.controller.abort(new Halt('overtaken by a newer operation'));
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const done = (before?.done ?? Promise.resolve()).then(() => this.#persist(stackId, controller.signal)).finally(() => {
      if (this.#running.get(stackId)?.controller === controller) this.#running.delete(stackId);
    });
    this.#running.set(stackId, { controller, done });
  }

  /** What fails in the engine itself (its database, mostly) is tried again; a resource's failure is the stack's affair. */
  async #persist(stackId: string, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#deps;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.#operate(stackId, attempt >= ATTEMPTS, signal);
        return;
      } catch (error) {
        if (signal.aborted || error instanceof Overtaken) return;
        logger.error('stack operation interrupted', { stackId, attempt, error: error instanceof Error ? error.message : String(error) });
        if (attempt > ATTEMPTS) return;
        await clock.sleep(PAUSE * attempt, signal).catch(() => undefined);
      }
    }
  }

  async #operate(stackId: string, isLastAttempt: boolean, signal: AbortSignal): Promise<void> {
    const { db, clock, logger } = this.#deps;
    const slots = new Slots(PARALLEL);
    await operate({
      rows: this.#rows, clock, logger, isLastAttempt,
      open: async (stack, spec) => {
        const tree = new Tree(await this.#rows.ofStack(stack.id));
        const model = new Model(stack, spec, tree);
        const journal = new Journal({ db, codec: this.#codec, clock, stack, tree, changed: () => this.#changed(stack) }, hiddenValues(stack));
        const run = new Run({
          model, journal, rows: this.#rows, backend: patientBackend(this.#deps.backend, slots, clock), tables: this.#deps.tables, clock,
          random: this.#deps.random, bell: this.#bell, turns: this.#turns, signalBaseUrl: this.#deps.signalBaseUrl,
        });
        return { journal, run };
      },
    }, stackId, signal);
  }

  #changed(stack: StackRow): void {
    this.#bell.ring(stack.id);
    // Stack names come from StackSpecs, where they are StackNames.
    this.#deps.onChange?.(stack.name as StackName);
  }
}

function stackEvent(action: 'CREATE' | 'UPDATE' | 'DELETE'): Omit<StackEvent, 'id' | 'at'> {
  return { path: [], type: 'OS::Heat::Stack', action, state: 'IN_PROGRESS', reason: `Stack ${action} started` };
}

/** Secrets are revealed here, where they go into the sealed column. */
function storedSpec(spec: StackSpec): StoredSpec {
  const parameters: JsonObject = Object.fromEntries(Object.entries(spec.parameters).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]));
  const { template, files, timeoutMinutes, rollbackOnFailure } = spec;
  return { template, files, parameters, timeoutMinutes, rollbackOnFailure };
}

/** The texts that no reason may show: what was given for the parameters that the template declares hidden. */
function hiddenValues(stack: StackRow): readonly string[] {
  const declared = stack.spec.template['parameters'];
  const schemas: JsonObject = isJsonObject(declared) ? declared : {};
  const hidden = Object.entries(schemas).filter(([, schema]) => isJsonObject(schema) && schema['hidden'] === true).map(([name]) => name);
  return hidden.flatMap((name) => texts(stack.spec.parameters[name] ?? null)).filter((text) => text.length >= 4);
}

function texts(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => texts(item));
  return isJsonObject(value) ? Object.values(value).flatMap(texts) : [];
}
