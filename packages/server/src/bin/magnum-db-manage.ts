#!/usr/bin/env node
import {
  makeVaultKey,
  pendingDatabaseSteps,
  resealDatabase,
  SCHEMA_STEPS,
  SCHEMA_VERSION,
  stampDatabase,
  upgradeDatabase,
  writeVaultKey,
} from '@magnum-ts/core';
import { end, readArguments } from './arguments.js';

const USAGE = `usage: magnum-db-manage [--config-file FILE]... [--config-dir DIR]... COMMAND

  upgrade [--dry-run]   bring the schema up to date; safe to repeat, and while others do the same. Where no vault key is
                        configured and the database is new, makes one and says where
  check                 exit 0 when it is up to date, 3 when not
  version               the newest step of this release
  current               the newest step that the database has
  history               every step of this release, and whether the database has it
  stamp [STEP]          write down that the steps up to this one are made (the newest when absent), and make none: for a
                        schema that was restored without its table schema_step
  generate-key FILE     a new key for [vault] key_file
  reseal                seal again what older keys in [vault] key_file have sealed; exit 3 where a text is opened by none`;

const { config, flags, words } = readArguments({ name: 'magnum-db-manage', usage: USAGE, flags: ['dry-run'] });
const [command, file] = words;
try {
  switch (command) {
    case 'upgrade':
      await upgrade();
      break;
    case 'check':
      await check();
      break;
    case 'version':
      end(SCHEMA_VERSION, 0);
      break;
    case 'reseal':
      await resealAll();
      break;
    case 'current':
      end((await stepsDone()).at(-1) ?? 'none', 0);
      break;
    case 'history':
      await history();
      break;
    case 'stamp':
      end(`stamped ${(await stampDatabase(config, file ?? 'head')).at(-1) ?? ''}`, 0);
      break;
    case 'generate-key':
      generateKey();
      break;
    default:
      end(command === undefined ? USAGE : `unknown command ${command}\n\n${USAGE}`, command === undefined ? 0 : 2);
  }
} catch (error) {
  end(error instanceof Error ? error.message : String(error), 1);
}

async function upgrade(): Promise<void> {
  const isNew = (await pendingDatabaseSteps(config)).length === SCHEMA_STEPS.length;
  const made = isNew && !flags['dry-run'] ? makeVaultKey(config) : undefined;
  if (made !== undefined) process.stdout.write(`made the vault key ${made}: give a copy to every host, and keep one safe\n`);
  const steps = flags['dry-run'] ? await pendingDatabaseSteps(config) : await upgradeDatabase(config);
  end(
    steps.length === 0 ? 'up to date' : steps.map((step) => `${flags['dry-run'] ? 'would make' : 'made'} ${step}`).join('\n'),
    0,
  );
}

async function stepsDone(): Promise<readonly string[]> {
  const pending = new Set(await pendingDatabaseSteps(config));
  return SCHEMA_STEPS.filter((step) => !pending.has(step));
}

async function history(): Promise<void> {
  const done = new Set(await stepsDone());
  end(SCHEMA_STEPS.map((step) => `${done.has(step) ? 'made' : '-   '} ${step}`).join('\n'), 0);
}

async function check(): Promise<void> {
  const pending = await pendingDatabaseSteps(config);
  end(
    pending.length === 0 ? 'up to date' : `not up to date: ${pending.length} steps are missing; run magnum-db-manage upgrade`,
    pending.length === 0 ? 0 : 3,
  );
}

async function resealAll(): Promise<void> {
  const { resealed, current, lost } = await resealDatabase(config);
  const left = lost === 0 ? '' : `; ${lost} are opened by no key of the file and stay as they are`;
  end(`sealed ${resealed} texts again, ${current} had the newest key${left}`, lost === 0 ? 0 : 3);
}

/** Never overwrites: what an old key has sealed cannot be opened with a new one. */
function generateKey(): void {
  if (file === undefined) end('generate-key needs a FILE', 2);
  writeVaultKey(file);
  end(`wrote ${file}: give a copy to every process, and keep one safe`, 0);
}
