import { UNSEEN_BAY, type BayObserved } from '../domain/bay.js';
import type { NewBayEvent } from '../domain/bay-event.js';
import { isInProgress, STATUS_OF, type BayStatus } from '../domain/bay-status.js';
import type { Node, NodeObservation } from '../domain/node.js';
import type { Observation } from '../domain/observation.js';
import type { Step } from '../domain/plan.js';
import type { StackEvent } from '../ports/orchestrator.js';
import type { Lease, Repositories } from '../ports/store.js';
import type { Pass, PassResult } from './pass.js';
import { accessOf, type BayWorld, type ConductorDeps } from './world.js';

const EVENTS_PER_PASS = 500;

/** Writes down what was seen and done, under the fence, and says when to look again. */
export async function recordPass(deps: ConductorDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const { world, step } = pass;
  const news = await stackEvents(deps, pass, signal);
  const observed = nextObserved(pass);
  await deps.store.writeUnder(pass.lease, async (repos) => {
    await recordStory(deps, repos, pass, observed, news);
    if (!(await repos.bays.saveObserved(world.bay.id, observed, world.bay.generation))) return;
    await recordNodes(repos, pass);
    await recordGroups(repos, pass, observed.status);
    if (world.intent && (step.do === 'finish' || step.do === 'fail')) await repos.intents.close(world.bay.id, world.intent.generation);
  });
  if (observed.status !== world.bay.observed.status) {
    deps.logger.info('bay status changed', { bayId: world.bay.id, generation: world.bay.generation, from: world.bay.observed.status, to: observed.status });
  }
  return { lookAgainAt: lookAgainAt(deps, step), failed: false };
}

export async function recordRetry(deps: ConductorDeps, lease: Lease, world: BayWorld, reason: string): Promise<void> {
  if (!world.intent) return;
  const observed = { ...world.bay.observed, statusReason: reason };
  await deps.store.writeUnder(lease, (repos) => repos.bays.saveObserved(world.bay.id, observed, world.bay.generation));
}

function lookAgainAt(deps: ConductorDeps, step: Step): Date {
  const after = step.do === 'wait' ? step.milliseconds : step.do === 'finish' || step.do === 'fail' ? 0 : 500;
  return new Date(deps.clock.now().getTime() + after);
}

function nextObserved(pass: Pass): BayObserved {
  const { world, step, seen, snapshot } = pass;
  const before = world.bay.observed;
  return {
    ...before, ...statusAfter(pass),
    stackId: snapshot?.id ?? before.stackId,
    apiAddress: seen?.apiAddress ?? (seen?.stack.kind === 'absent' ? UNSEEN_BAY.apiAddress : before.apiAddress),
    discoveryUrl: seen?.discoveryUrl ?? before.discoveryUrl,
    coeVersion: seen?.coeVersion ?? before.coeVersion,
    containerVersion: seen?.containerVersion ?? before.containerVersion,
    ...(seen ? addressesOf(world, seen) : {}),
    acceptedGeneration: step.do === 'wait' && !toldAll(pass) ? before.acceptedGeneration : Math.max(before.acceptedGeneration, world.intent?.generation ?? 0),
  };
}

/** A wait before the stack could be told does not accept the generation. */
function toldAll(pass: Pass): boolean {
  const { stack } = pass.seen ?? { stack: { kind: 'absent' } as const };
  if (pass.world.intent?.operation === 'delete') return stack.kind === 'present' && stack.action === 'DELETE';
  return stack.kind === 'present' && stack.toldGeneration >= (pass.world.intent?.generation ?? 0);
}

function statusAfter(pass: Pass): Pick<BayObserved, 'status' | 'statusReason'> {
  const { step, world } = pass;
  if (step.do === 'finish' || step.do === 'fail') return { status: step.status, statusReason: step.reason };
  if (step.do === 'wait') return { status: step.status, statusReason: null };
  return { status: world.intent ? STATUS_OF[world.intent.operation].running : world.bay.observed.status, statusReason: null };
}

function addressesOf(world: BayWorld, seen: Observation): Pick<BayObserved, 'masterAddresses' | 'nodeAddresses'> {
  const addresses = (role: Node['role']): string[] => world.nodes.filter((node) => node.role === role && node.desired === 'present').flatMap((node) => {
    const found = seen.nodes.get(node.id) ?? node.observed;
    const address = found.publicAddress ?? found.privateAddress;
    return address ? [address] : [];
  });
  return { masterAddresses: addresses('master'), nodeAddresses: addresses('worker') };
}

async function recordNodes(repos: Repositories, pass: Pass): Promise<void> {
  const { world, seen, step } = pass;
  if (!seen) return;
  for (const node of world.nodes) {
    const found = seen.nodes.get(node.id);
    if (found && !sameObservation(found, node.observed)) await repos.nodes.saveObserved(node.id, found);
    if (step.do === 'finish') await settleNode(repos, node, found !== undefined, step.status);
  }
  if (step.do === 'finish' && step.status === 'ROLLBACK_COMPLETE') await recountGroups(repos, pass);
}

/** After a finished change the stack has exactly the wanted nodes; after a rollback it has exactly the earlier ones. */
async function settleNode(repos: Repositories, node: Node, exists: boolean, status: BayStatus): Promise<void> {
  if (status === 'ROLLBACK_COMPLETE' && exists && node.desired === 'absent') await repos.nodes.setDesired(node.id, 'present');
  else if (!exists && (node.desired === 'absent' || status === 'ROLLBACK_COMPLETE')) await repos.nodes.delete(node.id);
}

async function recountGroups(repos: Repositories, pass: Pass): Promise<void> {
  for (const group of pass.world.nodeGroups) {
    const count = pass.world.nodes.filter((node) => node.nodeGroupId === group.id && pass.seen?.nodes.has(node.id)).length;
    if (count !== group.nodeCount) await repos.nodeGroups.saveCount(group.id, count);
  }
}

async function recordGroups(repos: Repositories, pass: Pass, status: BayStatus): Promise<void> {
  const reason = pass.step.do === 'fail' ? pass.step.reason : null;
  for (const group of pass.world.nodeGroups) {
    if (group.status !== status || group.statusReason !== reason) await repos.nodeGroups.saveStatus(group.id, status, reason);
  }
}

function sameObservation(one: NodeObservation, other: NodeObservation): boolean {
  return one.status === other.status && one.reason === other.reason && one.serverId === other.serverId
    && one.privateAddress === other.privateAddress && one.publicAddress === other.publicAddress;
}

async function stackEvents(deps: ConductorDeps, pass: Pass, signal: AbortSignal): Promise<readonly StackEvent[]> {
  const { snapshot, world } = pass;
  if (!snapshot) return [];
  // A new stack numbers its events anew.
  const after = snapshot.id === world.bay.observed.stackId ? world.support.lastStackEvent : 0;
  return deps.orchestrator.events(snapshot.id, after, EVENTS_PER_PASS, accessOf(world.bay), signal);
}

async function recordStory(deps: ConductorDeps, repos: Repositories, pass: Pass, observed: BayObserved, news: readonly StackEvent[]): Promise<void> {
  const { world } = pass;
  const lines: NewBayEvent[] = news.map((event) => ({
    bayId: world.bay.id, at: event.at, source: 'stack', resource: event.path.join('/') || (pass.snapshot?.name ?? ''), resourceType: event.type,
    status: `${event.action}_${event.state}`, reason: event.reason || null,
  }));
  const last = news.at(-1);
  if (last) await repos.support.save(world.bay.id, { ...world.support, lastStackEvent: last.id });
  if (observed.status !== world.bay.observed.status || (pass.step.do !== 'wait' && !isInProgress(observed.status))) {
    lines.push({
      bayId: world.bay.id, at: deps.clock.now(), source: 'magnum', resource: world.bay.name, resourceType: 'bay', status: observed.status,
      reason: observed.statusReason,
    });
  }
  await repos.events.append(lines);
}

