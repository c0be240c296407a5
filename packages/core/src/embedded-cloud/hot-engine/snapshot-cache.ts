import type { StackName } from '../../domain/ids.js';
import type { StackAddress, StackSnapshot } from '../../ports/orchestrator.js';
import { Model, Tree } from './model.js';
import type { Rows, StackHead } from './rows.js';
import { snapshotOf } from './snapshot.js';

/** Stacks in progress whose last sight is kept; one takes a few kilobytes. */
const MOST_KEPT = 20_000;

interface Sight {
  readonly revision: number;
  /** As JSON: a tenth of what the objects would take. */
  readonly text: string;
}

/**
 * Looks at many stacks at once. Opening seals and evaluating templates is what costs; a stack in progress whose row has not
 * changed since the last look shows what it showed then.
 */
export class SnapshotCache {
  readonly #rows: Rows;
  readonly #kept = new Map<string, Sight>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  async of(stacks: readonly StackAddress[]): Promise<ReadonlyMap<StackName, StackSnapshot>> {
    if (stacks.length === 0) return new Map();
    const heads = await this.#rows.findHeads(byProject(stacks));
    const ids = heads.map((head) => head.id);
    const known = new Map(heads.map((head) => [head.id, this.#cached(head)] as const));
    const fresh = await this.#fresh(heads.filter((head) => known.get(head.id) === undefined).map((head) => head.id));
    // Read last: an event that is younger than what was seen makes the caller read on, and no event is passed over.
    const newest = await this.#rows.newestEvents(ids);
    return new Map(
      heads.flatMap((head) => {
        const snapshot = fresh.get(head.id) ?? known.get(head.id);
        return snapshot ? [[snapshot.name, { ...snapshot, newestEvent: newest.get(head.id) ?? 0 }]] : [];
      }),
    );
  }

  #cached(head: StackHead): StackSnapshot | undefined {
    const sight = this.#kept.get(head.id);
    // Written below from a StackSnapshot, which is plain data.
    return sight?.revision === head.revision ? (JSON.parse(sight.text) as StackSnapshot) : undefined;
  }

  async #fresh(ids: readonly string[]): Promise<ReadonlyMap<string, StackSnapshot>> {
    if (ids.length === 0) return new Map();
    const stacks = await this.#rows.stacks(ids);
    const resources = await this.#rows.ofStacks(ids);
    return new Map(
      stacks.map((stack) => {
        const own = resources.filter((row) => row.stackId === stack.id);
        const snapshot = snapshotOf(new Model(stack, stack.spec, new Tree(own)));
        if (stack.state === 'IN_PROGRESS') this.#keep(stack.id, stack.revision, snapshot);
        else this.#kept.delete(stack.id);
        return [stack.id, snapshot];
      }),
    );
  }

  #keep(id: string, revision: number, snapshot: StackSnapshot): void {
    this.#kept.delete(id);
    this.#kept.set(id, { revision, text: JSON.stringify(snapshot) });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

function byProject(stacks: readonly StackAddress[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { name, projectId } of stacks) names.set(projectId, [...(names.get(projectId) ?? []), name]);
  return names;
}
