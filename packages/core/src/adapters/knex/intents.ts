import type { Knex } from 'knex';
import type { Operation } from '../../domain/bay-status.js';
import type { BayId, BayModelId } from '../../domain/ids.js';
import type { Intent } from '../../domain/intent.js';
import type { Upgrade } from '../../domain/upgrade.js';
import type { IntentRepository } from '../../ports/store.js';
import { flag, integer, json, text, time, uuid } from './columns.js';
import { readAll, readOne, select } from './queries.js';
import { table } from './table.js';

export const intents = table<Intent>('intent', {
  bayId: uuid<BayId>('bay_id'),
  operation: text<Operation>(),
  generation: integer(),
  rollbackOnFailure: flag('rollback'),
  startedAt: time(),
  deadline: time().nullable(),
  traceparent: text().nullable(),
  upgrade: json<Upgrade>().nullable(),
  batch: integer('stride'),
});

/** Of the upgrade once more, where statements can find it: a model that a bay is to get must not be deleted. */
export const upgradeModels = table<{ readonly upgradeModelId: BayModelId | null }>('intent', {
  upgradeModelId: uuid<BayModelId>('upgrade_model_id').nullable(),
});

export function intentRepository(db: Knex): IntentRepository {
  return {
    get: (bayId) => readOne(select(db, intents).where(intents.toRow({ bayId })), intents.read),
    ofBays: (bayIds) => readAll(select(db, intents).whereIn('bay_id', [...bayIds]), intents.read),
    async put(intent) {
      const model = upgradeModels.toRow({ upgradeModelId: intent.upgrade?.bayModelId ?? null });
      await db(intents.name)
        .insert({ ...intents.toRow(intent), ...model })
        .onConflict('bay_id')
        .merge();
    },
    async close(bayId, generation) {
      await db(intents.name).where(intents.toRow({ bayId })).andWhere('generation', '<=', generation).delete();
    },
  };
}
