import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

/** A process whose threads are all making keys says something, and is killed at once. */
const SAYING = (logger: string): string => `
  import { generateKeyPair } from 'node:crypto';
  import { jsonLogger, promptOutput } from '@magnum-ts/core';
  const logger = ${logger};
  for (let busy = 0; busy < 16; busy += 1) generateKeyPair('rsa', { modulusLength: 4096 }, () => undefined);
  logger.debug('the last words');
  process.kill(process.pid, 'SIGKILL');`;

async function heard(logger: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SAYING(logger)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}

test('a debug line is there before the program goes on, though every thread is busy and the process is killed', async () => {
  const said = await heard("jsonLogger('debug', promptOutput())");
  expect(JSON.parse(said)).toMatchObject({ level: 20, msg: 'the last words' });
});

// Without this, the test above could not fail.
test('without that, the line is lost with the process', async () => {
  expect(await heard("jsonLogger('debug')")).toBe('');
});
