import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operations, type OperationId } from '@magnum-ts/openapi';
import type { Knex } from 'knex';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  loadConfig,
  openApi,
  openSqlite,
  Secret,
  silentLogger,
  systemPlatform,
  upgradeDatabase,
  type WebHandler,
} from '@magnum-ts/core';
import { type BayId, type ContainerId, knexStore, systemClock } from '@magnum-ts/core/testing';
import { passwordLogin } from '../../packages/core/src/adapters/openstack/auth.js';
import { KeystoneIdentity } from '../../packages/core/src/adapters/openstack/identity.js';
import { bodyOf, queryOf } from '../support/bodies.js';
import { askMatrix, outcomeIn, TAKES, type Outcome, type Persona } from '../support/personas.js';
import { SIGNAL, wire, withOpenstack, type Cloud } from './cloud.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 });

/** `mate` and `reader` are in the owner's project, `other` and `admin` in theirs; `node` is the account of the bay's nodes. */
const ASKING = {
  owner: { user: 'demo', project: 'demo' },
  mate: { user: 'demo2', project: 'demo' },
  reader: { user: 'reader', project: 'demo' },
  other: { user: 'other', project: 'other' },
  admin: { user: 'admin', project: 'admin' },
} as const;
const WHO = [...(['owner', 'mate', 'reader', 'other', 'admin'] as const), 'node', 'nobody'] as const;

await withOpenstack('isolation', (cloud) => {
  for (const enforceNew of [false, true]) {
    describe(enforceNew ? 'with the newer default rules alone' : 'with the rules of both generations', () =>
      matrix(cloud, enforceNew),
    );
  }
});

function matrix(cloud: Cloud, enforceNew: boolean): void {
  let folder: string;
  let service: Awaited<ReturnType<typeof openApi>>;
  let db: Knex;
  const tokens: Partial<Record<Persona, string>> = {};
  const idents: Record<string, string> = { resource: 'Cluster', nodegroup_ident: 'default-worker', driver_ident: 'swarm-mode' };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'magnum-isolation-'));
    writeFileSync(join(folder, 'key'), randomBytes(32).toString('base64'), { mode: 0o600 });
    const content = [
      '[DEFAULT]',
      'transport_url = rabbit://guest:guest@127.0.0.1:1/',
      '[database]',
      `connection = sqlite:///${join(folder, 'magnum.db')}`,
      '[vault]',
      `key_file = ${join(folder, 'key')}`,
      ...cloud.config(['[oslo_policy]', `enforce_new_defaults = ${enforceNew}`]),
    ].join('\n');
    const config = loadConfig([{ name: 'magnum.conf', content }]);
    await upgradeDatabase(config);
    service = await openApi(systemPlatform({ logger: silentLogger }), config);
    db = openSqlite(join(folder, 'magnum.db'));
    for (const [persona, { user, project }] of Object.entries(ASKING))
      tokens[persona as Persona] = await tokenWithKey(cloud, user, project); // a key of ASKING
    idents['project_id'] = (await cloud.accessOf('demo', 'demo')).projectId;
    Object.assign(idents, { pod_ident: 'pod-1', service_ident: 'service-1', rc_ident: 'rc-1' });
    for (const ident of ['baymodel_ident', 'clustertemplate_ident', 'bay_ident', ...Object.values(TAKES)]) await seed(ident);
    const node: unknown = await db('node').first('uuid', 'name');
    const { uuid, name } = node as { uuid: string; name: string }; // every bay has nodes
    Object.assign(idents, { node_ident: uuid, node_name: name });
    tokens.node = await trusteeToken(cloud, idents['bay_ident'] ?? '');
  });
  afterAll(async () => {
    await db?.destroy();
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Makes the owner's thing that a path parameter names. */
  async function seed(ident: string): Promise<void> {
    switch (ident) {
      case 'quota':
        await ask(service.fetch, {
          method: 'POST',
          path: '/v1/quotas',
          body: { project_id: idents['project_id'], resource: 'Cluster', hard_limit: 1_000 },
          token: tokens.admin,
        });
        break;
      case 'baymodel_ident':
      case 'clustertemplate_ident':
        idents[ident] = await make('/v1/baymodels', MODEL);
        break;
      case 'bay_ident':
        idents['bay_ident'] = idents['cluster_ident'] = await make('/v1/bays', { baymodel_id: idents['baymodel_ident'] });
        break;
      case 'container_ident':
        idents[ident] = await aContainer();
        break;
      case 'federation_ident':
        idents[ident] = await make('/v1/federations', bodyOf('createFederation', idents));
        break;
      case 'x509keypair_ident':
        idents[ident] = await make('/v1/x509keypairs', bodyOf('createX509KeyPair', idents));
        break;
    }
  }

  /** Its own record is all that there is of it: making one takes a conductor. */
  async function aContainer(): Promise<string> {
    const id = randomUUID() as ContainerId; // new here
    const { projectId, userId } = await cloud.accessOf('demo', 'demo');
    const about = { name: null, image: 'busybox', command: null, memory: null, environment: {}, status: 'Stopped' } as const;
    const record = { id, bayId: idents['bay_ident'] as BayId, projectId, userId, createdAt: new Date(), updatedAt: null }; // made above
    await knexStore(db, systemClock).write((repos) => repos.containers.insert({ ...record, ...about }));
    return id;
  }

  async function make(path: string, body: unknown): Promise<string> {
    const { status, text } = await ask(service.fetch, { method: 'POST', path, body, token: tokens.owner });
    expect(status, `${path} ${text}`).toBeLessThan(300);
    return (JSON.parse(text) as { uuid: string }).uuid;
  }

  async function askAs(id: OperationId, persona: Persona): Promise<Outcome> {
    const takes = TAKES[id];
    if (takes) await seed(takes);
    const { method, path } = operations[id];
    const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => identOf(name, id));
    const body = ownBodyOf(id, idents);
    const reply = await ask(service.fetch, { method, path: `${at}${queryOf(id, idents)}`, token: tokens[persona], body });
    // No conductor runs here: an admitted request that needs one is answered with 503.
    expect(reply.status < 500 || reply.status === 503, `${id} as ${persona}: ${reply.status} ${reply.text}`).toBe(true);
    return outcomeIn(id, reply, idents);
  }

  function identOf(parameter: string, id: OperationId): string {
    const ident = idents[parameter];
    if (ident === undefined) throw new Error(`nothing is there that the {${parameter}} of ${id} could name`);
    return ident;
  }

  test('every operation admits the callers that it should, and no others', async () => {
    expect(await askMatrix(WHO, enforceNew ? 'new' : 'old', askAs)).toEqual([]);
  });
}

const MODEL = {
  name: 'model',
  coe: 'swarm-mode',
  image_id: 'debian-12',
  external_network_id: 'public',
  flavor_id: 'm1.small',
  keypair_id: 'isolation',
};

/** Something right to say, in the names of this cloud. */
function ownBodyOf(id: OperationId, idents: Readonly<Record<string, string>>): unknown {
  return /^create(BayModel|ClusterTemplate)$/.test(id) ? { ...MODEL, name: 'another' } : bodyOf(id, idents);
}

async function ask(
  fetch: WebHandler,
  asked: { readonly method: string; readonly path: string; readonly token: string | undefined; readonly body?: unknown },
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(
    new Request(`http://magnum.example${asked.path}`, {
      method: asked.method,
      headers: {
        'Content-Type': 'application/json',
        'OpenStack-API-Version': 'container-infra 1.14',
        ...(asked.token === undefined ? {} : { 'X-Auth-Token': asked.token }),
      },
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    }),
  );
  return { status: response.status, text: await response.text() };
}

/** Key pairs are each user's own: every user has one of that name. */
async function tokenWithKey(cloud: Cloud, user: string, project: string): Promise<string> {
  const token = (await cloud.tokenOf(user, project)).secret.reveal();
  const { status, text } = await wire(
    {
      method: 'POST',
      url: `http://127.0.0.1:${cloud.openstack.ports['nova-api'] ?? 0}/v2.1/os-keypairs`,
      headers: { 'x-auth-token': token, 'content-type': 'application/json' },
      body: JSON.stringify({ keypair: { name: MODEL.keypair_id } }),
    },
    SIGNAL,
  );
  expect([200, 201, 409], text).toContain(status);
  return token;
}

/** The account of the bay's nodes, as the conductor makes it. */
async function trusteeToken(cloud: Cloud, bayId: string): Promise<string> {
  const projectId = (await cloud.accessOf('demo', 'demo')).projectId;
  const password = new Secret('a-long-password-1');
  const identity = new KeystoneIdentity(cloud.deps(), {
    publicAuthUrl: '',
    trustees: {
      domain: { name: 'magnum' },
      admin: { name: 'magnum_domain_admin', domain: { name: 'magnum' } },
      password: new Secret(cloud.openstack.password),
    },
  });
  const name = `${bayId}_${projectId}`;
  const { userId } = await identity.ensureTrustee(name, password, SIGNAL);
  const login = passwordLogin(
    { wire, clock: systemClock },
    {
      keystone: cloud.openstack.keystone,
      user: { id: userId },
      password: () => Promise.resolve(password),
      scope: undefined,
      as: name,
      refusedAs: 'cloud-refused',
    },
  );
  const { secret } = await login.token(false, SIGNAL);
  afterAll(() => identity.deleteTrustee(name, SIGNAL));
  return secret.reveal();
}
