import { operations, type OperationId } from '@magnum-ts/openapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_RULES, until } from '@magnum-ts/core/testing';
import { bodyOf, queryOf } from '../support/bodies.js';
import { anEngine, type Engine } from '../support/engine.js';
import { enrolledNode, type EnrolledNode } from '../support/nodes.js';
import { trusteeToken } from '../support/trustee.js';
import { aService, MODEL, operationIds, refusalOf, resource, type Ask, type Reply, type Service } from '../support/service.js';

let service: Service;
let engine: Engine;
let trustee: string;
let node: EnrolledNode;
const idents: Record<string, string> = {};
beforeAll(async () => {
  service = await aService();
  engine = await anEngine(service);
  idents['project_id'] = service.config.projects[0]?.id ?? '';
  idents['baymodel_ident'] = (await service.createModel()).uuid;
  idents['driver_ident'] = 'swarm-mode';
  idents['clustertemplate_ident'] = (await service.createModel({ name: 'template' })).uuid;
  const bay = await service.createBay({ name: 'hive' });
  idents['bay_ident'] = idents['cluster_ident'] = bay.uuid;
  idents['node_ident'] = String(((await service.db('node').first('uuid')) as { uuid: string }).uuid); // every bay has nodes
  node = await enrolledNode(service, bay.uuid, 'worker');
  idents['node_name'] = node.name;
  idents['container_ident'] = resource(
    await engine.request('POST', '/v1/containers', { body: { bay_uuid: 'hive', image: 'busybox' } }),
    201,
  ).uuid;
  idents['federation_ident'] = resource(await ask('createFederation', {}), 202).uuid;
  idents['resource'] = 'Cluster';
  idents['nodegroup_ident'] = 'default-worker';
  idents['pod_ident'] = 'pod-1';
  idents['service_ident'] = 'service-1';
  idents['rc_ident'] = 'rc-1';
  idents['x509keypair_ident'] = resource(
    await service.request('POST', '/v1/x509keypairs', { body: { bay_uuid: bay.uuid, name: 'first' } }),
    201,
  ).uuid;
  idents['record_ident'] = resource(await service.request('POST', '/v1/nodes', { body: {} }), 201).uuid;
  trustee = await trusteeToken(service, bay.uuid);
});
afterAll(async () => service.stop());

function ask(id: OperationId, more: Ask, through = engineFor(id)): Promise<Reply> {
  const { method, path } = operations[id];
  const body = id === 'enrolNode' ? enrolment() : bodyOf(id, idents);
  // A default group cannot be deleted; nodes of bays come and go with them, and only records can be changed.
  const others: Partial<Record<OperationId, Record<string, string | undefined>>> = {
    deleteNodeGroup: { nodegroup_ident: 'extra' },
    updateNode: { node_ident: idents['record_ident'] },
    deleteNode: { node_ident: idents['record_ident'] },
  };
  const known: Record<string, string | undefined> = { ...idents, ...others[id] };
  const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => known[name] ?? '');
  return through(method, `${at}${queryOf(id, idents)}`, {
    ...(body === undefined ? {} : { body }),
    ...more,
  });
}

/** A node that lost the answer enrols again with the same token and secret. */
function enrolment(): { readonly token: string | undefined; readonly secret: string } {
  return { token: service.valuesOf(idents['bay_ident'] ?? '', node.name).enrolment_token, secret: node.secret };
}

/** Nodes, images and containers are asked for where an engine answers; everything else at the service itself. */
function engineFor(id: OperationId): Service['request'] {
  if (id === 'enrolNode') return service.request;
  return /Container|Image$|BaySecrets|Nodes?$|NodesDetail|Pod|(?<!Magnum)Service(s|OfBay|sDetail)?$|ReplicationController/.test(
    id,
  )
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
    'of %s refuses a stranger by its name, and lets an allowed caller pass',
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
      if (NEEDS_REST.has(id)) await waitForBay();
      // At 1.7 an upgrade is known, and refused.
      const version = id === 'upgradeCluster' ? '1.8' : from;
      const more = { version, ...callerOf(id) };
      const isDry = CREATES.has(id) && status === 200;
      const reply = isDry
        ? await service.request('POST', `${operations[id].path}?dry_run=true`, { ...more, body: bodyOf(id, idents) })
        : await ask(id, more);
      expect(reply.status, `${version} ${reply.text}`).toBe(status);
      succeeded.add(`${id} ${status}`);
      if (id === 'createX509KeyPair') idents['x509keypair_ident'] = String(reply.body['uuid']);
      if (id === 'createNode') idents['record_ident'] = String(reply.body['uuid']);
      if (CREATES.has(id) && !isDry) await removed(String(reply.body['uuid']));
      if (id === 'deleteBay') await service.until(idents['bay_ident'] ?? '', 'gone');
      if (id === 'deleteCluster')
        idents['bay_ident'] = idents['cluster_ident'] = (await service.createBay({ baymodel_id: idents['baymodel_ident'] })).uuid;
    }
  });

  test('was seen to succeed', () => {
    const documented = operationIds().flatMap((id) => operations[id].success.map(({ status }) => `${id} ${status}`));
    expect(documented.filter((success) => !succeeded.has(success))).toEqual([]);
  });

  function callerOf(id: OperationId): Ask {
    if (NODES_ONLY.has(id)) return { token: node.token, headers: node.headers };
    return { token: ADMINISTRATIVE.test(id) ? service.tokens.admin : service.tokens.demo };
  }

  async function waitForBay(): Promise<void> {
    await until('the work on the bay is complete', async () => {
      const { body } = await service.request('GET', `/v1/bays/${idents['bay_ident'] ?? ''}`);
      return String(body['status']).endsWith('_COMPLETE');
    });
  }

  async function removed(uuid: string): Promise<void> {
    await service.request('DELETE', `/v1/bays/${uuid}`, { version: '1.2' });
    await service.until(uuid, 'gone');
  }
});

const OF_NODES: ReadonlySet<OperationId> = new Set([
  'getCertificate',
  'createCertificate',
  'getCredential',
  'confirmCredential',
  'getBaySecrets',
  'getAddons',
  'getBayConfig',
  'getClusterConfig',
]);
/** Operations that only the account of the nodes may use. */
const NODES_ONLY: ReadonlySet<OperationId> = new Set(['getCredential', 'confirmCredential', 'getBaySecrets', 'getAddons']);
const CREATES: ReadonlySet<OperationId> = new Set(['createBay', 'createCluster']);
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
  'rotateCredential',
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
    'rotateCredential',
    'updateBay',
    'updateCluster',
    'deleteCluster',
    'deleteBay',
    'deleteBayModel',
  ];
  return last.indexOf(id);
}
