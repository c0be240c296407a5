import { loadSchemas, operations, type JsonSchema } from '@magnum-ts/openapi';
import { expect, test } from 'vitest';

/** Formats of their own length. */
const SELF_BOUNDED = new Set(['uuid', 'date-time']);

/** Every text, list and map below a schema that has no bound. What a body may not supply, or is passed over, is left out. */
function unbounded(schema: JsonSchema, path: string): readonly string[] {
  const types = new Set([schema.type ?? []].flat());
  const found: string[] = [];
  const isText = types.has('string') && !schema.enum && !SELF_BOUNDED.has(schema.format ?? '');
  if (isText && schema.maxLength === undefined) found.push(`${path}: text`);
  if (types.has('array') && schema.maxItems === undefined) found.push(`${path}: list`);
  if (schema.items) found.push(...unbounded(schema.items, `${path}[]`));
  if (typeof schema.additionalProperties === 'object') {
    if (schema.maxProperties === undefined) found.push(`${path}: number of keys`);
    if (schema.propertyNames?.maxLength === undefined) found.push(`${path}: keys`);
    found.push(...unbounded(schema.additionalProperties, `${path}{}`));
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property['x-create'] === 'readonly' || property['x-create'] === 'ignored') continue;
    found.push(...unbounded({ ...property, ...property['x-create-as'] }, `${path}.${name}`));
  }
  return found;
}

test('every text, list and map that a body may hold has a bound in the specification', () => {
  const bodies = Object.entries(loadSchemas().requests).flatMap(([id, ranges]) =>
    ranges.flatMap(({ schema }) => unbounded(schema, id)),
  );
  expect([...new Set(bodies)]).toEqual([]);
});

test('every field that a patch may change has a bound in the specification', () => {
  const fields = Object.entries(loadSchemas().resources).flatMap(([id, ranges]) =>
    ranges.flatMap(({ schema }) =>
      Object.entries(schema.properties ?? {})
        .filter(([, property]) => property['x-patch'] === 'yes' || property['x-patch'] === 'not-removable')
        .flatMap(([name, property]) => unbounded({ ...property, ...property['x-create-as'] }, `${id}.${name}`)),
    ),
  );
  expect([...new Set(fields)]).toEqual([]);
});

test('every parameter of a query has a bound in the specification', () => {
  const parameters = Object.values(operations).flatMap(({ id, queryParams }) =>
    queryParams.flatMap(({ name, schema }) => unbounded(schema, `${id}?${name}`)),
  );
  expect([...new Set(parameters)]).toEqual([]);
});
