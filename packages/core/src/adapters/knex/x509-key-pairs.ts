import type { Knex } from 'knex';
import type { BayId, X509KeyPairId } from '../../domain/ids.js';
import type { X509KeyPair } from '../../domain/x509-key-pair.js';
import type { X509KeyPairRepository } from '../../ports/store.js';
import { sequence, text, time, uuid } from './columns.js';
import { pageOf } from './paging.js';
import { hasIdent, readAll, selectVisible } from './queries.js';
import { table } from './table.js';

export const x509KeyPairs = table<X509KeyPair>('x509_key_pair', {
  sequence: sequence(),
  id: uuid<X509KeyPairId>().sortable(),
  bayId: uuid<BayId>('bay_uuid').sortable(),
  projectId: text().sortable(),
  userId: text().sortable(),
  name: text().nullable().sortable(),
  caCertificate: text('ca_cert').nullable().sortable(),
  certificate: text().nullable().sortable(),
  sealedPrivateKey: text().nullable(),
  createdAt: time().sortable(),
  updatedAt: time().nullable().sortable(),
});

export function x509KeyPairRepository(db: Knex): X509KeyPairRepository {
  return {
    find: (ident, visible) =>
      readAll(selectVisible(db, x509KeyPairs, visible).where(hasIdent(x509KeyPairs, ident)), x509KeyPairs.read),
    async list(visible, page) {
      return readAll(pageOf(selectVisible(db, x509KeyPairs, visible), { db, table: x509KeyPairs, page }), x509KeyPairs.read);
    },
    async insert(pair) {
      await db(x509KeyPairs.name).insert(x509KeyPairs.toRow(pair));
    },
    async delete(id) {
      await db(x509KeyPairs.name).where(x509KeyPairs.toRow({ id })).delete();
    },
  };
}
