import { restAfter, takeSteps, type LongTask, type Rest } from '../concurrency/long-work.js';
import type { Bay } from '../domain/bay.js';
import { DomainError } from '../domain/errors.js';
import type { BayFacts } from '../domain/observation.js';
import { resourceNameOf } from '../domain/names.js';
import { Secret } from '../domain/secret.js';
import { stackProblemInSteps } from '../domain/stack-size.js';
import type { BayDriver, DesiredBay, RenderInput } from '../ports/bay-driver.js';
import type { StackSpec } from '../ports/orchestrator.js';
import type { Repositories } from '../ports/store.js';
import type { AppDeps } from './deps.js';
import { refuseFirst } from './drivers.js';

type LimitDeps = Pick<AppDeps, 'orchestrator' | 'engines'>;

/** An id of an usual length, for what is not known before the bay is made. */
const SOME_ID = '00000000-0000-4000-8000-000000000000';
const SOME_URL = 'https://cloud.example.org:5000/v3';

const STAND_IN: BayFacts = {
  authUrl: SOME_URL,
  magnumUrl: SOME_URL,
  regionName: 'RegionOne',
  fixedSubnetCidr: '10.0.0.0/24',
  fixedNetworkId: null,
  fixedSubnetId: null,
  externalNetworkId: SOME_ID,
  cloudCa: '',
  verifyCloudCa: true,
  serverGroupPolicy: 'soft-anti-affinity',
  dockerVolumeType: null,
};

const DELEGATION = {
  trusteeUserId: SOME_ID,
  trusteeUsername: SOME_ID,
  trusteeDomainId: SOME_ID,
  trustId: null,
};

/** The account of a bay that has none yet; its tokens are as long as those that the conductor derives. */
export function standInDelegation({ nodes }: DesiredBay): RenderInput['delegation'] {
  const tokens = Object.fromEntries(nodes.map((node) => [resourceNameOf(node), 'x'.repeat(43)]));
  return { ...DELEGATION, enrolmentTokens: new Secret(JSON.stringify(tokens)) };
}

/**
 * Refuses a bay whose stack the orchestrator would not take, with the number: else it would be accepted and fail minutes later. The
 * stack is rendered as the conductor would, with stand-ins of the usual length for what is looked up only then. What is far too
 * large is refused before: a thousand managers with all their labels would be 53 MB of text.
 * Error: `invalid-parameter` for `node_count`.
 */
export async function requireStackFits(deps: LimitDeps, driver: BayDriver, sized: SizedBay, rest: Rest): Promise<void> {
  const { desired, facts } = sized;
  requireMayFit(deps, driver, desired);
  const delegation = standInDelegation(desired);
  const input = { ...desired, facts: facts ?? STAND_IN, delegation, rollbackOnFailure: false };
  await requireTaken(deps, await renderSlowly(driver, input, rest), rest);
}

interface SizedBay {
  readonly desired: DesiredBay;
  /** Null where they have not been looked up yet. */
  readonly facts: BayFacts | null;
}

/** Renders with rests, where the driver can. */
export async function renderSlowly(driver: BayDriver, input: RenderInput, rest: Rest): Promise<StackSpec> {
  return driver.renderInSteps ? takeSteps(driver.renderInSteps(input), rest) : driver.render(input);
}

/** What can be said without rendering. Error: `invalid-parameter`. */
export function requireMayFit(deps: LimitDeps, driver: BayDriver, desired: DesiredBay): void {
  refuseFirst(driver.outgrown?.(desired) ?? []);
  const [least, most] = [driver.leastTemplateBytes?.(desired) ?? 0, deps.orchestrator.limits.templateBytes];
  if (most !== null && least > most)
    throw refused(
      `The template of the stack would have more than ${least} bytes; the orchestrator takes ${most} (max_template_size).`,
    );
}

/** Error: `invalid-parameter` for `node_count`, where the orchestrator would not take the stack. */
export async function requireTaken(deps: LimitDeps, stack: StackSpec, rest: Rest): Promise<void> {
  const problem = await takeSteps(stackProblemInSteps(stack, deps.orchestrator.limits), rest);
  if (problem !== undefined) throw refused(problem);
}

function refused(problem: string): DomainError {
  return new DomainError('invalid-parameter', {
    field: 'node_count',
    message: `${problem} Use a smaller node_count, or ask the operator for a higher limit.`,
  });
}

/** Rendering fewer nodes takes a millisecond or two, and does not have to wait for its turn. */
export const LARGE = 50;

/** Rendering a bay of so many nodes, and what belongs to it, in its turn; `rest` lets others run between two steps. */
export function inTurn<T>(
  deps: Pick<AppDeps, 'longWork'>,
  { nodes, ...task }: LongTask & { readonly nodes: number },
  work: (rest: Rest) => Promise<T>,
): Promise<T> {
  return nodes > LARGE ? deps.longWork.run(task, work) : work(() => Promise.resolve());
}

/** The same for a bay that has just been made larger, in the transaction that did it: what is refused leaves nothing. */
export async function requireGrownFits(deps: LimitDeps, repos: Repositories, bay: Bay): Promise<void> {
  const model = await repos.bayModels.get(bay.desired.bayModelId);
  if (!model) return;
  const nodeGroups = await repos.nodeGroups.ofBay(bay.id);
  const nodes = await repos.nodes.ofBay(bay.id);
  const { facts } = await repos.support.get(bay.id);
  await requireStackFits(deps, deps.engines.driverOf(model), { desired: { bay, model, nodeGroups, nodes }, facts }, restAfter());
}
