import { operations, type OperationId } from '@magnum-ts/openapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_RULES, type Audience, type DefaultRule } from '../../packages/core/src/adapters/policy/defaults.js';
import { policyOf } from '../../packages/core/src/adapters/policy/enforcer.js';
import { EMBEDDED_DEFAULTS } from '../../packages/core/src/adapters/embedded/config.js';
import { bodyOf, MANIFESTS, queryOf } from '../support/bodies.js';
import { anEngine, type Engine } from '../support/engine.js';
import { aService, MODEL, operationIds, resource, type Reply, type Service } from '../support/service.js';
import { trusteeToken, unscopedToken } from '../support/trustee.js';

/**
 * Everything belongs to `owner`. `mate`, `reader` and `guest` (with a role that says nothing) share the project, `other` has one of
 * its own, `admin` is in a third; `node` is the account of the bay's nodes, `stray` that of another bay's in the same project;
 * `lost` is the owner with a token for no project; `nobody` has none.
 */
const PERSONAS = ['owner', 'mate', 'reader', 'guest', 'other', 'admin', 'node', 'stray', 'lost', 'nobody'] as const;
type Persona = (typeof PERSONAS)[number];

/** `own`: the list is answered, without the owner's things. */
type Outcome = 'ok' | 'own' | '401' | '403' | '404';
type Generation = 'old' | 'new';

/** Whom the rule lets pass, on what they can see: contract, endpoints "Policy defaults". */
const PASS: Readonly<
  Record<Generation, Readonly<Record<Audience, Readonly<Record<DefaultRule['access'], readonly Persona[]>>>>>
> = {
  old: {
    project: {
      read: ['owner', 'mate', 'reader', 'guest', 'other', 'admin'],
      write: ['owner', 'mate', 'reader', 'guest', 'other', 'admin'],
    },
    members: {
      read: ['owner', 'mate', 'reader', 'guest', 'other', 'admin'],
      write: ['owner', 'mate', 'reader', 'guest', 'other', 'admin'],
    },
    user: { read: ['owner', 'admin', 'node'], write: ['owner', 'admin', 'node'] },
    admin: { read: ['admin'], write: ['admin'] },
  },
  new: {
    project: { read: ['owner', 'mate', 'reader', 'other', 'admin'], write: ['owner', 'mate', 'other', 'admin'] },
    members: { read: ['owner', 'mate', 'reader', 'other'], write: ['owner', 'mate', 'other'] },
    user: { read: ['owner', 'admin', 'node'], write: ['owner', 'admin', 'node'] },
    admin: { read: ['admin'], write: ['admin'] },
  },
};

const MATES: readonly Persona[] = ['owner', 'mate', 'reader', 'guest'];
/** They are let in, or not, before it is looked whether there is such a thing. */
const ASKED_FIRST = new RegExp(`^((get|update|delete)Node|create(Container|Federation|X509KeyPair))$|${MANIFESTS.source}`);
/** Of the service and not of a project: nothing to be seen or not. */
const OF_NO_PROJECT = /^(listDrivers|getDriver|listMagnumServices|(list|create|update|delete)Quotas?|getStats)$/;

function expected(id: OperationId, persona: Persona, generation: Generation): Outcome {
  const { policy, policies, path } = operations[id];
  if (policy === null) return 'ok';
  if (persona === 'nobody') return '401';
  const rule = DEFAULT_RULES[policy];
  const passes = rule !== undefined && PASS[generation][rule.audience][rule.access].includes(persona);
  // To upgrade, one names a template, too: the owner's own is nobody else's to see.
  const seesAll = persona === 'admin' && policies.allProjects !== undefined && id !== 'upgradeCluster';
  if (isList(id)) return !passes ? '403' : MATES.includes(persona) || seesAll ? 'ok' : 'own';
  if (OF_NO_PROJECT.test(id)) return passes ? 'ok' : '403';
  // Its path names the project, and the rule is about it.
  if (id === 'getQuota') return passes && persona !== 'other' ? 'ok' : '403';
  const namesAThing = path.includes('{') || REFERRING.test(id) || MANIFESTS.test(id);
  const sees = !namesAThing || MATES.includes(persona) || seesAll || seesAsNode(id, persona);
  if (ASKED_FIRST.test(id)) return !passes ? '403' : sees ? 'ok' : '404';
  return !sees ? '404' : passes ? 'ok' : '403';
}

/** What is made of, or for, something that must be seen first. */
const REFERRING = /^create(Bay|Cluster|Container|Certificate|Federation|X509KeyPair)$/;

/** The account of a bay's nodes finds its own bay, and what belongs to its project beside bays; a rule then refuses it. */
function seesAsNode(id: OperationId, persona: Persona): boolean {
  const { path } = operations[id];
  const isOfBay = /^\/v1\/(bays|clusters|certificates)/.test(path) && !/^create(Bay|Cluster)$/.test(id);
  return persona === 'node' || (persona === 'stray' && !isOfBay);
}

function isList(id: OperationId): boolean {
  return id.startsWith('list') && !operations[id].path.includes('{') && !OF_NO_PROJECT.test(id) && !MANIFESTS.test(id);
}

const user = (serial: number, name: string, projectId: string, ...roles: readonly string[]) => ({
  id: `5f6a1c1de3f44c0e9a3b6d5d2c9d2${String(serial).padStart(3, '0')}`,
  name,
  domainId: 'default',
  defaultProjectId: projectId,
  roles: roles.map((role) => ({ projectId, role })),
});
const [HOME, ABROAD] = [EMBEDDED_DEFAULTS.projects[0]?.id ?? '', '5f6a1c1de3f44c0e9a3b6d5d2c9d0003'];
const USERS = [
  user(1, 'mate', HOME, 'member', 'reader'),
  user(2, 'reader', HOME, 'reader'),
  user(3, 'guest', HOME, 'guest'),
  user(4, 'other', ABROAD, 'member', 'reader'),
];

const OBJECT_MAKERS = [
  ['/v1/pods', 'createPod'],
  ['/v1/services', 'createService'],
  ['/v1/rcs', 'createReplicationController'],
] as const;
const OBJECTS = { pod_ident: 'pod-1', service_ident: 'service-1', rc_ident: 'rc-1' };

let service: Service;
/** What an engine keeps, and what it has sealed, is its own. */
let asking: Generation = 'old';
let engines: Readonly<Record<Generation, Engine>>;
const tokens: Partial<Record<Persona, string>> = {};
const idents: Record<string, string> = {};

beforeAll(async () => {
  service = await aService({ conductor: false, config: { users: [...EMBEDDED_DEFAULTS.users, ...USERS] } });
  engines = {
    old: await anEngine(service, { policy: policyOf(DEFAULT_RULES) }),
    new: await anEngine(service, { policy: policyOf(DEFAULT_RULES, { enforceNewDefaults: true }) }),
  };
  Object.assign(idents, {
    project_id: HOME,
    resource: 'Cluster',
    nodegroup_ident: 'default-worker',
    driver_ident: 'swarm-mode',
    ...OBJECTS,
  });
  for (const ident of [
    'quota',
    'baymodel_ident',
    'clustertemplate_ident',
    'bay_ident',
    'container_ident',
    'federation_ident',
    'x509keypair_ident',
  ])
    await seed(ident);
  // Of the first bay, which no cell deletes.
  idents['node_ident'] = String(((await service.db('node').first('uuid')) as { uuid: string }).uuid); // every bay has nodes
  const stray = resource(await made('/v1/bays', { baymodel_id: idents['baymodel_ident'] }), 202).uuid;
  Object.assign(tokens, {
    owner: service.tokens.demo,
    mate: await service.identity.tokenFor('mate'),
    reader: await service.identity.tokenFor('reader'),
    guest: await service.identity.tokenFor('guest'),
    other: await service.identity.tokenFor('other'),
    admin: service.tokens.admin,
    node: await trusteeToken(service, idents['bay_ident'] ?? ''),
    stray: await trusteeToken(service, stray),
    lost: await unscopedToken(service),
  });
});
afterAll(async () => service.stop());

function made(path: string, body: unknown, token = service.tokens.demo): Promise<Reply> {
  return engines[asking].request('POST', path, { body, token, version: '1.14' });
}

/** Makes the owner's thing that a path parameter names. */
async function seed(ident: string): Promise<void> {
  const create = async (path: string, body: unknown, status: number): Promise<string> =>
    resource(await made(path, body), status).uuid;
  switch (ident) {
    case 'quota':
      await made('/v1/quotas', { project_id: HOME, resource: 'Cluster', hard_limit: 1_000 }, service.tokens.admin);
      break;
    case 'baymodel_ident':
    case 'clustertemplate_ident':
      idents[ident] = await create('/v1/baymodels', { ...MODEL, name: ident }, 201);
      break;
    case 'bay_ident':
      idents['bay_ident'] = idents['cluster_ident'] = await create('/v1/bays', { baymodel_id: idents['baymodel_ident'] }, 202);
      break;
    case 'container_ident':
      idents[ident] = await create('/v1/containers', { bay_uuid: idents['bay_ident'], image: 'busybox' }, 201);
      break;
    case 'x509keypair_ident':
      idents[ident] = await create('/v1/x509keypairs', bodyOf('createX509KeyPair', idents), 201);
      break;
    case 'federation_ident':
      idents[ident] = await create('/v1/federations', bodyOf('createFederation', idents), 202);
      break;
  }
}

/** What a cell takes away is there again for the next one. */
const TAKES: Partial<Record<OperationId, string>> = {
  deleteBayModel: 'baymodel_ident',
  deleteClusterTemplate: 'clustertemplate_ident',
  deleteContainer: 'container_ident',
  deleteFederation: 'federation_ident',
  deleteX509KeyPair: 'x509keypair_ident',
  deleteQuota: 'quota',
  updateQuota: 'quota',
};

async function outcomeOf(id: OperationId, persona: Persona, generation: Generation): Promise<Outcome> {
  const { method, path } = operations[id];
  const takes = TAKES[id];
  if (takes) await seed(takes);
  // One that is there already is as good.
  if (MANIFESTS.test(id)) for (const [at, create] of OBJECT_MAKERS) await made(at, bodyOf(create, idents));
  const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => idents[name] ?? '');
  const body = bodyOf(id, idents);
  const reply = await engines[generation].request(method, `${at}${queryOf(id, idents)}`, {
    token: tokens[persona] ?? null,
    version: '1.14',
    ...(body === undefined ? {} : { body }),
  });
  return outcomeIn(id, reply);
}

const OWNED = [
  'baymodel_ident',
  'clustertemplate_ident',
  'bay_ident',
  'node_ident',
  'container_ident',
  'federation_ident',
  'x509keypair_ident',
];

/** Whatever is neither hidden nor refused by a rule has passed, also where the request then cannot be done. */
function outcomeIn(id: OperationId, reply: Reply): Outcome {
  if (reply.status === 401) return '401';
  if (reply.status === 403 && reply.text.includes("Policy doesn't allow")) return '403';
  if (reply.status >= 400 && reply.text.includes('could not be found')) return '404';
  const shows = OWNED.some((name) => reply.text.includes(idents[name] ?? 'nothing'));
  return isList(id) && !shows ? 'own' : 'ok';
}

describe.each<Generation>(['old', 'new'])('with the %s default rules', (generation) => {
  test('every operation answers every persona as the contract has it', { timeout: 120_000 }, async () => {
    asking = generation;
    await seed('x509keypair_ident');
    const lines = [['operation', ...PERSONAS].map((word, index) => word.padEnd(index === 0 ? 28 : 7)).join('')];
    const wrong: string[] = [];
    for (const id of operationIds()) {
      const cells: Outcome[] = [];
      for (const persona of PERSONAS) {
        const got = /^delete(Bay|Cluster)$/.test(id)
          ? await deletion(id, persona, generation)
          : await outcomeOf(id, persona, generation);
        const wanted = expected(id, persona, generation);
        if (got !== wanted) wrong.push(`${id} as ${persona}: ${got}, expected ${wanted}`);
        cells.push(got);
      }
      lines.push([id.padEnd(28), ...cells.map((cell) => cell.padEnd(7))].join(''));
    }
    const size = `${operationIds().length} operations × ${PERSONAS.length} personas = ${operationIds().length * PERSONAS.length} cells`;
    process.stdout.write(`\n${lines.join('\n')}\n${generation} default rules: ${size}, ${wrong.length} unexpected\n`);
    expect(wrong).toEqual([]);
  });
});

/** Deletes a bay of the owner's that is there for this cell alone; `node` is then the account of that bay's nodes. */
async function deletion(id: OperationId, persona: Persona, generation: Generation): Promise<Outcome> {
  const bay = resource(await made('/v1/bays', { baymodel_id: idents['baymodel_ident'] }), 202).uuid;
  const token = persona === 'node' ? await trusteeToken(service, bay) : (tokens[persona] ?? null);
  const path = `/v1/${id === 'deleteBay' ? 'bays' : 'clusters'}/${bay}`;
  return outcomeIn(id, await engines[generation].request('DELETE', path, { token, version: '1.14' }));
}
