import { CORE_SCHEMA, loadAll, type Schema } from 'js-yaml';
import type { JsonValue } from '../../domain/json.js';

/** How a text is read, and how much it may hold. */
export interface Reading {
  /** Size of the text in UTF-8. */
  readonly mostBytes: number;
  /** Values after aliases are resolved; and lines, commas and brackets, which are looked at before the text is parsed. */
  readonly mostValues: number;
  /** What plain words mean; YAML 1.2 when absent. */
  readonly schema?: Schema;
}

/** Why a text cannot be read: the end of the sentence "it cannot be used: …". */
export class UnreadableText extends Error {
  constructor(why: string, cause?: unknown) {
    super(why, cause === undefined ? undefined : { cause });
    this.name = 'UnreadableText';
  }
}

const DEEPEST = 64;

/**
 * The documents of YAML, of which JSON is a part. js-yaml, because it reads the largest text ten times as fast as others, and the process waits for
 * it. Errors: UnreadableText.
 */
export function readDocuments(text: string, { mostBytes, mostValues, schema = CORE_SCHEMA }: Reading): readonly JsonValue[] {
  if (Buffer.byteLength(text) > mostBytes) throw new UnreadableText(`it is larger than ${mostBytes} bytes`);
  const problem = shapeProblem(text, mostValues);
  if (problem !== undefined) throw new UnreadableText(problem);
  const room: Room = { mostValues, values: mostValues, characters: mostBytes };
  return parsedText(text, schema).map((document) => copyBounded(document, room, 0));
}

const MOST_OPEN = 200;
const LONGEST_INDENT = 400;

/**
 * The parser works through nesting by recursion, and ends the whole process on a text that is nothing but nesting; and it takes some
 * 10 microseconds for a value, a second for a text of many small ones. So both are looked at first, roughly: more brackets open than
 * any manifest has, more indentation (with the dashes in it) than any has, more lines, commas and brackets than any has.
 */
function shapeProblem(text: string, mostMarks: number): string | undefined {
  let [open, indent, isIndent, marks] = [0, 0, true, 0];
  for (const character of text) {
    if (character === '\n') [indent, isIndent, marks] = [0, true, marks + 1];
    else if (isIndent && INDENT.has(character)) indent += 1;
    else isIndent = false;
    if (character === '[' || character === '{') [open, marks] = [open + 1, marks + 1];
    else if (character === ']' || character === '}') open -= 1;
    else if (character === ',') marks += 1;
    if (open > MOST_OPEN || indent > LONGEST_INDENT) return 'it is nested too deeply';
    if (marks > mostMarks) return `it has more than ${mostMarks} lines, commas and brackets`;
  }
  return undefined;
}

const INDENT: ReadonlySet<string> = new Set([' ', '-', '?', ':', '\t']);

function parsedText(text: string, schema: Schema): readonly unknown[] {
  const json = parsedJson(text);
  return json === undefined ? parsedYaml(text, schema) : [json];
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

function parsedYaml(text: string, schema: Schema): readonly unknown[] {
  const documents: unknown[] = [];
  try {
    // A key that occurs twice counts as it does in JSON: the last one wins.
    loadAll(text, (document) => void documents.push(document ?? null), { schema, json: true });
  } catch (cause) {
    const why = (cause instanceof Error ? cause.message : '').split('\n')[0]?.slice(0, 200) || 'it cannot be read';
    throw new UnreadableText(why, cause);
  }
  return documents;
}

/** What may still be copied. */
interface Room {
  readonly mostValues: number;
  values: number;
  characters: number;
}

/** As JSON. An alias is a copy here, so what aliases multiply is counted: without them a text never holds more characters than it has bytes. */
function copyBounded(value: unknown, room: Room, depth: number): JsonValue {
  room.values -= 1;
  if (room.values < 0) throw new UnreadableText(`it holds more than ${room.mostValues} values`);
  if (depth > DEEPEST) throw new UnreadableText('it is nested too deeply');
  if (Array.isArray(value)) return value.map((entry) => copyBounded(entry, room, depth + 1));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [takeText(name, room), copyBounded(inner, room, depth + 1)]),
    );
  if (typeof value === 'string') return takeText(value, room);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new UnreadableText('it holds a value that JSON does not have');
}

function takeText(text: string, room: Room): string {
  room.characters -= text.length;
  if (room.characters < 0) throw new UnreadableText('its aliases make it too large');
  return text;
}
