import { loadSchemas, operations, type JsonSchema, type OperationId } from '@magnum-ts/openapi';
import fc from 'fast-check';
import { EMBEDDED_DEFAULTS } from '@magnum-ts/core';
import { operationIds, type Ask } from './service.js';

/** Texts that have broken services before. */
export const HOSTILE_TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udfff\ud800',
  '😀',
  'é',
  '\u202e',
  '\ufeff',
  '\r\nX-Injected: 1',
  "' OR 1=1 --",
  '"; DROP TABLE bay; --',
  '$(touch /tmp/magnum-was-here)',
  '`id`',
  '; rm -rf / #',
  '${IFS}',
  '%s%n',
  '../../../etc/passwd',
  '..\\..\\',
  '/dev/zero',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'true',
  '0',
  '-1',
  '1e999',
  '٣',
  '１',
  'a'.repeat(256),
  'a'.repeat(70_000),
  'detail',
  'latest',
] as const;

const HOSTILE_NUMBERS = [
  0,
  -0,
  -1,
  1,
  1.5,
  2 ** 31,
  2 ** 31 - 1,
  -(2 ** 31) - 1,
  2 ** 53,
  2 ** 63,
  1e21,
  1e308,
  -1e308,
  5e-324,
] as const;

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<string>(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);
const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.constantFrom<unknown>(...HOSTILE_NUMBERS),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(text, text, { maxKeys: 3 }),
  fc.constantFrom(20, 40, 2_000).map((depth) => nested(depth)),
);

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

const PROJECT = EMBEDDED_DEFAULTS.projects[0]?.id ?? '';

/** Values that go together with an existing model and bay, so that some requests come through. */
const FITTING: Readonly<Record<string, readonly unknown[]>> = {
  image_id: ['debian-12'],
  keypair_id: ['default'],
  keypair: ['default', null],
  coe: ['swarm'],
  flavor_id: ['m1.small', null],
  master_flavor_id: ['m1.tiny', null],
  external_network_id: ['public'],
  baymodel_id: ['swarm'],
  cluster_template_id: ['swarm'],
  cluster_template: ['swarm'],
  bay_uuid: ['hive'],
  cluster_uuid: ['hive'],
  hostcluster_id: ['hive'],
  nodegroup: ['default-worker', null],
  nodes_to_remove: [[], ['0'], ['nobody'], null],
  node_taints: [[{ key: 'a', effect: 'NoSchedule' }], null],
  role: ['worker', 'gpu', null],
  project_id: [PROJECT],
  resource: ['Cluster', null],
  properties: [{ 'dns-zone': 'example.org' }],
  member_ids: [[], null],
  fixed_network: [null],
  fixed_subnet: [null],
  network_driver: ['docker', null],
  volume_driver: ['rexray', null],
  driver: ['swarm-mode', null],
  server_type: ['vm', null],
  dns_nameserver: ['8.8.8.8', null],
  public: [false, null],
  hidden: ['no', null],
  docker_storage_driver: ['overlay2', null],
  cluster_distro: ['debian', null],
  image: ['busybox'],
  name: ['fine', 'also-fine', null],
};

/** What the parts of a path name where they name something. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  bay_ident: ['hive', 'fine'],
  cluster_ident: ['hive', 'fine'],
  baymodel_ident: ['swarm', 'fine'],
  clustertemplate_ident: ['swarm', 'fine'],
  nodegroup_ident: ['default-worker', 'default-master', 'fine'],
  container_ident: ['fine'],
  federation_ident: ['fine'],
  driver_ident: ['swarm-mode'],
  node_name: ['master-of-hive'],
  project_id: [PROJECT],
  resource: ['Cluster'],
};

/** What only the account of a bay's nodes may ask for. */
const OF_NODES: ReadonlySet<OperationId> = new Set(['getCredential', 'confirmCredential']);

function fitting(name: string, schema: JsonSchema): fc.Arbitrary<unknown> {
  const known = Object.hasOwn(FITTING, name) ? FITTING[name] : undefined;
  if (known) return fc.constantFrom(...known);
  const types = [schema.type ?? 'string'].flat();
  if (types.includes('object'))
    return fc.dictionary(
      fc.constantFrom('a', 'b', '__proto__', 'open_ports'),
      fc.oneof(fc.constantFrom(...HOSTILE_TEXTS.slice(10, 20)), fc.integer(), fc.boolean()),
      { maxKeys: 3 },
    );
  if (types.includes('boolean')) return fc.constantFrom(true, false, 'yes', 'OFF', 1, '0');
  if (types.includes('integer'))
    return fc
      .integer({ min: Math.max(schema.minimum ?? 1, 1), max: Math.min(schema.maximum ?? 4, 2_000) })
      .chain((value) => fc.constantFrom<unknown>(value, String(value)));
  return fc.constantFrom('text', 'x', null);
}

/** An object after the schema: mostly fitting, some fields hostile, some keys unknown. */
function objectAfter(schema: JsonSchema): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {});
  const required = new Set(schema.required ?? []);
  const each = fields.map(([name, property]) =>
    fc
      .tuple(fc.constant(name), fc.integer({ min: 0, max: 99 }), fitting(name, property), hostileJson)
      .map(([key, dice, good, bad]): readonly [string, unknown] | undefined => {
        if (dice < 1) return [key, bad];
        return required.has(key) || dice < 20 ? [key, good] : undefined;
      }),
  );
  const extra = rarely(12, fc.tuple(text, hostileJson));
  return fc
    .tuple(fc.tuple(...each), extra)
    .map(([entries, more]) => Object.fromEntries([...entries, more].filter((entry) => entry !== undefined)));
}

/** Once in so many times. */
const rarely = <T>(times: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Changes that are in order, by the schema that is patched. */
const FITTING_PATCHES: Readonly<Record<string, readonly (readonly [string, unknown])[]>> = {
  Bay: [['/node_count', 2]],
  Cluster: [
    ['/node_count', '3'],
    ['/health_status', 'UNHEALTHY'],
    ['/health_status_reason', "{'api': 'down', 'x': True}"],
  ],
  BayModel: [['/labels/a', 'b']],
  ClusterTemplate: [['/labels', "{'a': 1}"]],
  NodeGroup: [['/max_node_count', 9]],
  Container: [['/image', 'alpine']],
};

const fittingPatch = (resource: string): fc.Arbitrary<unknown> =>
  fc
    .constantFrom(...(FITTING_PATCHES[resource] ?? [['/name', 'fine'] as const]))
    .map(([path, value]) => [{ op: path.startsWith('/labels/') ? 'add' : 'replace', path, value }]);

const patches = (fields: readonly string[]): fc.Arbitrary<unknown> =>
  fc.array(
    fc.record(
      {
        op: fc.constantFrom('add', 'replace', 'remove', 'move', ''),
        path: fc.oneof(
          fc.constantFrom(...fields).map((field) => `/${field}`),
          fc.constantFrom(...fields).map((field) => `/${field}/key`),
          text,
        ),
        value: fc.oneof(fc.constantFrom<unknown>("{'a': 'b'}", '{"a": 1}', 2, 'x', true), hostileJson),
      },
      { requiredKeys: ['op', 'path'] },
    ),
    { maxLength: 4 },
  );

function bodyFor(id: OperationId): fc.Arbitrary<Pick<Ask, 'body' | 'raw'>> {
  const operation = operations[id];
  const schema = loadSchemas().requests[id]?.[0]?.schema;
  const fields =
    operation.patches === null ? [] : Object.keys(loadSchemas().resources[operation.patches]?.at(-1)?.schema.properties ?? {});
  const shaped = fields.length > 0 ? patches(fields) : schema ? objectAfter(schema) : hostileJson;
  return fc.oneof(
    ...(operation.patches === null ? [] : [{ weight: 4, arbitrary: fittingPatch(operation.patches).map((body) => ({ body })) }]),
    { weight: 8, arbitrary: shaped.map((body) => ({ body })) },
    { weight: 1, arbitrary: hostileJson.map((body) => ({ body })) },
    { weight: 1, arbitrary: text.map((raw) => ({ raw })) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((raw) => ({ raw: new Uint8Array(raw) })) },
  );
}

/** Percent-encoded, also what no URL may hold. */
export function encoded(part: string): string {
  return [...Buffer.from(part, 'utf8').toString('latin1')]
    .map((byte) => (/[\w.~-]/.test(byte) ? byte : `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`))
    .join('');
}

function placed(path: string, idents: readonly string[]): string {
  let index = 0;
  return path.replaceAll(/\{\w+\}/g, () => encoded(idents[index++] ?? '') || '%20');
}

/** What a header can carry: no controls, and no text beyond Latin-1. */
const headerText = text.map((part) => part.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '').slice(0, 300));

const SERVED = ['1.2', '1.3', '1.9', '1.10', '1.12', '1.13', '1.14', 'latest'];
const UNSERVED = ['1.15', '0', '-1', 'x', '1.2.3', '__proto__'];
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND', 'BREW'];
const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'a/b; c="',
  '',
];

export interface HostileRequest {
  readonly id: OperationId;
  readonly method: string;
  readonly path: string;
  readonly ask: Ask;
  readonly by: 'member' | 'admin' | 'node';
}

function requestFor(id: OperationId, idents: readonly string[]): fc.Arbitrary<HostileRequest> {
  const { method, path, pathParams, queryParams, minVersion } = operations[id];
  const identOf = (name: string): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...(PLACES[name] ?? idents)) },
      { weight: 1, arbitrary: fc.constantFrom(...idents) },
      { weight: 2, arbitrary: text.map((part) => part.slice(0, 2_000)) },
    );
  const query = fc.array(
    fc.tuple(
      fc.constantFrom(...queryParams.map((parameter) => parameter.name), 'colour', '__proto__'),
      fc.oneof(
        text.map((part) => part.slice(0, 2_000)),
        fc.constantFrom('1', '2', 'asc', 'name', 'hive', 'true', 'a=b', 'CREATE_COMPLETE', '2026-01-31T12:00:00Z', 'cluster'),
      ),
    ),
    { maxLength: 2 },
  );
  const queries = queryParams.length > 0 ? query : rarely(10, query).map((some) => some ?? []);
  const hasBody = method !== 'GET' && method !== 'DELETE';
  return fc
    .record({
      idents: fc.tuple(...pathParams.map(({ name }) => identOf(name))),
      query: queries,
      body: hasBody ? bodyFor(id) : fc.constant({}),
      version: fc.oneof(
        { weight: 2, arbitrary: fc.constant(minVersion === '1.1' ? undefined : minVersion) },
        { weight: 4, arbitrary: fc.constantFrom(minVersion === '1.1' ? '1.2' : minVersion, ...SERVED) },
        { weight: 1, arbitrary: fc.constantFrom(...UNSERVED) },
      ),
      otherMethod: rarely(20, fc.constantFrom(...METHODS)),
      type: rarely(10, fc.constantFrom(...TYPES)),
      accept: rarely(20, fc.constantFrom('*/*', 'text/html', ',,,', 'a'.repeat(5_000))),
      key: rarely(10, fc.oneof(fc.constantFrom('one', 'two'), headerText)),
      match: rarely(10, fc.oneof(fc.constantFrom('*', '"1"', '"2"'), headerText)),
      by: fc.oneof(
        { weight: 3, arbitrary: fc.constant(OF_NODES.has(id) ? ('node' as const) : ('member' as const)) },
        { weight: 1, arbitrary: fc.constant('admin' as const) },
        { weight: 1, arbitrary: fc.constantFrom('node' as const, 'member' as const) },
      ),
      slash: fc.constantFrom('', '/', '//'),
    })
    .map((parts) => {
      const asked = parts.otherMethod ?? method;
      const isBodiless = asked === 'GET' || asked === 'HEAD';
      const search = parts.query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
      // At 1.1 changes of bays wait for the orchestrator, by design: those are asked for without waiting.
      const version = parts.version ?? (id.endsWith('Bay') ? '1.2' : undefined);
      return {
        id,
        by: parts.by,
        method: asked,
        path: `${placed(path, parts.idents)}${parts.slash}${search === '' ? '' : `?${search}`}`,
        ask: {
          ...(isBodiless ? {} : parts.body),
          ...(version === undefined ? {} : { version }),
          headers: {
            ...(parts.type === undefined || isBodiless ? {} : { 'Content-Type': parts.type }),
            ...(parts.accept === undefined ? {} : { Accept: parts.accept }),
            ...(parts.key === undefined ? {} : { 'Idempotency-Key': parts.key }),
            ...(parts.match === undefined ? {} : { 'If-Match': parts.match }),
          },
        },
      };
    });
}

/** Requests for every operation of the table; `idents` name what exists. */
export function hostileRequests(idents: readonly string[]): fc.Arbitrary<HostileRequest> {
  return fc.constantFrom(...operationIds()).chain((id) => requestFor(id, idents));
}

/** Without halves of characters and NUL, which no database and no wire carries. */
const isPlain = (part: string): boolean => !part.includes('\u0000') && !/\p{Surrogate}/u.test(part);

/** As long as names and values of labels may be. */
export const boundedText = fc.oneof(
  fc.constantFrom<string>(...HOSTILE_TEXTS.filter((part) => isPlain(part) && part.length <= 255)),
  fc.string({ unit: 'binary', maxLength: 60 }).filter(isPlain),
);
