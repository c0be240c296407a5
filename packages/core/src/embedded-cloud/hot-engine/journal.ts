import type { Knex } from 'knex';
import type { JsonValue } from '../../domain/json.js';
import type { Clock } from '../../ports/clock.js';
import type { StackEvent } from '../../ports/orchestrator.js';
import { isDuplicate, retryTransaction } from '../../adapters/knex/transactions.js';
import { contains, formatAddress, hosts, parseAddress, parseCidr } from '../addresses.js';
import type { StackLeases } from './leases.js';
import type { Tree } from './model.js';
import { changedRow, type Codec, type ResourceRow, type StackRow, type StoredSpec } from './rows.js';
import { ResourceFailure, type AllocationRequest } from './types/type.js';

/** The run that writes was overtaken: by a newer operation on its stack, or by another engine. */
export class Overtaken extends Error {}

export interface JournalDeps {
  readonly db: Knex;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly leases: Pick<StackLeases, 'hold' | 'none'>;
  readonly stack: StackRow;
  readonly tree: Tree;
  /** Called after a commit. */
  readonly changed: () => void;
}

export type Happening = Omit<StackEvent, 'id' | 'at'>;

/**
 * The only writer of a stack's rows while an operation runs. Each write is one transaction that first makes sure that
 * the operation is still the stack's own and the lease this engine's, and the tree in memory follows what was committed.
 */
export class Journal {
  readonly #deps: JournalDeps;
  readonly #hidden: readonly string[];
  /** Addresses known to be taken, by range: a bay of a thousand nodes asks for as many. */
  readonly #taken = new Map<string, Set<string>>();

  constructor(deps: JournalDeps, hidden: readonly string[]) {
    this.#deps = deps;
    this.#hidden = hidden;
  }

  async insert(rows: readonly ResourceRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#write(async (transaction) => {
      for (const row of rows) await transaction('hot_resource').insert(this.#columnsOf(row));
    });
    rows.forEach((row) => this.#deps.tree.put(row));
  }

  /** Marks a row as replaced and puts its successor in its place, in one step. */
  async supersede(former: ResourceRow, next: ResourceRow, isNew: boolean): Promise<void> {
    await this.#write(async (transaction) => {
      await transaction('hot_resource').where({ id: former.id }).update({ superseded: 1 });
      if (isNew) await transaction('hot_resource').insert(this.#columnsOf(next));
      else await transaction('hot_resource').where({ id: next.id }).update(this.#deps.codec.columns(next.id, next));
    });
    this.#deps.tree.put(changedRow(former, { superseded: true }));
    this.#deps.tree.put(next);
  }

  /** `announce`: the change of state is an event, too. */
  async change(row: ResourceRow, change: Partial<ResourceRow>, announce = false): Promise<ResourceRow> {
    const known = this.#deps.tree.get(row.id) ?? row;
    const safe = change.reason === undefined ? change : { ...change, reason: this.#scrub(change.reason) };
    const next = changedRow(known, safe);
    await this.#write(async (transaction) => {
      await transaction('hot_resource').where({ id: row.id }).update(this.#deps.codec.columns(row.id, safe));
      if (announce) await this.#event(transaction, { ...next, physicalId: next.id });
    });
    this.#deps.tree.put(next);
    return next;
  }

  async rearrange(changes: readonly { readonly row: ResourceRow; readonly change: Partial<ResourceRow> }[]): Promise<void> {
    if (changes.length === 0) return;
    await this.#write(async (transaction) => {
      for (const { row, change } of changes)
        await transaction('hot_resource').where({ id: row.id }).update(this.#deps.codec.columns(row.id, change));
    });
    for (const { row, change } of changes) this.#deps.tree.put(changedRow(row, change));
  }

  /** Deletes the row together with its own addresses and signals. */
  async drop(row: ResourceRow, announced: boolean): Promise<void> {
    await this.#write(async (transaction) => {
      await transaction('hot_resource').where({ id: row.id }).delete();
      await transaction('hot_allocation').where({ owner_id: row.id }).delete();
      await transaction('hot_signal').where({ handle_id: row.id }).delete();
      if (announced)
        await this.#event(transaction, {
          ...row,
          physicalId: row.id,
          action: 'DELETE',
          state: 'COMPLETE',
          reason: 'state changed',
        });
    });
    this.#deps.tree.drop(row.id);
  }

  async stack(change: Pick<StackRow, 'action' | 'state' | 'reason'>, more: StackChange = {}): Promise<void> {
    const { stack, codec, clock, leases } = this.#deps;
    const reason = this.#scrub(change.reason);
    const spec = more.spec && codec.seal(more.spec, 'hot_stack', stack.id, 'spec');
    await this.#write(async (transaction) => {
      await transaction('hot_stack')
        .where({ id: stack.id })
        .update({
          ...change,
          reason,
          ...(spec === undefined ? {} : { spec }),
          ...(more.forgetPrevious ? { previous_spec: null } : {}),
          ...(more.failure === undefined ? {} : { failure: more.failure && this.#scrub(more.failure) }),
          ...(more.isNext ? { started_at: clock.now().getTime(), traversal: stack.traversal + 1 } : {}),
          ...(change.state === 'IN_PROGRESS' ? {} : leases.none),
        });
      await this.#event(transaction, { path: [], type: 'OS::Heat::Stack', physicalId: stack.id, ...change, reason });
    });
  }

  /** Nothing of a deleted stack remains, its events included. */
  async forget(): Promise<void> {
    const { id } = this.#deps.stack;
    await this.#write(async (transaction) => {
      for (const table of ['hot_resource', 'hot_allocation', 'hot_signal', 'hot_event'])
        await transaction(table).where({ stack_id: id }).delete();
      await transaction('hot_stack').where({ id }).delete();
    });
  }

  async allocate(owner: ResourceRow, request: AllocationRequest): Promise<string> {
    let address = '';
    await this.#write(async (transaction) => {
      const known: { address: string } | undefined = await transaction('hot_allocation')
        .where({ owner_id: owner.id })
        .first('address');
      address = known?.address ?? (await this.#take(transaction, owner, request));
    });
    return address;
  }

  /** Signals that will not be sent, because nothing runs in simulated servers. */
  async simulateSignals(handle: ResourceRow, count: number): Promise<void> {
    const reason = 'simulated server: no user-data was run';
    await this.#write(async (transaction) => {
      for (let number = 1; number <= count; number += 1) {
        const signalId = `simulated-${number}`;
        const known: unknown = await transaction('hot_signal')
          .where({ handle_id: handle.id, signal_id: signalId })
          .first('position');
        if (known !== undefined) continue;
        await transaction('hot_signal').insert({
          handle_id: handle.id,
          signal_id: signalId,
          stack_id: handle.stackId,
          status: 'SUCCESS',
          reason,
          data: null,
        });
        await this.#event(transaction, {
          path: handle.path,
          type: handle.type,
          physicalId: handle.id,
          action: 'SIGNAL',
          state: 'COMPLETE',
          reason,
        });
      }
    });
  }

  async #take(transaction: Knex.Transaction, owner: ResourceRow, request: AllocationRequest): Promise<string> {
    const taken = await this.#takenIn(transaction, request);
    for (;;) {
      const address = request.wanted === undefined ? freeIn(request, taken) : wanted(request, request.wanted, taken);
      try {
        await transaction('hot_allocation').insert({
          range_id: request.rangeId,
          address,
          owner_id: owner.id,
          stack_id: owner.stackId,
        });
        taken.add(address);
        return address;
      } catch (error) {
        // Another stack of another process was faster: a shared range has one row per address for all of them.
        if (!isDuplicate(error)) throw error;
        taken.add(address);
      }
    }
  }

  /** What others take meanwhile is met as a duplicate; what they give back is seen by the next operation. */
  async #takenIn(transaction: Knex.Transaction, request: AllocationRequest): Promise<Set<string>> {
    const known = this.#taken.get(request.rangeId);
    if (known && request.wanted === undefined && firstFree(request, known) !== undefined) return known;
    const rows: readonly { address: string }[] = await transaction('hot_allocation')
      .where({ range_id: request.rangeId })
      .select('address');
    const taken = new Set(rows.map((row) => row.address)).add(request.gateway);
    this.#taken.set(request.rangeId, taken);
    return taken;
  }

  async #write(work: (transaction: Knex.Transaction) => Promise<void>): Promise<void> {
    const { db, clock, leases, stack, changed } = this.#deps;
    await retryTransaction(clock, () =>
      db.transaction(async (transaction) => {
        if (!(await leases.hold(transaction, stack)))
          throw new Overtaken(`operation ${stack.traversal} of stack ${stack.id} was overtaken`);
        await work(transaction);
      }),
    );
    changed();
  }

  async #event(transaction: Knex.Transaction, event: Happening): Promise<void> {
    await transaction('hot_event').insert(
      eventColumns(this.#deps.stack.id, this.#deps.clock.now(), { ...event, reason: this.#scrub(event.reason) }),
    );
  }

  #columnsOf(row: ResourceRow): Readonly<Record<string, JsonValue>> {
    return {
      ...this.#deps.codec.columns(row.id, row),
      id: row.id,
      stack_id: row.stackId,
      parent_id: row.parentId,
      name: row.name,
      path: JSON.stringify(row.path),
      type: row.type,
    };
  }

  /** A neighbour may quote what it was given: hidden values are blotted out of everything that people read. */
  #scrub(reason: string): string {
    return this.#hidden.reduce((text, hidden) => text.replaceAll(hidden, '******'), reason).slice(0, 8_000);
  }
}

export interface StackChange {
  readonly spec?: StoredSpec;
  readonly forgetPrevious?: boolean;
  readonly failure?: string | null;
  /** The change begins another operation, with its own number and time. */
  readonly isNext?: boolean;
}

export function eventColumns(stackId: string, at: Date, event: Happening): Readonly<Record<string, string | number | null>> {
  return {
    stack_id: stackId,
    at: at.getTime(),
    path: JSON.stringify(event.path),
    type: event.type,
    physical_id: event.physicalId,
    action: event.action,
    state: event.state,
    reason: event.reason,
  };
}

function freeIn(request: AllocationRequest, taken: ReadonlySet<string>): string {
  const free = firstFree(request, taken);
  if (free !== undefined) return free;
  throw new ResourceFailure('IpAddressGenerationFailure', `No more IP addresses available on network ${request.cidr}.`);
}

function firstFree(request: AllocationRequest, taken: ReadonlySet<string>): string | undefined {
  const range = parseCidr(request.cidr);
  for (const host of range ? hosts(range) : []) {
    const address = formatAddress(host);
    if (!taken.has(address)) return address;
  }
  return undefined;
}

function wanted(request: AllocationRequest, address: string, taken: ReadonlySet<string>): string {
  const range = parseCidr(request.cidr);
  const parsed = parseAddress(address);
  if (!range || parsed === undefined || !contains(range, parsed))
    throw new ResourceFailure('BadRequest', `IP address ${address} is not a valid IP for the subnet ${request.cidr}.`);
  if (taken.has(address))
    throw new ResourceFailure('Conflict', `IP address ${address} already allocated in subnet ${request.cidr}`);
  return address;
}
