import type { Mariadb } from '../../scripts/host/mariadb.mjs';

/** Rows of a statement, as texts. */
export type Sql = (text: string) => readonly (readonly string[])[];

export function sqlOn(mariadb: Mariadb, url: string): Sql {
  const database = /\/(\w+)\?/.exec(url)?.[1] ?? '';
  return (text) =>
    mariadb
      .sql(`USE ${database}; ${text}`)
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
}

const EXTERNAL = '0c1d6a52-3b0e-4f55-8f0a-5d6f5b1a0001';

const EMPTY_IN_THE_END = [
  'bay',
  'node',
  'node_group',
  'intent',
  'work_item',
  'bay_support',
  'bay_event',
  'vault_secret',
  'hot_stack',
  'hot_resource',
  'hot_signal',
  'hot_event',
  'hot_allocation',
  'embedded_user',
  'embedded_range',
];

/** Rows that belong to no bay any more, by table. */
export function leftovers(sql: Sql, empty: readonly string[] = EMPTY_IN_THE_END): readonly string[] {
  const tables = empty.map((table) => [table, `SELECT COUNT(*) FROM ${table}`] as const);
  // The external network is the cloud's own.
  const counts = [...tables, ['simulated_part', `SELECT COUNT(*) FROM simulated_part WHERE part_key <> '${EXTERNAL}'`] as const];
  return counts.map(([table, query]) => `${table}: ${sql(query)[0]?.[0] ?? '?'}`).filter((line) => !line.endsWith(': 0'));
}
