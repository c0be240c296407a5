import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { DomainError } from '../../domain/errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import { LARGEST_MANIFEST } from '../../domain/manifest.js';

const DEEPEST = 64;
const MOST_VALUES = 5_000;

/** YAML, of which JSON is a part. js-yaml, because it reads the largest text ten times as fast as others, and the API waits for it. */
export function parseManifest(text: string): JsonObject {
  if (Buffer.byteLength(text) > LARGEST_MANIFEST) throw refuseManifest(`it is larger than ${LARGEST_MANIFEST} bytes`);
  const problem = shapeProblem(text);
  if (problem !== undefined) throw refuseManifest(problem);
  const value = copyBounded(parseText(text), { left: MOST_VALUES }, 0);
  if (!isJsonObject(value)) throw refuseManifest('it is no object');
  return value;
}

const MOST_OPEN = 200;
const LONGEST_INDENT = 400;

/**
 * The parser works through nesting by recursion, and ends the whole process on a text that is nothing but nesting; and it takes some
 * 10 microseconds for a value, a second for a text of many small ones. So both are looked at first, roughly: more brackets open than
 * any manifest has, more indentation (with the dashes in it) than any has, more lines, commas and brackets than any has.
 */
function shapeProblem(text: string): string | undefined {
  let [open, indent, isIndent, marks] = [0, 0, true, 0];
  for (const character of text) {
    if (character === '\n') [indent, isIndent, marks] = [0, true, marks + 1];
    else if (isIndent && INDENT.has(character)) indent += 1;
    else isIndent = false;
    if (character === '[' || character === '{') [open, marks] = [open + 1, marks + 1];
    else if (character === ']' || character === '}') open -= 1;
    else if (character === ',') marks += 1;
    if (open > MOST_OPEN || indent > LONGEST_INDENT) return 'it is nested too deeply';
    if (marks > MOST_VALUES) return `it has more than ${MOST_VALUES} lines, commas and brackets`;
  }
  return undefined;
}

const INDENT: ReadonlySet<string> = new Set([' ', '-', '?', ':', '\t']);

function parseText(text: string): unknown {
  return parsedJson(text) ?? parsedYaml(text);
}

/** The most common form, ten times as fast. Undefined where it is none. */
function parsedJson(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsedYaml(text: string): unknown {
  const documents: unknown[] = [];
  try {
    // A key that occurs twice counts as it does in JSON: the last one wins.
    loadAll(text, (document) => void documents.push(document), { schema: CORE_SCHEMA, json: true });
  } catch (cause) {
    throw refuseManifest(
      (cause instanceof Error ? cause.message : '').split('\n')[0]?.slice(0, 200) || 'it cannot be read',
      cause,
    );
  }
  if (documents.length > 1) throw refuseManifest('it holds more than one document');
  return documents[0] ?? null;
}

/** As JSON. An alias is a copy here, so what aliases multiply is counted. */
function copyBounded(value: unknown, room: { left: number }, depth: number): JsonValue {
  room.left -= 1;
  if (room.left < 0) throw refuseManifest(`it holds more than ${MOST_VALUES} values`);
  if (depth > DEEPEST) throw refuseManifest('it is nested too deeply');
  if (Array.isArray(value)) return value.map((entry) => copyBounded(entry, room, depth + 1));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyBounded(inner, room, depth + 1)]));
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw refuseManifest('it holds a value that JSON does not have');
}

function refuseManifest(why: string, cause?: unknown): DomainError {
  const message = `The manifest cannot be used: ${why}. Write one object in YAML or JSON.`;
  return new DomainError('invalid-parameter', { field: 'manifest', message, ...(cause === undefined ? {} : { cause }) });
}
