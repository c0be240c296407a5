import { getCaCertificate, signCertificate } from '../app/certificates.js';
import { rotateAuthority } from '../app/rotate.js';
import { DomainError } from '../domain/errors.js';
import type { JsonObject } from '../domain/json.js';
import { checkOf, etagOfBay } from './http/etag.js';
import { bodyOf, numberField, textField } from './http/fields.js';
import type { Call, Handler } from './http/handler.js';
import { resourceLinks } from './http/links.js';

const COLLECTION = 'certificates';

/** Answers carry both wordings of the bay's id, as they did up to 16.x (docs/contract/resources.md#certificate). */
export const certificateHandlers = {
  getCertificate: async (deps, call) => {
    const wanted = { bay: identOf(call), type: textField(call.query, 'ca_cert_type') ?? undefined };
    const { bayId, pem } = await getCaCertificate(deps, call.access, wanted, call.signal());
    return { body: { ...common(call, bayId), pem } };
  },
  createCertificate: async (deps, call) => {
    const body = bodyOf(call);
    const csr = textField(body, 'csr') ?? '';
    const type = textField(body, 'ca_cert_type') ?? undefined;
    const validForSeconds = numberField(body, 'valid_for') ?? undefined;
    const profile = textField(body, 'profile') ?? undefined;
    const wanted = { ...bayOf(body), csr, type, validForSeconds, ...(profile === undefined ? {} : { profile }) };
    const { bayId, pem } = await signCertificate(deps, call.access, wanted, call.signal());
    return { body: { ...common(call, bayId), csr, pem, ...(type ? { ca_cert_type: type } : {}) } };
  },
  rotateCertificate: async (deps, call) => {
    const accepted = await rotateAuthority(deps, call.access, identOf(call), checkOf(call));
    return { body: { uuid: accepted.bayId }, etag: etagOfBay(accepted) };
  },
} satisfies Record<string, Handler>;

function identOf(call: Call): string {
  return call.params['cluster_ident'] ?? '';
}

function bayOf(body: JsonObject): { readonly bay: string; readonly field: string } {
  for (const field of ['bay_uuid', 'cluster_uuid']) {
    const bay = textField(body, field);
    if (bay !== null) return { bay, field };
  }
  throw new DomainError('invalid-parameter', {
    field: 'bay_uuid',
    message: 'Invalid input for field/attribute bay_uuid: mandatory field missing, give bay_uuid or cluster_uuid.',
  });
}

function common(call: Call, bayId: string): JsonObject {
  return { bay_uuid: bayId, cluster_uuid: bayId, links: [...resourceLinks(call.baseUrl, COLLECTION, bayId)] };
}
