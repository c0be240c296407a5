import { DomainError, isDomainError } from '../domain/errors.js';
import type { BayId, ContainerId } from '../domain/ids.js';
import { parseMemory } from '../domain/memory.js';
import type { Container, ContainerReport, ContainerStatus } from '../domain/container.js';
import { laterThan } from '../domain/time.js';
import type { CommandResult } from '../ports/bay-driver.js';
import type { ContainerAction } from '../ports/bus.js';
import type { Page } from '../ports/store.js';
import { QUESTION_MS, ownRows, owningProject, type Access, type AppDeps } from './deps.js';
import { findBay, findContainer } from './find.js';
import { requireRowRoom } from './row-limits.js';

export interface CreateContainer {
  readonly bay: string;
  readonly name: string | null;
  readonly image: string;
  readonly command: string | null;
  readonly memory: string | null;
  readonly environment: Readonly<Record<string, string>>;
}

/** A container with what its engine says of it now. */
export interface ContainerView {
  readonly container: Container;
  readonly node: string | null;
  readonly reason: string | null;
}

/** Pulling an image takes its time. */
const CREATE_MS = 300_000;

export async function listContainers(
  deps: AppDeps,
  access: Access,
  bayIdent: string | undefined,
  page: Page,
  signal: AbortSignal,
): Promise<readonly ContainerView[]> {
  deps.policy.require(access.action, access.actor);
  const bayId = bayIdent === undefined ? null : (await findBay(deps, { ...access, action: 'bay:get' }, bayIdent)).bay.id;
  const containers = await deps.store.read((repos) => repos.containers.list(ownRows(access.actor), bayId, page));
  return refreshStatuses(deps, containers, signal);
}

export async function getContainer(deps: AppDeps, access: Access, ident: string, signal: AbortSignal): Promise<ContainerView> {
  const container = await findContainer(deps, access, ident);
  const [view] = await refreshStatuses(deps, [container], signal);
  return view ?? { container, node: null, reason: null };
}

/** Creates it in the bay's engine, stopped; the row is there first, so that nothing in an engine is ever unknown here. */
export async function createContainer(
  deps: AppDeps,
  access: Access,
  wanted: CreateContainer,
  signal: AbortSignal,
): Promise<ContainerView> {
  deps.policy.require(access.action, access.actor);
  const bayId = await bayFor(deps, access, wanted.bay);
  const memory = wanted.memory === null ? null : parseMemory(wanted.memory);
  const container = newContainer(deps, access, bayId, wanted);
  await deps.store.write(async (repos) => {
    await requireRowRoom(deps, repos, 'container', container.projectId);
    await repos.containers.insert(container);
  });
  const spec = {
    hostname: container.id,
    name: wanted.name,
    image: wanted.image,
    command: wanted.command,
    memory,
    environment: wanted.environment,
    labels: {},
  };
  try {
    const report = await deps.bus.call('container.create', { bayId, spec }, { timeoutMs: CREATE_MS, signal });
    return await saveStatus(deps, { ...container, sequence: 0 }, report);
  } catch (error) {
    await abandon(deps, container);
    throw error;
  }
}

/** A container that was made half-way is removed from the engine where it answers; the caller gets the refusal. */
async function abandon(deps: AppDeps, container: Omit<Container, 'sequence'>): Promise<void> {
  await deps.bus
    .call('container.act', { bayId: container.bayId, hostname: container.id, action: 'delete' }, { timeoutMs: QUESTION_MS })
    .catch(() => undefined);
  await deps.store.write((repos) => repos.containers.delete(container.id));
}

async function bayFor(deps: AppDeps, access: Access, ident: string): Promise<BayId> {
  try {
    return (await findBay(deps, { ...access, action: 'bay:get' }, ident)).bay.id;
  } catch (error) {
    if (!isDomainError(error, 'bay-not-found')) throw error;
    throw new DomainError('invalid-parameter', { field: 'bay_uuid', message: error.message });
  }
}

function newContainer(deps: AppDeps, access: Access, bayId: BayId, wanted: CreateContainer): Omit<Container, 'sequence'> {
  return {
    id: deps.random.uuid() as ContainerId, // a new UUID is an id by being given here
    bayId,
    projectId: owningProject(access.actor),
    userId: access.actor.userId,
    name: wanted.name,
    image: wanted.image,
    command: wanted.command,
    memory: wanted.memory,
    environment: wanted.environment,
    status: 'Unknown',
    createdAt: deps.clock.now(),
    updatedAt: null,
  };
}

/** Changes the record only: docs/contract/endpoints.md#containers. */
export async function updateContainer(
  deps: AppDeps,
  access: Access,
  ident: string,
  change: (container: Container) => Container,
): Promise<ContainerView> {
  const container = await findContainer(deps, access, ident);
  const changed = { ...change(container), updatedAt: laterThan(container, deps.clock.now()) };
  if (changed.memory !== null) parseMemory(changed.memory);
  await deps.store.write((repos) => repos.containers.save(changed));
  return { container: changed, node: null, reason: null };
}

export async function deleteContainer(deps: AppDeps, access: Access, ident: string, signal: AbortSignal): Promise<void> {
  const container = await findContainer(deps, access, ident);
  await deps.bus.call(
    'container.act',
    { bayId: container.bayId, hostname: container.id, action: 'delete' },
    { timeoutMs: QUESTION_MS, signal },
  );
  await deps.store.write((repos) => repos.containers.delete(container.id));
}

export async function actOnContainer(
  deps: AppDeps,
  access: Access,
  ident: string,
  action: ContainerAction,
  signal: AbortSignal,
): Promise<void> {
  const container = await findContainer(deps, access, ident);
  await deps.bus.call(
    'container.act',
    { bayId: container.bayId, hostname: container.id, action },
    { timeoutMs: QUESTION_MS, signal },
  );
  await refreshStatuses(deps, [container], signal);
}

export async function containerLogs(deps: AppDeps, access: Access, ident: string, signal: AbortSignal): Promise<CommandResult> {
  const container = await findContainer(deps, access, ident);
  return deps.bus.call('container.logs', { bayId: container.bayId, hostname: container.id }, { timeoutMs: QUESTION_MS, signal });
}

export async function executeInContainer(
  deps: AppDeps,
  access: Access,
  ident: string,
  command: string,
  signal: AbortSignal,
): Promise<CommandResult> {
  const container = await findContainer(deps, access, ident);
  return deps.bus.call(
    'container.execute',
    { bayId: container.bayId, hostname: container.id, command },
    { timeoutMs: QUESTION_MS, signal },
  );
}

/** Asks each bay once. A container of a bay that does not answer is Unknown, as upstream has it; the record keeps the last known status. */
async function refreshStatuses(
  deps: AppDeps,
  containers: readonly Container[],
  signal: AbortSignal,
): Promise<readonly ContainerView[]> {
  const bayIds = [...new Set(containers.map((container) => container.bayId))];
  const answers = new Map(
    await Promise.all(
      bayIds.map(async (bayId) => {
        const hostnames = containers.filter((container) => container.bayId === bayId).map((container) => container.id);
        return [bayId, await inspectAll(deps, bayId, hostnames, signal)] as const;
      }),
    ),
  );
  const views: ContainerView[] = [];
  for (const container of containers) views.push(await saveStatus(deps, container, answers.get(container.bayId)?.[container.id]));
  return views;
}

async function inspectAll(
  deps: AppDeps,
  bayId: BayId,
  hostnames: readonly string[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, ContainerReport>>> {
  try {
    return await deps.bus.call('container.inspect', { bayId, hostnames }, { timeoutMs: 15_000, signal });
  } catch (error) {
    if (isDomainError(error)) return {};
    throw error;
  }
}

async function saveStatus(deps: AppDeps, container: Container, report: ContainerReport | undefined): Promise<ContainerView> {
  const status: ContainerStatus = report?.status ?? 'Unknown';
  const fresh = { ...container, status };
  if (status !== container.status) await deps.store.write((repos) => repos.containers.save(fresh));
  return { container: fresh, node: report?.node ?? null, reason: report?.reason ?? null };
}
