import type { JsonObject, JsonValue } from '../../../domain/json.js';
import type { Clock } from '../../../ports/clock.js';
import type { Random } from '../../../ports/random.js';
import type { CloudBackend, OwnerLabels } from '../../backend.js';
import type { EmbeddedConfig } from '../../config.js';
import type { ResourceRow, Rows } from '../rows.js';

/** What a resource type can do. The engine decides when; a type acts, and every act may be repeated. */
export interface ResourceType {
  readonly properties: Readonly<Record<string, PropertyRule>>;
  /** Names that `get_attr` may ask for. */
  readonly attributes: readonly string[];
  /** Returns the attributes. Runs again, with the same properties, after a crash. */
  create(context: ResourceContext): Promise<JsonObject>;
  /** Changes in place what the rules allow. */
  update?(context: ResourceContext, before: JsonObject): Promise<JsonObject>;
  remove?(context: ResourceContext): Promise<void>;
  /** What `get_resource` gives; the physical id where this is absent. */
  reference?(row: ResourceRow): JsonValue | undefined;
  /** Refines the rule of a changed property by the others' values. */
  changeOf?(property: string, properties: JsonObject): PropertyRule['change'] | undefined;
}

export interface PropertyRule {
  readonly type: 'string' | 'number' | 'boolean' | 'list' | 'map' | 'any';
  readonly required?: true;
  readonly oneOf?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** What a changed value makes of the resource: a new one (the default), a change in place, or nothing. */
  readonly change?: 'update' | 'ignore' | 'replace';
}

/** The tables of the config that resources refer to. */
export type Tables = Pick<EmbeddedConfig, 'flavors' | 'images' | 'keypairs' | 'externalNetworks'>;

export interface ResourceContext {
  readonly row: ResourceRow;
  readonly projectId: string;
  readonly properties: JsonObject;
  /** As saved so far; empty before. */
  readonly attributes: JsonObject;
  readonly rows: Rows;
  readonly backend: CloudBackend;
  readonly tables: Tables;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly owner: OwnerLabels;
  /** Legal as a host name: `<stack>-<resource>-<12 of the id>`. */
  readonly physicalName: string;
  /** Address of the signal endpoint for a handle. */
  signalUrl(row: ResourceRow): string;
  /** Commits what must be known before the next step. */
  save(attributes: JsonObject): Promise<void>;
  saveOf(row: ResourceRow, change: Pick<Partial<ResourceRow>, 'attributes' | 'link'>): Promise<void>;
  /** An address of the range, committed under the resource's id; the same one when asked again. */
  allocate(request: AllocationRequest): Promise<string>;
  /** One after another for the same name: for what several resources build together. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when something of the stack changed, and after the given time at the latest. */
  change(milliseconds: number): Promise<void>;
  /** Makes the signals that no user-data will send, where servers are simulated. */
  simulateSignals(handle: ResourceRow, count: number): Promise<void>;
}

export interface AllocationRequest {
  readonly rangeId: string;
  readonly cidr: string;
  readonly gateway: string;
  readonly wanted: string | undefined;
}

/** A failure in Heat's words: `ResourceInError: resources.server: Went to status ERROR …`. */
export class ResourceFailure extends Error {
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.name = 'ResourceFailure';
    this.kind = kind;
  }
}

export function text(properties: JsonObject, name: string): string {
  const value = properties[name];
  return value === undefined || value === null ? '' : String(value);
}

export function optionalText(properties: JsonObject, name: string): string | undefined {
  return text(properties, name) || undefined;
}

export function list(properties: JsonObject, name: string): readonly JsonValue[] {
  const value = properties[name];
  return Array.isArray(value) ? value : [];
}

/** The backend's name for a resource: readable at the end, unique by its start. */
export function keyOf(row: Pick<ResourceRow, 'id' | 'path'>): string {
  return `${row.id}/${row.path.join('/')}`;
}

/** The other resource that a property points to. */
export async function requireReferred(context: ResourceContext, id: string, types: readonly string[]): Promise<ResourceRow> {
  const found = await context.rows.ofProject(context.projectId, id);
  const what = types[0]?.split('::').at(-1) ?? 'Resource';
  if (!found || !types.includes(found.type)) throw new ResourceFailure('NotFound', `${what} ${id} could not be found.`);
  return found;
}

export const STRING = { type: 'string' } as const;
export const REQUIRED_STRING = { type: 'string', required: true } as const;
/** Recorded, with no effect on what is made. */
export const NOTED = { type: 'any', change: 'ignore' } as const;
