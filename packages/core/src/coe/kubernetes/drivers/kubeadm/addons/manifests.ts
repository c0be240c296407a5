import { readFileSync } from 'node:fs';
import type { JsonObject, JsonValue } from '../../../../../domain/json.js';

/*
 * Objects of projects whose manifests are too large to be written here. They are kept as those projects publish them, but for texts that only
 * describe, as JSON; manifests/README.md says where each came from. What a bay decides is put into parsed values, never into a text.
 */

// Read from the sources also when compiled: what is applied is what is reviewed.
const FOLDER = new URL('../../../../../../src/coe/kubernetes/drivers/kubeadm/addons/manifests/', import.meta.url);
const known = new Map<string, readonly JsonObject[]>();

/** The objects of a manifest. They are shared: what changes them makes copies. */
export function manifestObjects(name: string): readonly JsonObject[] {
  const objects = known.get(name) ?? (JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as readonly JsonObject[]); // a list of objects, by a test
  known.set(name, objects);
  return objects;
}

/** The same objects with other images. */
export function withImages(objects: readonly JsonObject[], rename: (image: string) => string): readonly JsonObject[] {
  const renamed = (value: JsonValue, key: string): JsonValue => {
    if (typeof value === 'string') return key === 'image' ? rename(value) : value;
    if (Array.isArray(value)) return value.map((item: JsonValue) => renamed(item, ''));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, renamed(item ?? null, name)]));
  };
  return objects.map((object) => renamed(object, '') as JsonObject); // an object stays one
}

/** The same objects with variables of the environment in every container of that name. */
export function withEnvironment(
  objects: readonly JsonObject[],
  container: string,
  variables: Readonly<Record<string, string>>,
): readonly JsonObject[] {
  const changed = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(changed);
    if (typeof value !== 'object' || value === null) return value;
    const object = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, changed(item ?? null)]));
    if (object['name'] !== container || !Array.isArray(object['env'])) return object;
    const others = (object['env'] as readonly JsonObject[]).filter(({ name }) => !Object.hasOwn(variables, String(name))); // variables are objects
    return { ...object, env: [...others, ...Object.entries(variables).map(([name, text]) => ({ name, value: text }))] };
  };
  return objects.map((object) => changed(object) as JsonObject); // an object stays one
}
