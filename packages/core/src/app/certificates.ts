import { DomainError, isDomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import { QUESTION_MS, type Access, type AppDeps } from './deps.js';
import { findBay } from './find.js';

export async function getCaCertificate(
  deps: AppDeps,
  access: Access,
  bayIdent: string,
  signal: AbortSignal,
): Promise<{ bayId: BayId; pem: string }> {
  const { bay } = await findBay(deps, access, bayIdent);
  const { pem } = await deps.bus.call('certificate.ca', { bayId: bay.id }, { timeoutMs: QUESTION_MS, signal });
  return { bayId: bay.id, pem };
}

/** An unknown bay in the body is 400 (contract, README §4). Errors of the CSR: `invalid-csr`, `certificate-refused`. */
export async function signCertificate(
  deps: AppDeps,
  access: Access,
  bayIdent: string,
  csr: string,
  signal: AbortSignal,
): Promise<{ bayId: BayId; pem: string }> {
  const bayId = await bayFor(deps, access, bayIdent);
  const { pem } = await deps.bus.call('certificate.sign', { bayId, csr }, { timeoutMs: QUESTION_MS, signal });
  return { bayId, pem };
}

async function bayFor(deps: AppDeps, access: Access, ident: string): Promise<BayId> {
  try {
    return (await findBay(deps, access, ident)).bay.id;
  } catch (error) {
    if (!isDomainError(error, 'bay-not-found')) throw error;
    throw new DomainError('invalid-parameter', { field: 'cluster_uuid', message: error.message });
  }
}
