import type { JsonObject, JsonValue } from '../../../domain/json.js';

/** A Heat template as data. Conditions are resolved while rendering, so that a template holds only resources that it makes. */
export interface HotTemplate {
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, HotParameter>>;
  readonly resources: Readonly<Record<string, HotResource>>;
  readonly outputs?: Readonly<Record<string, { readonly value: JsonValue }>>;
}

export interface HotParameter {
  readonly type: 'string' | 'number' | 'boolean' | 'json' | 'comma_delimited_list';
  readonly default?: JsonValue;
  /** Hidden values show as asterisks in Heat's answers. */
  readonly hidden?: boolean;
  readonly description?: string;
}

export interface HotResource {
  readonly type: string;
  readonly properties?: JsonObject;
  readonly depends_on?: readonly string[];
}

// The version of Rocky, which every Heat in use accepts.
const VERSION = '2018-08-31';

export function templateDocument(template: HotTemplate): JsonObject {
  // A HotTemplate holds JSON only; its optional members are absent, never undefined.
  return { heat_template_version: VERSION, ...template } as unknown as JsonObject;
}

// Heat reads the text as YAML, which forbids these characters; as JSON escapes they are allowed.
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A nested template as text. JSON is YAML. */
export function templateText(template: HotTemplate): string {
  return printable(JSON.stringify(templateDocument(template), null, 1));
}

/** A nested template on one line, without spaces: for templates that grow with the number of nodes. */
export function templateLine(template: HotTemplate): string {
  return printable(JSON.stringify(templateDocument(template)));
}

function printable(text: string): string {
  return `${text.replaceAll(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

export function getParam(name: string): JsonObject {
  return { get_param: name };
}

export function getResource(name: string): JsonObject {
  return { get_resource: name };
}

export function getAttribute(resource: string, ...path: readonly (string | number)[]): JsonObject {
  return { get_attr: [resource, ...path] };
}

export function getFile(name: string): JsonObject {
  return { get_file: name };
}

/** Heat's `str_replace`: maps and lists become JSON in ASCII, and replaced text is not searched again. */
export function replaceIn(template: string, parameters: JsonObject): JsonObject {
  return { str_replace: { template, params: parameters } };
}

/** Entries without those that are null or undefined, which a template must not hold. */
export function withoutNulls(entries: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const kept: Record<string, JsonValue> = {};
  for (const name of Object.keys(entries)) {
    const value = entries[name];
    if (value !== undefined && value !== null) kept[name] = value;
  }
  return kept;
}
