import { operations as rows, type OperationId } from '../generated/operations.js';
import type { Operation } from './operation.js';

export type OperationTable = { readonly [Id in OperationId]: Operation & { readonly id: Id } };

/** Every operation by its id, in the order of the spec. */
// The generator writes rows of this shape; operations.test.ts checks every one of them.
export const operations = rows as OperationTable;
