import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../packages/cli/src/errors.js';
import type { Io } from '../../packages/cli/src/io.js';
import { buildProgram } from '../../packages/cli/src/main.js';
import { magnumWordsIn } from '../support/shell-words.js';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => join('docs', name))].filter((name) =>
  name.endsWith('.md'),
);

interface CommandLine {
  readonly at: string;
  readonly line: string;
  readonly words: readonly string[];
}

function commandsIn(text: string, at: string): CommandLine[] {
  return magnumWordsIn(text).map((words) => ({ at, line: words.join(' '), words }));
}

/** Command lines of a page: those in its code blocks, which are whole, and those within sentences, which may leave arguments out. */
function linesOf(page: string, markdown: string): { readonly blocks: CommandLine[]; readonly spans: CommandLine[] } {
  const lines = markdown.replaceAll('\\\n', '  ').split('\n');
  const [blocks, spans]: [CommandLine[], CommandLine[]] = [[], []];
  let isCode = false;
  for (const [index, line] of lines.entries()) {
    const at = `${page}:${index + 1}`;
    if (/^\s*```/.test(line)) isCode = !isCode;
    else if (isCode) blocks.push(...commandsIn(line.trim(), at));
    else for (const [, span = ''] of line.matchAll(/`([^`]+)`/g)) spans.push(...commandsIn(span, at));
  }
  return { blocks, spans };
}

/** A caller without a terminal; the service knows nothing, so that a command ends with its first question. */
const IO: Io = {
  env: { MAGNUM_ENDPOINT: 'http://magnum.test/v1', OS_TOKEN: 'a-token' },
  outIsTty: false,
  errIsTty: false,
  inIsTty: false,
  out: () => undefined,
  err: () => undefined,
  ask: () => Promise.resolve(undefined),
  readStdin: () => Promise.resolve('{}'),
  readFile: () => Promise.resolve('{}'),
  fetch: () => Promise.resolve(new Response('{}', { status: 404 })),
  signal: new AbortController().signal,
};

const LACKING = ['commander.missingArgument', 'commander.missingMandatoryOptionValue', 'commander.help'];

/** What the CLI says against a command line; undefined where it takes it. */
async function refusalOf(words: readonly string[], mayLackArguments = false): Promise<string | undefined> {
  const program = await buildProgram(IO, words);
  // The one command that needs no service: it would be one.
  program.commands.find((command) => command.name() === 'dev')?.action(() => undefined);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      const isPart = mayLackArguments && LACKING.includes(error.code);
      return isPart || error.exitCode === 0 ? undefined : `${error.code}: ${error.message}`;
    }
    if (error instanceof UsageError && !mayLackArguments) return error.message;
  }
  return undefined;
}

const pages = PAGES.map((page) => linesOf(page, readFileSync(join(ROOT, page), 'utf8')));

describe('command lines of the documentation', () => {
  test('are found in code blocks and in sentences, as a shell reads them', () => {
    const text = [
      '`magnum bay show X` and `openstack user create magnum --x`',
      '```sh',
      'eval "$(magnum bay config a --dir ~/a)" # magnum it is',
      '$ npx magnum bay list && magnum container create x \\',
      "  --command 'echo a  b' > file",
      'openstack user create magnum --domain default',
      '```',
    ].join('\n');
    const { blocks, spans } = linesOf('x.md', text);
    expect(blocks.map(({ words }) => words)).toEqual([
      ['bay', 'config', 'a', '--dir', '~/a'],
      ['bay', 'list'],
      ['container', 'create', 'x', '--command', 'echo a  b'],
    ]);
    expect(spans.map(({ words }) => words)).toEqual([['bay', 'show', 'X']]);
    expect(pages.flatMap((page) => page.blocks).length).toBeGreaterThan(20);
  });

  test.each([
    ['an option that the command has not', 'bay create x --baymodel m --dry-run --ouput json'],
    ['a required option that is missing', 'bay create x'],
    ['an unknown command', 'bay make x'],
    ['an argument too many', 'bay show x y'],
    ['a value that is none of the choices', 'bay list -f jsonn'],
  ])('would be refused with %s', async (_what, line) => {
    expect(await refusalOf(line.split(' '))).toBeDefined();
  });

  test.each(pages.flatMap((page) => page.blocks))('are taken by the command table: $at $line', async ({ words }) => {
    expect(await refusalOf(words)).toBeUndefined();
  });

  test.each(pages.flatMap((page) => page.spans))('have commands and options that there are: $at $line', async ({ words }) => {
    expect(await refusalOf(words, true)).toBeUndefined();
  });
});
