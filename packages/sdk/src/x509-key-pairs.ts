import { collection, type Collection } from './collection.js';
import type { Connection } from './calls.js';
import type { X509KeyPair, X509KeyPairCreate, X509KeyPairSummary } from './types.js';

/** Key pairs that the service stores with a bay, the API's predecessor of certificates. */
export type X509KeyPairs = Omit<Collection<X509KeyPair, X509KeyPairSummary, X509KeyPairCreate>, 'update'>;

/**
 * The calls of key pairs over a connection; `magnum.x509KeyPairs` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await x509KeyPairs(connection).list().toArray();
 */
export function x509KeyPairs({ raw }: Connection): X509KeyPairs {
  const { update: _, ...calls } = collection<X509KeyPair, X509KeyPairSummary, X509KeyPairCreate>(raw, 'x509keypairs');
  return calls;
}
