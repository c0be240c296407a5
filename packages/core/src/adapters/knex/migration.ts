import type { Knex } from 'knex';

/** One forward step of the schema. Safe to run twice: a step looks before it makes. */
export interface Migration {
  readonly name: string;
  up(db: Knex): Promise<void>;
}
