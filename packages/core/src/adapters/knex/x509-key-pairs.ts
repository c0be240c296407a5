import type { Knex } from 'knex';
import type { BayId, X509KeyPairId } from '../../domain/ids.js';
import { isUuid } from '../../domain/ids.js';
import type { X509KeyPair } from '../../domain/x509-key-pair.js';
import type { Visibility, X509KeyPairRepository } from '../../ports/store.js';
import { date, dateOrNull, number, pageOf, text, textOrNull, type Row } from './rows.js';

const TABLE = 'x509_key_pair';
const SORTABLE = Object.fromEntries(
  ['id', 'uuid', 'name', 'bay_uuid', 'project_id', 'user_id', 'created_at', 'updated_at'].map((name) => [name, name]),
);

export function x509KeyPairRepository(db: Knex): X509KeyPairRepository {
  const visibleTo = (visible: Visibility): Knex.QueryBuilder =>
    visible.projectId === null ? db(TABLE) : db(TABLE).where({ project_id: visible.projectId });
  return {
    async find(ident, visible) {
      const rows: Row[] = await visibleTo(visible).where(isUuid(ident) ? { uuid: ident } : { name: ident });
      return rows.map(fromRow);
    },
    async list(visible, page) {
      return (await pageOf(visibleTo(visible).select(`${TABLE}.*`), db, TABLE, page, SORTABLE)).map(fromRow);
    },
    async insert(pair) {
      await db(TABLE).insert({
        uuid: pair.id,
        bay_uuid: pair.bayId,
        project_id: pair.projectId,
        user_id: pair.userId,
        name: pair.name,
        ca_cert: pair.caCertificate,
        certificate: pair.certificate,
        sealed_private_key: pair.sealedPrivateKey,
        created_at: pair.createdAt.getTime(),
        updated_at: pair.updatedAt?.getTime() ?? null,
      });
    },
    async delete(id) {
      await db(TABLE).where({ uuid: id }).delete();
    },
  };
}

function fromRow(row: Row): X509KeyPair {
  return {
    // Ids are what `insert` wrote from the same types.
    id: text(row, 'uuid') as X509KeyPairId,
    sequence: number(row, 'id'),
    bayId: text(row, 'bay_uuid') as BayId,
    projectId: text(row, 'project_id'),
    userId: text(row, 'user_id'),
    name: textOrNull(row, 'name'),
    caCertificate: textOrNull(row, 'ca_cert'),
    certificate: textOrNull(row, 'certificate'),
    sealedPrivateKey: textOrNull(row, 'sealed_private_key'),
    createdAt: date(row, 'created_at'),
    updatedAt: dateOrNull(row, 'updated_at'),
  };
}
