import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import type { CoeSession } from '../ports/bay-driver.js';
import { authorityUse, clientRef } from '../domain/rotation.js';
import type { KeyPair } from '../ports/certificates.js';
import { loadKeyPair, trustedBy } from './ensure/key-pairs.js';
import { engineAddresses, NOWHERE, type AddressDeps } from './engine-addresses.js';
import { loadBayState, type BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';

export type EngineAccessDeps = ConnectDeps & Pick<ConductorDeps, 'store' | 'vault'>;
export type ConnectDeps = AddressDeps & Pick<ConductorDeps, 'engines'>;

export async function findBayState(deps: Pick<ConductorDeps, 'store'>, bayId: BayId): Promise<BayState> {
  const state = await loadBayState(deps.store, bayId);
  if (!state) throw new DomainError('bay-not-found', `Bay ${bayId} could not be found.`);
  return state;
}

/** A session with the bay's engine, under the client certificate that this service keeps. */
export async function sessionOf(deps: EngineAccessDeps, state: BayState, signal: AbortSignal): Promise<CoeSession> {
  requireAddress(state);
  const ca = await trustedBy(deps, state);
  const client = await loadKeyPair(deps, clientRef(state.bay.id, authorityUse(state.support).signsClients));
  if (!state.support.caRef || !ca || !client)
    throw new DomainError('engine-not-live', `Bay ${state.bay.name} has no certificates yet.`);
  return connectTo(deps, state, { ca, client }, signal);
}

function requireAddress({ bay }: BayState): void {
  if (bay.observed.apiAddress !== null) return;
  throw new DomainError(
    'engine-not-live',
    `Bay ${bay.name} has no API address yet: it is ${bay.observed.status}. Wait until it is complete.`,
  );
}

/** A session under the given client certificate. `ca`: the trusted authorities, PEM. */
export async function connectTo(
  deps: ConnectDeps,
  state: BayState,
  { ca, client }: { readonly ca: string; readonly client: KeyPair },
  signal: AbortSignal,
): Promise<CoeSession> {
  requireAddress(state);
  const { bay, model, nodes } = state;
  const at = deps.engines.areLive ? await engineAddresses(deps, state, signal) : NOWHERE;
  if (deps.engines.areLive && at.api === null)
    throw new DomainError('engine-unavailable', `The cloud reports no address of the API of bay ${bay.name}. Try again later.`);
  return deps.engines.connect(model, {
    // Without TLS there is nothing to verify: an empty CA says so.
    endpoint: {
      url: at.api === null ? '' : deps.engines.endpointAt(model, at.api),
      ca: model.tlsDisabled ? '' : ca,
      clientCertificate: client.certificate,
      clientKey: client.privateKey,
    },
    nodes: nodes.flatMap((node) => {
      const address = at.ofNode.get(node.id);
      return address !== undefined && node.desired === 'present' ? [{ name: node.name, address, role: node.role }] : [];
    }),
  });
}
