import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.js';
import { canonical, sameJson } from './json-text.js';
import type { ResourceRow, StoredSpec } from './rows.js';
import type { ResourceTemplate } from './template.js';
import { GROUP, isNested, resourceType } from './types/index.js';
import type { PropertyRule } from './types/type.js';

/**
 * What a resource needs to become what the template says. `note`: only what is recorded differs. The same decision is
 * taken by the first attempt and by the one after a crash: a row in progress continues where it was.
 */
export type Decision = 'keep' | 'note' | 'create' | 'update' | 'replace';

export interface Wanted {
  readonly type: string;
  readonly properties: JsonObject;
  readonly digest: string;
}

/** Holds other resources, so it is never replaced for its properties: what is in it is brought up to date. */
export function isHolder(type: string): boolean {
  return type === GROUP || isNested(type);
}

export function decide(row: ResourceRow, wanted: Wanted): Decision {
  if (row.action === 'INIT') return 'create';
  if (row.type !== wanted.type) return 'replace';
  if (row.state === 'IN_PROGRESS') return row.action === 'CREATE' ? 'create' : row.action === 'UPDATE' ? 'update' : 'replace';
  if (row.action === 'DELETE') return 'replace';
  if (row.state === 'COMPLETE' && row.digest === wanted.digest) return 'keep';
  if (isHolder(row.type)) return 'update';
  if (row.state === 'FAILED' && row.action === 'CREATE') return 'replace';
  const change = changeBetween(row, wanted);
  return row.state === 'FAILED' && change !== 'replace' ? 'update' : change;
}

function changeBetween(row: ResourceRow, wanted: Wanted): Decision {
  const type = resourceType(row.type);
  const before = row.properties ?? {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(wanted.properties)])];
  const rules = names
    .filter((name) => !sameJson(before[name], wanted.properties[name]))
    .map(
      (name): PropertyRule['change'] => type?.changeOf?.(name, wanted.properties) ?? type?.properties[name]?.change ?? 'replace',
    );
  if (type === undefined || rules.includes('replace'))
    return type && Object.keys(type.properties).length === 0 ? 'note' : 'replace';
  return rules.includes('update') && type.update ? 'update' : 'note';
}

/** Equal for equal wishes. What a nested template or group contains counts, hence the files. */
export function wantedOf(resource: ResourceTemplate, properties: JsonObject, spec: StoredSpec): Wanted {
  const hash = createHash('sha256').update(`${resource.type}\n${canonical(properties)}`);
  if (isHolder(resource.type)) hash.update(contentOf(resource.type, spec.files));
  return { type: resource.type, properties, digest: hash.digest('hex') };
}

const contents = new WeakMap<StoredSpec['files'], Map<string, string>>();

/**
 * What stands behind a nested template: its own text and those of the files that it names, and so on. Files that it does not name do
 * not count: one node more changes the text of its own shard, and the others are not looked through. A group's template is made of
 * its properties, which may name any file.
 */
function contentOf(type: string, files: StoredSpec['files']): string {
  const known = contents.get(files) ?? new Map<string, string>();
  contents.set(files, known);
  const kept = known.get(type);
  if (kept !== undefined) return kept;
  const names = type === GROUP ? Object.keys(files) : reachable(type, files);
  const content = createHash('sha256')
    .update(canonical(Object.fromEntries(names.map((name) => [name, files[name] ?? ''] as const))))
    .digest('hex');
  known.set(type, content);
  return content;
}

function reachable(type: string, files: StoredSpec['files']): readonly string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const text = Object.hasOwn(files, name) ? files[name] : undefined;
    if (text === undefined || found.has(name)) return;
    found.add(name);
    for (const other of Object.keys(files)) if (text.includes(other)) visit(other);
  };
  visit(type);
  return [...found].sort();
}
