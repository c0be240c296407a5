import type { Knex } from 'knex';
import { EMPTY_RECONCILER_STATE, type ReconcilerState } from '../../domain/reconciler-state.js';
import type { BayId } from '../../domain/ids.js';
import type { SupportRepository } from '../../ports/store.js';
import { json, text, type Row } from './rows.js';

const TABLE = 'bay_support';

export function supportRepository(db: Knex): SupportRepository {
  return {
    async get(bayId) {
      const row: Row | undefined = await db(TABLE).where({ bay_id: bayId }).first();
      return row ? fromRow(row) : EMPTY_RECONCILER_STATE;
    },
    async ofBays(bayIds) {
      const rows: Row[] = await db(TABLE).whereIn('bay_id', [...bayIds]);
      // The column holds ids of bays only.
      return new Map(rows.map((row) => [text(row, 'bay_id') as BayId, fromRow(row)]));
    },
    async save(bayId, support) {
      await db(TABLE)
        .insert({
          bay_id: bayId,
          support: JSON.stringify(support),
          certificates_until: support.certificatesUntil === null ? null : Date.parse(support.certificatesUntil),
        })
        .onConflict('bay_id')
        .merge();
    },
  };
}

function fromRow(row: Row): ReconcilerState {
  const { healing, ...stored } = json<Partial<ReconcilerState> & { readonly healing?: ReconcilerState['stackRetries'] }>(
    row,
    'support',
  );
  // Releases before this one wrote `healing`.
  return { ...EMPTY_RECONCILER_STATE, ...(healing ? { stackRetries: healing } : {}), ...stored };
}
