import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lastErrorIn, runAll } from '../../scripts/host/openstack/processes.mjs';

const folder = mkdtempSync(join(tmpdir(), 'magnum-processes-'));
beforeAll(() => mkdirSync(join(folder, 'log')));
afterAll(() => rmSync(folder, { recursive: true }));

const ALEMBIC = [
  'INFO  [alembic.runtime.migration] Context impl MySQLImpl.',
  'INFO  [alembic.runtime.migration] Will assume non-transactional DDL.',
  'INFO  [alembic.runtime.migration] Running upgrade 27e647c0fad4 -> 29e87d24a316, Add an error column.',
];
const MISSING = '/etc/keystone/fernet-keys/ does not exist';
const TRACEBACK = ['Traceback (most recent call last):', '  File "/usr/bin/keystone-manage", line 10, in <module>'];

describe('the line of a log that says why a program failed', () => {
  test.each([
    ['of oslo.log', `2026-01-01 00:00:00.000 17 ERROR keystone.common.fernet_utils [-] ${MISSING}`],
    ['of oslo.log, at its worst', `2026-01-01 00:00:00.000 17 CRITICAL keystone [-] Unhandled error: ${MISSING}`],
    ['of a traceback', `FileNotFoundError: [Errno 2] ${MISSING}`],
    ['of a traceback with the name of a module', `oslo_db.exception.DBConnectionError: (2003, "${MISSING}")`],
    ['of a program that names itself', `keystone-manage: error: ${MISSING}`],
  ])('is the last error, though lines of alembic follow it: %s', (_what, error) => {
    const log = [...ALEMBIC, '2026-01-01 00:00:00.000 17 ERROR keystone [-] an earlier one', ...TRACEBACK, error, ...ALEMBIC];
    writeFileSync(join(folder, 'log', 'setup-keystone.log'), `${log.join('\n')}\n`);
    expect(lastErrorIn(folder, 'setup-keystone')).toBe(error);
  });

  test('is the last one where none speaks of an error', () => {
    writeFileSync(join(folder, 'log', 'quiet.log'), `${ALEMBIC.join('\n')}\nKilled\n\n`);
    expect(lastErrorIn(folder, 'quiet')).toBe('Killed');
    writeFileSync(join(folder, 'log', 'empty.log'), '');
    expect(lastErrorIn(folder, 'empty')).toBe('');
  });
});

describe('a command that fails', () => {
  const say = (...lines: readonly string[]): string => lines.map((line) => `echo '${line.replaceAll("'", '')}' >&2`).join('; ');
  const shell = (script: string): readonly string[] => ['sh', '-c', script, 'a-component', 'bootstrap'];

  test('is named with its words, its status and its last error line', async () => {
    const error = `2026-01-01 00:00:00.000 17 CRITICAL keystone [-] ${MISSING}`;
    const commands = [shell(say(...ALEMBIC)), shell(`${say(error, ...ALEMBIC)}; exit 3`), shell(say('never'))];
    await expect(runAll(folder, 'bootstrap', commands)).rejects.toThrow(`sh a-component bootstrap failed (3): ${error}`);
    expect(lastErrorIn(folder, 'setup-bootstrap')).not.toContain('never');
  });

  test('is not given the error of a command before it, which went well', async () => {
    const commands = [shell(say('2026-01-01 00:00:00.000 17 ERROR nova [-] tried again')), shell(`${say('no space')}; exit 1`)];
    await expect(runAll(folder, 'nova', commands)).rejects.toThrow('sh a-component bootstrap failed (1): no space');
  });

  test('is named where the program is not there', async () => {
    await expect(runAll(folder, 'absent', [['no-such-program-manage', 'db', 'sync']])).rejects.toThrow(
      'no-such-program-manage is not there',
    );
  });
});
