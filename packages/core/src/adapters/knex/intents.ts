import type { Knex } from 'knex';
import type { Operation } from '../../domain/bay-status.js';
import type { BayId } from '../../domain/ids.js';
import type { Intent } from '../../domain/intent.js';
import type { IntentRepository } from '../../ports/store.js';
import { date, dateOrNull, flag, json, number, text, textOrNull, type Row } from './rows.js';

const TABLE = 'intent';

export function intentRepository(db: Knex): IntentRepository {
  return {
    async get(bayId) {
      const row: Row | undefined = await db(TABLE).where({ bay_id: bayId }).first();
      return row && fromRow(row);
    },
    async ofBays(bayIds) {
      const rows: Row[] = await db(TABLE).whereIn('bay_id', [...bayIds]);
      return rows.map(fromRow);
    },
    async put(intent) {
      await db(TABLE)
        .insert({
          bay_id: intent.bayId,
          operation: intent.operation,
          generation: intent.generation,
          rollback: intent.rollbackOnFailure,
          started_at: intent.startedAt.getTime(),
          deadline: intent.deadline?.getTime() ?? null,
          traceparent: intent.traceparent,
          upgrade_model_id: intent.upgrade?.bayModelId ?? null,
          upgrade: intent.upgrade && JSON.stringify(intent.upgrade),
          stride: intent.batch,
        })
        .onConflict('bay_id')
        .merge();
    },
    async close(bayId, generation) {
      await db(TABLE).where({ bay_id: bayId }).andWhere('generation', '<=', generation).delete();
    },
  };
}

function fromRow(row: Row): Intent {
  return {
    // Written by `put` from the same types.
    bayId: text(row, 'bay_id') as BayId,
    operation: text(row, 'operation') as Operation,
    generation: number(row, 'generation'),
    rollbackOnFailure: flag(row, 'rollback'),
    startedAt: date(row, 'started_at'),
    deadline: dateOrNull(row, 'deadline'),
    traceparent: textOrNull(row, 'traceparent'),
    upgrade: textOrNull(row, 'upgrade') === null ? null : json(row, 'upgrade'),
    batch: number(row, 'stride'),
  };
}
