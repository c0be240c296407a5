import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import type { StackLimits } from '../../ports/orchestrator.js';
import { calledFunction, requireFunction, resolve, type References } from './functions.js';
import { GROUP_ATTRIBUTES, GROUP_PROPERTIES, groupTemplate } from './group.js';
import { parameterValues } from './parameters.js';
import { refuse } from './refusal.js';
import type { StoredSpec } from './rows.js';
import { makeScope, PSEUDO_PARAMETERS, type Scope } from './scope.js';
import { calls, parseTemplate, parseTemplateText, type ResourceTemplate, type Template } from './template.js';
import { NONE } from './types/heat.js';
import { GROUP, isNested, REFUSED_TYPES, resourceType } from './types/index.js';
import type { PropertyRule } from './types/type.js';

const TEMPLATE_LIMIT = 512 * 1024;
/** A bay of a thousand nodes has some 7,000; Heat's own default is 1,000, and an operator's to raise. */
const RESOURCE_LIMIT = 10_000;
const DEPTH_LIMIT = 5;

/** What this engine takes; a request has no bound of its own, as it crosses no network. */
export const ENGINE_LIMITS: StackLimits = {
  templateBytes: TEMPLATE_LIMIT,
  requestBytes: null,
  resources: RESOURCE_LIMIT,
  depth: DEPTH_LIMIT,
};

/** Refuses whatever the engine could not carry out, by name, before anything is made. */
export function validateSpec(spec: StoredSpec): void {
  checkSize('the template', JSON.stringify(spec.template));
  const checker = new Checker(spec.files);
  const template = parseTemplate(spec.template);
  checker.template(template, '');
  const parameters = parameterValues(template.parameters, spec.parameters);
  const count = checker.count(makeScope({ template, parameters, stackName: '', stackId: '', projectId: '' }));
  if (count > RESOURCE_LIMIT)
    refuse(`The stack would have ${count} resources. At most ${RESOURCE_LIMIT} resources are allowed per stack.`);
}

function checkSize(what: string, text: string): void {
  const size = Buffer.byteLength(text);
  if (size > TEMPLATE_LIMIT)
    refuse(`Request limit exceeded: ${what} has ${size} bytes, more than the ${TEMPLATE_LIMIT} bytes that a template may have.`);
}

class Checker {
  readonly #files: Readonly<Record<string, string>>;
  readonly #nested = new Map<string, Template>();
  /** Nested templates that were found good, with their depth; a thousand nodes share one. */
  readonly #checked = new Set<string>();
  /** Resources of nested templates without conditions, which have as many whatever they are given. */
  readonly #counts = new Map<string, number>();

  constructor(files: Readonly<Record<string, string>>) {
    this.#files = files;
  }

  template(template: Template, where: string, open: readonly string[] = []): void {
    if (open.length > DEPTH_LIMIT) refuse(`Recursion depth exceeds ${DEPTH_LIMIT}: ${open.join(' -> ')}`);
    for (const condition of Object.values(template.conditions)) this.#conditions(template, condition, `${where}conditions`);
    for (const resource of template.resources.values()) this.#resource(template, resource, where, open);
    for (const [name, output] of template.outputs) {
      this.#conditions(template, output.condition, `${where}outputs.${name}`);
      this.#value(template, output.value, `${where}outputs.${name}`);
    }
  }

  #resource(template: Template, resource: ResourceTemplate, where: string, open: readonly string[]): void {
    const place = `${where}resources.${resource.name}`;
    const missing = resource.dependsOn.find((name) => !template.resources.has(name));
    if (missing !== undefined) refuse(`The specified reference "${missing}" (in ${resource.name}) is incorrect.`);
    this.#conditions(template, resource.condition, place);
    this.#type(resource.type, resource.properties, place, open);
    this.#value(template, resource.properties, `${place}.properties`);
  }

  #type(type: string, properties: JsonObject, place: string, open: readonly string[]): void {
    if (type === NONE) return;
    if (isNested(type)) {
      const nested = this.nested(type);
      if (open.includes(type)) refuse(`Recursive nested template: ${[...open, type].join(' -> ')}`);
      this.#nestedProperties(nested, properties, place);
      const known = `${open.length} ${type}`;
      if (this.#checked.has(known)) return;
      this.#checked.add(known);
      return this.template(nested, `${place}<${type}>.`, [...open, type]);
    }
    if (type === GROUP) {
      checkProperties(GROUP_PROPERTIES, properties, place);
      const definition = properties['resource_def'];
      if (!isJsonObject(definition) || typeof definition['type'] !== 'string')
        return refuse(`Property error: ${place}.properties.resource_def: a map with a literal type is needed`);
      const inner = definition['properties'] ?? {};
      return this.#type(
        definition['type'],
        isJsonObject(inner) ? inner : refuse(`${place}.resource_def.properties must be a map`),
        `${place}.resource_def`,
        open,
      );
    }
    const known = resourceType(type);
    if (!known)
      return refuse(
        `The Resource Type (${type}) could not be found${REFUSED_TYPES[type] ? `: ${REFUSED_TYPES[type]}` : ''} (${place})`,
      );
    checkProperties(known.properties, properties, place);
  }

  #nestedProperties(template: Template, properties: JsonObject, place: string): void {
    const unknown = Object.keys(properties).find((name) => !template.parameters.has(name));
    if (unknown !== undefined) refuse(`Property error: ${place}.properties: Unknown Property ${unknown}`);
    for (const [name, schema] of template.parameters) {
      if (schema.default === undefined && !Object.hasOwn(properties, name))
        refuse(`Property error: ${place}.properties: Property ${name} not assigned`);
    }
  }

  nested(file: string): Template {
    const known = this.#nested.get(file);
    if (known) return known;
    const text = Object.hasOwn(this.#files, file) ? this.#files[file] : undefined;
    if (text === undefined) return refuse(`The Resource Type (${file}) could not be found: no such file is given`);
    checkSize(`the template ${file}`, text);
    const template = parseTemplateText(file, text);
    this.#nested.set(file, template);
    return template;
  }

  #conditions(template: Template, condition: JsonValue | undefined, place: string): void {
    if (typeof condition === 'string' && !Object.hasOwn(template.conditions, condition))
      refuse(`Invalid condition "${condition}" (in ${place})`);
    for (const call of calls(condition ?? null)) {
      requireFunction(call.name, 'condition');
      if (call.name === 'get_param') this.#parameter(template, call.value, place);
    }
  }

  #value(template: Template, value: JsonValue, place: string): void {
    if (Array.isArray(value)) return value.forEach((item: JsonValue) => this.#value(template, item, place));
    if (!isJsonObject(value)) return;
    const name = calledFunction(value);
    if (name === undefined) return Object.values(value).forEach((item) => this.#value(template, item, place));
    requireFunction(name, 'value');
    const argument = value[name] ?? null;
    if (name !== 'if') {
      this.#call(template, name, argument, place);
      return this.#value(template, argument, place);
    }
    const [condition, ...branches] = Array.isArray(argument) ? argument : [null];
    this.#conditions(template, condition, place);
    branches.forEach((branch: JsonValue) => this.#value(template, branch, place));
  }

  #call(template: Template, name: string, argument: JsonValue, place: string): void {
    if (name === 'get_param') this.#parameter(template, argument, place);
    if (name === 'get_file' && typeof argument === 'string' && !Object.hasOwn(this.#files, argument)) {
      refuse(`No content found in the "files" section for get_file path: ${argument}`);
    }
    const resource: JsonValue | undefined =
      name === 'get_resource' ? argument : name === 'get_attr' && Array.isArray(argument) ? argument[0] : undefined;
    if (typeof resource !== 'string') return;
    const target = template.resources.get(resource);
    if (!target) refuse(`The specified reference "${resource}" (in ${place}) is incorrect.`);
    const attribute: JsonValue | undefined = name === 'get_attr' && Array.isArray(argument) ? argument[1] : undefined;
    if (typeof attribute === 'string' && !this.#hasAttribute(target.type, attribute, target.properties)) {
      refuse(`The Referenced Attribute (${resource} ${attribute}) is incorrect.`);
    }
  }

  #parameter(template: Template, argument: JsonValue, place: string): void {
    const name: JsonValue | undefined = Array.isArray(argument) ? argument[0] : argument;
    if (typeof name === 'string' && !template.parameters.has(name) && !PSEUDO_PARAMETERS.includes(name)) {
      refuse(`The Parameter (${name}) was not provided. (in ${place})`);
    }
  }

  #hasAttribute(type: string, attribute: string, properties: JsonObject): boolean {
    if (type === NONE) return true;
    if (type === GROUP) {
      const definition = isJsonObject(properties['resource_def']) ? properties['resource_def'] : {};
      return (
        GROUP_ATTRIBUTES.includes(attribute) ||
        attribute.startsWith('resource.') ||
        this.#hasAttribute(String(definition['type']), attribute, {})
      );
    }
    if (isNested(type))
      return attribute === 'outputs' || attribute.startsWith('resource.') || this.nested(type).outputs.has(attribute);
    return resourceType(type)?.attributes.includes(attribute) ?? false;
  }

  /** How many resources a scope comes to, nested ones included, as far as that is known before anything exists. */
  count(scope: Scope): number {
    return scope.order.reduce((sum, resource) => sum + 1 + this.#countIn(resource, scope), 0);
  }

  #countIn(resource: ResourceTemplate, scope: Scope): number {
    if (resource.type !== GROUP && !isNested(resource.type)) return 0;
    const known = this.#counts.get(resource.type);
    if (known !== undefined) return known;
    const properties = resource.literal ? resource.properties : resolveBlindly(resource.properties, scope, this.#files);
    if (resource.type === GROUP && Number(properties['count'] ?? 1) > RESOURCE_LIMIT) return Number(properties['count']);
    const template = resource.type === GROUP ? groupTemplate(properties, []) : this.nested(resource.type);
    const parameters = new Map(
      [...template.parameters].map(([name, schema]) => [name, properties[name] ?? schema.default ?? null]),
    );
    const count = this.count(makeScope({ template, parameters, stackName: '', stackId: '', projectId: '' }));
    if (resource.type !== GROUP && this.#isUnconditional(template)) this.#counts.set(resource.type, count);
    return count;
  }

  #isUnconditional({ resources }: Template): boolean {
    return [...resources.values()].every(
      ({ type, condition }) =>
        condition === undefined && type !== GROUP && (!isNested(type) || this.#isUnconditional(this.nested(type))),
    );
  }
}

/** Properties with null for everything that only exists later. */
function resolveBlindly(properties: JsonObject, scope: Scope, files: Readonly<Record<string, string>>): JsonObject {
  const references: References = {
    parameter: (name) => scope.parameters.get(name) ?? scope.pseudo.get(name) ?? null,
    resource: () => '',
    attribute: () => undefined,
    file: (name) => files[name] ?? '',
    condition: (name) => scope.isTrue(name),
  };
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      try {
        return [name, resolve(value, references) ?? null];
      } catch {
        return [name, null];
      }
    }),
  );
}

/** Names, and the types of what is written out. */
function checkProperties(rules: Readonly<Record<string, PropertyRule>>, properties: JsonObject, place: string): void {
  for (const [name, value] of Object.entries(properties)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!rule) return refuse(`Property error: ${place}.properties: Unknown Property ${name}`);
    const isCall = isJsonObject(value) && calledFunction(value) !== undefined;
    const problem = isCall ? undefined : propertyProblem(rule, value);
    if (problem !== undefined) refuse(`Property error: ${place}.properties.${name}: ${problem}`);
  }
  const missing = Object.entries(rules).find(([name, rule]) => rule.required && !Object.hasOwn(properties, name));
  if (missing) refuse(`Property error: ${place}.properties: Property ${missing[0]} not assigned`);
}

const FITS: Record<PropertyRule['type'], (value: JsonValue) => boolean> = {
  string: (value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean',
  number: (value) => (typeof value === 'number' || typeof value === 'string') && value !== '' && Number.isFinite(Number(value)),
  boolean: (value) => typeof value === 'boolean' || /^(true|false)$/i.test(String(value)),
  list: Array.isArray,
  map: isJsonObject,
  any: () => true,
};

/** What is wrong with a property's value; null counts as not given. */
export function propertyProblem(rule: PropertyRule, value: JsonValue): string | undefined {
  if (value === null) return rule.required ? 'not assigned' : undefined;
  if (!FITS[rule.type](value)) return `expected ${rule.type}`;
  if (rule.oneOf && !rule.oneOf.includes(String(value)))
    return `${JSON.stringify(value)} is not an allowed value [${rule.oneOf.join(', ')}]`;
  if (rule.min !== undefined && Number(value) < rule.min) return `${String(value)} is out of range (min: ${rule.min})`;
  if (rule.max !== undefined && Number(value) > rule.max) return `${String(value)} is out of range (max: ${rule.max})`;
  return undefined;
}
