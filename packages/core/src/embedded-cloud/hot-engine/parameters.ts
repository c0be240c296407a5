import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import { refuse } from './refusal.js';

export const PARAMETER_TYPES = ['string', 'number', 'boolean', 'json', 'comma_delimited_list'] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

export interface ParameterSchema {
  readonly type: ParameterType;
  /** Undefined: the parameter must be given. */
  readonly default: JsonValue | undefined;
  readonly hidden: boolean;
  readonly constraints: readonly JsonObject[];
}

const SCHEMA_KEYS = ['type', 'label', 'description', 'default', 'hidden', 'constraints', 'immutable', 'tags'];
const CONSTRAINTS = ['allowed_values', 'range', 'length', 'allowed_pattern', 'modulo', 'custom_constraint'];
/** What these name is looked up when a resource uses it. */
const CUSTOM_CONSTRAINTS = [
  'nova.flavor',
  'nova.keypair',
  'glance.image',
  'neutron.network',
  'neutron.subnet',
  'neutron.port',
  'cinder.vtype',
  'cinder.volume',
  'net_cidr',
  'ip_addr',
];

export function parseParameter(name: string, value: JsonValue): ParameterSchema {
  if (!isJsonObject(value)) refuse(`Parameter ${name} must be a map`);
  const unknown = Object.keys(value).find((key) => !SCHEMA_KEYS.includes(key));
  if (unknown !== undefined) refuse(`Invalid key '${unknown}' for parameter (${name})`);
  const type = PARAMETER_TYPES.find((known) => known === value['type']);
  if (!type) refuse(`Invalid type (${String(value['type'])}) of parameter ${name}`);
  return {
    type,
    default: value['default'],
    hidden: value['hidden'] === true || value['hidden'] === 'true',
    constraints: parseConstraints(name, value['constraints'] ?? []),
  };
}

function parseConstraints(name: string, value: JsonValue): readonly JsonObject[] {
  if (!Array.isArray(value)) refuse(`Invalid constraints of parameter ${name}: expected a list`);
  return value.map((constraint: JsonValue) => {
    if (!isJsonObject(constraint)) return refuse(`Invalid constraint of parameter ${name}: expected a map`);
    const kind = Object.keys(constraint).find((key) => key !== 'description');
    if (kind === undefined || !CONSTRAINTS.includes(kind)) refuse(`Invalid constraint ${String(kind)} of parameter ${name}`);
    const custom = constraint['custom_constraint'];
    if (custom !== undefined && !CUSTOM_CONSTRAINTS.includes(String(custom))) {
      refuse(`The custom constraint ${String(custom)} of parameter ${name} is not supported`);
    }
    return constraint;
  });
}

/** The value of every declared parameter, typed and checked. Null means "not given", as Heat reads it. */
export function parameterValues(
  schemas: ReadonlyMap<string, ParameterSchema>,
  given: JsonObject,
): ReadonlyMap<string, JsonValue> {
  const undeclared = Object.keys(given).find((name) => !schemas.has(name));
  if (undeclared !== undefined) refuse(`The Parameter (${undeclared}) was not defined in template.`);
  return new Map(
    [...schemas].map(([name, schema]) => {
      const value = (Object.hasOwn(given, name) ? given[name] : undefined) ?? schema.default;
      if (value === undefined) refuse(`The Parameter (${name}) was not provided.`);
      return [name, value === null ? emptyOf(schema.type) : checkValue(name, schema, value)];
    }),
  );
}

function emptyOf(type: ParameterType): JsonValue {
  return type === 'comma_delimited_list' ? [] : type === 'json' ? {} : null;
}

function checkValue(name: string, schema: ParameterSchema, value: JsonValue): JsonValue {
  const typed = CONVERSIONS[schema.type](value);
  if (typed === undefined)
    refuse(`Parameter '${name}' is invalid: ${printableValue(schema, value)} is not of type ${schema.type}`);
  for (const constraint of schema.constraints) {
    const problem = brokenBy(constraint, typed);
    if (problem === undefined) continue;
    const words = typeof constraint['description'] === 'string' ? constraint['description'] : problem;
    refuse(`Parameter '${name}' is invalid: ${printableValue(schema, typed)} ${words}`);
  }
  return typed;
}

function printableValue(schema: ParameterSchema, value: JsonValue): string {
  return schema.hidden ? 'the hidden value' : JSON.stringify(value).slice(0, 120);
}

const TRUE = ['t', 'true', 'on', 'y', 'yes', '1'];
const FALSE = ['f', 'false', 'off', 'n', 'no', '0'];

const CONVERSIONS: Record<ParameterType, (value: JsonValue) => JsonValue | undefined> = {
  string: (value) =>
    typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined,
  number: (value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  },
  boolean: (value) => {
    const text = String(value).toLowerCase();
    return TRUE.includes(text) ? true : FALSE.includes(text) ? false : undefined;
  },
  json: (value) => {
    const parsed = typeof value === 'string' ? parsedJson(value) : value;
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  },
  comma_delimited_list: (value) => {
    if (Array.isArray(value))
      return value.map((item: JsonValue) => (typeof item === 'object' ? JSON.stringify(item) : String(item)));
    return typeof value === 'string' ? (value === '' ? [] : value.split(',').map((item) => item.trim())) : undefined;
  },
};

function parsedJson(text: string): JsonValue | undefined {
  try {
    // What JSON.parse returns is a JsonValue by definition.
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function brokenBy(constraint: JsonObject, value: JsonValue): string | undefined {
  const { allowed_values: allowed, range, length, allowed_pattern: pattern, modulo } = constraint;
  if (Array.isArray(allowed) && !every(value, (item) => allowed.some((one: JsonValue) => String(one) === String(item)))) {
    return `is not an allowed value [${allowed.join(', ')}]`;
  }
  if (isJsonObject(range) && !within(Number(value), range)) return `is out of range (${limits(range)})`;
  if (isJsonObject(length) && !within(sizeOf(value), length))
    return `length (${sizeOf(value)}) is out of range (${limits(length)})`;
  if (typeof pattern === 'string' && !every(value, (item) => wholeMatch(pattern, String(item))))
    return `does not match pattern "${pattern}"`;
  if (isJsonObject(modulo) && (Number(value) - Number(modulo['offset'] ?? 0)) % Number(modulo['step'] ?? 1) !== 0) {
    return `is not a multiple of ${String(modulo['step'])} with offset ${String(modulo['offset'])}`;
  }
  return undefined;
}

function every(value: JsonValue, holds: (item: JsonValue) => boolean): boolean {
  return Array.isArray(value) ? value.every(holds) : holds(value);
}

function within(number: number, limit: JsonObject): boolean {
  return number >= Number(limit['min'] ?? -Infinity) && number <= Number(limit['max'] ?? Infinity);
}

function limits(limit: JsonObject): string {
  return `min: ${String(limit['min'] ?? 'none')}, max: ${String(limit['max'] ?? 'none')}`;
}

function sizeOf(value: JsonValue): number {
  return typeof value === 'string' || Array.isArray(value)
    ? value.length
    : isJsonObject(value)
      ? Object.keys(value).length
      : String(value).length;
}

function wholeMatch(pattern: string, text: string): boolean {
  const match = new RegExp(pattern, 'u').exec(text);
  return match !== null && match.index === 0 && match[0].length === text.length;
}
