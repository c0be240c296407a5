import { PassThrough } from 'node:stream';
import { operations, type Operation } from '@magnum-ts/openapi';
import { describe, expect, test } from 'vitest';
import { needsConsent } from './confirm.js';
import { askOn } from './io.js';
import { magnum, type Setting } from './testing/fake-magnum.js';

const all: readonly Operation[] = Object.values(operations);
const dangerous = all.filter((operation) => operation.cli && needsConsent(operation));
/** A command line with a value for every argument and required option. */
const lineOf = ({ cli, queryParams }: Operation): readonly string[] => [
  ...(cli?.command.split(' ') ?? []),
  ...(cli?.positional.map((name) => (name === 'resource' ? 'Cluster' : `a-${name}`)) ?? []),
  ...queryParams.filter(({ required }) => required).flatMap(({ name, cli: hints }) => [`--${hints?.flags?.[0] ?? name}`, 'b']),
];

const onTerminal = (answer: string | undefined, asked: string[] = []): Setting => ({
  inIsTty: true,
  errIsTty: true,
  ask: async (question) => {
    asked.push(question);
    return answer;
  },
});

describe('a command that deletes or rotates', () => {
  test('is known by its method or its verb', () => {
    const commands = dangerous.map(({ cli }) => cli?.command);
    expect(commands.length).toBeGreaterThan(14);
    expect(commands).toEqual(expect.arrayContaining(['certificate rotate', 'credential rotate', 'quota delete', 'pod delete']));
    const verbs = all.flatMap(({ cli }) => cli?.command.split(' ')[1] ?? []);
    expect(verbs.filter((verb) => /delete|remove|rotate|destroy|purge/.test(verb))).toHaveLength(dangerous.length);
  });

  test.each(dangerous.map((operation) => [operation.cli?.command, lineOf(operation)] as const))(
    '%s needs --yes without a terminal, and changes nothing',
    async (_command, line) => {
      for (const setting of [{}, { inIsTty: true }, { errIsTty: true }, { ...onTerminal('y'), env: { CI: '1' } }]) {
        const { code, err, requests } = await magnum(line, setting);
        expect(err).toContain('needs --yes');
        expect([code, requests]).toEqual([2, []]);
      }
      expect((await magnum([...line, '--yes'])).requests.length).toBeGreaterThan(0);
      expect((await magnum([...line, '-y'])).requests.length).toBeGreaterThan(0);
    },
  );

  test.each([
    ['bay delete my-bay', 'Delete bay my-bay? [y/N] '],
    ['bay rm one two one', 'Delete bay one, two? [y/N] '],
    ['nodegroup delete hive large small', 'Delete nodegroup large, small of cluster hive? [y/N] '],
    ['quota delete p-1 Cluster', 'Delete quota Cluster of project p-1? [y/N] '],
    ['pod delete web --bay hive', 'Delete pod web of bay hive? [y/N] '],
    ['certificate rotate hive', 'Rotate certificate of bay hive? [y/N] '],
    ['credential rotate hive', 'Rotate credential of bay hive? [y/N] '],
  ])('asks with what it changes: %s', async (line, question) => {
    const asked: string[] = [];
    const refused = await magnum(line, onTerminal('', asked));
    expect(asked).toEqual([question]);
    expect([refused.code, refused.err, refused.requests]).toEqual([1, 'Nothing was changed.\n', []]);
    expect((await magnum(line, onTerminal('y'))).requests.length).toBeGreaterThan(0);
    expect((await magnum(line, onTerminal(undefined))).requests).toEqual([]);
  });

  test('names what is asked for without the power to redraw the terminal', async () => {
    const asked: string[] = [];
    await magnum(['bay', 'delete', 'a\u001b[2J'], onTerminal('', asked));
    expect(asked).toEqual(['Delete bay a\\x1b[2J? [y/N] ']);
  });
});

describe('the question on a terminal', () => {
  const ask = (keys: string | null, signal = new AbortController().signal): Promise<string | undefined> => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    setImmediate(() => (keys === null ? input.end() : input.write(keys)));
    return askOn({ input, output, terminal: true }, 'Delete? ', signal);
  };

  test('has an answer, or none at the end of the input', async () => {
    expect(await ask('y\n')).toBe('y');
    expect(await ask(null)).toBeUndefined();
  });

  test('ends with 130 at Ctrl-C, and at a signal', async () => {
    await expect(ask('\u0003')).rejects.toMatchObject({ code: 130 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    await expect(ask('y', controller.signal)).rejects.toMatchObject({ code: 130 });
  });

  test('makes the command exit with 130, and nothing was sent', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const { code, requests } = await magnum('bay delete my-bay', {
      inIsTty: true,
      errIsTty: true,
      ask: (question) => {
        setImmediate(() => input.write('\u0003'));
        return askOn({ input, output, terminal: true }, question, new AbortController().signal);
      },
    });
    expect([code, requests]).toEqual([130, []]);
  });
});
