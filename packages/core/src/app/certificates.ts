import { DomainError, isDomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import { authorityNamed } from '../domain/rotation.js';
import type { CertificateOf } from '../ports/bus.js';
import { QUESTION_MS, type Access, type AppDeps } from './deps.js';
import { findBay, wordingOf } from './find.js';

/** `type`: the wire's `ca_cert_type`; absent, or no name of an authority: the main one (contract, resources §4). */
export interface WantedCertificate {
  readonly bay: string;
  /** Wire name of the field of the body that names it. */
  readonly field?: string;
  readonly type: string | undefined;
}

export async function getCaCertificate(
  deps: AppDeps,
  access: Access,
  wanted: WantedCertificate,
  signal: AbortSignal,
): Promise<{ bayId: BayId; pem: string }> {
  const { bay } = await findBay(deps, access, wanted.bay);
  const question = { bayId: bay.id, ...certificateOf(access, wanted) };
  const { pem } = await deps.bus.call('certificate.ca', question, { timeoutMs: QUESTION_MS, signal });
  return { bayId: bay.id, pem };
}

/** An unknown bay in the body is 400 (contract, README §4). Errors of the CSR: `invalid-csr`, `certificate-refused`. */
export async function signCertificate(
  deps: AppDeps,
  access: Access,
  wanted: WantedCertificate & { readonly csr: string },
  signal: AbortSignal,
): Promise<{ bayId: BayId; pem: string }> {
  const bayId = await bayFor(deps, access, wanted.bay, wanted.field ?? 'cluster_uuid');
  const question = { bayId, csr: wanted.csr, ...certificateOf(access, wanted) };
  const { pem } = await deps.bus.call('certificate.sign', question, { timeoutMs: QUESTION_MS, signal });
  return { bayId, pem };
}

function certificateOf({ actor }: Access, { type }: WantedCertificate): CertificateOf {
  return { authority: authorityNamed(type), forNode: actor.trusteeOf !== null };
}

async function bayFor(deps: AppDeps, access: Access, ident: string, field: string): Promise<BayId> {
  try {
    return (await findBay(deps, access, ident)).bay.id;
  } catch (error) {
    if (!isDomainError(error, 'bay-not-found')) throw error;
    throw new DomainError('invalid-parameter', { field, message: error.in(wordingOf(field)) });
  }
}
