import type { Bay } from '../domain/bay.js';
import type { BayModel } from '../domain/bay-model.js';
import { DomainError } from '../domain/errors.js';
import { Secret } from '../domain/secret.js';
import type { ClientAccess, ClientFiles } from '../ports/bay-driver.js';
import { QUESTION_MS, type Access, type AppDeps } from './deps.js';
import { findBay } from './find.js';

/** Stands in the files where the key of the caller belongs, which this service does not have. */
const KEY_PLACEHOLDER = 'PRIVATE-KEY-OF-THE-REQUEST';

/**
 * What a client needs to reach a bay's engine. `expiresAt`: ISO 8601, of the client certificate; null without TLS. `keyPlaceholder`: null
 * where the files hold a key, or need none.
 */
export interface ClientConfig extends ClientFiles {
  readonly keyPlaceholder: string | null;
  readonly bay: Bay;
  readonly model: BayModel;
  readonly address: string;
  readonly expiresAt: string | null;
}

export interface WantedClientConfig {
  readonly bay: string;
  readonly validForSeconds: number;
  /** PEM; undefined: a key is made for the caller. */
  readonly csr: string | undefined;
}

/**
 * Has the bay's authority sign a key for a while, and puts both into the engine's own form. A key that is made here is nowhere else than
 * in what is returned; the key of a caller's request is not known here, and a placeholder stands for it. Errors: `engine-not-live` while
 * the bay has no address or no authority yet; `invalid-csr`, `certificate-refused`.
 */
export async function makeClientConfig(
  deps: AppDeps,
  access: Access,
  wanted: WantedClientConfig,
  signal: AbortSignal,
): Promise<ClientConfig> {
  const { bay } = await findBay(deps, access, wanted.bay);
  // Whatever a policy file says: with it, every node would be the bay's administrator.
  if (access.actor.trusteeOf) throw new DomainError('forbidden', 'What clients need is not given to nodes.');
  const address = bay.observed.apiAddress;
  if (!address) throw noAddress(bay);
  const model = await deps.store.read((repos) => repos.bayModels.get(bay.desired.bayModelId));
  if (!model) throw new DomainError('internal', `Bay model ${bay.desired.bayModelId} is missing.`);
  const made = model.tlsDisabled ? null : await signedIdentity(deps, { bay, model }, wanted, signal);
  const files = deps.engines.clientFiles(model, { name: bay.name, address, identity: made?.identity ?? null });
  const keyPlaceholder = made && wanted.csr !== undefined ? KEY_PLACEHOLDER : null;
  return { bay, model, address, expiresAt: made?.expiresAt ?? null, keyPlaceholder, ...files };
}

async function signedIdentity(
  deps: AppDeps,
  { bay, model }: { readonly bay: Bay; readonly model: BayModel },
  { csr: given, validForSeconds }: WantedClientConfig,
  signal: AbortSignal,
): Promise<{ readonly identity: NonNullable<ClientAccess['identity']>; readonly expiresAt: string }> {
  const { csr, privateKey } =
    given === undefined
      ? await deps.authority.newRequest(deps.engines.adminSubject(model))
      : { csr: given, privateKey: new Secret(KEY_PLACEHOLDER) };
  const question = { bayId: bay.id, csr, authority: 'main', validForSeconds } as const;
  const { pem, ca, expiresAt } = await deps.bus.call('certificate.client', question, { timeoutMs: QUESTION_MS, signal });
  return { identity: { ca, certificate: pem, key: privateKey }, expiresAt };
}

function noAddress(bay: Bay): DomainError {
  return new DomainError(
    'engine-not-live',
    ({ Bay: noun }) => `${noun} ${bay.name} has no API address yet: it is ${bay.observed.status}. Wait until it is complete.`,
  );
}
