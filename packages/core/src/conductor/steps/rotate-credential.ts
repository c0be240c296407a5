import type { Trustee } from '../../domain/reconciler-state.js';
import { nodesWithout } from '../../domain/credential.js';
import { endTrust } from '../ensure/trusts.js';
import type { Pass, PassResult } from '../pass.js';
import { saveProgress } from '../save-state.js';
import { alsoWaiting } from './waiting-nodes.js';
import { waitOrCheckHealth, type WaitOrCheckHealthDeps } from './wait-or-check-health.js';
import type { ConductorDeps } from '../deps.js';

export type RotateCredentialDeps = WaitOrCheckHealthDeps & Pick<ConductorDeps, 'identity'>;

/**
 * One step of the rotation of the credential of a bay's nodes. The new account is made before the stack is applied, and new
 * nodes get it from the start; the other nodes ask for it and report when they hold it. Invariant: the old account is deleted
 * only when every node has reported the new one, so that no node is ever without a valid credential.
 */
export async function rotateCredential(deps: RotateCredentialDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const { bay, nodes, support } = pass.state;
  const next = support.nextTrustee;
  // The operation that was to make it has failed; the next request for a rotation makes it.
  if (!next) return waitOrCheckHealth(deps, pass, 'Rotation of the credential: the new credential does not exist yet.', signal);
  const without = deps.engines.areLive ? nodesWithout(nodes, bay.desired.credentialGeneration) : [];
  const [first] = without;
  if (first) {
    const more = alsoWaiting(without.length - 1);
    const reason = `Rotation of the credential: node ${first.name} does not hold the new credential yet${more}.`;
    return waitOrCheckHealth(deps, pass, reason, signal);
  }
  return finishRotation(deps, pass, next, signal);
}

/** The old account is deleted before the record says so, so that a crash in between repeats the deletion. */
async function finishRotation(deps: RotateCredentialDeps, pass: Pass, next: Trustee, signal: AbortSignal): Promise<PassResult> {
  const { bay, support } = pass.state;
  const old = support.trustee;
  if (old) {
    await endTrust(deps, old, signal);
    await deps.identity.deleteTrustee(old.username, signal, old.userId);
    await deps.vault.delete(old.passwordRef);
  }
  const reason = 'Rotation of the credential: the old credential was deleted.';
  const credentialGeneration = bay.desired.credentialGeneration;
  const saved = await saveProgress(deps, pass, {
    change: { trustee: next, nextTrustee: null, credentialGeneration },
    reason,
    log: { message: 'credential rotated', fields: { credential: credentialGeneration } },
  });
  return waitOrCheckHealth(deps, { ...pass, state: saved }, reason, signal);
}
