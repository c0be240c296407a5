import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { promptOutput } from '@magnum-ts/core';

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

/** Says more than is held, waits for what is written behind its back, and ends by itself. */
const FULL = (output: string): string => `
  import { jsonLogger, ${output} } from '@magnum-ts/core';
  const logger = jsonLogger('info', ${output}());
  for (let line = 0; line < 400; line += 1) logger.info('much', { text: 'x'.repeat(1000) });
  setTimeout(() => { logger.info('and still here'); process.stderr.write('alive'); process.exit(0); }, 600);`;

test.each(['promptOutput', 'gatheredOutput'])(
  'a disk that is full under the log ends and stops no process: %s',
  async (output) => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, ['--input-type=module', '--eval', FULL(output)], { stdio: ['ignore', full, 'pipe'] });
    if (!child.stderr) throw new Error('its standard error is piped');
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    closeSync(full);
    expect([said, code]).toEqual(['alive', 0]);
  },
);

test('when there is room again, the log goes on and says how many lines were lost', () => {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-log-'));
  const full = openSync('/dev/full', 'w');
  const output = promptOutput(full);
  for (const line of ['one', 'two']) output.write(`${line}\n`);
  closeSync(full);
  // The lowest number that is free: the same file descriptor, on a disk with room.
  expect(openSync(join(folder, 'log'), 'w')).toBe(full);
  for (const line of ['three', 'four']) output.write(`${line}\n`);
  closeSync(full);
  const [notice = '', ...lines] = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
  expect([JSON.parse(notice), ...lines]).toEqual([expect.objectContaining({ msg: 'log lines lost', lines: 2 }), 'three', 'four']);
  rmSync(folder, { recursive: true });
});
