import { openSqlite } from '@magnum-ts/core';
import { existsSync, readFileSync } from 'node:fs';
import { aesSealer } from '@magnum-ts/core/testing';
import { Codec } from '../../packages/core/src/embedded-cloud/hot-engine/rows.js';
import type { DevProcess } from './dev-process.js';

/** Rows of a running service's database, as another process sees them. */
export async function rowsOf(
  server: DevProcess,
  table: string,
  where: Readonly<Record<string, string>> = {},
): Promise<readonly Record<string, unknown>[]> {
  const db = openSqlite(server.database);
  try {
    return await db(table).where(where).select();
  } finally {
    await db.destroy();
  }
}

/** How many rows each table has. */
export async function countsOf(server: DevProcess, tables: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const counts = await Promise.all(tables.map(async (table) => [table, (await rowsOf(server, table)).length] as const));
  return Object.fromEntries(counts);
}

/** The files of the database as they lie on the disk: what a thief of the disk could read. */
export function bytesOf(server: DevProcess): Buffer {
  const files = ['', '-wal'].map((suffix) => server.database + suffix).filter((file) => existsSync(file));
  return Buffer.concat(files.map((file) => readFileSync(file)));
}

/** Template and files of a stack, unsealed, without its parameters. */
export async function templateOf(server: DevProcess, stackId: string): Promise<string> {
  const { template, files } = await specOf(server, stackId);
  return JSON.stringify([template, files]);
}

/** What a stack was asked to be, unsealed: template, files, parameters, tags. */
export async function specOf(server: DevProcess, stackId: string) {
  const [row] = await rowsOf(server, 'hot_stack', { id: stackId });
  const codec = new Codec(aesSealer(Buffer.from(server.instance().sealingKey, 'base64')));
  // Columns of a row are scalars.
  return codec.stack(row as Record<string, string | number | boolean | null>).spec;
}
