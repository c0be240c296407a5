import type { Condition } from '../../concurrency/condition.js';
import type { KeyedMutex } from '../../concurrency/keyed-mutex.js';
import { linkedController } from '../../concurrency/linked-controller.js';
import { StopSignal } from '../../concurrency/stop-signal.js';
import type { JsonObject } from '../../domain/json.js';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import type { StackAction } from '../../ports/orchestrator.js';
import type { CloudBackend } from '../backend.js';
import { decide, isHolder, wantedOf, type Wanted } from './decide.js';
import { causeOf, PathFailure, recordedFailure } from './failure.js';
import { resolve } from './functions.js';
import { GROUP_PROPERTIES, removedMembers } from './group.js';
import type { Journal } from './journal.js';
import type { Model } from './model.js';
import { changedRow, type ResourceRow, type Rows } from './rows.js';
import type { Scope } from './scope.js';
import { awaitsSimulated } from './simulated-signals.js';
import type { ResourceTemplate } from './template.js';
import { GROUP, resourceType } from './types/index.js';
import { ResourceFailure, type PropertyRule, type ResourceContext, type Tables } from './types/type.js';
import { propertyProblem } from './validate.js';

export interface ConvergenceDeps {
  readonly model: Model;
  readonly journal: Journal;
  readonly rows: Rows;
  readonly backend: CloudBackend;
  readonly tables: Tables;
  readonly clock: Clock;
  readonly random: Random;
  readonly changes: Condition;
  readonly mutex: KeyedMutex;
  readonly signalBaseUrl: () => string;
}

/** Work that was ended by the failure of another resource, or by the operation's time limit. */
class Aborted extends ResourceFailure {}

const ABORTED = 'StackAborted';

function isConsequence(error: unknown): boolean {
  return error instanceof Aborted || (error instanceof PathFailure && error.kind === ABORTED);
}

/**
 * The error to report. An error of the engine itself comes first: the operation is repeated, and finds the recorded failures
 * again.
 */
function worst(errors: readonly unknown[]): unknown {
  const causes = errors.filter((error) => !isConsequence(error) && !(error instanceof StopSignal));
  return causes.find((error) => !(error instanceof PathFailure)) ?? causes[0] ?? errors[0];
}

/**
 * Convergence brings a stack's resources to its template, or deletes them. An engine may die between any two calls, and a
 * resource that is made twice would stay behind, unknown to its stack. So convergence is level-triggered: it compares the row
 * of each resource with the template, performs the one missing step, and records it before and after; the journal holds what is
 * about to be made. A second run after a crash does what the first one had left.
 *
 * Resources run side by side, each after those that it depends on. Invariants: no resource begins before its dependencies are
 * complete, none is deleted before its dependents, and the first failure ends the work on the others.
 */
export class Convergence {
  readonly #deps: ConvergenceDeps;

  constructor(deps: ConvergenceDeps) {
    this.#deps = deps;
  }

  async converge(signal: AbortSignal): Promise<void> {
    await this.#converge(this.#deps.model.root, undefined, signal);
  }

  async removeAll(signal: AbortSignal): Promise<void> {
    await this.#removeSet(this.#deps.model.tree.children(''), signal);
  }

  async #converge(scope: Scope, parent: ResourceRow | undefined, signal: AbortSignal): Promise<void> {
    await this.#plan(scope, parent);
    const siblings = linkedController(signal);
    const settled = new Map<string, Promise<void>>();
    for (const resource of scope.order) {
      const before = (scope.dependencies.get(resource.name) ?? []).flatMap((name) => settled.get(name) ?? []);
      const mine = Promise.all(before).then(() => this.#settle(scope, parent, { resource, signal: siblings.signal }));
      settled.set(resource.name, mine);
      // The first failure ends the work on the others; the rejection itself is collected below. A failure of the engine's own
      // (its database, a lost lease) is no failure of a resource: the others stay in progress until an engine continues.
      mine.catch((error: unknown) =>
        siblings.abort(
          error instanceof PathFailure
            ? new Aborted(ABORTED, 'aborted because of another failure')
            : new StopSignal('the engine failed', { cause: error }),
        ),
      );
    }
    const outcomes = await Promise.allSettled([...settled.values()]);
    siblings.abort(new Aborted(ABORTED, 'done'));
    // `reason` is `any` in the library's types; as `unknown` it has to be looked at before it is used.
    const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    // The reason of the abort says more than the errors that followed from it.
    signal.throwIfAborted();
    if (errors.length > 0) throw worst(errors);
    await this.#cleanUp(scope, parent, signal);
  }

  /**
   * Every resource of the template gets a row before work begins, so that it is visible and its position in the order is
   * stored.
   */
  async #plan(scope: Scope, parent: ResourceRow | undefined): Promise<void> {
    const { model, random, journal } = this.#deps;
    const parentId = parent?.id ?? '';
    const ids = new Map(
      scope.order.map((resource) => [resource.name, model.tree.current(parentId, resource.name)?.id ?? random.uuid()]),
    );
    const planned = scope.order.map((resource, position) => ({
      resource,
      position,
      requires: (scope.dependencies.get(resource.name) ?? []).flatMap((name) => ids.get(name) ?? []),
    }));
    const rows = planned.map(({ resource, position, requires }) => ({
      position,
      requires,
      known: model.tree.current(parentId, resource.name),
      fresh: (): ResourceRow =>
        this.#freshRow(resource, parent, { id: ids.get(resource.name) ?? random.uuid(), position, requires }),
    }));
    await journal.insert(rows.flatMap((row) => (row.known ? [] : [row.fresh()])));
    await journal.rearrange(
      rows.flatMap(({ known, position, requires }) =>
        known && (known.position !== position || known.requires.join() !== requires.join())
          ? [{ row: known, change: { position, requires } }]
          : [],
      ),
    );
  }

  #freshRow(
    resource: ResourceTemplate,
    parent: ResourceRow | undefined,
    own: Pick<ResourceRow, 'id' | 'position' | 'requires'>,
  ): ResourceRow {
    return {
      ...own,
      stackId: this.#deps.model.stack.id,
      parentId: parent?.id ?? '',
      name: resource.name,
      path: [...(parent?.path ?? []), resource.name],
      link: null,
      type: resource.type,
      superseded: false,
      action: 'INIT',
      state: 'COMPLETE',
      reason: '',
      digest: null,
      properties: undefined,
      attributes: undefined,
      startedAt: null,
      traversal: null,
    };
  }

  async #settle(
    scope: Scope,
    parent: ResourceRow | undefined,
    task: { readonly resource: ResourceTemplate; readonly signal: AbortSignal },
  ): Promise<void> {
    task.signal.throwIfAborted();
    const { journal } = this.#deps;
    const { resource } = task;
    const row = this.#current(parent, resource.name);
    // A resource that failed in this operation stays failed when the operation is resumed.
    if (row.state === 'FAILED' && row.traversal === this.#deps.model.stack.traversal) throw recordedFailure(row.reason);
    const wanted = await this.#wantedState(scope, row, resource, parent);
    const decision = decide(row, wanted);
    if (decision === 'keep') return;
    if (decision === 'note') {
      await journal.change(row, { properties: wanted.properties, digest: wanted.digest });
      return;
    }
    const target = decision === 'replace' ? await this.#successor(row, resource, wanted, parent) : row;
    await this.#perform(target, decision === 'update' ? 'UPDATE' : 'CREATE', { wanted, signal: task.signal });
  }

  #current(parent: ResourceRow | undefined, name: string): ResourceRow {
    const row = this.#deps.model.tree.current(parent?.id ?? '', name);
    if (!row) throw new Error(`no row for resource ${name}`);
    return row;
  }

  async #wantedState(
    scope: Scope,
    row: ResourceRow,
    resource: ResourceTemplate,
    parent: ResourceRow | undefined,
  ): Promise<Wanted> {
    try {
      return wantedOf(resource, this.#properties(scope, resource, parent), this.#deps.model.spec);
    } catch (error) {
      throw await this.#recordFailure(row, row.action === 'INIT' ? 'CREATE' : 'UPDATE', error);
    }
  }

  #properties(scope: Scope, resource: ResourceTemplate, parent: ResourceRow | undefined): JsonObject {
    const references = this.#deps.model.references(scope, parent?.id ?? '');
    const entries = Object.entries(resource.properties).flatMap(([name, value]) => {
      const resolved = resource.literal ? value : resolve(value, references);
      return resolved === undefined || resolved === null ? [] : [[name, resolved] as const];
    });
    const properties = Object.fromEntries(entries);
    const rules: Readonly<Record<string, PropertyRule>> =
      resource.type === GROUP ? GROUP_PROPERTIES : (resourceType(resource.type)?.properties ?? {});
    for (const [name, rule] of Object.entries(rules)) {
      const problem = propertyProblem(rule, properties[name] ?? null);
      if (problem !== undefined)
        throw new ResourceFailure('StackValidationFailed', `Property error: properties.${name}: ${problem}`);
    }
    return properties;
  }

  /**
   * A new row replaces this one; a row that an earlier update had replaced is used again where it is as the template wants it.
   */
  async #successor(
    row: ResourceRow,
    resource: ResourceTemplate,
    wanted: Wanted,
    parent: ResourceRow | undefined,
  ): Promise<ResourceRow> {
    const { model, random, journal } = this.#deps;
    const former = model.tree
      .children(row.parentId)
      .find(
        (other) =>
          other.superseded &&
          other.name === row.name &&
          other.type === wanted.type &&
          other.digest === wanted.digest &&
          other.state === 'COMPLETE',
      );
    const place = { position: row.position, requires: row.requires };
    const next = former
      ? changedRow(former, { ...place, superseded: false, action: 'CREATE', state: 'IN_PROGRESS' })
      : this.#freshRow(resource, parent, { id: random.uuid(), ...place });
    await journal.supersede(row, next, former === undefined);
    return next;
  }

  async #perform(
    row: ResourceRow,
    action: 'CREATE' | 'UPDATE',
    task: { readonly wanted: Wanted; readonly signal: AbortSignal },
  ): Promise<void> {
    try {
      const started = await this.#begin(row, action, task.wanted);
      const before = row.properties ?? {};
      if (isHolder(row.type)) await this.#converge(this.#deps.model.scopeIn(started), started, task.signal);
      const attributes = isHolder(row.type) ? undefined : await this.#act(started, action, { before, signal: task.signal });
      await this.#deps.journal.change(
        started,
        { state: 'COMPLETE', reason: 'state changed', ...(attributes === undefined ? {} : { attributes }) },
        true,
      );
    } catch (error) {
      // An engine that stops, or whose operation was replaced, leaves the row in progress, and the engine that continues
      // resumes it.
      if (task.signal.reason instanceof StopSignal) throw task.signal.reason;
      const isConsequent = task.signal.aborted && !(error instanceof PathFailure) && causeOf(error) === undefined;
      throw await this.#recordFailure(row, action, isConsequent ? new Aborted(ABORTED, `${action} aborted`) : error);
    }
  }

  async #begin(row: ResourceRow, action: 'CREATE' | 'UPDATE', wanted: Wanted): Promise<ResourceRow> {
    const { journal, clock, model } = this.#deps;
    const removed =
      row.type === GROUP
        ? { attributes: { ...row.attributes, removed: removedMembers(wanted.properties, row, model.tree.children(row.id)) } }
        : {};
    const resumed = row.action === action && row.state === 'IN_PROGRESS' && row.startedAt !== null;
    const startedAt = resumed ? row.startedAt : clock.now().getTime();
    const change = {
      action,
      state: 'IN_PROGRESS',
      reason: 'state changed',
      properties: wanted.properties,
      digest: wanted.digest,
      startedAt,
      ...removed,
    } as const;
    return journal.change(row, change, !resumed);
  }

  async #act(
    row: ResourceRow,
    action: 'CREATE' | 'UPDATE',
    task: { readonly before: JsonObject; readonly signal: AbortSignal },
  ): Promise<JsonObject> {
    const type = resourceType(row.type);
    if (!type) throw new ResourceFailure('StackValidationFailed', `The Resource Type (${row.type}) could not be found.`);
    const context = this.#context(row, task.signal);
    return action === 'UPDATE' && type.update ? type.update(context, task.before) : type.create(context);
  }

  /** Records a resource's failure and adds its name to the path of the failure; any other error is returned unchanged. */
  async #recordFailure(row: ResourceRow, action: StackAction, error: unknown): Promise<unknown> {
    const { journal, model } = this.#deps;
    const step = model.tree.get(row.parentId)?.type === GROUP ? `resources[${row.name}]` : `resources.${row.name}`;
    const cause = causeOf(error);
    const failure = error instanceof PathFailure ? error.under(step) : cause && new PathFailure(cause, step);
    if (!failure) return error;
    await journal.change(row, { action, state: 'FAILED', reason: failure.message, traversal: model.stack.traversal }, true);
    return failure;
  }

  async #cleanUp(scope: Scope, parent: ResourceRow | undefined, signal: AbortSignal): Promise<void> {
    const wanted = new Set(scope.order.map((resource) => resource.name));
    await this.#removeSet(
      this.#deps.model.tree.children(parent?.id ?? '').filter((row) => row.superseded || !wanted.has(row.name)),
      signal,
    );
  }

  /** Deletes in the reverse order of dependencies. Resources that do not depend on a failed one are deleted all the same. */
  async #removeSet(rows: readonly ResourceRow[], signal: AbortSignal): Promise<void> {
    const gone = new Map<string, Promise<void>>();
    const remove = (row: ResourceRow): Promise<void> => {
      const known = gone.get(row.id);
      if (known) return known;
      const dependents = rows.filter((other) => other.id !== row.id && other.requires.includes(row.id)).map(remove);
      const mine = Promise.all(dependents).then(() => this.#remove(row, signal));
      gone.set(row.id, mine);
      return mine;
    };
    const outcomes = await Promise.allSettled(rows.map(remove));
    signal.throwIfAborted();
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure) throw failure.reason;
  }

  async #remove(row: ResourceRow, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { journal, model } = this.#deps;
    if (row.action === 'INIT') return journal.drop(row, false);
    const resumed = row.action === 'DELETE' && row.state === 'IN_PROGRESS';
    const started = await journal.change(row, { action: 'DELETE', state: 'IN_PROGRESS', reason: 'state changed' }, !resumed);
    try {
      await this.#removeSet(model.tree.children(row.id), signal);
      await resourceType(row.type)?.remove?.(this.#context(started, signal));
    } catch (error) {
      if (signal.reason instanceof StopSignal) throw signal.reason;
      throw await this.#recordFailure(started, 'DELETE', signal.aborted ? new Aborted(ABORTED, 'DELETE aborted') : error);
    }
    await journal.drop(started, true);
  }

  #context(row: ResourceRow, signal: AbortSignal): ResourceContext {
    const { model, journal, changes, clock } = this.#deps;
    const { stack } = model;
    return {
      row,
      signal,
      projectId: stack.projectId,
      properties: row.properties ?? {},
      attributes: row.attributes ?? {},
      rows: this.#deps.rows,
      backend: this.#deps.backend,
      tables: this.#deps.tables,
      clock,
      random: this.#deps.random,
      owner: { stackId: stack.id, stackName: stack.name, resource: row.path.join('.'), projectId: stack.projectId },
      physicalName: model.physicalName(row),
      signalUrl: (handle) =>
        `${this.#deps.signalBaseUrl().replace(/\/+$/, '')}/orchestration/v1/${stack.projectId}/stacks/${stack.name}/${stack.id}/resources/${handle.id}/signal`,
      save: async (attributes) => void (await journal.change(row, { attributes })),
      saveOf: async (other, change) => void (await journal.change(other, change)),
      allocate: (request) => journal.allocate(row, request),
      exclusively: (name, work) => this.#deps.mutex.with(name, work),
      change: (milliseconds) => changes.wait(stack.id, milliseconds, { clock, signal }),
      simulateSignals: async (handle, count) => {
        if (this.#deps.backend.kind === 'simulated' && awaitsSimulated(model.tree, row, handle))
          await journal.simulateSignals(handle, count);
      },
    };
  }
}
