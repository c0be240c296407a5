import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { differing, generate } from '../scripts/generate.js';
import { isWithin, loadSchemas, MAX_VERSION, minorOf, operations, type JsonSchema, type Operation } from './index.js';

const all: readonly Operation[] = Object.values(operations);
const schemas = loadSchemas();
const VERSIONS = Array.from({ length: minorOf(MAX_VERSION) ?? 0 }, (_, index) => `1.${index + 1}`);

function surface(version: string): ReadonlySet<string> {
  const path = fileURLToPath(new URL(`../surface/${version}.txt`, import.meta.url));
  return new Set(readFileSync(path, 'utf8').trim().split('\n'));
}

describe('the generated files', () => {
  test('are what magnum.yaml gives', async () => {
    expect(await differing(await generate())).toEqual([]);
  }, 30_000);

  test('are the same at every run', async () => {
    expect(await generate()).toEqual(await generate());
  }, 30_000);
});

describe('every operation', () => {
  test.each(all.map((operation) => [operation.id, operation] as const))('%s says what the layers need', (id, operation) => {
    expect(operation.id).toBe(id);
    expect(operation.summary).not.toBe('');
    expect(operation.public ? operation.policy === null : operation.policy?.match(/^[a-z0-9-]+:[a-z_]+$/)).toBeTruthy();
    // The bay as a segment of the path is another form of operations that have their commands; some are asked for by nodes alone,
    // `config` does more than one request, and the command for images is one of `dev`, where a Docker Engine stands beside the service.
    if (
      !/OfBay$|^get(Bay|Cluster)Config$|^load(Bay|Cluster)Image$|^(get|confirm)Credential$|^get(BaySecrets|Addons)$|^enrolNode$/.test(
        id,
      )
    )
      expect(operation.cli?.command).toMatch(/^[a-z][a-z0-9]* [a-z]+( --detail)?$/);
    expect(operation.bodyKind === 'none').toBe(!operation.hasBody);
    expect(operation.patches !== null).toBe(operation.bodyKind === 'json-patch');
  });

  test.each(all.map((operation) => [operation.id, operation] as const))(
    '%s has one success status at each of its versions, and 200 beside it where it can be rehearsed',
    (_id, operation) => {
      const isRehearsable = operation.queryParams.some(({ name }) => name === 'dry_run');
      const served = VERSIONS.filter((version) => isWithin(version, operation.minVersion, operation.maxVersion));
      for (const version of served) {
        expect(
          operation.success.filter(({ from, to }) => isWithin(version, from, to)),
          version,
        ).toHaveLength(isRehearsable ? 2 : 1);
      }
    },
  );

  test.each(all.map((operation) => [operation.id, operation] as const))(
    '%s declares just the parameters of its path',
    (_id, operation) => {
      const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(operation.pathParams.map(({ name }) => name)).toEqual(inPath);
    },
  );

  test.each(all.map((operation) => [operation.id, operation] as const))(
    '%s has positional arguments that exist',
    (_id, operation) => {
      const body = Object.keys(schemas.requests[operation.id as keyof typeof operations]?.[0]?.schema.properties ?? {}); // ids are the table's keys
      const known = [...operation.pathParams, ...operation.queryParams].map(({ name }) => name).concat(body);
      expect(known).toEqual(expect.arrayContaining([...(operation.cli?.positional ?? [])]));
    },
  );

  test('has a command and a route of its own', () => {
    const commands = all.flatMap(({ cli }) => (cli ? [cli.command, ...cli.aliases] : []));
    expect(new Set(commands).size).toBe(commands.length);
    expect(new Set(all.map(({ method, path }) => `${method} ${path}`)).size).toBe(all.length);
  });
});

describe('schemas', () => {
  test('hold no reference', () => {
    expect(JSON.stringify(schemas)).not.toContain('"$ref"');
  });

  test('refuse unknown keys in every object body', () => {
    const bodies = all
      .filter(({ bodyKind }) => bodyKind === 'object')
      .flatMap(({ id }) => schemas.requests[id as keyof typeof operations] ?? []); // as above
    expect(bodies.length).toBeGreaterThan(0);
    expect(bodies.filter(({ schema }) => schema.additionalProperties !== false)).toEqual([]);
  });

  test('of patched resources rule every property', () => {
    for (const { patches } of all.filter((operation) => operation.patches !== null)) {
      const properties: Readonly<Record<string, JsonSchema>> = schemas.resources[patches ?? '']?.at(-1)?.schema.properties ?? {};
      expect(Object.keys(properties).length).toBeGreaterThan(0);
      expect(Object.values(properties).filter((property) => property['x-patch'] === undefined)).toEqual([]);
    }
  });

  test('say that a bay model needs coe, image and key pair, and a bay its model', () => {
    expect(schemas.requests.createBayModel?.[0]?.schema.required).toEqual(['coe', 'image_id', 'keypair_id']);
    expect(schemas.requests.createBay?.[0]?.schema.required).toEqual(['baymodel_id']);
    expect(schemas.requests.createBay?.[0]?.schema['x-readonly']).toContain('stack_id');
  });
});

/** Limits that fall at 1.10. */
const NO_NODES_BELOW = [
  '/v1/clusters POST body node_count: integer|null maximum 1000 minimum 1',
  '/v1/clusters/{cluster_ident}/actions/resize POST body node_count: integer maximum 1000 minimum 1 required',
];

describe('the surface', () => {
  test('has a file for every version and no other', () => {
    const names = readdirSync(fileURLToPath(new URL('../surface', import.meta.url)));
    expect(names.sort()).toEqual(VERSIONS.map((version) => `${version}.txt`).sort());
  });

  test('loses a parameter or a route only where the spec says so', () => {
    const routes = (version: string): string[] => [...surface(version)].filter((line) => / (query|path|body) /.test(line));
    for (const [index, version] of VERSIONS.slice(1).entries()) {
      const next = surface(version);
      const lost = routes(VERSIONS[index] ?? '').filter((line) => !next.has(line));
      expect(lost, version).toEqual(version === '1.10' ? NO_NODES_BELOW : []);
    }
  });

  test('names the stack of a cluster at each version, from 1.13 on twice, and allows no nodes from 1.10 on', () => {
    const shows = (version: string, field: string): boolean =>
      surface(version).has(`/v1/clusters/{cluster_ident} GET 200 ${field}: string|null required`);
    expect(VERSIONS.filter((version) => shows(version, 'stack_id'))).toEqual(VERSIONS);
    expect(VERSIONS.filter((version) => shows(version, 'cluster_id'))).toEqual(VERSIONS.slice(12));
    const nodes = '/v1/clusters POST body node_count: integer|null maximum 1000 minimum 0';
    expect(VERSIONS.filter((version) => surface(version).has(nodes))).toEqual(VERSIONS.slice(9));
  });

  test('shows rollback from 1.3 on, and 202 for bays from 1.2 on', () => {
    const rollback = '/v1/bays/{bay_ident} PATCH query rollback: boolean';
    expect(VERSIONS.filter((version) => surface(version).has(rollback))).toEqual(VERSIONS.slice(2));
    const accepted = '/v1/bays POST → 202, policy bay:create';
    expect(VERSIONS.filter((version) => surface(version).has(accepted))).toEqual(VERSIONS.slice(1));
  });
});
