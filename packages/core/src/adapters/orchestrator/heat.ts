import { DomainError, isDomainError } from '../../domain/errors.js';
import type { StackName } from '../../domain/ids.js';
import { Secret } from '../../domain/secret.js';
import { stackProblem } from '../../domain/stack-size.js';
import type {
  CloudAccess,
  Orchestrator,
  StackAddress,
  StackEvent,
  StackLimits,
  StackSnapshot,
  StackSpec,
} from '../../ports/orchestrator.js';
import { undefinedIfMissing } from '../openstack/missing.js';
import { dataOf, type Session } from '../openstack/session.js';
import type { Sessions } from '../openstack/sessions.js';
import { secondOf, secondOfId, storyOf, type HeatEvent } from './heat-events.js';
import { whyUnchanged } from './heat-owner.js';
import { resourcesOf, snapshotOf, statusOf, type HeatStack } from './heat-words.js';

export interface HeatDeps {
  readonly sessions: Sessions;
  /** Heat's own, as the operator has them. */
  readonly limits: StackLimits;
}

/** Deeper than any driver nests. */
const NESTED = 5;
const AT_ONCE = 4;
const EVENTS_PAGE = 200;
/** Names in one request: an address line has an end. */
const NAMES_PER_CALL = 50;
/** Without a timeout Heat uses its default of an hour; a year stands for none. */
const NO_LIMIT_MINUTES = 525_600;

interface Place {
  readonly projectId: string;
  readonly stack: HeatStack;
}

/**
 * Heat. Looking, reading events and deleting use the service's own rights, so that a bay whose owner is gone stays manageable;
 * making and changing use the owner's. One list call finds a whole batch; what is in progress costs one more each.
 */
export function heatOrchestrator(deps: HeatDeps): Orchestrator {
  const { sessions } = deps;
  const settled = new SettledStacks();
  const snapshot = async (place: Place, signal: AbortSignal): Promise<StackSnapshot> =>
    settled.get(place.stack) ?? settled.keep(place.stack, await readStack(sessions.service, place, signal));
  return {
    limits: deps.limits,
    find: async (names, access, signal) => {
      const stacks = await listStacks(sessions.service, { names, projectId: access.projectId }, signal);
      return allOf(stacks, access.projectId, (place) => snapshot(place, signal));
    },
    findAll: async (addresses, signal) => {
      const stacks = await listedEverywhere(sessions, addresses, signal);
      const found = await inTurns(stacks, (stack) => snapshot({ projectId: stack.project ?? '', stack }, signal));
      return new Map(found.flatMap((one) => (one ? [[one.name, one]] : [])));
    },
    create: async (spec, access, signal) => {
      const body = requestOf(spec);
      refuseTooLarge(deps, spec);
      const { stack } = await dataOf(
        sessions.owner(access).orchestration.POST('/v1/{project_id}/stacks', {
          params: { path: { project_id: access.projectId } },
          body: { ...body, stack_name: spec.name },
          signal,
        }),
      );
      return snapshotOfBegun(stack.id, spec, 'CREATE');
    },
    update: async (stackId, spec, access, signal) => {
      const stack = await requireStack(sessions.service, stackId, access, signal);
      refuseBusy(stack);
      const body = requestOf(spec);
      refuseTooLarge(deps, spec);
      try {
        await sessions.owner(access).orchestration.PUT('/v1/{project_id}/stacks/{stack_name}/{stack_id}', {
          params: { path: { project_id: access.projectId, stack_name: stack.stack_name, stack_id: stackId } },
          body,
          signal,
        });
      } catch (error) {
        throw await whyUnchanged(sessions.service, access, error, signal);
      }
      return snapshotOfBegun(stackId, spec, 'UPDATE');
    },
    delete: async (stackId, access, signal) => {
      const stack = await stackById(sessions.service, stackId, access, signal);
      if (!stack || isGone(stack) || stack.stack_status === 'DELETE_IN_PROGRESS') return;
      await undefinedIfMissing(
        sessions.service.orchestration.DELETE('/v1/{project_id}/stacks/{stack_name}/{stack_id}', {
          params: { path: { project_id: access.projectId, stack_name: stack.stack_name, stack_id: stackId } },
          signal,
        }),
      );
    },
    events: async (stackId, after, limit, access, signal) => {
      const asked = { stackId, after, limit, access };
      // Heat shows events of nested stacks within their project only: those of a bay whose owner is gone are left out.
      try {
        return await readEvents(sessions.of(access), { ...asked, nested: access.credential !== undefined }, signal);
      } catch (error) {
        if (!isDomainError(error, 'cloud-refused')) throw error;
        return readEvents(sessions.service, { ...asked, nested: false }, signal);
      }
    },
  };
}

/** Settled stacks change only by an action, which moves their time: they need not be read again. */
class SettledStacks {
  readonly #known = new Map<string, { readonly mark: string; readonly snapshot: StackSnapshot }>();

  get(stack: HeatStack): StackSnapshot | undefined {
    const known = this.#known.get(stack.id);
    return known?.mark === markOf(stack) ? known.snapshot : undefined;
  }

  keep(stack: HeatStack, snapshot: StackSnapshot | undefined): StackSnapshot {
    if (!snapshot) throw new DomainError('not-found', `The stack ${stack.stack_name} went away while it was looked at.`);
    this.#known.delete(stack.id);
    if (snapshot.state === 'COMPLETE' && stack.stack_status.endsWith('_COMPLETE')) {
      this.#known.set(stack.id, { mark: markOf(stack), snapshot });
      const [oldest] = this.#known.keys();
      if (this.#known.size > MOST_SETTLED && oldest !== undefined) this.#known.delete(oldest);
    }
    return snapshot;
  }
}

const MOST_SETTLED = 500;

function markOf(stack: HeatStack): string {
  return `${stack.stack_status} ${stack.updated_time ?? stack.creation_time ?? ''} ${(stack.tags ?? []).join()}`;
}

async function readStack(session: Session, { projectId, stack }: Place, signal: AbortSignal): Promise<StackSnapshot | undefined> {
  const path = { project_id: projectId, stack_name: stack.stack_name, stack_id: stack.id };
  const resources = session.orchestration.GET('/v1/{project_id}/stacks/{stack_name}/{stack_id}/resources', {
    params: { path, query: { nested_depth: NESTED } },
    signal,
  });
  // Outputs of a stack in progress are incomplete, and resolving them is what costs Heat most.
  const isRunning = statusOf(stack.stack_status).state === 'IN_PROGRESS';
  const shown = isRunning
    ? Promise.resolve(stack)
    : dataOf(session.orchestration.GET('/v1/{project_id}/stacks/{stack_name}/{stack_id}', { params: { path }, signal })).then(
        (data) => data.stack,
      );
  try {
    const [rows, whole] = await Promise.all([dataOf(resources), shown]);
    return snapshotOf(whole, resourcesOf(rows.resources));
  } catch (error) {
    if (isDomainError(error, 'not-found')) return undefined;
    throw error;
  }
}

async function allOf(
  stacks: readonly HeatStack[],
  projectId: string,
  read: (place: Place) => Promise<StackSnapshot>,
): Promise<ReadonlyMap<StackName, StackSnapshot>> {
  const found = await inTurns(stacks, (stack) => read({ projectId, stack }));
  return new Map(found.flatMap((one) => (one ? [[one.name, one]] : [])));
}

/** A stack that is deleted meanwhile is absent. */
async function inTurns<T>(
  stacks: readonly HeatStack[],
  read: (stack: HeatStack) => Promise<T>,
): Promise<readonly (T | undefined)[]> {
  const results: (T | undefined)[] = [];
  for (let from = 0; from < stacks.length; from += AT_ONCE) {
    const turn = stacks.slice(from, from + AT_ONCE).map((stack) => undefinedIfMissing(read(stack)));
    results.push(...(await Promise.all(turn)));
  }
  return results;
}

async function listStacks(
  session: Session,
  asked: { readonly names: readonly StackName[]; readonly projectId: string; readonly everywhere?: boolean },
  signal: AbortSignal,
): Promise<readonly HeatStack[]> {
  const found: HeatStack[] = [];
  for (let from = 0; from < asked.names.length; from += NAMES_PER_CALL) {
    const name = asked.names.slice(from, from + NAMES_PER_CALL);
    const { stacks } = await dataOf(
      session.orchestration.GET('/v1/{project_id}/stacks', {
        params: {
          path: { project_id: asked.projectId },
          query: { name, ...(asked.everywhere ? { global_tenant: true } : {}) },
        },
        signal,
      }),
    );
    found.push(...stacks.filter((stack) => !isGone(stack)));
  }
  return found;
}

/** One call over all projects; where Heat's policy does not let the service user, one for each project. */
async function listedEverywhere(
  sessions: Sessions,
  addresses: readonly StackAddress[],
  signal: AbortSignal,
): Promise<readonly HeatStack[]> {
  if (addresses.length === 0) return [];
  const wanted = new Set(addresses.map(({ name, projectId }) => `${projectId}/${name}`));
  const names = addresses.map(({ name }) => name);
  try {
    const projectId = await sessions.serviceProject(signal);
    const stacks = await listStacks(sessions.service, { names, projectId, everywhere: true }, signal);
    return stacks.filter((stack) => wanted.has(`${stack.project ?? ''}/${stack.stack_name}`));
  } catch (error) {
    if (!isDomainError(error, 'cloud-refused')) throw error;
    const found: HeatStack[] = [];
    for (const project of new Set(addresses.map(({ projectId }) => projectId))) {
      const own = addresses.filter(({ projectId }) => projectId === project).map(({ name }) => name);
      const stacks = await listStacks(sessions.service, { names: own, projectId: project }, signal);
      found.push(...stacks.map((stack) => ({ ...stack, project })));
    }
    return found;
  }
}

async function stackById(
  session: Session,
  stackId: string,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<HeatStack | undefined> {
  const { stacks } = await dataOf(
    session.orchestration.GET('/v1/{project_id}/stacks', {
      params: { path: { project_id: access.projectId }, query: { id: stackId } },
      signal,
    }),
  );
  return stacks[0];
}

async function requireStack(session: Session, stackId: string, access: CloudAccess, signal: AbortSignal): Promise<HeatStack> {
  const stack = await stackById(session, stackId, access, signal);
  if (stack && !isGone(stack)) return stack;
  throw new DomainError('not-found', `The stack ${stackId} could not be found.`);
}

/** A stack that is completely deleted is still shown under its id for a while. */
function isGone(stack: HeatStack): boolean {
  return stack.stack_status === 'DELETE_COMPLETE';
}

/** Heat of today would take an update while another one runs, and drop what was begun. */
function refuseBusy(stack: HeatStack): void {
  const { action, state } = statusOf(stack.stack_status);
  if (state === 'IN_PROGRESS')
    throw new DomainError('operation-in-progress', `Stack ${stack.stack_name} already has an action (${action}) in progress.`);
  if (action === 'DELETE')
    throw new DomainError('cloud-refused', `Stack ${stack.stack_name} cannot be updated: it is ${stack.stack_status}.`);
}

async function readEvents(
  session: Session,
  asked: {
    readonly stackId: string;
    readonly after: number;
    readonly limit: number;
    readonly access: CloudAccess;
    readonly nested: boolean;
  },
  signal: AbortSignal,
): Promise<readonly StackEvent[]> {
  const stack = await stackById(session, asked.stackId, asked.access, signal);
  if (!stack) return [];
  const path = { project_id: asked.access.projectId, stack_name: stack.stack_name, stack_id: asked.stackId };
  const since = secondOfId(asked.after);
  const newestFirst: HeatEvent[] = [];
  for (let marker: string | undefined; ; marker = newestFirst.at(-1)?.id) {
    const { events } = await dataOf(
      session.orchestration.GET('/v1/{project_id}/stacks/{stack_name}/{stack_id}/events', {
        params: {
          path,
          query: {
            ...(asked.nested ? { nested_depth: NESTED } : {}),
            limit: EVENTS_PAGE,
            sort_dir: 'desc',
            ...(marker ? { marker } : {}),
          },
        },
        signal,
      }),
    );
    newestFirst.push(...events.filter((event) => secondOf(event) >= since));
    if (events.length < EVENTS_PAGE || events.some((event) => secondOf(event) < since)) break;
  }
  if (newestFirst.length === 0) return [];
  const rows = await undefinedIfMissing(
    dataOf(
      session.orchestration.GET('/v1/{project_id}/stacks/{stack_name}/{stack_id}/resources', {
        params: { path, query: { nested_depth: NESTED } },
        signal,
      }),
    ),
  );
  return storyOf(newestFirst, { ...asked, resources: resourcesOf(rows?.resources ?? []) });
}

/** Secrets are revealed here, where they leave the process. */
function requestOf(spec: StackSpec): {
  readonly template: Record<string, unknown>;
  readonly files: Record<string, string>;
  readonly parameters: Record<string, unknown>;
  readonly timeout_mins: number;
  readonly disable_rollback: boolean;
  readonly tags: string;
} {
  return {
    template: { ...spec.template },
    files: { ...spec.files },
    parameters: Object.fromEntries(
      Object.entries(spec.parameters).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
    ),
    timeout_mins: spec.timeoutMinutes === 0 ? NO_LIMIT_MINUTES : spec.timeoutMinutes,
    disable_rollback: !spec.rollbackOnFailure,
    tags: spec.tags.join(','),
  };
}

function refuseTooLarge(deps: HeatDeps, spec: StackSpec): void {
  const problem = stackProblem(spec, deps.limits);
  if (problem === undefined) return;
  throw new DomainError('cloud-refused', `${problem} Use fewer nodes, or raise the limit in Heat and in [heat_client].`);
}

/** The stack as it was just begun, without another call: the next observation shows more. */
function snapshotOfBegun(id: string, spec: StackSpec, action: 'CREATE' | 'UPDATE'): StackSnapshot {
  return {
    id,
    name: spec.name,
    action,
    state: 'IN_PROGRESS',
    reason: `Stack ${action} started`,
    tags: spec.tags,
    outputs: {},
    resources: [],
  };
}
