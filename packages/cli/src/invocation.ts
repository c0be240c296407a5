import { checkPathPart, MagnumError, type JsonPatch } from '@magnum-ts/sdk';
import { valuesOf, type Flags } from './arguments.js';
import type { CommandSpec } from './command-spec.js';
import { UsageError } from './errors.js';
import { fieldsFromFile } from './from-file.js';
import type { Io } from './io.js';
import type { Item } from './output.js';

/** A parsed command line: the command, the values of each of its positional arguments, and the options by name. */
export interface Invocation {
  readonly io: Io;
  readonly spec: CommandSpec;
  readonly positional: readonly (readonly string[])[];
  readonly flags: Flags;
  /** Changes of an update beside those of the options of fields. */
  readonly changes?: JsonPatch;
}

/** The body that positional arguments and options make. */
export async function bodyOf({ io, spec, positional, flags }: Invocation): Promise<Record<string, unknown>> {
  const fromFile = await fieldsFromFile(io, spec.fields, flags);
  const named = spec.positional.flatMap((name, index) => {
    const [value] = positional[index] ?? [];
    return value !== undefined && spec.fields.some((field) => field.name === name) ? [[name, value] as const] : [];
  });
  const given = await valuesOf(
    io,
    spec.fields.map((field) => ({ ...field, required: field.required && !(field.name in fromFile) })),
    { flags, values: Object.fromEntries(named) },
  );
  return { ...fromFile, ...given };
}

/** The query that the options make. */
export async function queryOf({ io, spec, flags }: Invocation): Promise<Record<string, string | number | boolean>> {
  const values = await valuesOf(
    io,
    spec.query.filter(({ name }) => !spec.positional.includes(name)),
    { flags },
  );
  return values as Record<string, string | number | boolean>; // query parameters are scalars, and the option parsers return nothing else
}

/** The parts of the path by name. Throws UsageError for a part that would change the path. */
export function pathValues({ spec, positional }: Invocation): Record<string, string> {
  return Object.fromEntries(
    spec.operation.pathParams.map(({ name }) => [name, checkIdent(name, positional[spec.positional.indexOf(name)]?.[0] ?? '')]),
  );
}

/** Refuses a name that would address another resource, before the login: the SDK's rule, as a mistake in the command line. */
export function checkIdent(parameter: string, ident: string): string {
  try {
    return checkPathPart(parameter, ident);
  } catch (error) {
    throw error instanceof MagnumError ? new UsageError(error.message) : error;
  }
}

export function itemOf(value: unknown): Item {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
