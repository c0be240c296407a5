import { isObject, objectAt, textAt, type Json, type JsonObject } from './json.js';

export interface VersionRange {
  readonly from: string;
  /** Null: to the newest. */
  readonly to: string | null;
}

function minor(version: string): number {
  const parts = /^1\.(\d+)$/.exec(version);
  if (!parts) throw new Error(`not a microversion: ${version}`);
  return Number(parts[1]);
}

/** Every microversion of the spec, oldest first. */
export function allVersions(spec: JsonObject): string[] {
  const info = objectAt(spec, 'info');
  const [first, last] = [minor(textAt(info, 'x-min-version') ?? ''), minor(textAt(info, 'x-max-version') ?? '')];
  return Array.from({ length: last - first + 1 }, (_, index) => `1.${first + index}`);
}

export function rangeOf(annotated: JsonObject): VersionRange {
  return { from: textAt(annotated, 'x-min-version') ?? '1.1', to: textAt(annotated, 'x-max-version') ?? null };
}

export function covers(range: VersionRange, version: string): boolean {
  return minor(range.from) <= minor(version) && (range.to === null || minor(version) <= minor(range.to));
}

/** A schema as it is at one version: properties of other versions left out, older limits put in, the annotations dropped. */
export function schemaAt(schema: Json, version: string): Json {
  if (Array.isArray(schema)) return schema.map((item) => schemaAt(item, version));
  if (!isObject(schema)) return schema;
  const { 'x-min-version': _min, 'x-max-version': _max, 'x-before': before, ...newest } = schema;
  const rest = { ...newest, ...(isObject(before) ? olderRules(before, version) : {}) };
  const properties = isObject(rest['properties']) ? visible(rest['properties'], version) : undefined;
  const names = properties && new Set(Object.keys(properties));
  return Object.fromEntries(
    Object.entries({ ...rest, ...(properties && { properties }) }).map(([key, item]) => {
      if (key === 'required' && names && Array.isArray(item)) return [key, item.filter((name) => names.has(String(name)))];
      return [key, schemaAt(item, version)];
    }),
  );
}

/** `{ '1.10': { minimum: 1 } }`: below 1.10 the minimum was 1. */
function olderRules(before: JsonObject, version: string): JsonObject {
  const older = Object.entries(before).filter(([from]) => minor(version) < minor(from));
  return Object.assign({}, ...older.map(([, rules]) => rules)) as JsonObject; // every value is an object of keywords
}

/** The same schemas with whatever comes and goes with a version no longer required: for readers that do not know the version. */
export function withoutVersions(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(withoutVersions);
  if (!isObject(schema)) return schema;
  const properties = objectAt(schema, 'properties');
  const changing = (name: Json): boolean => {
    const property = isObject(properties[String(name)]) ? objectAt(properties, String(name)) : {};
    return property['x-min-version'] !== undefined || property['x-max-version'] !== undefined;
  };
  return Object.fromEntries(
    Object.entries(schema).map(([key, item]) => {
      if (key === 'required' && Array.isArray(item)) return [key, item.filter((name) => !changing(name))];
      return [key, withoutVersions(item)];
    }),
  );
}

function visible(properties: JsonObject, version: string): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).filter(([, schema]) => !isObject(schema) || covers(rangeOf(schema), version)),
  );
}

/** Joins equal neighbours: one entry for each run of versions over which the value is the same. */
export function byRange<T extends Json>(
  versions: readonly string[],
  valueAt: (version: string) => T,
): (VersionRange & { value: T })[] {
  const runs: { from: string; to: string; value: T }[] = [];
  for (const version of versions) {
    const value = valueAt(version);
    const last = runs.at(-1);
    if (last && JSON.stringify(last.value) === JSON.stringify(value)) last.to = version;
    else runs.push({ from: version, to: version, value });
  }
  return runs.map((run) => ({ ...run, to: run.to === versions.at(-1) ? null : run.to }));
}
