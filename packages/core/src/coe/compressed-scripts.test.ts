import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { KUBEADM_SCRIPTS } from './kubernetes/drivers/kubeadm/scripts.js';
import { MESOS_SCRIPTS } from './mesos/drivers/mesos/scripts.js';
import { compressScripts, scriptsOf, withoutComments } from './shared/node/scripts.js';

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

  test('are unpacked on a node, each a program that can be run by its first line', () => {
    const { files: packed, paths: archives, unpack = [] } = compressScripts({ files, paths });
    const folder = mkdtempSync(join(tmpdir(), 'magnum-scripts-'));
    try {
      const [[path, archive] = ['', '']] = Object.entries(archives);
      const place = join(folder, basename(path));
      writeFileSync(place, gunzipSync(Buffer.from(packed[archive] ?? '', 'base64')));
      const [program = '', ...words] = unpack.map((word) => (word === path ? place : word));
      read(program, words, '');
      expect(readdirSync(folder).toSorted()).toEqual([...Object.keys(paths), path].map((name) => basename(name)).toSorted());
      const runnable = Object.entries(paths).filter(([, name]) => files[name]?.startsWith('#!'));
      expect(runnable.length).toBeGreaterThan(10);
      for (const [script, name] of runnable) {
        const unpacked = join(folder, basename(script));
        expect(readFileSync(unpacked, 'utf8'), name).toBe(withoutComments(files[name] ?? ''));
        expect(readFileSync(unpacked, 'utf8').split('\n')[0], name).toBe(files[name]?.split('\n')[0]);
        expect(statSync(unpacked).mode & 0o777, name).toBe(0o755);
      }
      expect(scriptsOf(packed)).toEqual(
        Object.fromEntries(Object.values(paths).map((name) => [name, withoutComments(files[name] ?? '')])),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
