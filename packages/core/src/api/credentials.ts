import { confirmCredential, enrolNode, getBaySecrets, getCredential, type NodeCredential } from '../app/credentials.js';
import { rotateCredential } from '../app/rotate.js';
import type { BaySecretValue } from '../domain/bay-secrets.js';
import type { JsonObject } from '../domain/json.js';
import { checkOf, etagOfBay } from './http/etag.js';
import { bodyOf, textField } from './http/fields.js';
import type { Answer, Call, Handler } from './http/handler.js';
import { resourceLinks } from './http/links.js';

const COLLECTION = 'credentials';

/** Routes: docs/contract/endpoints.md#certificates-credentials; `GET` and `PUT` are the nodes' own. */
export const credentialHandlers = {
  getCredential: async (deps, call) => {
    const found = await getCredential(deps, call.access, identOf(call), call.signal());
    return presentCredential(call, found);
  },
  rotateCredential: async (deps, call) => {
    const accepted = await rotateCredential(deps, call.access, identOf(call), checkOf(call));
    return { body: { uuid: accepted.bayId }, etag: etagOfBay(accepted) };
  },
  confirmCredential: async (deps, call) => {
    await confirmCredential(deps, call.access, identOf(call), call.params['node_name'] ?? '');
    return {};
  },
  getBaySecrets: async (deps, call) => {
    const { bayId, secrets } = await getBaySecrets(deps, call.access, identOf(call), call.signal());
    const links = [...resourceLinks(call.baseUrl, COLLECTION, bayId)];
    return { body: { cluster_uuid: bayId, secrets: secrets.map(presentSecret), links } };
  },
  enrolNode: async (deps, call) => {
    const body = bodyOf(call);
    const [token, secret] = [textField(body, 'token') ?? '', textField(body, 'secret') ?? ''];
    const wanted = { bay: identOf(call), nodeName: call.params['node_name'] ?? '', token, secret };
    return presentCredential(call, await enrolNode(deps, wanted, call.signal()));
  },
} satisfies Record<string, Handler>;

function presentSecret({ publicKey, privateKey, ...shared }: BaySecretValue): JsonObject {
  return {
    ...shared,
    ...(publicKey === undefined ? {} : { public_key: publicKey }),
    ...(privateKey === undefined ? {} : { private_key: privateKey }),
  };
}

function presentCredential(call: Call, found: NodeCredential): Answer {
  return {
    body: {
      cluster_uuid: found.bayId,
      generation: found.generation,
      user_id: found.userId,
      password: found.password?.reveal() ?? null,
      trust_id: found.trustId,
      control_planes: [...found.controlPlanes],
      links: [...resourceLinks(call.baseUrl, COLLECTION, found.bayId)],
    },
  };
}

function identOf(call: Call): string {
  return call.params['cluster_ident'] ?? '';
}
