/**
 * `--from-file`: the fields of a resource from YAML or JSON, as the API names them.
 *
 * A file is written by hand, and the service would refuse it without a line. So names, types, choices and bounds are examined here, by the schema
 * of the command, and each fault is shown with its line. All faults are shown at once; nothing is sent where there is one.
 */
import type { JsonSchema } from '@magnum-ts/openapi';
import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { Field, Flags } from './arguments.js';
import { UsageError } from './errors.js';
import type { Io } from './io.js';

interface Source {
  readonly name: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** The fields that the file of `--from-file` gives; none without the option. Throws UsageError with every fault and its line. */
export async function fieldsFromFile(io: Io, fields: readonly Field[], flags: Flags): Promise<Record<string, unknown>> {
  const file = flags['fromFile'];
  if (typeof file !== 'string') return {};
  const source = await readSource(io, file);
  const { contents } = source.document;
  if (!isMap(contents)) throw new UsageError(`${source.name}: the fields are a map, such as {name: my-bay}`);
  const faults: string[] = [];
  for (const { key, value } of contents.items) {
    const name = isScalar(key) ? String(key.value) : String(key);
    const field = fields.find((known) => known.name === name);
    const fault = field ? faultOf(field.schema, (value as Node | null)?.toJS(source.document)) : unknownField(fields);
    if (fault !== undefined) faults.push(`${source.name}:${lineOf(source, (field ? value : key) ?? key)}: ${name}: ${fault}`);
  }
  if (faults.length > 0) throw new UsageError(faults.join('; '));
  return { ...(source.document.toJS() as Record<string, unknown>) }; // a map, as examined above
}

async function readSource(io: Io, file: string): Promise<Source> {
  const name = file === '-' ? 'standard input' : file;
  const text = await (file === '-' ? io.readStdin() : io.readFile(file)).catch((error: unknown) => {
    throw new UsageError(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) throw new UsageError(`${name}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
  return { name, document, lines };
}

function lineOf({ lines }: Pick<Source, 'lines'>, node: unknown): number {
  const range: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'range') : undefined;
  return Array.isArray(range) ? lines.linePos(Number(range[0])).line : 1;
}

function unknownField(fields: readonly Field[]): string {
  return `there is no such field; the fields are: ${fields.map((field) => field.name).join(', ')}`;
}

const KINDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  null: (value) => value === null,
};

function faultOf(schema: JsonSchema, value: unknown): string | undefined {
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => KINDS[type]?.(value) ?? true))
    return `${JSON.stringify(value)} is no ${types.filter((type) => type !== 'null').join(' or ')}`;
  const choices = schema.enum;
  if (choices && !choices.some((choice) => choice === value))
    return `${JSON.stringify(value)} is not one of ${choices.join(', ')}`;
  if (typeof value !== 'number') return undefined;
  if (schema.minimum !== undefined && value < schema.minimum) return `it must be ${schema.minimum} or more`;
  return schema.maximum !== undefined && value > schema.maximum ? `it must be ${schema.maximum} or less` : undefined;
}
