import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import { calledFunction, resolve, walk, type References } from './functions.js';
import { groupTemplate, removedOf } from './group.js';
import { parameterValues } from './parameters.js';
import { refuse } from './refusal.js';
import type { ResourceRow, StackRow, StoredSpec } from './rows.js';
import { makeScope, type Scope } from './scope.js';
import { parseTemplate, parseTemplateText, type Template } from './template.js';
import { GROUP, isNested, resourceType } from './types/index.js';
import { NONE } from './types/heat.js';

/**
 * The rows of one stack in memory. Rows are replaced, never changed, so that what hangs on a row object stays true. They are kept by
 * their parents, too: a stack of a thousand nodes has some 7,000 rows, and each of them is looked for by name.
 */
export class Tree {
  readonly #rows = new Map<string, ResourceRow>();
  readonly #under = new Map<string, Map<string, ResourceRow>>();

  constructor(rows: readonly ResourceRow[]) {
    for (const row of rows) this.put(row);
  }

  get(id: string): ResourceRow | undefined {
    return this.#rows.get(id);
  }

  all(): readonly ResourceRow[] {
    return [...this.#rows.values()];
  }

  /** Replaced rows included, in order. */
  children(parentId: string): readonly ResourceRow[] {
    return [...(this.#under.get(parentId)?.values() ?? [])].sort((one, other) => one.position - other.position);
  }

  current(parentId: string, name: string): ResourceRow | undefined {
    for (const row of this.#under.get(parentId)?.values() ?? []) if (row.name === name && !row.superseded) return row;
    return undefined;
  }

  /** A row's parent never changes. */
  put(row: ResourceRow): void {
    this.#rows.set(row.id, row);
    const siblings = this.#under.get(row.parentId);
    if (siblings) siblings.set(row.id, row);
    else this.#under.set(row.parentId, new Map([[row.id, row]]));
  }

  drop(id: string): void {
    const row = this.#rows.get(id);
    this.#rows.delete(id);
    if (row) this.#under.get(row.parentId)?.delete(id);
  }
}

const STACK_ID = 'OS::stack_id';

/** A stack as it is: its spec, its rows, and what references in it mean. */
export class Model {
  readonly tree: Tree;
  readonly stack: StackRow;
  readonly spec: StoredSpec;
  readonly #templates = new Map<string, Template>();
  readonly #scopes = new WeakMap<ResourceRow, Scope>();
  readonly root: Scope;

  constructor(stack: StackRow, spec: StoredSpec, tree: Tree) {
    this.stack = stack;
    this.spec = spec;
    this.tree = tree;
    const template = parseTemplate(spec.template);
    this.root = makeScope({
      template,
      parameters: parameterValues(template.parameters, spec.parameters),
      stackName: stack.name,
      stackId: stack.id,
      projectId: stack.projectId,
    });
  }

  /** The scope inside a nested stack or group, from the row's own properties. */
  scopeIn(row: ResourceRow): Scope {
    const known = this.#scopes.get(row);
    if (known) return known;
    const properties = row.properties ?? {};
    const template = row.type === GROUP ? groupTemplate(properties, removedOf(row)) : this.#templateOf(row.type);
    const parameters = row.type === GROUP ? new Map<string, JsonValue>() : parameterValues(template.parameters, properties);
    const scope = makeScope({
      template,
      parameters,
      stackName: this.physicalName(row),
      stackId: row.id,
      projectId: this.stack.projectId,
    });
    this.#scopes.set(row, scope);
    return scope;
  }

  #templateOf(file: string): Template {
    const known = this.#templates.get(file);
    if (known) return known;
    const template = parseTemplateText(file, this.#file(file));
    this.#templates.set(file, template);
    return template;
  }

  #file(name: string): string {
    return (
      (Object.hasOwn(this.spec.files, name) ? this.spec.files[name] : undefined) ??
      refuse(`No content found in the "files" section for get_file path: ${name}`)
    );
  }

  /** `<stack>-<resource>-<12 of the id>`, legal as a host name. */
  physicalName(row: Pick<ResourceRow, 'id' | 'path'>): string {
    const end = row.id.replaceAll('-', '').slice(0, 12);
    const start = `${this.stack.name}-${row.path.join('-')}`.replaceAll(/[^A-Za-z0-9-]+/g, '-');
    return `${start.slice(0, 63 - end.length - 1).replace(/-+$/, '')}-${end}`;
  }

  references(scope: Scope, parentId: string): References {
    const row = (name: string): ResourceRow | undefined => this.tree.current(parentId, name);
    return {
      parameter: (name) => scope.parameters.get(name) ?? scope.pseudo.get(name) ?? null,
      resource: (name) => this.#referenceOf(row(name)) ?? null,
      attribute: (name, path) => this.attribute(row(name), path),
      file: (name) => this.#file(name),
      condition: (name) => scope.isTrue(name),
    };
  }

  /** Undefined as long as the resource has not got it. */
  attribute(row: ResourceRow | undefined, path: readonly (string | number)[]): JsonValue | undefined {
    const [name, ...rest] = path;
    if (!row || name === undefined) return undefined;
    if (row.type === NONE) return null;
    if (row.type === GROUP) return this.#groupAttribute(row, String(name), rest);
    if (isNested(row.type)) return this.#nestedAttribute(row, String(name), rest);
    return walk(row.attributes, path);
  }

  #groupAttribute(row: ResourceRow, name: string, rest: readonly (string | number)[]): JsonValue | undefined {
    const members = this.tree
      .children(row.id)
      .filter((member) => !member.superseded)
      .sort((one, other) => Number(one.name) - Number(other.name));
    if (name === 'refs')
      return walk(
        members.map((member) => this.#referenceOf(member) ?? null),
        rest,
      );
    if (name === 'refs_map')
      return walk(Object.fromEntries(members.map((member) => [member.name, this.#referenceOf(member) ?? null])), rest);
    if (name === 'removed_rsrc_list') return [...removedOf(row)];
    if (name === 'attributes')
      return Object.fromEntries(members.map((member) => [member.name, this.attribute(member, rest) ?? null]));
    if (name.startsWith('resource.')) return this.#memberAttribute(row, name, rest);
    return members.map((member) => this.attribute(member, [name, ...rest]) ?? null);
  }

  #nestedAttribute(row: ResourceRow, name: string, rest: readonly (string | number)[]): JsonValue | undefined {
    if (row.properties === undefined) return undefined;
    if (name.startsWith('resource.')) return this.#memberAttribute(row, name, rest);
    const scope = this.scopeIn(row);
    if (name === 'outputs') return walk(this.outputs(scope, row.id), rest);
    const output = scope.template.outputs.get(name);
    if (!output || !scope.isTrue(output.condition)) return null;
    return walk(this.#outputValue(output.value, scope, row.id), rest);
  }

  /** `resource.<name>` or `resource.<name>.<attribute>`, and further steps. */
  #memberAttribute(row: ResourceRow, name: string, rest: readonly (string | number)[]): JsonValue | undefined {
    const [, member, ...attribute] = name.split('.');
    const found = member === undefined ? undefined : this.tree.current(row.id, member);
    const path = [...(attribute.length > 0 ? [attribute.join('.')] : []), ...rest];
    return path.length === 0 ? this.#referenceOf(found) : this.attribute(found, path);
  }

  /** A nested stack is referred to by its output `OS::stack_id`, where it has one, in place of its own id. */
  #referenceOf(row: ResourceRow | undefined): JsonValue | undefined {
    if (!row) return undefined;
    if (isNested(row.type) && row.properties !== undefined) {
      const scope = this.scopeIn(row);
      const output = scope.template.outputs.get(STACK_ID);
      if (output && scope.isTrue(output.condition)) return this.#outputValue(output.value, scope, row.id) ?? row.name;
    }
    return resourceType(row.type)?.reference?.(row) ?? row.id;
  }

  /** What is not there yet is null. */
  outputs(scope: Scope, parentId: string): JsonObject {
    return Object.fromEntries(
      [...scope.template.outputs].map(([name, output]) => [
        name,
        scope.isTrue(output.condition) ? this.#outputValue(output.value, scope, parentId) : null,
      ]),
    );
  }

  #outputValue(value: JsonValue, scope: Scope, parentId: string): JsonValue {
    if (Array.isArray(value)) return value.map((item: JsonValue) => this.#outputValue(item, scope, parentId));
    if (!isJsonObject(value)) return value;
    if (calledFunction(value) === undefined) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#outputValue(item, scope, parentId)]));
    }
    let missing = false;
    const references = this.references(scope, parentId);
    const seen = resolveQuietly(value, {
      ...references,
      resource: (name) =>
        // As in Heat, a resource that does not exist yet is referred to by its name.
        this.tree.current(parentId, name)?.action === 'INIT' ? name : references.resource(name),
      attribute: (name, path) => {
        const found = references.attribute(name, path);
        if (found === undefined || found === null) missing = true;
        return found;
      },
    });
    return missing ? null : seen;
  }
}

/** A function that fails over values which are not there yet makes its output null, not the whole answer an error. */
function resolveQuietly(value: JsonValue, references: References): JsonValue {
  try {
    return resolve(value, references) ?? null;
  } catch {
    return null;
  }
}
