import {
  isWithin,
  loadSchemas,
  MAX_VERSION,
  type JsonSchema,
  type Operation,
  type OperationId,
  type Parameter,
} from '@magnum-ts/openapi';
import type { Field } from './arguments.js';

/** The specification of a command. `detail`: the operation whose answer has all fields, where the API has two. */
export interface CommandSpec {
  readonly operation: Operation;
  readonly detail: Operation | undefined;
  /** Fields of the body, or of the resource that is patched. */
  readonly fields: readonly Field[];
  readonly query: readonly Field[];
  readonly positional: readonly string[];
}

export function commandSpecOf(operation: Operation, detail: Operation | undefined): CommandSpec {
  return {
    operation,
    detail,
    fields: fieldsOf(operation),
    query: operation.queryParams.map(queryField),
    positional: operation.cli?.positional ?? [],
  };
}

function fieldsOf(operation: Operation): readonly Field[] {
  const schemas = loadSchemas();
  // Operation's own type has a plain string there; the table's keys are the operation ids.
  const known = operation.patches === null ? schemas.requests[operation.id as OperationId] : schemas.resources[operation.patches];
  const schema = known?.find(({ from, to }) => isWithin(MAX_VERSION, from, to))?.schema;
  const isShown = (property: JsonSchema): boolean =>
    operation.patches === null
      ? property['x-create'] !== 'ignored' && property['x-cli']?.hidden !== true
      : property['x-patch'] === 'yes' || property['x-patch'] === 'not-removable';
  return Object.entries(schema?.properties ?? {})
    .filter(([, property]) => isShown(property))
    .map(([name, property]) => ({
      name,
      schema: property,
      required: operation.patches === null && (schema?.required ?? []).includes(name),
    }));
}

function queryField(parameter: Parameter): Field {
  const hints = parameter.cli ? { 'x-cli': parameter.cli } : {};
  return {
    name: parameter.name,
    required: parameter.required,
    schema: { ...parameter.schema, description: parameter.description, ...hints },
  };
}
