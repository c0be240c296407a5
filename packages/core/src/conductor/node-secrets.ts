import { baySecretsContext, secretsFor } from '../domain/bay-secrets.js';
import { DomainError } from '../domain/errors.js';
import type { RpcMethods } from '../ports/bus.js';
import type { BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';
import { findBayState } from './engine-access.js';
import { loadBaySecrets } from './ensure/bay-secrets.js';

/** What `secretsOfNode` uses. */
export type NodeSecretsDeps = Pick<ConductorDeps, 'store' | 'vault' | 'sealer' | 'engines'>;

/**
 * The secrets of a bay that are for this node, sealed for the API. The API has checked that the node is the one that it says it is; which
 * secrets it gets is decided by its role in the database alone. Errors: `forbidden` for a node that is absent, or whose role gets none;
 * `engine-not-live` before the secrets are made.
 */
export async function secretsOfNode(
  deps: NodeSecretsDeps,
  { bayId, nodeName }: RpcMethods['secrets.ofNode']['args'],
): Promise<RpcMethods['secrets.ofNode']['reply']> {
  const state = await findBayState(deps, bayId);
  const node = state.nodes.find(({ name, desired }) => name === nodeName && desired === 'present');
  const secrets = secretsFor(deps.engines.driverOf(state.model), state.bay.desired.labels);
  const granted = node ? secrets.filter(({ roles }) => roles.includes(node.role)) : [];
  if (granted.length === 0) throw new DomainError('forbidden', 'No secret of this bay is for this node.');
  const values = await loadBaySecrets(deps, state, granted);
  if (!values) throw notMade(state);
  return { sealedSecrets: deps.sealer.seal(JSON.stringify(values), baySecretsContext(bayId)) };
}

function notMade({ bay }: BayState): DomainError {
  return new DomainError(
    'engine-not-live',
    `The secrets of bay ${bay.name} are not made yet: it is ${bay.observed.status}. Try again later.`,
  );
}
