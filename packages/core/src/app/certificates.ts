import { CLIENT_TERM_SECONDS } from '../domain/certificate.js';
import { DomainError, isDomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import { parseAuthority } from '../domain/rotation.js';
import type { CertificateOf } from '../ports/bus.js';
import { QUESTION_MS, type Access, type AppDeps } from './deps.js';
import { findBay, wordingOf } from './find.js';
import { provenNode } from './node-proof.js';

/** `type`: the wire's `ca_cert_type`; absent, or no name of an authority: the main one (docs/contract/resources.md#certificate). */
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

/**
 * Who asks decides what is signed: a node gets its own server certificate, everyone else a client's. An unknown bay in the body is 400
 * (docs/contract/protocol.md#statuses). Errors of the CSR: `invalid-csr`, `certificate-refused`.
 */
export async function signCertificate(
  deps: AppDeps,
  access: Access,
  wanted: WantedCertificate & { readonly csr: string; readonly validForSeconds: number | undefined; readonly profile?: string },
  signal: AbortSignal,
): Promise<{ bayId: BayId; pem: string }> {
  const bayId = await bayFor(deps, access, wanted.bay, wanted.field ?? 'cluster_uuid');
  const { authority, forNode } = certificateOf(access, wanted);
  const options = { timeoutMs: QUESTION_MS, signal };
  if (forNode) {
    const { csr, profile } = wanted;
    if (profile !== undefined) {
      const nodeName = await provenNode(deps, access, bayId);
      return { bayId, pem: (await deps.bus.call('certificate.node', { bayId, csr, nodeName, profile }, options)).pem };
    }
    if (authority !== 'main') throw new DomainError('forbidden', 'Nodes get certificates of the main authority only.');
    const nodeName = await provenNode(deps, access, bayId);
    return { bayId, pem: (await deps.bus.call('certificate.node', { bayId, csr: wanted.csr, nodeName }, options)).pem };
  }
  if (wanted.profile !== undefined)
    throw new DomainError('forbidden', 'profile: only nodes of the bay get certificates of its profiles.');
  const validForSeconds = wanted.validForSeconds ?? CLIENT_TERM_SECONDS;
  const question = { bayId, csr: wanted.csr, authority, validForSeconds };
  return { bayId, pem: (await deps.bus.call('certificate.client', question, options)).pem };
}

function certificateOf({ actor }: Access, { type }: WantedCertificate): CertificateOf {
  return { authority: parseAuthority(type), forNode: actor.trusteeOf !== null };
}

async function bayFor(deps: AppDeps, access: Access, ident: string, field: string): Promise<BayId> {
  try {
    return (await findBay(deps, access, ident)).bay.id;
  } catch (error) {
    if (!isDomainError(error, 'bay-not-found')) throw error;
    throw new DomainError('invalid-parameter', { field, message: error.in(wordingOf(field)) });
  }
}
