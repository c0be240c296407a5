import { DeadlineError, underDeadline } from '../concurrency/deadline.js';
import { takeSteps } from '../concurrency/long-work.js';
import type { Bay } from '../domain/bay.js';
import type { BayModel } from '../domain/bay-model.js';
import { DomainError, isDomainError } from '../domain/errors.js';
import { factsRequest } from '../domain/facts-request.js';
import type { Problem } from '../domain/labels.js';
import type { Node } from '../domain/node.js';
import type { NodeGroup } from '../domain/node-group.js';
import type { BayFacts } from '../domain/observation.js';
import {
  flavorsIn,
  needsOf,
  resourcesInSteps,
  shortfallsOf,
  type Allowance,
  type Needs,
  type PlannedResource,
  type Shortfall,
} from '../domain/stack-needs.js';
import type { BayDriver, DesiredBay, RenderInput } from '../ports/bay-driver.js';
import type { CloudAccess, StackSpec } from '../ports/orchestrator.js';
import type { New } from '../ports/store.js';
import type { AppDeps } from './deps.js';
import { inTurn, renderSlowly, requireTaken, standInDelegation } from './stack-limits.js';

/** A bay that could be written. */
export interface BayDraft {
  readonly bay: New<Bay>;
  readonly model: BayModel;
  readonly driver: BayDriver;
  readonly groups: readonly New<NodeGroup>[];
  readonly nodes: readonly New<Node>[];
  /** The same, as its driver takes it. */
  readonly desired: DesiredBay;
  readonly warnings: readonly Problem[];
}

/** What would be made, and whether the project has room for it. */
export interface BayPlan {
  readonly name: string;
  readonly driver: string;
  readonly resources: readonly PlannedResource[];
  readonly needs: Needs;
  readonly allowances: readonly Allowance[];
  readonly warnings: readonly Problem[];
  /** What the orchestrator would get. */
  readonly stack: StackSpec;
}

type PlanDeps = Pick<AppDeps, 'cloud' | 'engines' | 'longWork' | 'orchestrator' | 'preflight'>;

const DEADLINE_MS = 15_000;

/** Renders the draft as the conductor would, and compares. Errors: those of the neighbours. */
export async function bayPlan(deps: PlanDeps, draft: BayDraft, access: CloudAccess, signal: AbortSignal): Promise<BayPlan> {
  const [facts, allowances] = await Promise.all([
    plannedFacts(deps, draft, access, signal),
    deps.cloud.allowances(access, signal),
  ]);
  const { stack, resources, needs } = await resourcesAndNeeds(deps, draft, { facts, access }, signal);
  const shortages = shortfallsOf(needs, allowances).map(problemOf);
  const { bay, driver } = draft;
  return {
    name: bay.name,
    driver: driver.name,
    stack,
    resources,
    needs,
    allowances,
    warnings: [...draft.warnings, ...shortages],
  };
}

/** What a project lacks for the bay, as warnings. Errors: `quota-exceeded` where the operator enforces it, `cloud-unavailable` then too. */
export async function preflight(
  deps: PlanDeps,
  draft: BayDraft,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const rule = deps.preflight;
  if (rule === 'off') return [];
  const shortfalls = await underDeadline({ milliseconds: DEADLINE_MS, signal }, (timely) =>
    compareWithLimits(deps, draft, access, timely),
  ).catch((cause: unknown) => {
    signal.throwIfAborted();
    const error = cause instanceof DeadlineError ? lateComparison(cause) : cause;
    if (rule === 'enforce' || !isDomainError(error)) throw error;
    return undefined;
  });
  if (!shortfalls) return [{ field: 'quotas', message: 'what the project has left in the cloud could not be compared' }];
  if (rule === 'enforce' && shortfalls.length > 0)
    throw new DomainError(
      'quota-exceeded',
      ({ bay: noun }) =>
        `The project has not enough left for the ${noun}: ${shortfalls.map(sentenceOf).join('; ')}. Make room, ask for a larger quota, or use fewer or smaller nodes.`,
    );
  return shortfalls.map(problemOf);
}

function lateComparison(cause: DeadlineError): DomainError {
  return new DomainError('cloud-unavailable', {
    message: `What the project has left in the cloud could not be compared within ${DEADLINE_MS / 1_000} s. Try again later.`,
    cause,
  });
}

async function compareWithLimits(
  deps: PlanDeps,
  draft: BayDraft,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly Shortfall[]> {
  const allowances = await deps.cloud.allowances(access, signal);
  // Rendering is not free, and nothing can be short where nothing is limited.
  if (!allowances.some(({ limit }) => limit !== null)) return [];
  const facts = await plannedFacts(deps, draft, access, signal);
  return shortfallsOf((await resourcesAndNeeds(deps, draft, { facts, access }, signal)).needs, allowances);
}

async function resourcesAndNeeds(
  deps: PlanDeps,
  draft: BayDraft,
  { facts, access }: { readonly facts: BayFacts; readonly access: CloudAccess },
  signal: AbortSignal,
): Promise<Pick<BayPlan, 'stack' | 'resources' | 'needs'>> {
  const task = { nodes: draft.nodes.length, group: draft.bay.projectId, signal };
  const { stack, resources } = await inTurn(deps, task, async (rest) => {
    const rendered = await renderSlowly(draft.driver, renderInput(draft, facts), rest);
    await requireTaken(deps, rendered, rest);
    return { stack: rendered, resources: await takeSteps(resourcesInSteps(rendered.template, rendered.files), rest) };
  });
  const flavors = await Promise.all(
    [...flavorsIn(resources)].map(async (name) => [name, await deps.cloud.findFlavor(name, access, signal)] as const),
  );
  const known = new Map(flavors.flatMap(([name, flavor]) => (flavor ? [[name, flavor]] : [])));
  return { stack, resources, needs: needsOf(resources, known) };
}

/** Any range will do to count: choosing one would set it aside. */
const SOME_RANGE = '10.0.0.0/24';

function plannedFacts(deps: PlanDeps, draft: BayDraft, access: CloudAccess, signal: AbortSignal): Promise<BayFacts> {
  const { fixedSubnetCidr = SOME_RANGE, volumeType } = draft.driver.cloudNeeds(draft.bay.desired);
  return deps.cloud.facts(factsRequest(draft, { fixedSubnetCidr, volumeType }), access, signal);
}

/** The bay as its driver takes it, before the database has numbered its rows. */
export function desiredIn({ bay, model, groups, nodes }: Pick<BayDraft, 'bay' | 'model' | 'groups' | 'nodes'>): DesiredBay {
  return {
    bay: { ...bay, sequence: 0 },
    model,
    nodeGroups: groups.map((group) => ({ ...group, sequence: 0 })),
    nodes: nodes.map((node) => ({ ...node, sequence: 0 })),
  };
}

function renderInput(draft: BayDraft, facts: BayFacts): RenderInput {
  return { ...draft.desired, facts, delegation: standInDelegation(draft.desired), rollbackOnFailure: false };
}

function sentenceOf({ kind, needed: wanted, limit, used }: Shortfall): string {
  return `it needs ${wanted} ${kind}, ${Math.max(0, limit - used)} of ${limit} are left`;
}

function problemOf(shortfall: Shortfall): Problem {
  return { field: `quotas.${shortfall.kind}`, message: sentenceOf(shortfall) };
}
