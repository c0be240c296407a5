import { operations, type OperationId } from '@magnum-ts/openapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EMBEDDED_DEFAULTS, Secret } from '@magnum-ts/core';
import { DEFAULT_RULES, policyOf } from '@magnum-ts/core/testing';
import type { ApiDeps } from '../../packages/core/src/api/http/dispatch.js';
import { bodyOf, MANIFESTS, queryOf } from '../support/bodies.js';
import { anEngine, type Engine } from '../support/engine.js';
import { askMatrix, outcomeIn, PERSONAS, TAKES, type Generation, type Outcome, type Persona } from '../support/personas.js';
import { aService, MODEL, resource, type Reply, type Service } from '../support/service.js';
import { trusteeToken, unscopedToken } from '../support/trustee.js';

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

const DOMAIN_TOKEN = 'token-of-the-domain';

let service: Service;
/** What an engine keeps, and what it has sealed, is its own. */
let asking: Generation = 'old';
let engines: Readonly<Record<Generation, Engine>>;
const tokens: Partial<Record<Persona, string>> = {};
const idents: Record<string, string> = {};

beforeAll(async () => {
  service = await aService({ conductor: false, config: { users: [...EMBEDDED_DEFAULTS.users, ...USERS] } });
  engines = {
    old: await anEngine(service, {
      identity: withDomainAdmin(),
      policy: policyOf(DEFAULT_RULES, { enforceNewDefaults: false, enforceScope: false }),
    }),
    new: await anEngine(service, { identity: withDomainAdmin(), policy: policyOf(DEFAULT_RULES) }),
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
  idents['node_name'] = String(((await service.db('node').first('name')) as { name: string }).name);
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
    domain: DOMAIN_TOKEN,
  });
});
afterAll(async () => service.stop());

/** The embedded identity has no tokens for domains; Keystone has. */
function withDomainAdmin(): ApiDeps['identity'] {
  const { identity } = service;
  return {
    trusts: identity.trusts,
    trusteeDomainId: identity.trusteeDomainId,
    publicAuthUrl: identity.publicAuthUrl,
    projectExists: (id, signal) => identity.projectExists(id, signal),
    ensureTrustee: (name, password, signal) => identity.ensureTrustee(name, password, signal),
    deleteTrustee: (name, signal) => identity.deleteTrustee(name, signal),
    validate: async (token, caller) => {
      if (token.reveal() !== DOMAIN_TOKEN) return identity.validate(token, caller);
      const known = await identity.validate(new Secret(service.tokens.admin), caller);
      return known && { ...known, projectId: null, projectName: null, domainId: 'default' };
    },
  };
}

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
  return outcomeIn(id, reply, idents);
}

describe.each<Generation>(['old', 'new'])('with the %s default rules', (generation) => {
  test('every operation answers every persona as the contract has it', { timeout: 120_000 }, async () => {
    asking = generation;
    await seed('x509keypair_ident');
    const wrong = await askMatrix(PERSONAS, generation, (id, persona) =>
      /^delete(Bay|Cluster)$/.test(id) ? deletion(id, persona, generation) : outcomeOf(id, persona, generation),
    );
    expect(wrong).toEqual([]);
  });
});

/** Deletes a bay of the owner's that is there for this cell alone; `node` is then the account of that bay's nodes. */
async function deletion(id: OperationId, persona: Persona, generation: Generation): Promise<Outcome> {
  const bay = resource(await made('/v1/bays', { baymodel_id: idents['baymodel_ident'] }), 202).uuid;
  const token = persona === 'node' ? await trusteeToken(service, bay) : (tokens[persona] ?? null);
  const path = `/v1/${id === 'deleteBay' ? 'bays' : 'clusters'}/${bay}`;
  return outcomeIn(id, await engines[generation].request('DELETE', path, { token, version: '1.14' }), idents);
}
