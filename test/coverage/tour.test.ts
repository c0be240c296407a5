import { operations, type OperationId } from '@magnum-ts/openapi';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_RULES } from '../../packages/core/src/adapters/policy/defaults.js';
import { Secret } from '../../packages/core/src/domain/secret.js';
import { anEngine, type Engine } from '../support/engine.js';
import { aService, MODEL, operationIds, refusalOf, resource, type Ask, type Reply, type Service } from '../support/service.js';

let service: Service;
let engine: Engine;
let trustee: string;
const idents: Record<string, string> = {};
beforeAll(async () => {
  service = await aService();
  engine = await anEngine(service);
  idents['baymodel_ident'] = (await service.createModel()).uuid;
  idents['driver_ident'] = 'swarm-mode';
  idents['clustertemplate_ident'] = (await service.createModel({ name: 'template' })).uuid;
  const bay = await service.createBay({ name: 'hive' });
  idents['bay_ident'] = idents['cluster_ident'] = bay.uuid;
  idents['node_ident'] = String(((await service.db('node').first('uuid')) as { uuid: string }).uuid); // every bay has nodes
  idents['container_ident'] = resource(
    await engine.request('POST', '/v1/containers', { body: { bay_uuid: 'hive', image: 'busybox' } }),
    201,
  ).uuid;
  idents['federation_ident'] = resource(await ask('createFederation', {}), 202).uuid;
  idents['project_id'] = service.config.projects[0]?.id ?? '';
  idents['resource'] = 'Cluster';
  idents['nodegroup_ident'] = 'default-worker';
  idents['x509keypair_ident'] = resource(
    await service.request('POST', '/v1/x509keypairs', { body: { bay_uuid: bay.uuid, name: 'first' } }),
    201,
  ).uuid;
  idents['record_ident'] = resource(await service.request('POST', '/v1/nodes', { body: {} }), 201).uuid;
  trustee = await trusteeToken(bay.uuid);
});
afterAll(async () => service.stop());

async function trusteeToken(bayId: string): Promise<string> {
  const name = `${bayId}_${service.config.projects[0]?.id ?? ''}`;
  await service.identity.ensureTrustee(name, new Secret('a-password'), AbortSignal.timeout(5_000));
  const reply = await service.request('POST', '/identity/v3/auth/tokens', {
    body: {
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name, domain: { id: service.config.trusteeDomainId }, password: 'a-password' } },
        },
      },
    },
  });
  return reply.headers.get('x-subject-token') ?? '';
}

const csr = (): string =>
  execFileSync(
    'openssl',
    ['req', '-new', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', '/dev/null', '-subj', '/CN=x'],
    { encoding: 'utf8', stdio: 'pipe' },
  );

/** Something right to say to each operation that wants a body. */
const BODIES: Partial<Record<OperationId, () => unknown>> = {
  createBayModel: () => ({ ...MODEL, name: 'tour' }),
  updateBayModel: () => [{ op: 'replace', path: '/name', value: 'toured' }],
  createBay: () => ({ baymodel_id: idents['baymodel_ident'], name: 'tour' }),
  updateBay: () => [{ op: 'replace', path: '/node_count', value: 2 }],
  createClusterTemplate: () => ({ ...MODEL, name: 'tour' }),
  updateClusterTemplate: () => [{ op: 'replace', path: '/name', value: 'toured' }],
  createCluster: () => ({ cluster_template_id: idents['baymodel_ident'], name: 'tour' }),
  updateCluster: () => [{ op: 'replace', path: '/node_count', value: 1 }],
  createContainer: () => ({ bay_uuid: idents['bay_ident'], image: 'busybox' }),
  updateContainer: () => [{ op: 'replace', path: '/image', value: 'alpine' }],
  resizeCluster: () => ({ node_count: 2 }),
  upgradeCluster: () => ({ cluster_template: idents['baymodel_ident'] }),
  createNodeGroup: () => ({ name: 'extra' }),
  updateNodeGroup: () => [{ op: 'replace', path: '/max_node_count', value: 9 }],
  createQuota: () => ({ project_id: service.config.projects[0]?.id, hard_limit: 30 }),
  updateQuota: () => ({ hard_limit: 40 }),
  createFederation: () => ({ name: 'world', hostcluster_id: idents['bay_ident'], properties: { 'dns-zone': 'example.org' } }),
  updateFederation: () => [{ op: 'add', path: '/member_ids', value: idents['bay_ident'] }],
  ...manifestBodies('Pod', 'pod-1', '{metadata: {name: pod-1}, spec: {containers: [{name: c, image: nginx}]}}'),
  ...manifestBodies('Service', 'service-1', '{metadata: {name: service-1}, spec: {ports: [{port: 80}]}}'),
  ...manifestBodies(
    'ReplicationController',
    'rc-1',
    '{metadata: {name: rc-1}, spec: {selector: {a: b}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}}}',
  ),
  createNode: () => ({ type: 'bm', image_id: 'debian-12' }),
  updateNode: () => [{ op: 'replace', path: '/type', value: 'vm' }],
  createX509KeyPair: () => ({ bay_uuid: idents['bay_ident'], name: 'tour', private_key: 'secret' }),
  createCertificate: () => ({ bay_uuid: idents['bay_ident'], csr: csr() }),
};

type ManifestNoun = 'Pod' | 'Service' | 'ReplicationController';

function manifestBodies(noun: ManifestNoun, name: string, manifest: string): Partial<Record<OperationId, () => unknown>> {
  const ident = { Pod: 'pod_ident', Service: 'service_ident', ReplicationController: 'rc_ident' } as const;
  idents[ident[noun]] = name;
  const patch = (): unknown => [{ op: 'replace', path: '/manifest', value: manifest }];
  return {
    [`create${noun}`]: () => ({ bay_uuid: idents['bay_ident'], manifest }),
    [`update${noun}`]: patch,
    [`update${noun}OfBay`]: patch,
  };
}

function ask(id: OperationId, more: Ask, through = engineFor(id)): Promise<Reply> {
  const { method, path } = operations[id];
  const body = BODIES[id]?.();
  // A default group cannot be deleted; nodes of bays come and go with them, and only records can be changed.
  const others: Partial<Record<OperationId, Record<string, string | undefined>>> = {
    deleteNodeGroup: { nodegroup_ident: 'extra' },
    updateNode: { node_ident: idents['record_ident'] },
    deleteNode: { node_ident: idents['record_ident'] },
  };
  const known: Record<string, string | undefined> = { ...idents, ...others[id] };
  const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => known[name] ?? '');
  return through(method, `${at}${queryFor(id)}`, {
    ...(body === undefined ? {} : { body }),
    ...more,
  });
}

function queryFor(id: OperationId): string {
  if (id === 'executeContainer') return '?command=ls';
  const parameters: readonly { readonly name: string }[] = operations[id].queryParams;
  return /Pod|Service|Replication/.test(id) && parameters.some(({ name }) => name === 'bay_ident')
    ? `?bay_ident=${idents['bay_ident'] ?? ''}`
    : '';
}

/** Nodes and containers are asked for where an engine answers; everything else at the service itself. */
function engineFor(id: OperationId): Service['request'] {
  return /Container|Nodes?$|NodesDetail|Pod|(?<!Magnum)Service(s|OfBay|sDetail)?$|ReplicationController/.test(id)
    ? engine.request
    : service.request;
}

/** Each is proven where its part is: `*_all_projects`, `publish` and `update_health_status` in test/api. */
const PART_POLICIES = operationIds().flatMap((id) => Object.values(operations[id].policies));
/** Operations that members may not use. */
const ADMINISTRATIVE = /^(listMagnumServices|(list|create|update|delete)Quotas?)$/;

const POLICIES = operationIds().flatMap((id) => operations[id].policy ?? []);

describe('every policy', () => {
  test('has a default rule', () => {
    expect([...POLICIES, ...PART_POLICIES].filter((policy) => !Object.hasOwn(DEFAULT_RULES, policy))).toEqual([]);
  });

  test.each(operationIds().filter((id) => operations[id].policy !== null))(
    'of %s refuses somebody by its name, and lets the right one pass',
    async (id) => {
      // Certificates are the one thing that the account of a bay's nodes may see; another member of the project may not.
      const outsider = OF_NODES.has(id) ? service.tokens.mate : trustee;
      const refusal = refusalOf(await ask(id, { token: outsider, version: '1.14' }));
      expect(refusal).toMatchObject({ status: 403, detail: expect.stringContaining(operations[id].policy ?? '') });
    },
  );

  test('of publishing refuses members, and lets administrators pass', async () => {
    const body = { ...MODEL, name: 'published', public: true };
    expect(refusalOf(await service.request('POST', '/v1/baymodels', { body })).detail).toContain('baymodel:publish');
    expect((await service.request('POST', '/v1/baymodels', { body, token: service.tokens.admin })).status).toBe(201);
  });
});

describe('every operation', () => {
  /** What must stand before an operation can succeed is made before; what takes it away comes last. */
  const order = operationIds().toSorted((one, other) => rank(one) - rank(other));
  const succeeded = new Set<string>();

  test.each(order)('%s succeeds with each status that is documented', async (id) => {
    for (const { from, status } of operations[id].success) {
      if (NEEDS_REST.has(id)) await settled();
      // At 1.7 an upgrade is known, and refused.
      const version = id === 'upgradeCluster' ? '1.8' : from;
      const reply = await ask(id, { version, ...(ADMINISTRATIVE.test(id) ? { token: service.tokens.admin } : {}) });
      expect(reply.status, `${version} ${reply.text}`).toBe(status);
      succeeded.add(`${id} ${status}`);
      if (id === 'createX509KeyPair') idents['x509keypair_ident'] = String(reply.body['uuid']);
      if (id === 'createNode') idents['record_ident'] = String(reply.body['uuid']);
      if (id === 'createBay' || id === 'createCluster') await removed(String(reply.body['uuid']));
      if (id === 'deleteBay') await service.until(idents['bay_ident'] ?? '', 'gone');
      if (id === 'deleteCluster')
        idents['bay_ident'] = idents['cluster_ident'] = (await service.createBay({ baymodel_id: idents['baymodel_ident'] })).uuid;
    }
  });

  test('was seen to succeed', () => {
    const documented = operationIds().flatMap((id) => operations[id].success.map(({ status }) => `${id} ${status}`));
    expect(documented.filter((success) => !succeeded.has(success))).toEqual([]);
  });

  async function settled(): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      const { body } = await service.request('GET', `/v1/bays/${idents['bay_ident'] ?? ''}`);
      if (String(body['status']).endsWith('_COMPLETE')) return;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error('the bay does not settle');
  }

  async function removed(uuid: string): Promise<void> {
    await service.request('DELETE', `/v1/bays/${uuid}`, { version: '1.2' });
    await service.until(uuid, 'gone');
  }
});

const OF_NODES: ReadonlySet<OperationId> = new Set(['getCertificate', 'createCertificate']);
const NEEDS_REST: ReadonlySet<OperationId> = new Set([
  'updateBay',
  'deleteBay',
  'updateCluster',
  'deleteCluster',
  'resizeCluster',
  'upgradeCluster',
  'createNodeGroup',
  'updateNodeGroup',
  'rotateCertificate',
]);

function rank(id: OperationId): number {
  const last: readonly OperationId[] = [
    'deleteNodeGroup',
    'deleteQuota',
    'deleteFederation',
    'updateNode',
    'deleteNode',
    'deletePod',
    'deletePodOfBay',
    'deleteService',
    'deleteServiceOfBay',
    'deleteReplicationController',
    'deleteReplicationControllerOfBay',
    'deleteX509KeyPair',
    'pauseContainer',
    'unpauseContainer',
    'deleteContainer',
    'rotateCertificate',
    'updateBay',
    'updateCluster',
    'deleteCluster',
    'deleteBay',
    'deleteBayModel',
  ];
  return last.indexOf(id);
}
