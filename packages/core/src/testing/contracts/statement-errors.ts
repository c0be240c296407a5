import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import type { Knex } from 'knex';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMariadb } from '../../adapters/knex/migration.js';
import { jsonLogger } from '../../adapters/system/logger.js';

/** Looks like what may stand before and behind a value in a statement or a message, so that cutting at the wrong place shows. */
const CANARY = "CANARY' - no such table: x\n    at CANARY (/CANARY:1:1) for key 'CANARY' \"CANARY\" `CANARY`";

/** No error of a statement contains the values of the statement, wherever it is logged and printed. */
export function statementErrorContract(name: string, open: () => Promise<Knex>): void {
  describe(`errors of ${name}`, () => {
    let db: Knex;
    beforeAll(async () => {
      db = await open();
      await db.schema.dropTableIfExists('canary_thing');
      await db.schema.createTable('canary_thing', (table) => {
        table.string('name', 250).primary();
        table.integer('number').notNullable();
        const short = table.string('short', 3);
        // SQLite takes a text of any length else.
        if (!isMariadb(db)) short.checkLength('<=', 3, 'shortness');
      });
      await db('canary_thing').insert({ name: CANARY, number: 1 });
    });
    afterAll(async () => {
      await db.schema.dropTableIfExists('canary_thing');
      await db.destroy();
    });

    test.each<readonly [string, (on: Knex) => PromiseLike<unknown>, RegExp]>([
      ['an insert into no table', (on) => on('nowhere').insert({ name: CANARY }), /^insert nowhere: /],
      [
        'an insert of a key that is taken',
        (on) => on('canary_thing').insert({ name: CANARY, number: 2 }),
        /^insert canary_thing: /,
      ],
      ['an insert without a value', (on) => on('canary_thing').insert({ name: `${CANARY}2` }), /^insert canary_thing: /],
      [
        'an insert of a value that does not fit',
        (on) => on('canary_thing').insert({ name: `${CANARY}3`, number: 3, short: CANARY }),
        /^insert canary_thing: /,
      ],
      ['an upsert', (on) => on('nowhere').insert({ name: CANARY }).onConflict('name').merge(), /^insert nowhere: /],
      ['an update', (on) => on('nowhere').where({ name: CANARY }).update({ name: CANARY }), /^update nowhere: /],
      ['an update of a key', (on) => on('canary_thing').where({ number: 1 }).update({ number: null }), /^update canary_thing: /],
      ['a removal', (on) => on('nowhere').where({ name: CANARY }).delete(), /^delete nowhere: /],
      ['a read', (on) => on('nowhere').where({ name: CANARY }).select(), /^select nowhere: /],
      ['a read of no column', (on) => on('canary_thing').where({ nothing: CANARY }).first(), /^select canary_thing: /],
      ['a written statement', (on) => on.raw('SELECT nothing FROM nowhere WHERE name = ?', [CANARY]), /^select nowhere: /],
      ['a statement that is none', (on) => on.raw('SELECT ?? FROM WHERE ?', ['name', CANARY]), /^select/],
      [
        'a statement for rows as values',
        (on) => on('nowhere').where({ name: CANARY }).options({ rowsAsArray: true }),
        /^select nowhere: /,
      ],
      [
        'a change of a table',
        (on) => on.schema.alterTable('nowhere', (table) => table.string('x').defaultTo(CANARY)),
        /nowhere: /,
      ],
    ])('%s tell verb, table and code, and no value, inside and outside of a transaction', async (_what, ask, wanted) => {
      const within = (): Promise<unknown> => db.transaction(async (transaction) => ask(transaction));
      for (const run of [() => Promise.resolve(ask(db)), within]) {
        const error = await run().catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(Error);
        expect(error).toMatchObject({ message: expect.stringMatching(wanted), code: expect.stringMatching(/^(SQLITE|ER)_/) });
        expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('CANARY');
        expect(logged(error)).not.toContain('CANARY');
      }
    });
  });
}

/** What the services write of it, at the level that says most. */
function logged(error: unknown): string {
  const lines: string[] = [];
  const output = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
  const logger = jsonLogger('debug', output);
  logger.debug('failed', { error });
  logger.error('failed', { error: new Error('around', { cause: error }), list: [error] });
  expect(lines).toHaveLength(2);
  return lines.join('');
}
