import { patchOf, type Changes, type JsonPatch } from '@magnum-ts/sdk';
import { InvalidArgumentError } from 'commander';
import { parseTyped, type Field } from './arguments.js';
import { UsageError } from './errors.js';

const OPERATIONS = ['add', 'replace', 'remove'] as const;
type OperationName = (typeof OPERATIONS)[number];

/** The patch of `bay update NAME --node-count 2` and of `bay update NAME replace node_count=2`; one command may have both forms. */
export function changesOf(fields: readonly Field[], flags: Record<string, unknown>, words: readonly string[]): JsonPatch {
  // The option parsers produce numbers, booleans, texts and maps of texts, which are the values of Changes.
  return [...patchOf(flags as Changes), ...parsePatchWords(fields, words)];
}

function parsePatchWords(fields: readonly Field[], words: readonly string[]): JsonPatch {
  const [op, ...changes] = words;
  if (op === undefined) return [];
  if (!isOperation(op)) throw new UsageError(`${JSON.stringify(op)} is not one of add, replace, remove`);
  if (changes.length === 0) throw new UsageError(`${op} requires the name of a field`);
  return changes.map((change) => (op === 'remove' ? { op, path: fieldPath(change) } : parseAssignment(fields, op, change)));
}

function parseAssignment(fields: readonly Field[], op: 'add' | 'replace', change: string): JsonPatch[number] {
  const at = change.indexOf('=');
  if (at < 1) throw new UsageError(`Write name=value, not ${JSON.stringify(change)}`);
  const path = fieldPath(change.slice(0, at));
  const schema = fields.find(({ name }) => `/${name}` === path)?.schema;
  try {
    return { op, path, value: parseTyped(schema, change.slice(at + 1)) };
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw new UsageError(`${change}: ${error.message}`);
    throw error;
  }
}

/** The JSON pointer of a field; `node_count`, `/node_count` and `node-count` are the same field. */
function fieldPath(name: string): string {
  const [field = '', ...rest] = name.replace(/^\//, '').split('/');
  return ['', field.replaceAll('-', '_'), ...rest].join('/');
}

function isOperation(word: string): word is OperationName {
  return OPERATIONS.some((known) => known === word);
}
