import { createRequire } from 'node:module';
import type { OperationId } from '../generated/operations.js';
import type { JsonSchema } from './operation.js';

export interface VersionedSchema {
  readonly from: string;
  readonly to: string | null;
  readonly schema: JsonSchema;
}

export interface Schemas {
  /** Bodies. Operations without a body are absent. */
  readonly requests: { readonly [Id in OperationId]?: readonly VersionedSchema[] };
  /** Answers of success; `schema` is null where the answer is empty. */
  readonly responses: {
    readonly [Id in OperationId]: readonly {
      readonly from: string;
      readonly to: string | null;
      readonly status: number;
      readonly schema: JsonSchema | null;
    }[];
  };
  /** What JSON patches are applied to, by schema name, with `x-patch` on every property. */
  readonly resources: Readonly<Record<string, readonly VersionedSchema[]>>;
}

let loaded: Schemas | undefined;

/** The generated schemas, read at the first call. */
export function loadSchemas(): Schemas {
  // The file is written by the generator in just this shape, and `generate --check` guards it.
  loaded ??= createRequire(import.meta.url)('../generated/schemas.json') as Schemas;
  return loaded;
}

/** The whole API as one OpenAPI 3.1 document. */
export function loadDocument(): Readonly<Record<string, unknown>> {
  return createRequire(import.meta.url)('../generated/magnum.json') as Readonly<Record<string, unknown>>; // as above
}
