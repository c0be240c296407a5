import { expect, test } from 'vitest';
import type { BayId } from '../../domain/ids.js';
import { flag, integer, json, sequence, text, time, uuid } from './columns.js';
import { fixed, group, only, table } from './table.js';

interface Encryption {
  readonly enabled: boolean;
  readonly options: Readonly<Record<string, string>>;
}
interface Volume {
  readonly number: number;
  readonly id: BayId;
  readonly expiresAt: Date | null;
  readonly encryption: Encryption;
  readonly replicaCount: number;
}

const encryption = group<Encryption>({ enabled: flag(), options: json<Encryption['options']>().filterable() });
const volumes = table<Volume>('volume', {
  number: sequence(),
  id: uuid<BayId>(),
  expiresAt: time().nullable().sortable(),
  encryption,
  replicaCount: integer('replicas').sortable('replicas', 'copies'),
});
const VOLUME: Volume = {
  number: 7,
  id: 'a-uuid' as BayId,
  expiresAt: new Date(5_000),
  encryption: { enabled: true, options: { top: 'ä' } },
  replicaCount: 3,
};
const ROW = { uuid: 'a-uuid', expires_at: 5_000, enabled: true, options: '{"top":"ä"}', replicas: 3 };

test('an object becomes the row of its columns; what the database gives is not written', () => {
  expect(volumes.toRow(VOLUME)).toEqual(ROW);
  expect(Object.keys(volumes.toRow(VOLUME))).not.toContain('id');
});

test('the values of a selection become the object again, as the drivers give them', () => {
  expect(volumes.selection).toBe('volume.id, volume.uuid, volume.expires_at, volume.enabled, volume.options, volume.replicas');
  expect(volumes.read([7, 'a-uuid', 5_000, 1, '{"top":"ä"}', 3])).toEqual(VOLUME);
  expect(volumes.read(['7', 'a-uuid', '5000', '1', '{"top":"ä"}', '3'])).toEqual(VOLUME);
  expect(volumes.read([7, 'a-uuid', null, 0, '{}', 3])).toEqual({
    ...VOLUME,
    expiresAt: null,
    encryption: { enabled: false, options: {} },
  });
});

test('of some fields come their columns alone, null included and what is undefined left out', () => {
  expect(volumes.toRow({ expiresAt: null })).toEqual({ expires_at: null });
  expect(encryption.toRow({ enabled: false })).toEqual({ enabled: false });
  expect(volumes.toRow({ replicaCount: 1, ...({ color: 'red', id: undefined } as object) })).toEqual({ replicas: 1 });
});

test('what is read of a structure cannot be changed, for objects are shared', () => {
  const { options } = volumes.read([7, 'a-uuid', 5_000, 1, '{"top":"ä"}', 3]).encryption;
  expect(Object.isFrozen(options)).toBe(true);
  expect(Object.isFrozen(volumes.read([7, 'a-uuid', 5_000, 1, '{}', 3]).encryption.options)).toBe(true);
});

test('a structure that may be missing is NULL, and not the text null', () => {
  const options = json<readonly string[]>().nullable();
  expect([options.write(null), options.write(['a'])]).toEqual([null, '["a"]']);
  expect([options.read(null), options.read('["a"]')]).toEqual([null, ['a']]);
});

test('views take each column once, compute what is none, and write nothing of it', () => {
  const view = table<{ volume: Volume; again: string; attachments: number; kind: 'volume' }>('volume', {
    kind: fixed('volume'),
    volume: volumes,
    again: text('uuid'),
    attachments: integer().computed('(select count(*) from attachment)'),
  });
  expect(view.selection).toBe(`${volumes.selection}, (select count(*) from attachment)`);
  expect(view.read([7, 'a-uuid', 5_000, 1, '{"top":"ä"}', 3, '12'])).toEqual({
    kind: 'volume',
    volume: VOLUME,
    again: 'a-uuid',
    attachments: 12,
  });
  expect(view.toRow({ kind: 'volume', attachments: 12, volume: VOLUME })).toEqual(ROW);
  expect(view.columns.map(({ name }) => name)).not.toContain('attachments');
});

test('some fields of a table are a table of their own', () => {
  const some = only(volumes, 'id', 'replicaCount');
  expect([some.selection, some.read(['x', 2])]).toEqual(['volume.uuid, volume.replicas', { id: 'x', replicaCount: 2 }]);
});

test('a row is known by its uuid, or by its number where it has none', () => {
  expect([volumes.key, volumes.keyAt]).toEqual(['uuid', 1]);
  const numbered = only(volumes, 'number');
  expect([numbered.key, numbered.keyAt]).toEqual(['id', 0]);
});

test('lists are sorted and filtered by what the description says, and by nothing else', () => {
  expect(volumes.sortKeys).toEqual({ id: 'id', expires_at: 'expires_at', replicas: 'replicas', copies: 'replicas' });
  expect(volumes.filterColumn('options')).toBe('volume.options');
  for (const name of ['enabled', 'replicas', 'nothing', 'id'])
    expect(() => volumes.filterColumn(name), name).toThrow(`Lists of volume cannot be filtered by ${name}.`);
});
