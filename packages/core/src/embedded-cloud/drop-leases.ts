import type { Knex } from 'knex';

/**
 * For a service that is alone on its database: what an earlier, killed process held on bays and stacks is free at once, and need
 * not lapse first. Fences and traversals keep growing with the next claim, so that nothing else rests on the owner's name.
 */
export async function dropLeases(db: Knex): Promise<void> {
  for (const table of ['work_item', 'hot_stack']) {
    await db(table).whereNotNull('lease_owner').update({ lease_owner: null, lease_until: null });
  }
}
