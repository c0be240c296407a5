import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import type { Node } from '../domain/node.js';
import type { CoeSession } from '../ports/bay-driver.js';
import { authorityUse, clientRef } from '../domain/rotation.js';
import type { KeyPair } from '../ports/certificates.js';
import { loadKeyPair, trustedBy } from './authorities.js';
import { loadWorld, type BayWorld, type ConductorDeps } from './world.js';

type AccessDeps = Pick<ConductorDeps, 'store' | 'vault' | 'engines'>;

export async function findWorld(deps: Pick<ConductorDeps, 'store'>, bayId: BayId): Promise<BayWorld> {
  const world = await loadWorld(deps.store, bayId);
  if (!world) throw new DomainError('bay-not-found', `Bay ${bayId} could not be found.`);
  return world;
}

/** A session with the bay's engine, under the client certificate that this service keeps. */
export async function sessionOf(deps: AccessDeps, world: BayWorld): Promise<CoeSession> {
  requireAddress(world);
  const ca = await trustedBy(deps, world);
  const client = await loadKeyPair(deps, clientRef(world.bay.id, authorityUse(world.support).signsClients));
  if (!world.support.caRef || !ca || !client)
    throw new DomainError('engine-not-live', `Bay ${world.bay.name} has no certificates yet.`);
  return connectTo(deps, world, { ca, client });
}

function requireAddress(world: BayWorld): string {
  const { bay } = world;
  const address = addressToAsk(world);
  if (address) return address;
  throw new DomainError(
    'engine-not-live',
    `Bay ${bay.name} has no API address yet: it is ${bay.observed.status}. Wait until it is complete.`,
  );
}

/** The same with certificates of one's choice. `ca`: PEM, whom to trust. */
export function connectTo(
  deps: Pick<ConductorDeps, 'engines'>,
  world: BayWorld,
  { ca, client }: { readonly ca: string; readonly client: KeyPair },
): CoeSession {
  return deps.engines.connect(world.model, {
    // Without TLS there is nothing to verify: an empty CA says so.
    endpoint: {
      url: requireAddress(world),
      ca: world.model.tlsDisabled ? '' : ca,
      clientCertificate: client.certificate,
      clientKey: client.privateKey,
    },
    nodes: world.nodes.flatMap((node) => {
      const address = addressOf(node);
      return address && node.desired === 'present' ? [{ name: node.name, address, role: node.role }] : [];
    }),
  });
}

/** A master that is leaving cannot see itself off: where the bay's address is its own, one that stays is asked. */
function addressToAsk({ bay, nodes }: BayWorld): string | null {
  const { apiAddress } = bay.observed;
  const leaving = nodes.some((node) => node.desired === 'absent' && isAt(apiAddress, addressOf(node)));
  const staying = nodes.find((node) => node.role === 'master' && node.desired === 'present' && addressOf(node) !== null);
  if (!apiAddress || !leaving || !staying) return apiAddress;
  return apiAddress.replace(/\/\/[^:/]+/, `//${addressOf(staying) ?? ''}`);
}

function isAt(url: string | null, address: string | null): boolean {
  return address !== null && /\/\/([^:/]+)/.exec(url ?? '')?.[1] === address;
}

function addressOf(node: Node): string | null {
  return node.observed.publicAddress ?? node.observed.privateAddress;
}
