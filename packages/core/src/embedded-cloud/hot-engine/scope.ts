import type { JsonObject, JsonValue } from '../../domain/json.js';
import { refuse } from './refusal.js';
import { conditionsOf, resourcesIn, type ResourceTemplate, type Template } from './template.js';

/** One template under its parameters: what exists in it, and in which order. */
export interface Scope {
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, JsonValue>;
  readonly pseudo: ReadonlyMap<string, JsonValue>;
  isTrue(condition: JsonValue | undefined): boolean;
  /** The enabled resources; everything stands after what it depends on. */
  readonly order: readonly ResourceTemplate[];
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
}

export interface ScopeInput {
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, JsonValue>;
  readonly stackName: string;
  readonly stackId: string;
  readonly projectId: string;
}

export const PSEUDO_PARAMETERS = ['OS::stack_name', 'OS::stack_id', 'OS::project_id'];

export function makeScope(input: ScopeInput): Scope {
  const pseudo = new Map<string, JsonValue>([
    ['OS::stack_name', input.stackName],
    ['OS::stack_id', input.stackId],
    ['OS::project_id', input.projectId],
  ]);
  const parameter = (name: string): JsonValue =>
    input.parameters.get(name) ??
    pseudo.get(name) ??
    (input.parameters.has(name) ? null : refuse(`The Parameter (${name}) was not provided.`));
  const isTrue = conditionsOf(input.template, parameter);
  const enabled = [...input.template.resources.values()].filter((resource) => isTrue(resource.condition));
  const dependencies = dependenciesOf(enabled, isTrue);
  return {
    template: input.template,
    parameters: input.parameters,
    pseudo,
    isTrue,
    order: inOrder(enabled, dependencies),
    dependencies,
  };
}

function dependenciesOf(enabled: readonly ResourceTemplate[], isTrue: Scope['isTrue']): ReadonlyMap<string, readonly string[]> {
  const names = new Set(enabled.map((resource) => resource.name));
  return new Map(
    enabled.map((resource) => {
      const referred = resource.literal ? [] : resourcesIn(resource.properties, isTrue);
      const missing = referred.find((name) => !names.has(name));
      if (missing !== undefined) refuse(`The specified reference "${missing}" (in ${resource.name}) is incorrect.`);
      // A disabled resource may be waited for: there is nothing to wait for then.
      const explicit = resource.dependsOn.filter((name) => names.has(name));
      return [
        resource.name,
        [...new Set([...referred, ...explicit, ...subnetsFor(resource, enabled)])].filter((name) => name !== resource.name),
      ];
    }),
  );
}

/** A port that names only its network gets an address of that network's subnet, so the subnet comes first. */
function subnetsFor(resource: ResourceTemplate, enabled: readonly ResourceTemplate[]): readonly string[] {
  if (resource.type !== 'OS::Neutron::Port') return [];
  const network = networkOf(resource.properties);
  if (network === undefined) return [];
  return enabled
    .filter((other) => other.type === 'OS::Neutron::Subnet' && networkOf(other.properties) === network)
    .map((other) => other.name);
}

function networkOf(properties: JsonObject): string | undefined {
  const network = properties['network'] ?? properties['network_id'];
  return network === undefined || network === null ? undefined : JSON.stringify(network);
}

function inOrder(
  resources: readonly ResourceTemplate[],
  dependencies: ReadonlyMap<string, readonly string[]>,
): readonly ResourceTemplate[] {
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  const order: ResourceTemplate[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (resource: ResourceTemplate, trail: readonly string[]): void => {
    if (state.get(resource.name) === 'done') return;
    if (state.get(resource.name) === 'open')
      refuse(`Circular Dependency Found: ${[...trail.slice(trail.indexOf(resource.name)), resource.name].join(' -> ')}`);
    state.set(resource.name, 'open');
    for (const name of dependencies.get(resource.name) ?? []) {
      const next = byName.get(name);
      if (next) visit(next, [...trail, resource.name]);
    }
    state.set(resource.name, 'done');
    order.push(resource);
  };
  for (const resource of resources) visit(resource, []);
  return order;
}
