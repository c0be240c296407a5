#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { pendingDatabaseSteps, resealDatabase, SCHEMA_VERSION, upgradeDatabase } from '@magnum-ts/core';
import { end, readArguments } from './arguments.js';

const USAGE = `usage: magnum-db-manage [--config-file FILE]... [--config-dir DIR]... COMMAND

  upgrade [--dry-run]   bring the schema up to date; safe to repeat, and while others do the same
  check                 exit 0 when it is up to date, 3 when not
  version               the newest step of this release
  generate-key FILE     a new key for [vault] key_file
  reseal                seal again what older keys in [vault] key_file have sealed; exit 3 where a text is opened by none`;

const { config, flags, words } = readArguments(USAGE, ['dry-run']);
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
  const steps = flags['dry-run'] ? await pendingDatabaseSteps(config) : await upgradeDatabase(config);
  end(
    steps.length === 0 ? 'up to date' : steps.map((step) => `${flags['dry-run'] ? 'would make' : 'made'} ${step}`).join('\n'),
    0,
  );
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
  writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  end(`wrote ${file}: give a copy to every process, and keep one safe`, 0);
}
