import { afterEach, describe, expect, test, vi } from 'vitest';
import { EmbeddedCloud } from '../../packages/core/src/embedded-cloud/cloud.js';
import {
  aService,
  refusalOf,
  resource,
  stateOf,
  type Fields,
  type Reply,
  type Service,
  type ServiceOptions,
} from '../support/service.js';

let service: Service;
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await service.stop();
});

async function aPlace(options: ServiceOptions = {}): Promise<void> {
  service = await aService(options);
  await service.createModel({ docker_volume_size: 5 });
}

const BODY = { baymodel_id: 'swarm', name: 'hive', node_count: 2 };
const QUOTAS = { servers: 4, vcpus: 3, floating_ips: 50, gigabytes: 10 };

function countsOf(plan: Fields): Record<string, number> {
  const resources = plan['resources'] as readonly { type: string; count: number }[]; // checked against the spec
  return Object.fromEntries(resources.map(({ type, count }) => [type, count]));
}

async function everything(): Promise<string> {
  const tables = ['bay', 'node', 'node_group', 'intent', 'work_item', 'bay_event', 'vault_secret', 'embedded_range', 'hot_stack'];
  const counts = await Promise.all(tables.map(async (table) => `${table}: ${(await service.db(table)).length}`));
  return `${counts.join()}\n${await stateOf(service)}`;
}

describe('a dry run', () => {
  test('lists what would be made, and makes nothing', async () => {
    await aPlace({ config: { quotas: QUOTAS } });
    const before = await everything();
    const reply = await service.request('POST', '/v1/bays?dry_run=true', { body: BODY });
    expect(reply.status, reply.text).toBe(200);
    expect(countsOf(reply.body)).toMatchObject({ 'OS::Nova::Server': 3, 'OS::Cinder::Volume': 3, 'OS::Neutron::Net': 1 });
    const server = (reply.body['resources'] as readonly { type: string; names: readonly string[] }[]) // as above
      .find(({ type }) => type === 'OS::Nova::Server');
    expect(server?.names).toEqual(expect.arrayContaining([expect.stringMatching(/^nodes-[\w-]+\/worker-\w+\/server$/)]));
    expect(reply.body['quotas']).toContainEqual({ kind: 'servers', needed: 3, limit: 4, used: 0 });
    expect(reply.body['quotas']).toContainEqual({ kind: 'ports', needed: expect.any(Number), limit: null, used: null });
    expect(reply.body['warnings']).toEqual([{ field: 'quotas.gigabytes', message: 'it needs 15 gigabytes, 10 of 10 are left' }]);
    expect(reply.headers.get('warning')).toContain('quotas.gigabytes');
    expect(await everything()).toBe(before);
  });

  test('with render has the stack as the orchestrator would get it, and no secret', async () => {
    await aPlace();
    const before = await everything();
    const reply = await service.request('POST', '/v1/bays?dry_run=true&render=true', { body: BODY });
    expect(reply.status, reply.text).toBe(200);
    const { template, files, parameters } = reply.body['stack'] as Readonly<Record<string, Fields>>; // checked against the spec
    expect(Object.keys(template?.['resources'] as object)).toEqual(expect.arrayContaining(['network', 'secgroup_node']));
    expect(Object.keys(files ?? {})).toEqual(expect.arrayContaining(['scripts/lib.sh']));
    expect(parameters).toMatchObject({ enrolment_tokens: '***' });
    expect(await everything()).toBe(before);
    expect((await service.request('POST', '/v1/bays?dry_run=true', { body: BODY })).body).not.toHaveProperty('stack');
  });

  test('with render alone is refused, as it would make the bay', async () => {
    await aPlace();
    const before = await everything();
    const refusal = refusalOf(await service.request('POST', '/v1/bays?render=true', { body: BODY }));
    expect(refusal).toMatchObject({ status: 400, detail: expect.stringContaining('dry_run=true') });
    expect(await everything()).toBe(before);
  });

  test.each(['1.1', '1.14'])('says at %s in the cluster wording the same', async (version) => {
    await aPlace();
    const body = { cluster_template_id: 'swarm', name: 'hive', node_count: 2, keypair: 'default' };
    const reply = await service.request('POST', '/v1/clusters?dry_run=true', { body, version });
    expect(reply.status, reply.text).toBe(200);
    expect(countsOf(reply.body)['OS::Nova::Server']).toBe(3);
  });

  test('plans exactly what is made then', async () => {
    await aPlace();
    const planned = countsOf((await service.request('POST', '/v1/bays?dry_run=true', { body: BODY })).body);
    await service.createBay(BODY);
    const rows: readonly { type: string; n: number }[] = await service
      .db('hot_resource')
      .whereNot('type', 'like', '%.yaml')
      .where({ superseded: 0 })
      .select('type')
      .count({ n: '*' })
      .groupBy('type');
    expect(Object.fromEntries(rows.map(({ type, n }) => [type, Number(n)]))).toEqual(planned);
  });

  test('refuses what creation refuses, and names the field', async () => {
    await aPlace();
    const wrong = await service.request('POST', '/v1/bays?dry_run=true', { body: { ...BODY, master_count: 3 } });
    expect(refusalOf(wrong)).toMatchObject({ status: 400, detail: expect.stringContaining('master_count') });
    const odd = await service.request('POST', '/v1/bays?dry_run=perhaps', { body: BODY });
    expect(refusalOf(odd)).toMatchObject({ status: 400, detail: expect.stringContaining('dry_run') });
  });

  test("refuses clusters where the project's number of them is used up, as creation does", async () => {
    await aPlace();
    await service.createBay(BODY);
    const body = { project_id: service.config.projects[0]?.id, resource: 'Cluster', hard_limit: 1 };
    expect((await service.request('POST', '/v1/quotas', { body, token: service.tokens.admin })).status).toBe(201);
    const cluster = { cluster_template_id: 'swarm', name: 'second', keypair: 'default' };
    for (const path of ['/v1/clusters', '/v1/clusters?dry_run=true'])
      expect(refusalOf(await service.request('POST', path, { body: cluster })), path).toMatchObject({
        status: 403,
        detail: expect.stringContaining('maximum clusters per project, 1'),
      });
  });
});

describe('a bay that needs more than its project has left', () => {
  test('is made with a warning that names what is short, also when an earlier bay used it up', async () => {
    await aPlace({ config: { quotas: { servers: 4 } } });
    await service.createBay({ name: 'first', node_count: 2 });
    const reply = await service.request('POST', '/v1/bays', { body: BODY, version: '1.2' });
    resource(reply, 202);
    expect(reply.headers.get('warning')).toContain('quotas.servers: it needs 3 servers, 1 of 4 are left');
  });

  test('is refused where the operator enforces it, and nothing of it is kept', async () => {
    await aPlace({ preflight: 'enforce', config: { quotas: QUOTAS } });
    const before = await everything();
    const reply = await service.request('POST', '/v1/bays', { body: BODY, version: '1.2' });
    expect(refusalOf(reply)).toMatchObject({
      status: 403,
      detail: expect.stringMatching(/it needs 15 gigabytes, 10 of 10 are left\. Make room/),
    });
    expect(await everything()).toBe(before);
    resource(await service.request('POST', '/v1/bays', { body: { ...BODY, node_count: 1 }, version: '1.2' }), 202);
  });

  test('is made without a warning where quotas are not compared', async () => {
    await aPlace({ preflight: 'off', config: { quotas: QUOTAS } });
    const reply = await service.request('POST', '/v1/bays', { body: BODY, version: '1.2' });
    expect(reply.status).toBe(202);
    expect(reply.headers.get('warning')).toBeNull();
  });
});

describe('a cloud that never says what the project has left', () => {
  /** The answer to a creation, once the comparison has taken all of its time. */
  async function answerLate(preflight: 'warn' | 'enforce'): Promise<Reply> {
    await aPlace({ preflight, conductor: false, config: { quotas: QUOTAS } });
    let end: AbortSignal | undefined;
    const asked = new Promise<void>((resolve) => {
      vi.spyOn(EmbeddedCloud.prototype, 'allowances').mockImplementation((...call: readonly unknown[]) => {
        end = call.find((part) => part instanceof AbortSignal);
        resolve();
        return new Promise(() => undefined);
      });
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let isOver = false;
    const reply = service.request('POST', '/v1/bays', { body: BODY, version: '1.2' }).finally(() => (isOver = true));
    await asked;
    await vi.advanceTimersByTimeAsync(14_999);
    expect([isOver, end?.aborted]).toEqual([false, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(end?.aborted).toBe(true);
    vi.useRealTimers();
    return reply;
  }

  test('is left at a deadline, and the bay is made with a warning', async () => {
    const reply = await answerLate('warn');
    resource(reply, 202);
    expect(reply.headers.get('warning')).toContain('what the project has left in the cloud could not be compared');
  });

  test('is left at a deadline, and the bay is refused for now where the operator enforces the comparison', async () => {
    const reply = await answerLate('enforce');
    expect(refusalOf(reply)).toMatchObject({
      status: 503,
      detail: expect.stringContaining('within 15 s'),
    });
    expect(await service.db('bay')).toEqual([]);
  });
});

describe('a flavor', () => {
  const flavors = [
    { id: 'none', name: 'diskless', vcpus: 1, ramMb: 2_048, diskGb: 0 },
    { id: '2', name: 'm1.small', vcpus: 1, ramMb: 2_048, diskGb: 20 },
  ];

  test('without a disk is refused, unless servers boot from volumes', async () => {
    await aPlace({ config: { flavors } });
    const body = { ...BODY, flavor_id: 'diskless' };
    expect(refusalOf(await service.request('POST', '/v1/bays', { body }))).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/diskless has no disk.*boot_volume_size/),
    });
    const booting = { ...body, labels: { boot_volume_size: '10' } };
    expect((await service.request('POST', '/v1/bays?dry_run=true', { body: booting })).status).toBe(200);
    const odd = { ...body, labels: { boot_volume_size: 'big' } };
    expect(refusalOf(await service.request('POST', '/v1/bays', { body: odd })).detail).toContain('boot_volume_size');
  });
});
