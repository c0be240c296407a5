import type { Bay } from '../domain/bay.js';
import { DomainError } from '../domain/errors.js';
import type { BayFacts } from '../domain/observation.js';
import { resourceNameOf } from '../domain/names.js';
import { Secret } from '../domain/secret.js';
import { stackProblem } from '../domain/stack-size.js';
import type { BayDriver, DesiredBay } from '../ports/bay-driver.js';
import type { Repositories } from '../ports/store.js';
import type { AppDeps } from './deps.js';

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

/** As long as those that the conductor derives. */
function standInTokens({ nodes }: DesiredBay): Secret {
  return new Secret(JSON.stringify(Object.fromEntries(nodes.map((node) => [resourceNameOf(node), 'x'.repeat(43)]))));
}

/**
 * Refuses a bay whose stack the orchestrator would not take, with the number: else it would be accepted and fail minutes later. The
 * stack is rendered as the conductor would, with stand-ins of the usual length for what is looked up only then.
 * Error: `invalid-parameter` for `node_count`.
 */
export function requireStackFits(deps: LimitDeps, driver: BayDriver, desired: DesiredBay, facts: BayFacts | null = null): void {
  const [outgrown] = driver.outgrown?.(desired) ?? [];
  if (outgrown) throw new DomainError('invalid-parameter', outgrown);
  const delegation = { ...DELEGATION, enrolmentTokens: standInTokens(desired) };
  const stack = driver.render({ ...desired, facts: facts ?? STAND_IN, delegation, rollbackOnFailure: false });
  const problem = stackProblem(stack, deps.orchestrator.limits);
  if (problem === undefined) return;
  throw new DomainError('invalid-parameter', {
    field: 'node_count',
    message: `${problem} Use fewer nodes, or ask the operator for a higher limit.`,
  });
}

/** The same for a bay that has just been made larger, in the transaction that did it: what is refused leaves nothing. */
export async function requireGrownFits(deps: LimitDeps, repos: Repositories, bay: Bay): Promise<void> {
  const model = await repos.bayModels.get(bay.desired.bayModelId);
  if (!model) return;
  const nodeGroups = await repos.nodeGroups.ofBay(bay.id);
  const nodes = await repos.nodes.ofBay(bay.id);
  const { facts } = await repos.support.get(bay.id);
  requireStackFits(deps, deps.engines.driverOf(model), { bay, model, nodeGroups, nodes }, facts);
}
