import type { Knex } from 'knex';
import { EMPTY_RECONCILER_STATE, type ReconcilerState } from '../../domain/reconciler-state.js';
import type { BayId } from '../../domain/ids.js';
import type { SupportRepository } from '../../ports/store.js';
import { json, time, uuid } from './columns.js';
import { readAll, readOne, select } from './queries.js';
import { only, table } from './table.js';

/** Releases before this one wrote `healing`. */
type StoredState = Partial<ReconcilerState> & { readonly healing?: ReconcilerState['stackRetries'] };

interface StateRow {
  readonly bayId: BayId;
  readonly support: StoredState;
  /** Of the state once more, where figures can be made of it. */
  readonly certificatesUntil: Date | null;
}

export const reconcilerStates = table<StateRow>('bay_support', {
  bayId: uuid<BayId>('bay_id'),
  support: json<StoredState>(),
  certificatesUntil: time().nullable(),
});
const states = only(reconcilerStates, 'bayId', 'support');

export function supportRepository(db: Knex): SupportRepository {
  return {
    async get(bayId) {
      const row = await readOne(select(db, states).where(states.toRow({ bayId })), states.read);
      return row ? stateOf(row.support) : EMPTY_RECONCILER_STATE;
    },
    async ofBays(bayIds) {
      const rows = await readAll(select(db, states).whereIn('bay_id', [...bayIds]), states.read);
      return new Map(rows.map((row) => [row.bayId, stateOf(row.support)]));
    },
    async save(bayId, support) {
      const certificatesUntil = support.certificatesUntil === null ? null : new Date(support.certificatesUntil);
      await db(reconcilerStates.name)
        .insert(reconcilerStates.toRow({ bayId, support, certificatesUntil }))
        .onConflict('bay_id')
        .merge();
    },
  };
}

function stateOf({ healing, ...stored }: StoredState): ReconcilerState {
  return { ...EMPTY_RECONCILER_STATE, ...(healing ? { stackRetries: healing } : {}), ...stored };
}
