export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectAt(value: JsonObject, ...path: string[]): JsonObject {
  let place: Json = value;
  for (const key of path) place = isObject(place) ? (place[key] ?? {}) : {};
  return isObject(place) ? place : {};
}

export function textAt(value: JsonObject, key: string): string | undefined {
  const found = value[key];
  return typeof found === 'string' ? found : undefined;
}

export function listAt(value: JsonObject, key: string): Json[] {
  const found = value[key];
  return Array.isArray(found) ? found : [];
}

export function textsAt(value: JsonObject, key: string): string[] {
  return listAt(value, key).filter((item) => typeof item === 'string');
}

export function objectsAt(value: JsonObject, key: string): JsonObject[] {
  return listAt(value, key).filter(isObject);
}
