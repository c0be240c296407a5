import { findX509KeyPair } from '../app/find.js';
import {
  createX509KeyPair,
  deleteX509KeyPair,
  getX509KeyPair,
  listX509KeyPairs,
  type X509KeyPairView,
} from '../app/x509-key-pairs.js';
import type { JsonObject } from '../domain/json.js';
import { Secret } from '../domain/secret.js';
import { bodyOf, textField, wireJson, type Wire } from './http/fields.js';
import type { Call, Handler } from './http/handler.js';
import { locationOf, resourceLinks, wireTime, wireTimeOrNull } from './http/links.js';
import { listAnswer } from './http/pages.js';
import { pageOf } from './http/pagination.js';

const COLLECTION = 'x509keypairs';

const list =
  (path: string, shown: (call: Call, view: X509KeyPairView) => JsonObject & { readonly uuid: string }): Handler =>
  async (deps, call) => {
    const find = (marker: string): Promise<unknown> =>
      findX509KeyPair(deps, { ...call.access, action: 'x509keypair:get' }, marker);
    const page = await pageOf(deps, call, find);
    return listAnswer(
      call,
      page,
      { name: COLLECTION, path },
      {
        read: (portion) => listX509KeyPairs(deps, call.access, portion),
        write: (view) => shown(call, view),
        findMarker: find,
      },
    );
  };

export const x509KeyPairHandlers = {
  listX509KeyPairs: list(COLLECTION, presentSummary),
  listX509KeyPairsDetail: list(`${COLLECTION}/detail`, presentKeyPair),
  getX509KeyPair: async (deps, call) => ({ body: presentKeyPair(call, await getX509KeyPair(deps, call.access, identOf(call))) }),
  createX509KeyPair: async (deps, call) => {
    const body = bodyOf(call);
    const privateKey = textField(body, 'private_key');
    const view = await createX509KeyPair(deps, call.access, {
      bay: textField(body, 'bay_uuid') ?? '',
      name: textField(body, 'name'),
      caCertificate: textField(body, 'ca_cert'),
      certificate: textField(body, 'certificate'),
      privateKey: privateKey === null ? null : new Secret(privateKey),
    });
    return { body: presentKeyPair(call, view), location: locationOf(call.baseUrl, COLLECTION, view.pair.id) };
  },
  deleteX509KeyPair: async (deps, call) => {
    await deleteX509KeyPair(deps, call.access, identOf(call));
    return {};
  },
} satisfies Record<string, Handler>;

function identOf(call: Call): string {
  return call.params['x509keypair_ident'] ?? '';
}

function presentKeyPair(call: Call, { pair, privateKey }: X509KeyPairView): Wire<'X509KeyPair'> {
  return wireJson<'X509KeyPair'>({
    uuid: pair.id,
    name: pair.name,
    bay_uuid: pair.bayId,
    ca_cert: pair.caCertificate,
    certificate: pair.certificate,
    private_key: privateKey?.reveal() ?? null,
    links: [...resourceLinks(call.baseUrl, COLLECTION, pair.id)],
    created_at: wireTime(pair.createdAt),
    updated_at: wireTimeOrNull(pair.updatedAt),
  });
}

function presentSummary(call: Call, view: X509KeyPairView): JsonObject & { readonly uuid: string } {
  const { created_at: _created, updated_at: _updated, ...summary } = presentKeyPair(call, view);
  return summary as JsonObject & { readonly uuid: string }; // a part of JSON
}
