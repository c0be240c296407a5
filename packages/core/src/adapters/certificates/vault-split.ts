import type { Vault } from '../../ports/certificates.js';

/**
 * Key pairs in a vault of the operator's choice; passwords in the service's own database, so that bays can be worked on while that
 * vault is away. Pairs that rest in the database from before the choice was made stay there and are found.
 */
export function splitVault(database: Vault, keyPairs: Vault): Vault {
  return {
    get: async (ref) => (await database.get(ref)) ?? (isPassword(ref) ? undefined : keyPairs.get(ref)),
    put: async (ref, secret) => {
      if (isPassword(ref)) return database.put(ref, secret);
      await keyPairs.put(ref, secret);
      await database.delete(ref);
    },
    keep: async (ref, secret) =>
      isPassword(ref) ? database.keep(ref, secret) : ((await database.get(ref)) ?? keyPairs.keep(ref, secret)),
    delete: async (ref) => {
      if (!isPassword(ref)) await keyPairs.delete(ref);
      await database.delete(ref);
    },
    under: (lease) => splitVault(database.under?.(lease) ?? database, keyPairs.under?.(lease) ?? keyPairs),
  };
}

function isPassword(ref: string): boolean {
  return ref.endsWith('-password');
}
