import { Secret } from '../../domain/secret.js';
import type { Vault } from '../../ports/certificates.js';
import type { Sealer } from '../../ports/sealer.js';
import type { Store } from '../../ports/store.js';

/** A vault in the service's own database; every entry is sealed for its own reference. */
export function databaseVault(store: Store, sealer: Sealer): Vault {
  return {
    ...vaultThrough(store, (work) => store.write(work), sealer),
    under: (lease) => vaultThrough(store, (work) => store.writeUnder(lease, work), sealer),
  };
}

function vaultThrough(store: Store, write: Store['write'], sealer: Sealer): Vault {
  return {
    put: (ref, secret) => write((repos) => repos.secrets.put(ref, sealer.seal(secret.reveal(), ref))),
    keep: async (ref, secret) => {
      const kept = await write((repos) => repos.secrets.keep(ref, sealer.seal(secret.reveal(), ref)));
      return new Secret(sealer.open(kept, ref));
    },
    get: async (ref) => {
      const sealed = await store.read((repos) => repos.secrets.get(ref));
      return sealed === undefined ? undefined : new Secret(sealer.open(sealed, ref));
    },
    delete: (ref) => write((repos) => repos.secrets.delete(ref)),
  };
}
