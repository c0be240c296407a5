import {
  type AppRules,
  EMBEDDED_DEFAULTS,
  type EmbeddedConfig,
  embeddedMagnum,
  type HttpHandler,
  type Logger,
  openSqlite,
  Secret,
  SimulatedBackend,
} from '@magnum-ts/core';
import { aPlatform, systemRandom, until } from '@magnum-ts/core/testing';
import { ROW_LIMITS } from '../../packages/core/src/app/row-limits.js';
import { isWithin, loadSchemas, operations, type JsonSchema, type OperationId } from '@magnum-ts/openapi';
import type { Knex } from 'knex';
import { expect } from 'vitest';
import { EmbeddedIdentity } from '../../packages/core/src/embedded-cloud/identity/identity.js';
import { findRoute } from '../../packages/core/src/api/http/route.js';
import { EVERY_DRIVER, type DriverChoice } from '../../packages/core/src/composition/driver-registry.js';
import { breaches, isFields } from './schema.js';

export type Fields = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; an empty object where there is none or it is no object. */
  readonly body: Fields;
}

export interface Ask {
  /** demo's by default; null sends none. */
  readonly token?: string | null;
  /** Sent as JSON; `raw` is sent as it is. */
  readonly body?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  /** `1.14`, sent as `container-infra 1.14`; absent: no header. */
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One answered request, as the service's own log tells it. */
export interface Seen {
  readonly operation: string | undefined;
  readonly error: string | undefined;
  readonly status: number;
}

export type Requester = (method: string, path: string, ask?: Ask) => Promise<Reply>;

export interface Service {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly answer: HttpHandler;
  readonly db: Knex;
  /** The same users, trustees and tokens that the service knows. */
  readonly identity: EmbeddedIdentity;
  readonly config: EmbeddedConfig;
  readonly tokens: { readonly demo: string; readonly admin: string; readonly mate: string; readonly other: string };
  readonly seen: readonly Seen[];
  /** Every answer is checked against the spec on the way. */
  readonly request: Requester;
  createModel(fields?: Fields, token?: string): Promise<Fields & { readonly uuid: string }>;
  /** Waits until it is CREATE_COMPLETE. */
  createBay(fields?: Fields, token?: string): Promise<Fields & { readonly uuid: string }>;
  /** The bay once it has that status, or once it is gone (`gone`). */
  until(uuid: string, status: string, token?: string): Promise<Fields>;
  /** What the server of a node was made with: the values for its scripts. */
  valuesOf(bayId: string, node: string): NodeValues;
  stop(): Promise<void>;
}

/** One for every front end of a process: what one has sealed, another one opens. */
export const SEALING_KEY = systemRandom.bytes(32);
export const ORIGIN = 'http://magnum.test:9511';
export const MODEL = {
  name: 'swarm',
  coe: 'swarm',
  image_id: 'debian-12',
  keypair_id: 'default',
  flavor_id: 'm1.small',
  external_network_id: 'public',
};
export const NOWHERE = '00000000-0000-4000-8000-000000000000';

const [DEMO, OTHER] = [EMBEDDED_DEFAULTS.projects[0]?.id ?? '', '5f6a1c1de3f44c0e9a3b6d5d2c9d0003'];

/** Beside demo and admin: `mate`, another member of demo's project, and `other`, a member of a second project. */
export const CONFIG: EmbeddedConfig = {
  ...EMBEDDED_DEFAULTS,
  projects: [...EMBEDDED_DEFAULTS.projects, { id: OTHER, name: 'other', domainId: 'default' }],
  users: [
    ...EMBEDDED_DEFAULTS.users,
    member('5f6a1c1de3f44c0e9a3b6d5d2c9d1003', 'mate', DEMO),
    member('5f6a1c1de3f44c0e9a3b6d5d2c9d1004', 'other', OTHER),
  ],
};

function member(id: string, name: string, projectId: string): EmbeddedConfig['users'][number] {
  return { id, name, domainId: 'default', defaultProjectId: projectId, roles: [{ projectId, role: 'member' }] };
}

export interface NodeValues {
  readonly bay_id: string;
  readonly node_name: string;
  readonly enrolment_token: string;
}

/** Simulated servers, which record the calls for them. */
class RecordingBackend extends SimulatedBackend {
  readonly values: NodeValues[] = [];

  override async ensureServer(
    ...call: Parameters<SimulatedBackend['ensureServer']>
  ): ReturnType<SimulatedBackend['ensureServer']> {
    const config = JSON.parse(call[0].userData.replace('#cloud-config\n', '')) as {
      readonly write_files: readonly { readonly path: string; readonly content: string }[];
    };
    const file = config.write_files.find(({ path }) => path === '/etc/magnum/node.json');
    if (file) this.values.push(JSON.parse(file.content) as NodeValues); // what the driver renders
    return super.ensureServer(...call);
  }
}

export interface ServiceOptions extends Omit<Partial<AppRules>, 'rowLimits'> {
  readonly config?: Partial<EmbeddedConfig>;
  /** False: nothing works on what is accepted, so bays stay in progress. */
  readonly conductor?: boolean;
  readonly drivers?: DriverChoice;
  /** Rows of each kind that a project may have. */
  readonly rowLimits?: Partial<typeof ROW_LIMITS>;
}

/** The whole service in this process, over a database in memory and simulated servers. */
export async function aService(options: ServiceOptions = {}): Promise<Service> {
  const config = { ...CONFIG, ...options.config };
  const db = openSqlite(':memory:');
  const seen: Seen[] = [];
  const backend = new RecordingBackend(db);
  const passwords = { admin: new Secret('admin-password'), demo: new Secret('demo-password') };
  const { drivers, rowLimits, conductor: _conductor, config: _config, ...rules } = options;
  const magnum = await embeddedMagnum(aPlatform({ logger: recorder(seen) }), {
    db,
    backend,
    config,
    sealingKey: SEALING_KEY,
    conductorRules: { rotationOverlapMs: 0 },
    passwords,
    docker: null,
    appRules: { ...rules, rowLimits: { ...ROW_LIMITS, ...rowLimits } },
    drivers: drivers ?? EVERY_DRIVER,
    host: 'test',
    origin: () => ORIGIN,
    nodeOrigin: () => ORIGIN,
  });
  if (options.conductor !== false) await magnum.start();
  const identity = new EmbeddedIdentity({
    ...aPlatform(),
    db,
    config,
    passwords: new Map(Object.entries(passwords)),
    catalog: () => [],
    authUrl: () => `${ORIGIN}/identity/v3`,
  });
  const token = async (name: string): Promise<string> => (await identity.tokenFor(name)) ?? '';
  const tokens = {
    demo: await token('demo'),
    admin: await token('admin'),
    mate: await token('mate'),
    other: await token('other'),
  };
  const request = requester(magnum.fetch, tokens.demo);
  return {
    fetch: magnum.fetch,
    answer: magnum.answer,
    db,
    identity,
    config,
    tokens,
    seen,
    request,
    createModel: async (fields = {}, by = tokens.demo) =>
      resource(await request('POST', '/v1/baymodels', { body: { ...MODEL, ...fields }, token: by }), 201),
    createBay: async (fields = {}, by = tokens.demo) => {
      const { uuid } = resource(
        await request('POST', '/v1/bays', { body: { baymodel_id: 'swarm', ...fields }, token: by, version: '1.14' }),
        202,
      );
      return { ...(await untilStatus(request, uuid, 'CREATE_COMPLETE', by)), uuid };
    },
    until: (uuid, status, by = tokens.demo) => untilStatus(request, uuid, status, by),
    valuesOf: (bayId, node) => {
      const found = backend.values.find((values) => values.bay_id === bayId && values.node_name === node);
      if (!found) throw new Error(`no server of ${node} was made`);
      return found;
    },
    stop: () => magnum.stop(),
  };
}

/** Keeps what the access log says of each request, and shows what the service could not explain. */
function recorder(seen: Seen[]): Logger {
  return {
    info: (event, fields) => {
      if (event === 'request')
        seen.push({ operation: wordIn(fields, 'operation'), error: wordIn(fields, 'error'), status: Number(fields?.['status']) });
    },
    debug: () => undefined,
    warn: () => undefined,
    error: (event, fields) => {
      if (fields?.['kind'] === 'internal')
        process.stderr.write(`${event}: ${String(fields['error'] instanceof Error ? fields['error'].stack : fields['error'])}\n`);
    },
  };
}

function wordIn(fields: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  return typeof fields?.[name] === 'string' ? fields[name] : undefined;
}

/** Asks a handler, and holds every answer against the spec. */
export function requester(fetch: Service['fetch'], usualToken: string): Requester {
  return async (method, path, ask = {}) => {
    const token = ask.token === undefined ? usualToken : ask.token;
    const body = ask.raw ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body));
    const response = await fetch(
      new Request(`${ORIGIN}${path}`, {
        method,
        ...(body === undefined ? {} : { body }),
        headers: {
          ...(token === null ? {} : { 'X-Auth-Token': token }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(ask.version === undefined ? {} : { 'OpenStack-API-Version': `container-infra ${ask.version}` }),
          ...ask.headers,
        },
      }),
    );
    const text = await response.text();
    const reply = { status: response.status, headers: response.headers, text, body: objectIn(text) };
    assertConforms(method, path, reply);
    return reply;
  };
}

function objectIn(text: string): Fields {
  const parsed: unknown = text === '' ? {} : JSON.parse(text);
  return isFields(parsed) ? parsed : {};
}

/** The one place where answers meet the spec. */
export function assertConforms(method: string, path: string, reply: Reply): void {
  const about = `${method} ${path} → ${reply.status} ${reply.text.slice(0, 300)}`;
  if (path.startsWith('/identity/')) return;
  expect(reply.headers.get('x-openstack-request-id'), about).toMatch(/^req-[0-9a-f-]{36}$/);
  // Neither has a body that could breach the spec.
  if (method === 'HEAD' || (method === 'OPTIONS' && reply.status === 200)) return void expect(reply.text, about).toBe('');
  if (reply.text !== '') expect(reply.headers.get('content-type'), about).toBe('application/json');
  if (reply.status >= 400) expect(breachesOfRefusal(reply), about).toEqual([]);
  else expect(breachesOfSuccess(method, path, reply), about).toEqual([]);
}

function breachesOfSuccess(method: string, path: string, reply: Reply): readonly string[] {
  const lookup = findRoute(method, new URL(`${ORIGIN}${path}`).pathname);
  if (lookup.kind !== 'found') return ['there is no such operation'];
  const version = reply.headers.get('openstack-api-version')?.split(' ')[1] ?? '1.1';
  const documented = loadSchemas().responses[lookup.route.operation.id].find(
    (range) => range.status === reply.status && isWithin(version, range.from, range.to),
  );
  if (!documented) return [`status ${reply.status} is not documented at ${version}`];
  if (documented.schema === null) return reply.text === '' || reply.text === 'null' ? [] : ['a body where none is documented'];
  return breaches(documented.schema, JSON.parse(reply.text));
}

const LINKS: JsonSchema = { type: 'array' };
const TEXT: JsonSchema = { type: 'string' };
const REFUSAL = {
  type: 'object',
  required: ['request_id', 'code', 'status', 'title', 'detail', 'links'],
  properties: {
    request_id: TEXT,
    code: TEXT,
    status: { type: 'integer' },
    title: { type: 'string', minLength: 1 },
    detail: { type: 'string', minLength: 1 },
    links: LINKS,
  },
} as const satisfies JsonSchema;
const UNSUPPORTED_VERSION = {
  type: 'object',
  required: ['max_version', 'min_version', 'code', 'title', 'description', 'links'],
  properties: { max_version: TEXT, min_version: TEXT, code: TEXT, title: TEXT, description: TEXT, links: LINKS },
} as const satisfies JsonSchema;
const UNAUTHORIZED = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'title', 'message'],
      properties: { code: { type: 'integer', enum: [401] }, title: TEXT, message: TEXT },
    },
  },
} as const satisfies JsonSchema;

function breachesOfRefusal(reply: Reply): readonly string[] {
  if (reply.status === 401) return breaches(UNAUTHORIZED, reply.body);
  const errors = reply.body['errors'];
  if (!Array.isArray(errors) || errors.length !== 1) return ['errors is no list of one'];
  const [error]: readonly unknown[] = errors;
  if (isFields(error) && error['code'] === 'magnum.microversion-unsupported') return breaches(UNSUPPORTED_VERSION, error);
  const status = isFields(error) && error['status'] === reply.status ? [] : ['errors[0].status is not the answer’s'];
  return [...breaches(REFUSAL, error), ...status];
}

async function untilStatus(request: Requester, uuid: string, status: string, token: string): Promise<Fields> {
  let last = '';
  const look = async (): Promise<Fields | undefined> => {
    const reply = await request('GET', `/v1/bays/${uuid}`, { token });
    last = reply.text;
    return (status === 'gone' ? reply.status === 404 : reply.body['status'] === status) ? reply.body : undefined;
  };
  return until(`bay ${uuid} is ${status}`, look, { report: () => `the last answer: ${last.slice(0, 500)}` });
}

/** The body of a success that names a resource. */
export function resource(reply: Reply, status: number): Fields & { readonly uuid: string } {
  expect(reply.status, reply.text).toBe(status);
  return { ...reply.body, uuid: String(reply.body['uuid']) };
}

/** The items of a collection. */
export function itemsOf(reply: Reply, collection: string): readonly Fields[] {
  expect(reply.status, reply.text).toBe(200);
  const items: unknown = reply.body[collection];
  if (!Array.isArray(items) || !items.every(isFields)) throw new Error(`no collection ${collection}: ${reply.text}`);
  return items;
}

/** What a refusal says. */
export function refusalOf(reply: Reply): {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
} {
  const errors: unknown = reply.body['errors'];
  const [error]: readonly unknown[] = Array.isArray(errors) ? errors : [];
  if (!isFields(error)) throw new Error(`no refusal: ${reply.status} ${reply.text}`);
  return {
    status: reply.status,
    title: String(error['title']),
    detail: String(error['detail'] ?? error['description']),
    code: String(error['code']),
  };
}

/** Everything that a project can see in lists, as text, to compare before and after. */
export async function stateOf(service: Pick<Service, 'request'>, token?: string): Promise<string> {
  const lists = [];
  for (const path of ['/v1/baymodels', '/v1/bays/detail', '/v1/nodes/detail', '/v1/containers/detail']) {
    lists.push((await service.request('GET', path, token === undefined ? {} : { token })).text);
  }
  return lists.join('\n');
}

export function operationIds(): readonly OperationId[] {
  // The table's keys are the ids.
  return Object.keys(operations) as OperationId[];
}
