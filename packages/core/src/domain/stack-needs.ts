import { lastStep, type Steps } from '../concurrency/long-work.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import type { Labels } from './labels.js';

/** What neighbours count of a project. `ram_mb` in MiB, `gigabytes` in GiB of volumes. */
export const NEED_KINDS = [
  'servers',
  'vcpus',
  'ram_mb',
  'server_groups',
  'networks',
  'subnets',
  'routers',
  'security_groups',
  'ports',
  'floating_ips',
  'load_balancers',
  'volumes',
  'gigabytes',
] as const;
export type NeedKind = (typeof NEED_KINDS)[number];
export type Needs = Readonly<Partial<Record<NeedKind, number>>>;

/** What a project may have of a kind, and has; `limit` null where it may have any number. */
export interface Allowance {
  readonly kind: NeedKind;
  readonly limit: number | null;
  readonly used: number;
}

/** More than the project has left. */
export interface Shortfall extends Allowance {
  readonly limit: number;
  readonly needed: number;
}

/** A resource of a rendered stack. `name` is joined by slashes from the root down. Known parameters are in the properties' place. */
export interface PlannedResource {
  readonly type: string;
  readonly name: string;
  readonly properties: JsonObject;
}

export interface FlavorSize {
  readonly vcpus: number;
  readonly ramMb: number;
}

/** The single resources of a stack: nested templates and groups are opened. */
export function resourcesOf(template: JsonObject, files: Labels): readonly PlannedResource[] {
  return lastStep(resourcesInSteps(template, files));
}

/** The same, cut into steps: one for each resource of the root. */
export function* resourcesInSteps(template: JsonObject, files: Labels): Steps<readonly PlannedResource[]> {
  const found: PlannedResource[] = [];
  const opening = { files: new NestedTemplates(files), known: defaultsOf(template) };
  for (const [name, resource] of Object.entries(objectIn(template, 'resources'))) {
    if (isJsonObject(resource)) openResource({ ...opening, path: name }, resource, found);
    yield;
  }
  return found;
}

/** Each nested template is parsed once, however many nodes are made of it. */
class NestedTemplates {
  readonly #files: Labels;
  readonly #known = new Map<string, OpenedTemplate | undefined>();

  constructor(files: Labels) {
    this.#files = files;
  }

  of(type: string): OpenedTemplate | undefined {
    if (!Object.hasOwn(this.#files, type)) return undefined;
    if (!this.#known.has(type)) {
      const template = templateIn(this.#files[type] ?? '');
      this.#known.set(type, template && { template, defaults: defaultsOf(template) });
    }
    return this.#known.get(type);
  }
}

interface OpenedTemplate {
  readonly template: JsonObject;
  readonly defaults: JsonObject;
}

interface Opening {
  readonly files: NestedTemplates;
  readonly known: JsonObject;
  readonly path: string;
}

function openTemplate(opening: Opening, template: JsonObject, found: PlannedResource[]): void {
  for (const [name, resource] of Object.entries(objectIn(template, 'resources')))
    if (isJsonObject(resource)) openResource({ ...opening, path: `${opening.path}${name}` }, resource, found);
}

function openResource(opening: Opening, resource: JsonObject, found: PlannedResource[]): void {
  const { files, known, path } = opening;
  const type = typeof resource['type'] === 'string' ? resource['type'] : '';
  const properties = resolveParameters(objectIn(resource, 'properties'), known);
  if (type === 'OS::Heat::ResourceGroup') {
    const count = Number(properties['count'] ?? 1) || 0;
    const member = objectIn(properties, 'resource_def');
    for (let index = 0; index < count; index += 1) openResource({ ...opening, path: `${path}/${index}` }, member, found);
    return;
  }
  const nested = files.of(type);
  if (nested) openTemplate({ files, known: { ...nested.defaults, ...properties }, path: `${path}/` }, nested.template, found);
  else found.push({ type, name: path, properties });
}

function defaultsOf(template: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(objectIn(template, 'parameters')).flatMap(([name, parameter]) =>
      isJsonObject(parameter) && parameter['default'] !== undefined ? [[name, parameter['default']]] : [],
    ),
  );
}

/** Only whole values that are known parameters are needed here; everything else stays as it is written. */
function resolveParameters(properties: JsonObject, known: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      const parameter = isJsonObject(value) && typeof value['get_param'] === 'string' ? value['get_param'] : undefined;
      return [name, parameter !== undefined && known[parameter] !== undefined ? known[parameter] : value];
    }),
  );
}

/** Drivers render templates as JSON. */
function templateIn(text: string): JsonObject | undefined {
  try {
    const parsed = JSON.parse(text) as JsonValue; // JSON.parse gives JSON
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function objectIn(parent: JsonObject, name: string): JsonObject {
  const value = parent[name];
  return isJsonObject(value) ? value : {};
}

const ONE: Readonly<Record<string, Needs>> = {
  'OS::Nova::Server': { servers: 1 },
  'OS::Nova::ServerGroup': { server_groups: 1 },
  'OS::Neutron::Net': { networks: 1 },
  'OS::Neutron::Subnet': { subnets: 1 },
  'OS::Neutron::Router': { routers: 1 },
  'OS::Neutron::RouterInterface': { ports: 1 },
  'OS::Neutron::SecurityGroup': { security_groups: 1 },
  'OS::Neutron::Port': { ports: 1 },
  'OS::Neutron::FloatingIP': { floating_ips: 1 },
  'OS::Octavia::LoadBalancer': { load_balancers: 1, ports: 1 },
  'OS::Cinder::Volume': { volumes: 1 },
};

/** Heat's types of everything that is counted. */
export const COUNTED_TYPES: readonly string[] = Object.keys(ONE);

/** Names or ids of the flavors that the servers have. */
export function flavorsIn(resources: readonly PlannedResource[]): ReadonlySet<string> {
  return new Set(
    resources.flatMap(({ type, properties }) =>
      type === 'OS::Nova::Server' && typeof properties['flavor'] === 'string' ? [properties['flavor']] : [],
    ),
  );
}

export function needsOf(resources: readonly PlannedResource[], flavors: ReadonlyMap<string, FlavorSize>): Needs {
  const total: Partial<Record<NeedKind, number>> = {};
  for (const resource of resources) {
    const needs = needsOfOne(resource, flavors);
    // The table names kinds only.
    for (const kind of Object.keys(needs) as NeedKind[]) total[kind] = (total[kind] ?? 0) + (needs[kind] ?? 0);
  }
  return total;
}

function needsOfOne({ type, properties }: PlannedResource, flavors: ReadonlyMap<string, FlavorSize>): Needs {
  const needs = ONE[type] ?? {};
  if (type === 'OS::Cinder::Volume') return { ...needs, gigabytes: Number(properties['size']) || 0 };
  const flavor = type === 'OS::Nova::Server' ? flavors.get(String(properties['flavor'])) : undefined;
  return flavor ? { ...needs, vcpus: flavor.vcpus, ram_mb: flavor.ramMb } : needs;
}

export function entriesOf(needs: Needs): readonly (readonly [NeedKind, number])[] {
  return NEED_KINDS.flatMap((kind) => (needs[kind] === undefined ? [] : [[kind, needs[kind]] as const]));
}

export function shortfallsOf(needs: Needs, allowances: readonly Allowance[]): readonly Shortfall[] {
  return allowances.flatMap((allowance) => {
    const { kind, limit, used } = allowance;
    const needed = needs[kind] ?? 0;
    return limit !== null && needed > 0 && used + needed > limit ? [{ kind, limit, used, needed }] : [];
  });
}
