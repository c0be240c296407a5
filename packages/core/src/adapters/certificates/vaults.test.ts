import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { DomainError } from '../../domain/errors.js';
import { Secret } from '../../domain/secret.js';
import type { Vault } from '../../ports/certificates.js';
import { pairText, vaultContract } from '../../testing/contracts/vault.js';
import { coreMigrations } from '../knex/migrations/core.js';
import { migrate } from '../knex/migrate.js';
import { openSqlite } from '../knex/sqlite.js';
import { knexStore } from '../knex/store.js';
import { systemClock } from '../system/clock.js';
import { aesSealer } from '../system/sealer.js';
import { databaseVault } from './vault-database.js';
import { filesVault } from './vault-files.js';
import { splitVault } from './vault-split.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function aDatabaseVault(): Promise<() => Vault> {
  const db = openSqlite(':memory:');
  closing.push(() => db.destroy());
  await migrate(db, coreMigrations);
  const sealer = aesSealer(new Uint8Array(32));
  return () => databaseVault(knexStore(db, systemClock), sealer);
}

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vault-'));
  closing.push(() => rm(folder, { recursive: true }));
  return folder;
}

const opened = (vault: () => Vault) => ({ vault, ref: 'bay/b/ca', close: () => Promise.resolve() });
vaultContract('the database', async () => opened(await aDatabaseVault()));
vaultContract('files', async () => {
  const folder = await aFolder();
  return opened(() => filesVault(folder));
});
vaultContract('passwords in the database, key pairs in files', async () => {
  const [database, folder] = [await aDatabaseVault(), await aFolder()];
  return opened(() => splitVault(database(), filesVault(folder)));
});

describe('a vault of files', () => {
  test('of several who keep at once, all get the same, and nothing else is left behind', async () => {
    const folder = await aFolder();
    const kept = await Promise.all(
      ['a', 'b', 'c', 'd'].map((mark) => filesVault(folder).keep('ref', new Secret(pairText(mark)))),
    );
    expect(new Set(kept.map((secret) => secret.reveal())).size).toBe(1);
    expect(await readdir(folder)).toEqual(['ref']);
  });

  test('keeps its files private, and never leaves its folder', async () => {
    const folder = await aFolder();
    await filesVault(folder).put('bay/../../x', new Secret('s'));
    const [name = ''] = await readdir(folder);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  test('says of a folder that it cannot use which one it is, and that it may pass', async () => {
    const folder = join(await aFolder(), 'file');
    await writeFile(folder, '');
    const error = await filesVault(folder)
      .put('ref', new Secret('s'))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'cloud-unavailable', message: expect.stringContaining(folder) });
  });
});

describe('a split vault', () => {
  const away = (): Promise<never> => Promise.reject(new DomainError('cloud-unavailable', 'Barbican does not answer.'));
  const AWAY: Vault = { get: away, put: away, keep: away, delete: away };

  test('has passwords also while the other vault is away', async () => {
    const vault = splitVault((await aDatabaseVault())(), AWAY);
    await vault.put('bay/b/trustee-password', new Secret('s'));
    expect((await vault.get('bay/b/trustee-password'))?.reveal()).toBe('s');
    await vault.delete('bay/b/trustee-password');
  });

  test('passes on that the other vault is away, so that the work is tried again', async () => {
    const vault = splitVault((await aDatabaseVault())(), AWAY);
    await expect(vault.keep('bay/b/ca', new Secret(pairText('a')))).rejects.toMatchObject({ retry: 'later' });
    await expect(vault.delete('bay/b/ca')).rejects.toMatchObject({ retry: 'later' });
  });

  test('finds key pairs that rest in the database from before', async () => {
    const database = (await aDatabaseVault())();
    await database.put('bay/b/ca', new Secret(pairText('old')));
    const vault = splitVault(database, AWAY);
    expect((await vault.get('bay/b/ca'))?.reveal()).toBe(pairText('old'));
    expect((await vault.keep('bay/b/ca', new Secret(pairText('new')))).reveal()).toBe(pairText('old'));
  });
});
