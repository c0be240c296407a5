import type { Knex } from 'knex';
import type { DepartedBay } from '../../domain/departed-bay.js';
import { isUuid, type BayId, type StackName } from '../../domain/ids.js';
import type { DepartedBayRepository } from '../../ports/store.js';
import { integer, text, time, uuid } from './columns.js';
import { readAll, select } from './queries.js';
import { table } from './table.js';

export const departedBays = table<DepartedBay>('departed_bay', {
  id: uuid<BayId>(),
  projectId: text().nullable(),
  userId: text().nullable(),
  stackName: text<StackName>().nullable(),
  caGeneration: integer(),
  credentialGeneration: integer(),
  lookAt: time(),
});

/** `bay/<id>/…`: where the id stands in a reference. */
const [ID_FROM, ID_LENGTH] = [5, 36];

export function departedBayRepository(db: Knex): DepartedBayRepository {
  const { name, toRow, read } = departedBays;
  return {
    async add(bays) {
      if (bays.length === 0) return;
      await db(name).insert(bays.map(toRow)).onConflict('uuid').ignore();
    },
    due: (now, limit) =>
      readAll(select(db, departedBays).where('look_at', '<=', now.getTime()).orderBy('look_at').limit(limit), read),
    async postpone(bay, lookAt) {
      const changed = await db(name)
        .where(toRow({ id: bay.id, lookAt: bay.lookAt }))
        .update(toRow({ lookAt }));
      return changed > 0;
    },
    async remove(id) {
      await db(name).where(toRow({ id })).delete();
    },
    async strays(limit) {
      const id = db.raw('substr(vault_secret.ref, ?, ?)', [ID_FROM, ID_LENGTH]);
      const query = db('vault_secret')
        .where('ref', 'like', 'bay/%')
        .whereNotExists(db('bay').select('uuid').where('bay.uuid', id))
        .whereNotExists(db(name).select('uuid').where(`${name}.uuid`, id))
        .distinct(db.raw('substr(vault_secret.ref, ?, ?) as id', [ID_FROM, ID_LENGTH]))
        .limit(limit);
      // What stands there is a bay's id where it looks like one.
      return (await readAll(query, ([found]) => String(found))).filter(isUuid) as BayId[];
    },
  };
}
