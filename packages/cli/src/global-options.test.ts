import { operations, type Operation } from '@magnum-ts/openapi';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { CONNECTION_FLAGS, optionOf } from './connection-flags.js';
import { buildProgram } from './main.js';
import { processIo } from './io.js';
import { magnum, type Answers } from './testing/fake-magnum.js';

const all: readonly Operation[] = Object.values(operations);
const commands = all.flatMap(({ cli }) => (cli && !cli.command.endsWith('--detail') ? [cli.command] : []));

describe('global options', () => {
  const hosts = async (words: readonly string[]): Promise<readonly string[]> => {
    const seen: string[] = [];
    const answers: Answers = (_method, path, url) => {
      if (path === '/v1/bays') seen.push(url.host);
      return undefined;
    };
    await magnum(words, { answers });
    return seen;
  };
  const option = ['--magnum-endpoint', 'http://other.test'];

  test('stand before the noun, before the verb, or at the end', async () => {
    expect(await hosts([...option, 'bay', 'list'])).toEqual(['other.test']);
    expect(await hosts(['bay', ...option, 'list'])).toEqual(['other.test']);
    expect(await hosts(['bay', 'list', ...option])).toEqual(['other.test']);
    expect(await hosts(['--magnum-endpoint=http://other.test', 'bay', 'list'])).toEqual(['other.test']);
  });

  test('nearest to the end take precedence', async () => {
    expect(await hosts(['--magnum-endpoint', 'http://first.test', 'bay', 'list', ...option])).toEqual(['other.test']);
  });

  test.each(CONNECTION_FLAGS.map((flag) => [optionOf(flag), flag] as const))('%s is known in every place', async (name, flag) => {
    const option = flag.value === undefined ? [name, 'x'] : [name];
    for (const words of [
      [...option, 'bay', 'list'],
      ['bay', ...option, 'list'],
      ['bay', 'list', ...option],
    ])
      expect((await magnum(words)).err).not.toContain('unknown option');
  });

  test('of the output and --debug stand there, too', async () => {
    expect((await magnum('-f value -c name bay show my-bay')).out).toBe('my-bay\n');
    expect((await magnum('--debug bay show my-bay')).err).toContain('curl');
    expect((await magnum('-f json bay show my-bay -f value -c name')).out).toBe('my-bay\n');
  });
});

describe('help', () => {
  test.each(commands)('of %s is that of "magnum help", and mentions the connection', async (command) => {
    const words = command.split(' ');
    const asked = await magnum(['help', ...words]);
    expect(asked).toMatchObject({ code: 0, err: '' });
    expect(asked.out).toContain(`Usage: magnum ${command}`);
    expect(asked.out).toMatch(/^Connection: --os-cloud .*magnum --help$/m);
    expect((await magnum([...words, '--help'])).out).toBe(asked.out);
  });

  test('of nouns, aliases and the program', async () => {
    expect((await magnum('help')).out).toBe((await magnum('--help')).out);
    expect((await magnum('help bay')).out).toContain('Usage: magnum bay [');
    expect((await magnum('help bay rm')).out).toContain('Usage: magnum bay delete');
    expect((await magnum('bay help create')).out).toContain('Usage: magnum bay create');
  });

  test('of what does not exist names what does', async () => {
    const { code, err } = await magnum('help bay crate');
    expect(code).toBe(2);
    expect(err).toContain('There is no command "bay crate"; there are: list, create');
  });

  test('describes every group and every command', async () => {
    const walk = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(walk)];
    const program = await buildProgram(processIo(new AbortController().signal));
    expect(walk(program).filter((command) => command.description() === '')).toEqual([]);
  });
});
