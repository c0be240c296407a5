export type { components, operations as OperationTypes, paths } from '../generated/magnum.js';
export { MAX_VERSION, MIN_VERSION, type OperationId, type PatchableFields } from '../generated/operations.js';
export type { CliHints, JsonSchema, Operation, Parameter, PropertyHints, Success } from './operation.js';
export { loadDocument, loadSchemas, type Schemas, type VersionedSchema } from './schemas.js';
export { operations } from './table.js';
export { isWithin, minorOf } from './versions.js';
