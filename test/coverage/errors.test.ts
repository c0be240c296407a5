import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Logger } from '@magnum-ts/core';
import { ERROR_KINDS, type ErrorName } from '../../packages/core/src/domain/errors.js';
import { anEngine, type Engine } from '../support/engine.js';
import { aService, MODEL, NOWHERE, resource, type Reply, type Seen, type Service } from '../support/service.js';

let service: Service;
let engine: Engine;
let bay: string;
let used: string;
const elsewhere: Seen[] = [];
beforeAll(async () => {
  service = await aService();
  engine = await anEngine(service, { logger: recorder(elsewhere) });
  used = (await service.createModel()).uuid;
  bay = (await service.createBay({ name: 'hive' })).uuid;
  for (const name of ['twin', 'twin']) await service.createModel({ name });
});
afterAll(async () => service.stop());

function recorder(seen: Seen[]): Logger {
  const silent = (): void => undefined;
  return {
    debug: silent,
    warn: silent,
    error: silent,
    info: (event, fields) => {
      if (event === 'request')
        seen.push({ operation: undefined, error: String(fields?.['error']), status: Number(fields?.['status']) });
    },
  };
}

const model = (fields: object): Promise<Reply> => service.request('POST', '/v1/baymodels', { body: { ...MODEL, ...fields } });
const groups = (method: string, path: string, body?: object): Promise<Reply> =>
  service.request(method, `/v1/clusters/${bay}/nodegroups${path}`, { version: '1.9', ...(body ? { body } : {}) });
const nodes = (count: unknown): Promise<Reply> =>
  service.request('PATCH', `/v1/bays/${bay}`, { body: [{ op: 'replace', path: '/node_count', value: count }], version: '1.2' });
/** An engine's own failure, as its adapter reports it. */
const failing = (kind: ErrorName) => async (): Promise<Reply> => {
  engine.failWith(kind);
  const reply = await engine.request('POST', '/v1/containers', { body: { bay_uuid: 'hive', image: 'busybox' } });
  engine.failWith(undefined);
  return reply;
};

/** How a caller comes to each kind of error. */
const REACHED: Partial<Record<ErrorName, () => Promise<Reply>>> = {
  'invalid-parameter': () => model({ colour: 'red' }),
  'invalid-body': () => service.request('POST', '/v1/baymodels', { raw: '{' }),
  'invalid-patch': () => service.request('PATCH', `/v1/bays/${bay}`, { body: [] }),
  'invalid-csr': () => service.request('POST', '/v1/certificates', { body: { bay_uuid: bay, csr: 'x' } }),
  'bay-model-referenced': () => service.request('DELETE', `/v1/baymodels/${used}`),
  'bay-type-not-supported': () => model({ coe: 'mesos', image_id: 'fedora-atomic-latest' }),
  'not-supported': () => service.request('DELETE', `/v1/clusters/${bay}/nodegroups/default-worker`, { version: '1.9' }),
  'operation-in-progress': async () => {
    const idle = await aService({ conductor: false });
    await idle.createModel();
    const { uuid } = resource(await idle.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm' }, version: '1.2' }), 202);
    const reply = await idle.request('PATCH', `/v1/bays/${uuid}`, {
      body: [{ op: 'replace', path: '/node_count', value: 2 }],
      version: '1.2',
    });
    elsewhere.push(...idle.seen.slice(-1));
    await idle.stop();
    return reply;
  },
  'driver-not-supported': () =>
    service.request('POST', '/v1/clustertemplates', { body: { ...MODEL, driver: 'k8s_cluster_api' } }),
  'image-not-found': () => model({ image_id: 'windows' }),
  'flavor-not-found': () => model({ flavor_id: 'huge' }),
  'network-not-found': () => model({ external_network_id: 'moon' }),
  unauthorized: () => service.request('GET', '/v1/bays', { token: 'nonsense' }),
  forbidden: () => service.request('GET', '/v1/mservices'),
  'not-found': () => service.request('GET', '/v1/drivers/nobody'),
  'path-not-found': () => service.request('GET', '/v1/nothing'),
  'bay-model-not-found': () => service.request('GET', '/v1/baymodels/nobody'),
  'bay-not-found': () => service.request('GET', '/v1/bays/nobody'),
  'node-not-found': () => service.request('GET', '/v1/nodes/nobody'),
  'container-not-found': () => service.request('GET', `/v1/containers/${NOWHERE}`),
  'quota-exceeded': async () => {
    const project = service.config.projects[0]?.id;
    const quota = (method: string, path: string, body?: object): Promise<Reply> =>
      service.request(method, path, { token: service.tokens.admin, ...(body ? { body } : {}) });
    await quota('POST', '/v1/quotas', { project_id: project, hard_limit: 1 });
    const reply = await service.request('POST', '/v1/clusters', { body: { cluster_template_id: used } });
    await quota('DELETE', `/v1/quotas/${String(project)}/Cluster`);
    return reply;
  },
  'node-group-not-found': () => groups('GET', '/nobody'),
  'node-group-invalid': () => groups('POST', '', { name: 'x', node_count: 3, max_node_count: 2 }),
  'bay-not-reachable': async () => {
    const idle = await aService({ conductor: false });
    await idle.createModel();
    const { uuid } = resource(await idle.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm' }, version: '1.2' }), 202);
    const reply = await idle.request('POST', `/v1/clusters/${uuid}/nodegroups`, { body: { name: 'x' }, version: '1.9' });
    elsewhere.push(...idle.seen.slice(-1));
    await idle.stop();
    return reply;
  },
  'template-not-for-upgrade': async () => {
    const { uuid } = await service.createModel({ name: 'open', tls_disabled: true });
    const body = { cluster_template: uuid };
    return service.request('POST', `/v1/clusters/${bay}/actions/upgrade`, { body, version: '1.8' });
  },
  'project-not-found': () =>
    service.request('POST', '/v1/quotas', { body: { project_id: 'nobody' }, token: service.tokens.admin }),
  'quota-not-found': () => service.request('DELETE', '/v1/quotas/nobody/Cluster', { token: service.tokens.admin }),
  'federation-not-found': () => service.request('GET', '/v1/federations/nobody'),
  'keypair-not-found': () => service.request('POST', '/v1/baymodels', { body: { ...MODEL, keypair_id: 'nobody' } }),
  'workload-not-found': () => engine.request('GET', `/v1/pods/nobody?bay_ident=${bay}`),
  'x509-key-pair-not-found': () => service.request('GET', `/v1/x509keypairs/${NOWHERE}`),
  'method-not-allowed': () => service.request('DELETE', '/v1/bays'),
  'not-acceptable': () => service.request('GET', '/v1/bays', { headers: { Accept: 'text/html' } }),
  'version-not-supported': () => service.request('GET', '/v1/bays', { version: '1.15' }),
  conflict: async () => {
    // Both have read the bay before either writes: the one who comes second hears of it.
    const replies = await Promise.all([nodes(2), nodes(3)]);
    return replies.find((reply) => reply.status === 409) ?? failing('conflict')();
  },
  'precondition-failed': () => service.request('DELETE', `/v1/bays/${bay}`, { headers: { 'If-Match': '"0"' } }),
  'key-reused': async () => {
    const keyed = (name: string): Promise<Reply> =>
      service.request('POST', '/v1/baymodels', { body: { ...MODEL, name }, headers: { 'Idempotency-Key': 'one' } });
    await keyed('first');
    return keyed('second');
  },
  'not-unique': () => service.request('GET', '/v1/baymodels/twin'),
  'body-too-large': () => service.request('POST', '/v1/baymodels', { raw: ' '.repeat(1_048_577) }),
  'unsupported-media-type': () =>
    service.request('POST', '/v1/baymodels', { raw: 'x', headers: { 'Content-Type': 'text/plain' } }),
  'engine-not-live': () => service.request('POST', '/v1/containers', { body: { bay_uuid: bay, image: 'x' } }),
  'engine-failed': failing('engine-failed'),
  'kubernetes-refused': failing('kubernetes-refused'),
  'engine-unavailable': failing('engine-unavailable'),
  'deadline-exceeded': failing('deadline-exceeded'),
  'store-unavailable': () => withoutTable('bay_model'),
  internal: failing('internal'),
};

async function withoutTable(table: string): Promise<Reply> {
  const broken = await aService({ conductor: false });
  await broken.db.schema.dropTable(table);
  const reply = await broken.request('GET', '/v1/baymodels');
  elsewhere.push(...broken.seen.slice(-1));
  await broken.stop();
  return reply;
}

/** Kinds that no caller of this API hears of, and why. */
const INSIDE: Partial<Record<ErrorName, string>> = {
  'invalid-version': 'no driver of today has versions in its labels; proven in domain/upgrade.test.ts',
  'too-many-requests': 'limits are off by default; proven in test/api/limits.test.ts',
  'certificate-refused': 'proven with real requests of openssl in test/api/certificates.test.ts',
  'cloud-refused': 'the orchestrator says it to the conductor: it becomes the reason of a *_FAILED bay (at 1.1, a 400)',
  'cloud-quota-exceeded': 'as cloud-refused; proven at 1.1 in test/api/bays.test.ts',
  'cloud-unavailable': 'the orchestrator says it to the conductor, which tries again',
  'lease-lost': 'between conductors and the database',
};

describe('the catalogue of errors', () => {
  test('is reached whole, or says why not', () => {
    const kinds = Object.keys(ERROR_KINDS);
    expect(kinds.filter((kind) => !Object.hasOwn(REACHED, kind) && !Object.hasOwn(INSIDE, kind))).toEqual([]);
    expect(kinds.filter((kind) => Object.hasOwn(REACHED, kind) && Object.hasOwn(INSIDE, kind))).toEqual([]);
  });

  test.each(Object.entries(REACHED))('%s is answered with its status', async (kind, reach) => {
    const before = [service.seen.length, elsewhere.length];
    const reply = await reach();
    // The table's keys are kinds by its type.
    expect(reply.status, reply.text).toBe(ERROR_KINDS[kind as ErrorName].status);
    const said = [...service.seen.slice(before[0]), ...elsewhere.slice(before[1])].map((seen) => seen.error);
    expect(said).toContain(kind);
    expect(reply.headers.has('retry-after')).toBe(reply.status === 503);
  });
});
