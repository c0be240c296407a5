import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { KUBEADM_SCRIPTS } from './kubernetes/drivers/kubeadm/scripts.js';
import { MESOS_SCRIPTS } from './mesos/drivers/mesos/scripts.js';
import { compressScripts, scriptText, withoutComments } from './shared/node/scripts.js';

function read(program: string, options: readonly string[], input: string): string {
  const { stdout, stderr, status } = spawnSync(program, options, { input, encoding: 'utf8' });
  expect([stderr, status]).toEqual(['', 0]);
  return stdout;
}

/** Prints which of the programs of a list of pairs differ, as Python reads them: the places of the lines do not count. */
const DIFFERENCES = `
import ast, json, sys
trees = [[ast.dump(ast.parse(text)) for text in pair] for pair in json.load(sys.stdin)]
print(json.dumps([number for number, (one, other) in enumerate(trees) if one != other]))`;

/** The programs of Python in a script: the script itself, or documents in one of the shell. */
function pythonIn(name: string, text: string): readonly string[] {
  if (name.endsWith('.py')) return [text];
  return [...text.matchAll(/<<'PYTHON'.*\n([\s\S]*?)^PYTHON$/gm)].map(([, program = '']) => program);
}

/** What the shell reads, but for those programs, for empty lines, and for comments in files that the script writes: units of systemd. */
function shellIn(text: string): readonly string[] {
  return read('bash', ['--pretty-print'], text.replaceAll(/(<<'PYTHON'.*\n)[\s\S]*?^PYTHON$/gm, '$1PYTHON'))
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*#(?!!)/.test(line));
}

describe.each([
  ['kubeadm', KUBEADM_SCRIPTS],
  ['mesos', MESOS_SCRIPTS],
])('scripts of %s without their comments', (_driver, { files, paths }) => {
  const scripts = Object.entries(files);

  test('are the same programs to Python', () => {
    const pairs = scripts.flatMap(([name, text]) => {
      const stripped = pythonIn(name, withoutComments(text));
      const whole = pythonIn(name, text);
      expect(stripped, name).toHaveLength(whole.length);
      return whole.map((program, index) => [program, stripped[index]]);
    });
    expect(pairs.length).toBeGreaterThan(10);
    expect(JSON.parse(read('python3', ['-c', DIFFERENCES], JSON.stringify(pairs)))).toEqual([]);
  });

  test('are the same scripts to the shell', () => {
    for (const [name, text] of scripts.filter(([file]) => file.endsWith('.sh')))
      expect(shellIn(withoutComments(text)), name).toEqual(shellIn(text));
  }, 60_000);

  test('name the program that runs them, as they did', () => {
    const packed = compressScripts({ files, paths });
    const first = (text = ''): string => text.split('\n')[0] ?? '';
    const runnable = scripts.filter(([, text]) => text.startsWith('#!'));
    expect(runnable.length).toBeGreaterThan(10);
    for (const [name, text] of runnable) expect(first(scriptText(packed.files[name] ?? '')), name).toBe(first(text));
  });
});
