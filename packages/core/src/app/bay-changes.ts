import type { Actor } from '../domain/actor.js';
import type { Bay } from '../domain/bay.js';
import { bayEvent } from '../domain/bay-event.js';
import { STATUS_OF, type BayStatus, type Operation } from '../domain/bay-status.js';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import { deadlineOf } from '../domain/intent.js';
import type { Problem } from '../domain/labels.js';
import { ACCEPTED_IN, type BayOperation } from '../domain/transitions.js';
import type { Upgrade } from '../domain/upgrade.js';
import { laterThan } from '../domain/time.js';
import type { New, Repositories } from '../ports/store.js';
import type { AppDeps } from './deps.js';
import { keepRequestToken } from './delegation.js';
import { problemsOf, requireChangeAccepted } from './driver-check.js';
import { trimGroups } from './group-sizes.js';
import { inTurn } from './stack-limits.js';

/** An accepted change: the generation to wait for, and what is odd but not refused (shown as warnings). */
export interface Accepted {
  readonly bayId: BayId;
  readonly generation: number;
  readonly warnings: readonly Problem[];
}

/** Throws where the caller wanted to change another version of the bay. */
export type BayCheck = (bay: Bay) => void;

type ChangeDeps = Pick<AppDeps, 'longWork' | 'engines' | 'nodesHaveTrust' | 'store' | 'bus' | 'clock' | 'tracer' | 'delegation'>;

export interface Wish {
  readonly operation: Operation;
  readonly rollbackOnFailure?: boolean;
  /** Who wishes it: the trust of the bay's owner may have to be made anew. */
  readonly by?: Actor;
  /** How many nodes the bay is to have, where that may be more than before: large bays are rendered in their turn. */
  readonly nodes?: number;
  /** Absent: an upgrade that is under way continues beside the other changes. */
  readonly upgrade?: Upgrade;
}

/**
 * The one way to change a bay that is there: a new generation, whatever `write` puts beside it, intent and work item in one
 * transaction; then the doorbell. Errors: `conflict` when another request was faster, `invalid-parameter` where the change makes the
 * bay one that its driver does not accept.
 */
export async function changeBay(deps: ChangeDeps, bay: Bay, wish: Wish, write: Write): Promise<Accepted> {
  const next = withOperation(deps, bay, wish.operation);
  const task = { nodes: wish.nodes ?? 0, group: bay.projectId, signal: new AbortController().signal };
  await inTurn(deps, task, () => writeChange(deps, { bay, next, wish }, write));
  await deps.bus.cast({ kind: 'wake', bayId: bay.id });
  return { bayId: bay.id, generation: next.generation, warnings: [] };
}

type Write = (repos: Repositories, next: Bay, upgrade: Upgrade | null) => Promise<void>;

interface Change {
  readonly bay: Bay;
  readonly next: Bay;
  readonly wish: Wish;
}

async function writeChange(deps: ChangeDeps, { bay, next, wish }: Change, write: Write): Promise<void> {
  await deps.store.write(async (repos) => {
    const isUpdate = wish.operation === 'update';
    const underWay = isUpdate ? await upgradeUnderWay(repos, bay.id) : null;
    const before = isUpdate ? await problemsOf(deps, repos, bay, underWay) : [];
    if (!(await repos.bays.saveDesired(next, bay.generation))) throw changedMeanwhile(bay);
    const upgrade = wish.upgrade ?? underWay;
    await write(repos, next, upgrade);
    if (isUpdate) await requireChangeAccepted(deps, repos, { bay: next, upgrade, before });
    if (isUpdate && !upgrade) await trimGroups(repos, next);
    await recordIntent(deps, repos, next, { ...wish, upgrade });
    if (wish.by) await keepRequestToken(deps, repos, next, wish.by);
  });
}

async function upgradeUnderWay(repos: Repositories, bayId: BayId): Promise<Upgrade | null> {
  return (await repos.intents.get(bayId))?.upgrade ?? null;
}

export async function recordIntent(
  deps: Pick<AppDeps, 'clock' | 'tracer'>,
  repos: Repositories,
  bay: New<Bay>,
  wish: Omit<Wish, 'upgrade' | 'by'> & { readonly upgrade?: Upgrade | null },
): Promise<void> {
  const startedAt = deps.clock.now();
  await repos.intents.put({
    bayId: bay.id,
    operation: wish.operation,
    generation: bay.generation,
    rollbackOnFailure: wish.rollbackOnFailure ?? false,
    upgrade: wish.upgrade ?? null,
    batch: 0,
    startedAt,
    deadline: deadlineOf(startedAt, bay.desired.createTimeout),
    traceparent: deps.tracer.current(),
  });
  const { running } = STATUS_OF[wish.operation];
  await repos.events.append([bayEvent(bay, { kind: 'accepted', status: running, reason: null }, startedAt)]);
  // What is new has no item yet: one statement makes it, and no lock is asked for on the way.
  await (wish.operation === 'create' ? repos.work.ensure([bay.id]) : repos.work.wake(bay.id));
}

/** The bay as its next generation, in which that operation runs. */
export function withOperation(deps: Pick<AppDeps, 'clock'>, bay: Bay, operation: Operation): Bay {
  return {
    ...bay,
    generation: bay.generation + 1,
    updatedAt: laterThan(bay, deps.clock.now()),
    observed: { ...bay.observed, status: STATUS_OF[operation].running, statusReason: null },
  };
}

const VERBS: Readonly<Record<BayOperation, string>> = {
  update: 'Updating',
  resize: 'Resizing',
  upgrade: 'Upgrading',
  'nodegroup-create': 'Adding node groups to',
  'nodegroup-update': 'Changing node groups of',
  'nodegroup-delete': 'Deleting node groups of',
  'rotate-ca': 'Rotating the certificates of',
  'rotate-credential': 'Rotating the credential of',
  delete: 'Deleting',
};

/** The table of transitions is the rule. Errors: `operation-in-progress`, which ends by itself, and `not-supported`. */
export function requireAccepts(bay: Bay, operation: BayOperation): void {
  const { status } = bay.observed;
  if (ACCEPTED_IN[status].has(operation)) return;
  throw new DomainError(
    status.endsWith('_IN_PROGRESS') ? 'operation-in-progress' : 'not-supported',
    ({ bay: noun }) => `${VERBS[operation]} a ${noun} when status is "${status}" is not supported. ${wayOut(status, noun)}`,
  );
}

/** What can be done where something cannot. */
function wayOut(status: BayStatus, noun: string): string {
  if (status.endsWith('_IN_PROGRESS')) return `Wait until it has settled, or delete the ${noun}.`;
  const open = (['resize', 'update', 'upgrade', 'rotate-ca'] as const).filter((operation) => ACCEPTED_IN[status].has(operation));
  const words = open.map((operation) => (operation === 'rotate-ca' ? 'rotate its certificates' : `${operation} it`));
  return `It has settled: ${[...words, `delete the ${noun}`].join(', or ')}.`;
}

function changedMeanwhile(bay: Bay): DomainError {
  return new DomainError(
    'conflict',
    ({ Bay: noun }) =>
      `${noun} ${bay.id} was changed by another request at the same time. Look at it again, then repeat the request.`,
  );
}
