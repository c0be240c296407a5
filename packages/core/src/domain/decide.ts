import type { Bay } from './bay.js';
import { STABLE_STATUSES } from './bay-status.js';
import { awaitsCredential } from './credential.js';
import type { Intent } from './intent.js';
import type { NodeGroup } from './node-group.js';
import type { Node } from './node.js';
import type { Observation } from './observation.js';
import { planBay, type RotationKind, type Step } from './plan.js';
import type { ReconcilerState } from './reconciler-state.js';
import { awaitsAuthority } from './rotation.js';
import { withStackRetry } from './stack-retry.js';
import { nextBatch } from './upgrade.js';

/** The part of a bay's state on which the next step depends. */
export interface DecisionState {
  readonly bay: Bay;
  readonly intent: Intent | null;
  readonly nodeGroups: readonly NodeGroup[];
  readonly nodes: readonly Node[];
  readonly support: ReconcilerState;
}

/**
 * The next step of a bay, and the only place that decides it. A pass acts on this step; the observation in batches asks for the same
 * one to learn that a bay needs no pass. Pure: it has no memory, so the first attempt, a retry and the recovery after `kill -9` decide
 * alike.
 *
 * The plan comes first. A stack that failed for a transient reason is applied again, a few times. A rotation of the authority or of the
 * nodes' credential begins when the stack is as desired, and before the intent is closed, so that a bay is complete only with what was
 * asked for. One rotation runs at a time, the authority first.
 */
export function decide(state: DecisionState, seen: Observation, now: Date): Step {
  const { bay, intent, support } = state;
  const planned = planBay(bay, intent, seen, now, isUpgraded(state));
  const step = withStackRetry(planned, { intent, retries: support.stackRetries }, { seen, now });
  const rotation = nextRotation(bay, support);
  return rotation && isTimeToRotate(step, bay) ? { do: 'rotate', kind: rotation } : step;
}

function isUpgraded({ intent, nodeGroups, nodes }: DecisionState): boolean {
  return !intent?.upgrade || nextBatch(intent.upgrade, nodeGroups, nodes) === undefined;
}

function nextRotation(bay: Bay, support: ReconcilerState): RotationKind | undefined {
  if (awaitsAuthority(bay, support)) return 'authority';
  return awaitsCredential(bay, support) ? 'credential' : undefined;
}

function isTimeToRotate(step: Step, bay: Bay): boolean {
  if (step.do === 'finish') return step.status.endsWith('_COMPLETE') && step.status !== 'ROLLBACK_COMPLETE';
  return step.do === 'check-health' && STABLE_STATUSES.has(bay.observed.status);
}
