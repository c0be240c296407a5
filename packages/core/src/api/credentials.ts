import { confirmCredential, getCredential } from '../app/credentials.js';
import { rotateCredential } from '../app/rotate.js';
import { checkOf, etagOfBay } from './etag.js';
import type { Call, Handler } from './handler.js';
import { resourceLinks } from './links.js';

const COLLECTION = 'credentials';

/** Contract, endpoints §4; `GET` and `PUT` are the nodes' own. */
export const credentialHandlers = {
  getCredential: async (deps, call) => {
    const found = await getCredential(deps, call.access, identOf(call), call.signal());
    return {
      body: {
        cluster_uuid: found.bayId,
        generation: found.generation,
        user_id: found.userId,
        password: found.password?.reveal() ?? null,
        trust_id: found.trustId,
        links: [...resourceLinks(call.baseUrl, COLLECTION, found.bayId)],
      },
    };
  },
  rotateCredential: async (deps, call) => {
    const accepted = await rotateCredential(deps, call.access, identOf(call), checkOf(call));
    return { body: { uuid: accepted.bayId }, etag: etagOfBay(accepted) };
  },
  confirmCredential: async (deps, call) => {
    await confirmCredential(deps, call.access, identOf(call), call.params['node_name'] ?? '');
    return {};
  },
} satisfies Record<string, Handler>;

function identOf(call: Call): string {
  return call.params['cluster_ident'] ?? '';
}
