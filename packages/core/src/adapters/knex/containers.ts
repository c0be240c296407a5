import type { Knex } from 'knex';
import { DomainError } from '../../domain/errors.js';
import type { BayId, ContainerId } from '../../domain/ids.js';
import { isUuid } from '../../domain/ids.js';
import type { Container, ContainerStatus } from '../../domain/container.js';
import type { Sealer } from '../../ports/sealer.js';
import type { ContainerRepository, New, Visibility } from '../../ports/store.js';
import { date, dateOrNull, json, number, pageOf, text, textOrNull, type Row } from './rows.js';

const TABLE = 'container';
const SORTABLE = Object.fromEntries(
  [
    'id',
    'uuid',
    'name',
    'bay_uuid',
    'image',
    'command',
    'memory',
    'status',
    'project_id',
    'user_id',
    'environment',
    'created_at',
    'updated_at',
  ].map((name) => [name, name]),
);

/** What binds a sealed environment to its container. */
export function environmentContext(id: string): string {
  return `container/${id}/environment`;
}

/** A row of an earlier release has the JSON itself. */
export function isPlainEnvironment(stored: string): boolean {
  return stored.startsWith('{');
}

/** Environments hold passwords as a rule: they rest sealed. */
export function containerRepository(db: Knex, sealer?: Sealer): ContainerRepository {
  const toRow = (container: New<Container>): Record<string, unknown> => ({
    ...columnsOf(container),
    environment: sealEnvironment(sealer, container),
  });
  const fromRow = (row: Row): Container => containerOf(row, openEnvironment(sealer, row));
  const visibleTo = (visible: Visibility): Knex.QueryBuilder =>
    visible.projectId === null ? db(TABLE) : db(TABLE).where({ project_id: visible.projectId });
  return {
    async find(ident, visible) {
      const rows: Row[] = await visibleTo(visible).where(isUuid(ident) ? { uuid: ident } : { name: ident });
      return rows.map(fromRow);
    },
    async list(visible, bayId, page) {
      const query = visibleTo(visible).select(`${TABLE}.*`);
      if (bayId) void query.where({ bay_uuid: bayId });
      return (await pageOf(query, db, TABLE, page, SORTABLE)).map(fromRow);
    },
    async insert(container) {
      await db(TABLE).insert(toRow(container));
    },
    async save(container) {
      await db(TABLE).where({ uuid: container.id }).update(toRow(container));
    },
    async delete(id) {
      await db(TABLE).where({ uuid: id }).delete();
    },
  };
}

function sealEnvironment(sealer: Sealer | undefined, { id, environment }: New<Container>): string {
  const plain = JSON.stringify(environment);
  return sealer ? sealer.seal(plain, environmentContext(id)) : plain;
}

function openEnvironment(sealer: Sealer | undefined, row: Row): Container['environment'] {
  const stored = text(row, 'environment');
  if (isPlainEnvironment(stored)) return json(row, 'environment');
  if (!sealer) throw new DomainError('internal', 'A sealed environment cannot be read without a key.');
  // Written by `sealed` from that type, and the seal vouches for it.
  return JSON.parse(sealer.open(stored, environmentContext(text(row, 'uuid')))) as Container['environment'];
}

function columnsOf(container: New<Container>): Record<string, unknown> {
  return {
    uuid: container.id,
    bay_uuid: container.bayId,
    project_id: container.projectId,
    user_id: container.userId,
    name: container.name,
    image: container.image,
    command: container.command,
    memory: container.memory,
    status: container.status,
    created_at: container.createdAt.getTime(),
    updated_at: container.updatedAt?.getTime() ?? null,
  };
}

function containerOf(row: Row, environment: Container['environment']): Container {
  return {
    // Written by `columnsOf` from the same types.
    id: text(row, 'uuid') as ContainerId,
    sequence: number(row, 'id'),
    bayId: text(row, 'bay_uuid') as BayId,
    projectId: text(row, 'project_id'),
    userId: text(row, 'user_id'),
    name: textOrNull(row, 'name'),
    image: text(row, 'image'),
    command: textOrNull(row, 'command'),
    memory: textOrNull(row, 'memory'),
    environment,
    status: text(row, 'status') as ContainerStatus,
    createdAt: date(row, 'created_at'),
    updatedAt: dateOrNull(row, 'updated_at'),
  };
}
