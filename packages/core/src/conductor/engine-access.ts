import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import type { CoeSession } from '../ports/bay-driver.js';
import { loadKeyPair } from './ensure.js';
import { loadWorld, type BayWorld, type ConductorDeps } from './world.js';

type AccessDeps = Pick<ConductorDeps, 'store' | 'vault' | 'engines'>;

export async function findWorld(deps: Pick<ConductorDeps, 'store'>, bayId: BayId): Promise<BayWorld> {
  const world = await loadWorld(deps.store, bayId);
  if (!world) throw new DomainError('bay-not-found', `Bay ${bayId} could not be found.`);
  return world;
}

/** A session with the bay's engine, under the client certificate that this service keeps. */
export async function sessionOf(deps: AccessDeps, world: BayWorld): Promise<CoeSession> {
  const { apiAddress } = world.bay.observed;
  if (!apiAddress)
    throw new DomainError(
      'engine-not-live',
      `Bay ${world.bay.name} has no API address yet: it is ${world.bay.observed.status}. Wait until it is complete.`,
    );
  const ca = world.support.caRef ? await loadKeyPair(deps, world.support.caRef) : undefined;
  const client = world.support.clientRef ? await loadKeyPair(deps, world.support.clientRef) : undefined;
  if (!ca || !client) throw new DomainError('engine-not-live', `Bay ${world.bay.name} has no certificates yet.`);
  return deps.engines.connect(world.model, {
    // Without TLS there is nothing to verify: an empty CA says so.
    endpoint: {
      url: apiAddress,
      ca: world.model.tlsDisabled ? '' : ca.certificate,
      clientCertificate: client.certificate,
      clientKey: client.privateKey,
    },
    nodes: world.nodes.flatMap((node) => {
      const address = node.observed.publicAddress ?? node.observed.privateAddress;
      return address && node.desired === 'present' ? [{ name: node.name, address, role: node.role }] : [];
    }),
  });
}
