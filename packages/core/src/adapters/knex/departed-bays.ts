import type { Knex } from 'knex';
import type { DepartedBay } from '../../domain/departed-bay.js';
import { isUuid, type BayId, type StackName } from '../../domain/ids.js';
import type { DepartedBayRepository } from '../../ports/store.js';
import { number, text, textOrNull, type Row } from './rows.js';

const TABLE = 'departed_bay';
/** `bay/<id>/…`: where the id stands in a reference. */
const [ID_FROM, ID_LENGTH] = [5, 36];

export function departedBayRepository(db: Knex): DepartedBayRepository {
  return {
    async add(bays) {
      if (bays.length === 0) return;
      await db(TABLE).insert(bays.map(rowOf)).onConflict('uuid').ignore();
    },
    async due(now, limit) {
      const rows: Row[] = await db(TABLE).where('look_at', '<=', now.getTime()).orderBy('look_at').limit(limit);
      return rows.map(fromRow);
    },
    async postpone(bay, lookAt) {
      const changed = await db(TABLE)
        .where({ uuid: bay.id, look_at: bay.lookAt.getTime() })
        .update({ look_at: lookAt.getTime() });
      return changed > 0;
    },
    async remove(id) {
      await db(TABLE).where({ uuid: id }).delete();
    },
    async strays(limit) {
      const id = db.raw('substr(vault_secret.ref, ?, ?)', [ID_FROM, ID_LENGTH]);
      const rows: Row[] = await db('vault_secret')
        .where('ref', 'like', 'bay/%')
        .whereNotExists(db('bay').select('uuid').where('bay.uuid', id))
        .whereNotExists(db(TABLE).select('uuid').where(`${TABLE}.uuid`, id))
        .distinct(db.raw('substr(vault_secret.ref, ?, ?) as id', [ID_FROM, ID_LENGTH]))
        .limit(limit);
      // What stands there is a bay's id where it looks like one.
      return rows.map((row) => text(row, 'id')).filter(isUuid) as BayId[];
    },
  };
}

function rowOf(bay: DepartedBay): Row {
  return {
    uuid: bay.id,
    project_id: bay.projectId,
    user_id: bay.userId,
    stack_name: bay.stackName,
    ca_generation: bay.caGeneration,
    credential_generation: bay.credentialGeneration,
    look_at: bay.lookAt.getTime(),
  };
}

function fromRow(row: Row): DepartedBay {
  return {
    // Written by `rowOf` alone.
    id: text(row, 'uuid') as BayId,
    stackName: textOrNull(row, 'stack_name') as StackName | null,
    projectId: textOrNull(row, 'project_id'),
    userId: textOrNull(row, 'user_id'),
    caGeneration: number(row, 'ca_generation'),
    credentialGeneration: number(row, 'credential_generation'),
    lookAt: new Date(number(row, 'look_at')),
  };
}
