import type { Knex } from 'knex';
import { DomainError } from '../../domain/errors.js';
import type { SecretRepository } from '../../ports/store.js';
import { text } from './columns.js';
import { readAll, readOne, select } from './queries.js';
import { only, table } from './table.js';

interface StoredSecret {
  readonly ref: string;
  readonly sealed: string;
}

export const secrets = table<StoredSecret>('vault_secret', { ref: text(), sealed: text() });
const refs = only(secrets, 'ref');

export function secretRepository(db: Knex): SecretRepository {
  const { name } = secrets;
  const get = async (ref: string): Promise<string | undefined> =>
    (await readOne(select(db, secrets).where({ ref }), secrets.read))?.sealed;
  return {
    get,
    async keep(ref, sealed) {
      await db(name).insert({ ref, sealed }).onConflict('ref').ignore();
      const kept = await get(ref);
      if (kept === undefined) throw new DomainError('internal', 'A secret was deleted while it was written.');
      return kept;
    },
    async put(ref, sealed) {
      await db(name).insert({ ref, sealed }).onConflict('ref').merge();
    },
    async delete(ref) {
      await db(name).where({ ref }).delete();
    },
    async deleteOf(bayId) {
      const deleted = await readAll(select(db, refs).where('ref', 'like', `bay/${bayId}/%`), refs.read);
      await db(name).where('ref', 'like', `bay/${bayId}/%`).delete();
      return deleted.map(({ ref }) => ref);
    },
  };
}
