/** One row of the operation table: everything about an operation that is data. Versions are microversions, `1.3`; null means open. */
export interface Operation {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/v1/bays/{bay_ident}` */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly minVersion: string;
  readonly maxVersion: string | null;
  /** Needs no token. */
  readonly public: boolean;
  /** Name of the policy rule; null only where `public`. */
  readonly policy: string | null;
  /** Rules for parts of it: in all projects, publishing, reporting health. */
  readonly policies: Readonly<Partial<Record<'allProjects' | 'publish' | 'health' | 'privateKey', string>>>;
  readonly vocabulary: 'bay' | 'cluster';
  readonly success: readonly Success[];
  readonly pathParams: readonly Parameter[];
  readonly queryParams: readonly Parameter[];
  readonly hasBody: boolean;
  /** A success can be a stream of server-sent events, when `Accept` says so. */
  readonly streams: boolean;
  /** Its answers carry an ETag, and changes understand `If-Match`. */
  readonly etag: boolean;
  /** What it makes is committed together with its Idempotency-Key, and can be read by GET below its own path. */
  readonly once: boolean;
  readonly bodyKind: 'object' | 'json-patch' | 'none';
  /** Name of the schema that a JSON patch is applied to; it stands in `schemas.resources`. */
  readonly patches: string | null;
  readonly cli: CliHints | null;
}

export interface Success {
  readonly from: string;
  readonly to: string | null;
  readonly status: number;
  /** Name of the answer's schema; null for an empty answer or JSON null. */
  readonly schema: string | null;
}

export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  readonly minVersion: string;
  readonly maxVersion: string | null;
  readonly schema: JsonSchema;
  readonly cli: PropertyHints | null;
}

/** `command`: `bay create`. `rows`: the key of a list's items. `text`: the one field whose bare value is the output. */
export interface CliHints {
  readonly command: string;
  readonly aliases: readonly string[];
  readonly positional: readonly string[];
  readonly columns: readonly string[];
  readonly rows: string | null;
  readonly text: string | null;
  /** Takes several identifiers, one call each. */
  readonly many: boolean;
  readonly wait: 'create' | 'update' | 'delete' | null;
}

export interface PropertyHints {
  /** Names of the option; the first is shown, the rest are understood. */
  readonly flags?: readonly string[];
  readonly hidden?: boolean;
  /** The option names a file that holds the value; `-` is standard input. */
  readonly file?: boolean;
  /** What a positional argument is called in help. */
  readonly label?: string;
}

/** The part of JSON Schema 2020-12 that the spec uses. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly default?: unknown;
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly propertyNames?: JsonSchema;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  /** Properties that a body may not supply: 400, "read only". */
  readonly 'x-readonly'?: readonly string[];
  readonly 'x-create'?: 'required' | 'optional' | 'readonly' | 'ignored';
  /** What a body may hold, where that is wider than what answers show. */
  readonly 'x-create-as'?: JsonSchema;
  readonly 'x-patch'?: 'yes' | 'no' | 'not-removable' | 'internal';
  readonly 'x-cli'?: PropertyHints;
  readonly 'x-vocabulary'?: 'bay' | 'cluster';
}
