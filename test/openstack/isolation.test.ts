import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operations, type OperationId } from '@magnum-ts/openapi';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { KeystoneIdentity } from '../../packages/core/src/adapters/openstack/identity.js';
import { DEFAULT_RULES } from '../../packages/core/src/adapters/policy/defaults.js';
import { silentLogger } from '../../packages/core/src/adapters/system/logger.js';
import type { ApiHandler } from '../../packages/core/src/api/plain.js';
import { loadConfig } from '../../packages/core/src/config/config.js';
import { Secret } from '../../packages/core/src/domain/secret.js';
import { openApi, upgradeDatabase } from '../../packages/core/src/services.js';
import { passwordLogin } from '../../packages/core/src/adapters/openstack/auth.js';
import { systemClock } from '../../packages/core/src/adapters/system/clock.js';
import { SIGNAL, wire, withOpenstack, type Cloud } from './cloud.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 });

const PERSONAS = ['owner', 'colleague', 'reader', 'stranger', 'admin', 'trustee', 'nobody'] as const;
type Persona = (typeof PERSONAS)[number];
/** What a persona meets: let through, 403, 404, 401. */
type Cell = 'in' | 'no' | 'nil' | 'who';

/** What tells projects apart by Keystone's tokens; the matrix of all operations runs with the embedded identity (test/coverage). */
const ASKED =
  /^(get|list|create|update|delete)(V1|Versions|(Bay|BayModel|Cluster|ClusterTemplate|Node|MagnumService)(s|sDetail|Events)?)$|^(get|create)Certificate$/;
const READS = /^(list|get)/;
/** Answered by a conductor, and none runs here: who is let in meets 503. */
const ASKS_CONDUCTOR = /Certificate$/;

/** Who may what, said without the code that decides it. */
function expected(id: OperationId, persona: Persona, enforceNew: boolean): Cell {
  const { path, policy } = operations[id];
  if (policy === null) return 'in';
  if (persona === 'nobody') return 'who';
  const target = path.includes('{');
  const isCluster = /clusters?|clustertemplates/.test(path) && !path.includes('certificates');
  switch (DEFAULT_RULES[policy]?.audience) {
    case 'admin':
      return persona === 'admin' ? 'in' : 'no';
    case 'user':
      // The request that makes a certificate names its bay in the body: one that is not there is the body's fault, 400.
      if (persona === 'stranger' || persona === 'admin') return id === 'createCertificate' ? 'in' : 'nil';
      return persona === 'owner' || persona === 'trustee' ? 'in' : 'no';
    default:
      if (persona === 'trustee') return 'no';
      if (target && persona === 'stranger') return 'nil';
      if (target && persona === 'admin') return isCluster ? 'in' : 'nil';
      return enforceNew && persona === 'reader' && !READS.test(id) ? 'no' : 'in';
  }
}

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
  const tokens = new Map<Persona, string>();
  const idents: Record<string, string> = {};

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'magnum-isolation-'));
    writeFileSync(join(folder, 'key'), randomBytes(32).toString('base64'));
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
    service = await openApi(config, silentLogger);
    for (const [persona, user, project] of [
      ['owner', 'demo', 'demo'],
      ['colleague', 'demo2', 'demo'],
      ['reader', 'reader', 'demo'],
      ['stranger', 'other', 'other'],
      ['admin', 'admin', 'admin'],
    ] as const)
      tokens.set(persona, await tokenWithKey(cloud, user, project));
    const model = await make('/v1/baymodels', MODEL);
    idents['baymodel_ident'] = idents['clustertemplate_ident'] = model;
    idents['bay_ident'] = idents['cluster_ident'] = await make('/v1/bays', { name: 'isolated', baymodel_id: model });
    const nodes = await ask(service.fetch, { method: 'GET', path: '/v1/nodes', token: tokens.get('owner') });
    idents['node_ident'] = (JSON.parse(nodes.text) as { nodes: { uuid: string }[] }).nodes[0]?.uuid ?? '';
    tokens.set('trustee', await trusteeToken(cloud, idents['bay_ident']));
  });
  afterAll(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function make(path: string, body: unknown): Promise<string> {
    const { status, text } = await ask(service.fetch, { method: 'POST', path, body, token: tokens.get('owner') });
    expect(status, text).toBeLessThan(300);
    return (JSON.parse(text) as { uuid: string }).uuid;
  }

  test('every operation lets in whom it should, and nobody else', async () => {
    const ids = (Object.keys(operations) as OperationId[]).filter((id) => ASKED.test(id)); // the table's keys are the ids
    // What removes things comes last, so that everything is there to be asked for.
    const ordered = ids.toSorted((one, other) => Number(one.startsWith('delete')) - Number(other.startsWith('delete')));
    const lines: string[] = [];
    const odd: string[] = [];
    for (const id of ordered) {
      const cells: Cell[] = [];
      for (const persona of PERSONAS) {
        const { method, path } = operations[id];
        const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => idents[name] ?? '');
        const body = bodyOf(id, idents);
        const reply = await ask(service.fetch, { method, path: at, token: tokens.get(persona), ...(body ? { body } : {}) });
        const cell = cellOf(reply.status);
        const wanted = expected(id, persona, enforceNew);
        cells.push(cell);
        const failed = reply.status >= 500 && !(reply.status === 503 && ASKS_CONDUCTOR.test(id));
        if (cell !== wanted || failed)
          odd.push(`${id} ${persona}: ${wanted} expected, ${reply.status} ${reply.text.slice(0, 200)}`);
      }
      lines.push(`${id.padEnd(28)} ${cells.map((cell) => cell.padEnd(9)).join(' ')}`);
    }
    process.stdout.write(`${''.padEnd(28)} ${PERSONAS.map((name) => name.padEnd(9)).join(' ')}\n${lines.join('\n')}\n`);
    process.stdout.write(`isolation: ${ordered.length} operations × ${PERSONAS.length} personas, ${odd.length} unexpected\n`);
    expect(odd).toEqual([]);
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

/** Something right to say. */
function bodyOf(id: OperationId, idents: Readonly<Record<string, string>>): unknown {
  switch (id) {
    case 'createBayModel':
    case 'createClusterTemplate':
      return { ...MODEL, name: 'another' };
    case 'createBay':
      // Only those who see the model can use it; the others are told that theirs is not there.
      return { name: 'another', baymodel_id: idents['baymodel_ident'] };
    case 'createCluster':
      return { name: 'another', cluster_template_id: idents['baymodel_ident'] };
    case 'updateBay':
    case 'updateCluster':
      return [{ op: 'replace', path: '/node_count', value: 2 }];
    case 'updateBayModel':
    case 'updateClusterTemplate':
      return [{ op: 'replace', path: '/name', value: 'renamed' }];
    case 'createNode':
      return { type: 'vm' };
    case 'createCertificate':
      return { bay_uuid: idents['bay_ident'], csr: CSR };
    default:
      return undefined;
  }
}

const CSR = execFileSync(
  'openssl',
  ['req', '-new', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', '/dev/null', '-subj', '/CN=x'],
  { encoding: 'utf8', stdio: 'pipe' },
);

function cellOf(status: number): Cell {
  return status === 401 ? 'who' : status === 403 ? 'no' : status === 404 ? 'nil' : 'in';
}

async function ask(
  fetch: ApiHandler,
  asked: { readonly method: string; readonly path: string; readonly token: string | undefined; readonly body?: unknown },
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(
    new Request(`http://magnum.example${asked.path}`, {
      method: asked.method,
      headers: {
        'Content-Type': 'application/json',
        'OpenStack-API-Version': 'container-infra 1.9',
        ...(asked.token === undefined ? {} : { 'X-Auth-Token': asked.token }),
      },
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    }),
  );
  return { status: response.status, text: await response.text() };
}

/** Key pairs are each user's own: everybody has one of that name. */
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
