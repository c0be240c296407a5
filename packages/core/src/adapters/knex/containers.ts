import type { Knex } from 'knex';
import type { Container, ContainerStatus } from '../../domain/container.js';
import { DomainError } from '../../domain/errors.js';
import type { BayId, ContainerId } from '../../domain/ids.js';
import type { Sealer } from '../../ports/sealer.js';
import type { ContainerRepository, New } from '../../ports/store.js';
import { sequence, text, time, uuid } from './columns.js';
import { pageOf } from './paging.js';
import { hasIdent, readAll, selectVisible } from './queries.js';
import { table, type Row, type Values } from './table.js';

/** Environments hold passwords as a rule: they rest sealed. */
type StoredContainer = Omit<Container, 'environment'> & { readonly environment: string };

export const containers = table<StoredContainer>('container', {
  sequence: sequence(),
  id: uuid<ContainerId>().sortable(),
  bayId: uuid<BayId>('bay_uuid').sortable(),
  projectId: text().sortable(),
  userId: text().sortable(),
  name: text().nullable().sortable(),
  image: text().sortable(),
  command: text().nullable().sortable(),
  memory: text().nullable().sortable(),
  environment: text().sortable(),
  status: text<ContainerStatus>().sortable(),
  createdAt: time().sortable(),
  updatedAt: time().nullable().sortable(),
});

/** What binds a sealed environment to its container. */
export function environmentContext(id: string): string {
  return `container/${id}/environment`;
}

/** A row of an earlier release has the JSON itself. */
export function isPlainEnvironment(stored: string): boolean {
  return stored.startsWith('{');
}

export function containerRepository(db: Knex, sealer?: Sealer): ContainerRepository {
  const toRow = (container: New<Container>): Row =>
    containers.toRow({ ...container, environment: sealEnvironment(sealer, container) });
  const read = (values: Values): Container => openContainer(sealer, containers.read(values));
  return {
    find: (ident, visible) => readAll(selectVisible(db, containers, visible).where(hasIdent(containers, ident)), read),
    async list(visible, bayId, page) {
      const query = selectVisible(db, containers, visible).where(bayId ? containers.toRow({ bayId }) : {});
      return readAll(pageOf(query, { db, table: containers, page }), read);
    },
    async insert(container) {
      await db(containers.name).insert(toRow(container));
    },
    async save(container) {
      await db(containers.name)
        .where(containers.toRow({ id: container.id }))
        .update(toRow(container));
    },
    async delete(id) {
      await db(containers.name).where(containers.toRow({ id })).delete();
    },
  };
}

function sealEnvironment(sealer: Sealer | undefined, { id, environment }: New<Container>): string {
  const plain = JSON.stringify(environment);
  return sealer ? sealer.seal(plain, environmentContext(id)) : plain;
}

function openContainer(sealer: Sealer | undefined, { environment, ...container }: StoredContainer): Container {
  // Written by `sealEnvironment` from that type; where it is sealed, the seal vouches for it.
  return {
    ...container,
    environment: JSON.parse(openEnvironment(sealer, container.id, environment)) as Container['environment'],
  };
}

function openEnvironment(sealer: Sealer | undefined, id: ContainerId, stored: string): string {
  if (isPlainEnvironment(stored)) return stored;
  if (!sealer) throw new DomainError('internal', 'A sealed environment cannot be read without a key.');
  return sealer.open(stored, environmentContext(id));
}
