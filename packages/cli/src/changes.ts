import { patchOf, type Changes, type JsonPatch } from '@magnum-ts/sdk';
import { InvalidArgumentError } from 'commander';
import { typed, type Field } from './arguments.js';
import { UsageError } from './errors.js';

const OPERATIONS = ['add', 'replace', 'remove'] as const;
type OperationName = (typeof OPERATIONS)[number];

/** The patch of `bay update NAME --node-count 2` and of `bay update NAME replace node_count=2`, which may be mixed. */
export function changesOf(fields: readonly Field[], flags: Record<string, unknown>, words: readonly string[]): JsonPatch {
  // Option parsers give numbers, booleans, texts and maps of texts: just what Changes holds.
  return [...patchOf(flags as Changes), ...spoken(fields, words)];
}

function spoken(fields: readonly Field[], words: readonly string[]): JsonPatch {
  const [op, ...changes] = words;
  if (op === undefined) return [];
  if (!isOperation(op)) throw new UsageError(`${JSON.stringify(op)} is none of add, replace, remove`);
  if (changes.length === 0) throw new UsageError(`${op} what?`);
  return changes.map((change) => (op === 'remove' ? { op, path: pathOf(change) } : assignment(fields, op, change)));
}

function assignment(fields: readonly Field[], op: 'add' | 'replace', change: string): JsonPatch[number] {
  const at = change.indexOf('=');
  if (at < 1) throw new UsageError(`Write name=value, not ${JSON.stringify(change)}`);
  const path = pathOf(change.slice(0, at));
  const schema = fields.find(({ name }) => `/${name}` === path)?.schema;
  try {
    return { op, path, value: typed(schema, change.slice(at + 1)) };
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw new UsageError(`${change}: ${error.message}`);
    throw error;
  }
}

/** `node_count`, `/node_count` and `node-count` are one field. */
function pathOf(name: string): string {
  const [field = '', ...rest] = name.replace(/^\//, '').split('/');
  return ['', field.replaceAll('-', '_'), ...rest].join('/');
}

function isOperation(word: string): word is OperationName {
  return OPERATIONS.some((known) => known === word);
}
