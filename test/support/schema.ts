import type { JsonSchema } from '@magnum-ts/openapi';

type Fields = Readonly<Record<string, unknown>>;

/**
 * How a value breaks a schema of the spec, one line each; none when it conforms. Independent of the checker that the service
 * uses, and stricter: an answer must not hold what the spec does not name.
 */
export function breaches(schema: JsonSchema, value: unknown, path = 'body'): readonly string[] {
  if (schema.anyOf && !schema.anyOf.some((option) => breaches({ ...schema, ...option, anyOf: [] }, value, path).length === 0))
    return [`${path} fits none of anyOf`];
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOfType(type, value)))
    return [`${path} is ${show(value)}, not ${types.join(' or ')}`];
  if (schema.enum && !schema.enum.some((member) => member === value))
    return [`${path} is ${show(value)}, not one of ${schema.enum.join(', ')}`];
  if (typeof value === 'string') return ofText(schema, value, path);
  if (typeof value === 'number') return ofNumber(schema, value, path);
  if (Array.isArray(value))
    return schema.items ? value.flatMap((item, index) => breaches(schema.items ?? {}, item, `${path}[${index}]`)) : [];
  return isFields(value) ? ofObject(schema, value, path) : [];
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isFields(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
};

function ofText(schema: JsonSchema, value: string, path: string): readonly string[] {
  const format = schema.format === undefined ? undefined : FORMATS[schema.format];
  const length = [...value].length;
  return [
    ...(format && !format.test(value) ? [`${path} is ${show(value)}, no ${schema.format}`] : []),
    ...(schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)
      ? [`${path} does not match ${schema.pattern}`]
      : []),
    ...(length < (schema.minLength ?? 0) || length > (schema.maxLength ?? Infinity) ? [`${path} has ${length} characters`] : []),
  ];
}

function ofNumber(schema: JsonSchema, value: number, path: string): readonly string[] {
  return value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)
    ? [`${path} is ${value}, out of range`]
    : [];
}

function ofObject(schema: JsonSchema, value: Fields, path: string): readonly string[] {
  const missing = (schema.required ?? [])
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => `${path}.${name} is missing`);
  const inner = Object.entries(value).flatMap(([name, item]) => {
    const property = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
    if (property) return breaches(property, item, `${path}.${name}`);
    if (typeof schema.additionalProperties === 'object') return breaches(schema.additionalProperties, item, `${path}.${name}`);
    return schema.properties ? [`${path}.${name} is not in the spec`] : [];
  });
  return [...missing, ...inner];
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 80);
}
