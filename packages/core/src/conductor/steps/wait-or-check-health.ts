import { STATUS_OF } from '../../domain/bay-status.js';
import type { Pass, PassResult } from '../pass.js';
import { recordPass, type RecordDeps } from '../record.js';
import { checkHealth, type CheckHealthDeps } from './check-health.js';

export type WaitOrCheckHealthDeps = RecordDeps & CheckHealthDeps;

const LOOK_AGAIN_MS = 1_000;

/** Waits for the nodes. A rotation that outlived its intent continues beside the bay's health checks, and its status stays. */
export async function waitOrCheckHealth(
  deps: WaitOrCheckHealthDeps,
  pass: Pass,
  reason: string,
  signal: AbortSignal,
): Promise<PassResult> {
  const { intent } = pass.state;
  if (!intent) return checkHealth(deps, pass, signal);
  const status = STATUS_OF[intent.operation].running;
  return recordPass(deps, { ...pass, step: { do: 'wait', milliseconds: LOOK_AGAIN_MS, status, reason } }, signal);
}
