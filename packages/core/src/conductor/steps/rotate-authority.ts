import { baySecretRef, secretsFor, type BaySecret } from '../../domain/bay-secrets.js';
import { underDeadline } from '../../concurrency/deadline.js';
import { DomainError } from '../../domain/errors.js';
import type { ReconcilerState } from '../../domain/reconciler-state.js';
import { assertNever } from '../../domain/json.js';
import type { Node } from '../../domain/node.js';
import { clientRef, referencesOf, type Rotation, type RotationPhase } from '../../domain/rotation.js';
import type { TlsProbeResult, WantedAuthorities } from '../../ports/bay-driver.js';
import { ensureBaySecrets, loadBaySecrets } from '../ensure/bay-secrets.js';
import { bundleOf, ensureMainPairs, loadKeyPair, trustedBy, type AuthorityDeps } from '../ensure/key-pairs.js';
import { connectTo, sessionOf } from '../engine-access.js';
import { alsoWaiting } from './waiting-nodes.js';
import type { Pass, PassResult } from '../pass.js';
import { waitOrCheckHealth as waiting, type WaitOrCheckHealthDeps } from './wait-or-check-health.js';
import type { BayState } from '../bay-state.js';
import { saveProgress, type Progress } from '../save-state.js';
import type { ConductorDeps } from '../deps.js';

export type RotateAuthorityDeps = WaitOrCheckHealthDeps & AuthorityDeps & Pick<ConductorDeps, 'rotationOverlapMs'>;

const PROBE_TIMEOUT_MS = 20_000;

/** The result of a probe of the nodes: the phase is over, or the reason why it is not. */
type ProbeFinding = { readonly kind: 'over' } | { readonly kind: 'waiting'; readonly reason: string };
const OVER: ProbeFinding = { kind: 'over' };

/**
 * One step of the rotation of a bay's authority. A certificate that is replaced on one side of a connection first would cut
 * nodes and clients off, so the new authority is trusted everywhere before anything is signed by it, and the old one stays
 * trusted until nothing presents it: the phases of domain/rotation.ts, four of them.
 *
 * Nothing is sent to a node. Nodes fetch the certificates that they should trust and present, and this step probes whether they
 * do. So a step can be repeated after a crash at any line. Invariant: a phase ends only when every node has passed its probe.
 */
export async function rotateAuthority(deps: RotateAuthorityDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const { state } = pass;
  const { rotation } = state.support;
  if (!rotation) {
    // Nodes that see the phase find all that is new in it at once, or they would start their programs again for each part.
    await ensureMainPairs(deps, state, state.bay.desired.caGeneration);
    await ensureBaySecrets(deps, state, secretsOf(deps, state), state.bay.desired.caGeneration);
    return enterPhase(deps, pass, 'trust', signal);
  }
  const finding = await findingOf(deps, state, rotation, signal);
  if (finding.kind === 'waiting') return waiting(deps, pass, finding.reason, signal);
  const next = NEXT[rotation.phase];
  return next === 'done' ? finishRotation(deps, pass, rotation, signal) : enterPhase(deps, pass, next, signal);
}

const NEXT = { trust: 'overlap', overlap: 'issue', issue: 'drop', drop: 'done' } as const satisfies Record<
  RotationPhase,
  RotationPhase | 'done'
>;

async function findingOf(
  deps: RotateAuthorityDeps,
  state: BayState,
  rotation: Rotation,
  signal: AbortSignal,
): Promise<ProbeFinding> {
  const before = state.support.caGeneration;
  const { generation, phase } = rotation;
  switch (phase) {
    case 'trust':
      await ensureMainPairs(deps, state, generation);
      return adoption(deps, state, { trusts: [before, generation], as: generation, expect: 'admitted' }, signal);
    case 'overlap':
      return overlapFinding(deps, rotation);
    case 'issue':
      return adoption(deps, state, { trusts: [generation], as: generation, expect: 'admitted' }, signal);
    case 'drop':
      return adoption(deps, state, { trusts: [generation], as: before, expect: 'refused' }, signal);
    default:
      return assertNever(phase);
  }
}

function overlapFinding(deps: Pick<RotateAuthorityDeps, 'clock' | 'rotationOverlapMs'>, { since }: Rotation): ProbeFinding {
  const end = since + deps.rotationOverlapMs;
  if (deps.clock.now().getTime() >= end) return OVER;
  return {
    kind: 'waiting',
    reason: `Certificates of the old and of the new authority are both accepted until ${new Date(end).toISOString()}.`,
  };
}

interface ProbeRequest {
  /** Generations of the authority. */
  readonly trusts: readonly number[];
  readonly as: number;
  readonly expect: TlsProbeResult;
}

/** What the ports of the nodes show, and then what the engine knows of them: whichever of the two the driver has, or both. */
async function adoption(
  deps: RotateAuthorityDeps,
  state: BayState,
  wanted: ProbeRequest,
  signal: AbortSignal,
): Promise<ProbeFinding> {
  if (!deps.engines.areLive) return OVER;
  const { authorities, tlsPorts } = deps.engines.driverOf(state.model);
  if (!authorities) return probeTls(deps, state, wanted, signal);
  const finding = tlsPorts ? await probeTls(deps, state, wanted, signal) : OVER;
  return finding.kind === 'waiting' ? finding : askEngine(deps, state, signal);
}

/** The engine is asked as in every other call: this service and the nodes trust each other in each phase. */
async function askEngine(deps: RotateAuthorityDeps, state: BayState, signal: AbortSignal): Promise<ProbeFinding> {
  const ofRole = { master: await adoptedBy(deps, state, 'master'), worker: await adoptedBy(deps, state, 'worker') };
  const wanted: WantedAuthorities = {
    ofNodes: new Map(presentNodes(state).map(({ name, role }) => [name, ofRole[role]])),
    ca: await bundleOf(deps, state, 'main'),
  };
  const awaited = await underDeadline({ milliseconds: PROBE_TIMEOUT_MS, signal }, async (timely) => {
    const session = await sessionOf(deps, state, timely);
    return session.awaitedAdoption?.(wanted, timely) ?? [];
  });
  const [first] = awaited;
  if (first === undefined) return OVER;
  const more = awaited.length === 1 ? '' : ` (and ${awaited.length - 1} more)`;
  return { kind: 'waiting', reason: `Phase ${state.support.rotation?.phase ?? ''}: waits until ${first}${more}.` };
}

function presentNodes({ nodes }: BayState): readonly Node[] {
  return nodes.filter(({ desired }) => desired === 'present');
}

/** The authorities that nodes of a role keep, and the public keys whose signatures they verify, PEM. */
async function adoptedBy(deps: RotateAuthorityDeps, state: BayState, role: Node['role']): Promise<string> {
  const { authorities } = deps.engines.driverOf(state.model);
  const texts: string[] = [];
  for (const authority of authorities?.[role] ?? []) texts.push(await bundleOf(deps, state, authority));
  const pairs = secretsOf(deps, state).filter(({ material, roles }) => material === 'key-pair' && roles.includes(role));
  for (const { publicKey } of (await loadBaySecrets(deps, state, pairs)) ?? []) texts.push(publicKey ?? '');
  return texts.join('\n');
}

async function probeTls(
  deps: RotateAuthorityDeps,
  state: BayState,
  wanted: ProbeRequest,
  signal: AbortSignal,
): Promise<ProbeFinding> {
  const client = await loadKeyPair(deps, clientRef(state.bay.id, wanted.as));
  // The old key pair is deleted already: an earlier pass had finished its probes, and crashed while it deleted the keys.
  if (!client) return OVER;
  const ca = await trustedBy(deps, state, wanted.trusts);
  const session = await connectTo(deps, state, { ca, client }, signal);
  if (!session.admissions)
    throw new DomainError('not-supported', `Nodes of ${state.model.coe} cannot be probed for the authorities that they trust.`);
  const { admissions } = session;
  const { tlsPorts = [] } = deps.engines.driverOf(state.model);
  const found = await underDeadline({ milliseconds: PROBE_TIMEOUT_MS, signal }, (timely) => admissions(tlsPorts, timely));
  const others = found.filter(({ result }) => result !== wanted.expect);
  const [first] = others;
  if (!first) return OVER;
  const problem = first.result === 'unreachable' ? 'does not answer' : 'does not use its new certificates yet';
  // A node can be probed at several ports.
  const more = alsoWaiting(new Set(others.map(({ node }) => node)).size - 1);
  return { kind: 'waiting', reason: `Phase ${state.support.rotation?.phase ?? ''}: node ${first.node} ${problem}${more}.` };
}

const PHASE_REASONS = {
  trust: 'nodes start to trust the new authority beside the old one',
  overlap: 'the new authority signs for clients; certificates of both authorities are accepted',
  issue: 'nodes get certificates of the new authority',
  drop: 'nodes stop trusting the old authority',
} as const satisfies Record<RotationPhase, string>;

async function enterPhase(deps: RotateAuthorityDeps, pass: Pass, phase: RotationPhase, signal: AbortSignal): Promise<PassResult> {
  const { bay, support } = pass.state;
  const generation = support.rotation?.generation ?? bay.desired.caGeneration;
  const rotation: Rotation = { generation, phase, since: deps.clock.now().getTime() };
  const reason = `Rotation of the certificate authority: ${PHASE_REASONS[phase]}.`;
  const saved = await saveProgress(deps, pass, progressOf({ rotation }, reason));
  return waiting(deps, { ...pass, state: saved }, reason, signal);
}

/**
 * The old keys are deleted before the record says that the rotation is done, so that a crash in between repeats the deletion.
 */
async function finishRotation(
  deps: RotateAuthorityDeps,
  pass: Pass,
  rotation: Rotation,
  signal: AbortSignal,
): Promise<PassResult> {
  const { bay, support } = pass.state;
  for (const ref of referencesOf(bay.id, support.caGeneration)) await deps.vault.delete(ref);
  await deleteFormerPairs(deps, pass.state);
  const refs = await ensureMainPairs(deps, pass.state, rotation.generation);
  const reason = 'Rotation of the certificate authority: the old authority was deleted.';
  const change = { ...refs, caGeneration: rotation.generation, rotation: null };
  const saved = await saveProgress(deps, pass, progressOf(change, reason));
  return waiting(deps, { ...pass, state: saved }, reason, signal);
}

/**
 * Key pairs of the rotation before this one: nothing verifies their signatures any more. A secret of another kind has one value as long as
 * the bay lives, under the number 0, and would be lost with what it has encrypted.
 */
async function deleteFormerPairs(deps: RotateAuthorityDeps, state: BayState): Promise<void> {
  const { bay, support } = state;
  const generation = support.caGeneration - 1;
  if (generation < 0) return;
  for (const { name } of secretsOf(deps, state).filter(({ material }) => material === 'key-pair'))
    await deps.vault.delete(baySecretRef(bay.id, name, generation));
}

function secretsOf(deps: RotateAuthorityDeps, { bay, model }: BayState): readonly BaySecret[] {
  return secretsFor(deps.engines.driverOf(model), bay.desired.labels);
}

function progressOf(change: Partial<ReconcilerState>, reason: string): Progress {
  return { change, reason, log: { message: 'authority rotation advanced', fields: { phase: change.rotation?.phase ?? 'done' } } };
}
