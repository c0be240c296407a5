/**
 * The columns that a command can show, from the schemas of its answers.
 *
 * A mistyped column used to print empty lines, which a script takes for an answer. So columns are examined before anything is sent: a command that
 * creates must not fail after it has created.
 */
import { loadSchemas, operations, type JsonSchema, type Operation, type OperationId } from '@magnum-ts/openapi';
import type { Flags } from './arguments.js';
import type { CommandSpec } from './command-spec.js';
import { ColumnError } from './errors.js';

/** The columns that options name, for output and for sorting. */
export function requestedColumns(flags: Flags): readonly string[] {
  return [flags['column'], flags['sortColumn']].flatMap((names) => (Array.isArray(names) ? names.map(String) : []));
}

/** The operation that has all requested columns: the one with all fields where the summary lacks one. Throws ColumnError. */
export function operationWithColumns({ operation, detail }: CommandSpec, flags: Flags): Operation {
  const requested = requestedColumns(flags);
  const own = columnsOf(operation);
  const all = detail ? [...new Set([...own, ...columnsOf(detail)])] : own;
  const unknown = requested.filter((name) => !all.includes(name));
  if (unknown.length > 0 && all.length > 0) throw new ColumnError(unknown, all);
  const isSummaryEnough = flags['detail'] !== true && requested.every((name) => own.includes(name));
  return detail && !isSummaryEnough ? detail : operation;
}

/** Every column that a command knows. */
export function allColumns({ operation, detail }: CommandSpec): readonly string[] {
  return [...new Set([operation, ...(detail ? [detail] : [])].flatMap(columnsOf))];
}

/** Fields of an operation's answers in any version, and of the bay that is shown after a change. */
function columnsOf(operation: Operation): readonly string[] {
  // The table's keys are the operation ids.
  const answers = loadSchemas().responses[operation.id as OperationId];
  const own = answers.flatMap(({ schema }) => Object.keys(rowOf(schema, operation)?.properties ?? {}));
  const shown = operation.cli?.wait && operation.method !== 'DELETE' ? shownAfter(operation) : undefined;
  return [...new Set([...own, ...(shown ? columnsOf(shown) : [])])];
}

function rowOf(schema: JsonSchema | null, { cli }: Operation): JsonSchema | undefined {
  return cli?.rows ? schema?.properties?.[cli.rows]?.items : (schema ?? undefined);
}

function shownAfter({ vocabulary }: Operation): Operation {
  return vocabulary === 'bay' ? operations.getBay : operations.getCluster;
}
