import type { JsonSchema, Operation } from '@magnum-ts/openapi';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { withChoices } from './choices.js';
import { UsageError } from './errors.js';
import type { Io } from './io.js';

/** The given options, by commander's names. */
export type Flags = Readonly<Record<string, unknown>>;

/** A named value that an option sets: a field of a body, or a query parameter. */
export interface Field {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

function typesOf(schema: JsonSchema): readonly string[] {
  return [schema.type ?? []].flat().filter((type) => type !== 'null');
}

function flagsOf(field: Field): readonly string[] {
  return field.schema['x-cli']?.flags ?? [field.name.replaceAll('_', '-')];
}

/** Adds the options of a field: `--node-count <number>`, `--public` with `--no-public`. Help does not show older names of an option. */
export function addField(command: Command, field: Field): void {
  for (const [index, flag] of flagsOf(field).entries()) {
    for (const option of optionsFor(field, flag)) command.addOption(index > 0 ? option.hideHelp() : option);
  }
}

/** An option with a value. Commander takes the value of `--no-proxy <proxy>` for one of `--proxy`, whose opposite it seems to be. */
export function valueOption(flags: string, about: string): Option {
  const option = new Option(flags, about);
  option.negate = false;
  return option;
}

function optionsFor(field: Field, flag: string): Option[] {
  const about = `${field.schema.description ?? ''}${field.required ? ' (required)' : ''}`.trim();
  const [type] = typesOf(field.schema);
  if (type === 'boolean')
    return [
      new Option(`--${flag}`, about),
      new Option(`--no-${flag}`, `opposite of --${flag}`).hideHelp(field.schema.default !== true),
    ];
  if (type === 'object')
    return [
      valueOption(`--${flag} <key=value>`, `${about} Repeat the option, or separate values by commas.`).argParser(parseMap),
    ];
  if (type === 'array')
    return [valueOption(`--${flag} <value>`, `${about} Repeat the option, or separate values by commas.`).argParser(parseList)];
  if (field.schema['x-cli']?.file)
    return [valueOption(`--${flag} <file>`, `${about} A file with the value; - is standard input.`)];
  const choices = field.schema.enum?.filter((value) => typeof value === 'string');
  if (choices) return [withChoices(valueOption(`--${flag} <${field.name}>`, about), choices)];
  if (type === 'integer') return [valueOption(`--${flag} <number>`, about).argParser((text) => parseInteger(text, field.schema))];
  return [valueOption(`--${flag} <${placeholder(flag)}>`, about)];
}

function placeholder(flag: string): string {
  return flag.split('-').at(-1) ?? flag;
}

/** Parses `a=b,c=d` and adds the pairs to those of earlier repetitions. A comma that no `key=` follows is part of the value. */
function parseMap(text: string, before: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  const pairs = text.split(/,(?=[^=,]+=)/).map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new InvalidArgumentError(`Write key=value, not ${JSON.stringify(pair)}.`);
    return [pair.slice(0, at).trim(), pair.slice(at + 1)] as const;
  });
  return { ...before, ...Object.fromEntries(pairs) };
}

/** Parses `a,b` and adds the items to those of earlier repetitions. */
function parseList(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...text.split(',').map((item) => item.trim())].filter((item) => item !== '');
}

function parseInteger(text: string, schema: JsonSchema): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  const value = Number(text);
  if (schema.minimum !== undefined && value < schema.minimum)
    throw new InvalidArgumentError(`It must be ${schema.minimum} or more.`);
  if (schema.maximum !== undefined && value > schema.maximum)
    throw new InvalidArgumentError(`It must be ${schema.maximum} or less.`);
  return value;
}

/** The value of a field from any of its options; for a file option, the content of the file. */
async function valueOf(io: Io, field: Field, flags: Flags): Promise<unknown> {
  const value = flagsOf(field)
    .map((flag) => flags[toCamelCase(flag)])
    .find((found) => found !== undefined);
  if (value === undefined || !field.schema['x-cli']?.file) return value;
  if (value === '-') return io.readStdin();
  return io.readFile(String(value)).catch((error: unknown) => {
    throw new UsageError(`${String(value)} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** The given fields by their wire names; `values`: those that positional arguments give. Throws UsageError for a missing required field. */
export async function valuesOf(
  io: Io,
  fields: readonly Field[],
  given: { readonly flags: Flags; readonly values?: Readonly<Record<string, unknown>> },
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = { ...given.values };
  for (const field of fields) {
    const value = values[field.name] ?? (await valueOf(io, field, given.flags));
    if (value !== undefined) values[field.name] = value;
    else if (field.required) throw new UsageError(`--${flagsOf(field)[0] ?? field.name} is required`);
  }
  return values;
}

/** Parses the value in `replace name=value` as the type of the field. */
export function parseTyped(schema: JsonSchema | undefined, text: string): string | number | boolean {
  const types = schema ? typesOf(schema) : [];
  if (types.includes('integer') && schema) return parseInteger(text, schema);
  if (types.includes('boolean') && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return text;
}

export function pathOf(operation: Operation, values: Readonly<Record<string, string>>): string {
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

/** Commander's name of an option: `osAuthUrl` for `os-auth-url`. */
export function toCamelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
