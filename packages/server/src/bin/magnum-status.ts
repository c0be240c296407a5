#!/usr/bin/env node
import { inspectPolicy, pendingDatabaseSteps, startWarnings, vaultKeyProblems, type Config } from '@magnum-ts/core';
import { end, readArguments } from './arguments.js';

const USAGE = `usage: magnum-status [--config-file FILE]... [--config-dir DIR]... upgrade check

  upgrade check   whether this release can work with the configuration, the policy, the vault key and the database as they are:
                  exit status 0 yes, 1 yes, with something to look at, 2 no`;

type Result = 'Success' | 'Warning' | 'Failure';

interface Check {
  readonly name: string;
  readonly result: Result;
  readonly details: string;
}

const STATUS: Readonly<Record<Result, number>> = { Success: 0, Warning: 1, Failure: 2 };

const { config, words } = readArguments({ name: 'magnum-status', usage: USAGE });
if (words.join(' ') !== 'upgrade check')
  end(words.length === 0 ? USAGE : `unknown command ${words.join(' ')}\n\n${USAGE}`, words.length === 0 ? 0 : 2);
const checks = [
  await check('Configuration', () => warningsOf(config)),
  await check('Policy', async () => (await inspectPolicy(config)).warnings),
  await check('Vault key', () => vaultKeyProblems(config)),
  await check('Database', () => stepsToMake(config)),
];
const lines = checks.flatMap(({ name, result, details }) => [`Check: ${name}`, `Result: ${result}`, `Details: ${details}`, '']);
process.stdout.write(`Upgrade Check Results\n\n${lines.join('\n')}`);
process.exit(Math.max(...checks.map(({ result }) => STATUS[result])));

/** What a check finds is a warning, what it fails with a failure. */
async function check(name: string, look: () => readonly string[] | Promise<readonly string[]>): Promise<Check> {
  try {
    const found = await look();
    return found.length === 0
      ? { name, result: 'Success', details: 'None' }
      : { name, result: 'Warning', details: found.join('\n         ') };
  } catch (error) {
    return { name, result: 'Failure', details: error instanceof Error ? error.message : String(error) };
  }
}

/** An option without effect is as it was before; one that is not known is not. */
function warningsOf(from: Config): readonly string[] {
  return startWarnings(from).filter((warning) => !warning.endsWith('has no effect here'));
}

async function stepsToMake(from: Config): Promise<readonly string[]> {
  const pending = await pendingDatabaseSteps(from);
  return pending.length === 0 ? [] : [`${pending.length} steps are missing: run magnum-db-manage upgrade`];
}
