import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BayStatus } from '@magnum-ts/core/testing';
import { BAY_STATUSES, isFailed } from '../../packages/core/src/domain/bay-status.js';
import { ACCEPTED_IN, BAY_OPERATIONS, groupAccepts, type BayOperation } from '../../packages/core/src/domain/transitions.js';
import { aService, refusalOf, resource, type Ask, type Reply, type Service } from '../support/service.js';

/** Nothing works on what is accepted: a cluster stays in whatever status it is put. */
let service: Service;
let cluster = '';
beforeAll(async () => {
  service = await aService({ conductor: false });
  await service.createModel();
  await service.createModel({ name: 'next' });
  cluster = resource(
    await service.request('POST', '/v1/clusters', { body: { name: 'hive', cluster_template_id: 'swarm' }, version: '1.14' }),
    202,
  ).uuid;
});
afterAll(async () => service.stop());

const ask = (method: string, path: string, more: Ask = {}): Promise<Reply> =>
  service.request(method, `/v1/clusters/${cluster}${path}`, { version: '1.14', ...more });
const bounds = [{ op: 'replace', path: '/max_node_count', value: 9 }];

/** How a caller asks for each. */
const ASKED: Record<BayOperation, () => Promise<Reply>> = {
  update: () => ask('PATCH', '', { body: [{ op: 'replace', path: '/node_count', value: 2 }] }),
  resize: () => ask('POST', '/actions/resize', { body: { node_count: 3 } }),
  upgrade: () => ask('POST', '/actions/upgrade', { body: { cluster_template: 'next' } }),
  'nodegroup-create': () => ask('POST', '/nodegroups', { body: { name: 'another' } }),
  'nodegroup-update': () => ask('PATCH', '/nodegroups/extra', { body: bounds }),
  'nodegroup-delete': () => ask('DELETE', '/nodegroups/extra'),
  'rotate-ca': () => service.request('PATCH', `/v1/certificates/${cluster}`, { version: '1.14' }),
  'rotate-credential': () => service.request('PATCH', `/v1/credentials/${cluster}`, { version: '1.14' }),
  delete: () => ask('DELETE', ''),
};

/** The cluster in that status, with its default groups and a third one that rest. */
async function put(status: BayStatus): Promise<void> {
  const { db } = service;
  await db('intent').delete();
  await db('node_group').where({ name: 'another' }).delete();
  const bay = { status, status_reason: null, api_address: 'tcp://192.0.2.7:2375' };
  await db('bay').where({ uuid: cluster }).update(bay);
  await db('node_group').update({ status: 'CREATE_COMPLETE', status_reason: null });
  if (await db('node_group').where({ name: 'extra' }).first()) return;
  const [like] = (await db('node_group').where({ name: 'default-worker' })) as [Record<string, unknown>]; // every cluster has it
  await db('node_group').insert({
    ...like,
    id: undefined,
    uuid: '00000000-0000-4000-8000-00000000e0e0',
    name: 'extra',
    is_default: false,
  });
}

const fingerprint = async (): Promise<string> => {
  const tables = await Promise.all(['bay', 'node_group', 'node', 'intent'].map((table) => service.db(table)));
  return JSON.stringify(tables);
};

const CELLS = BAY_STATUSES.flatMap((status) => Object.entries(ASKED).map(([operation, reach]) => ({ status, operation, reach })));

describe('every status and every operation', () => {
  test.each(CELLS)('$operation of a cluster that is $status', async ({ status, operation, reach }) => {
    await put(status);
    const before = await fingerprint();
    const reply = await reach();
    // The table's keys are operations.
    if (ACCEPTED_IN[status].has(operation as BayOperation)) {
      expect(reply.status, reply.text).toBe(operation.endsWith('delete') ? 204 : 202);
      const now = (await ask('GET', '')).body['status'];
      expect(now).toBe(operation === 'delete' ? 'DELETE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS');
      return;
    }
    expect(refusalOf(reply)).toMatchObject({ status: 400, detail: expect.stringContaining(status) });
    expect(await fingerprint()).toBe(before);
  });

  test('is what the documentation says', () => {
    const docs = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
    expect(docs).toContain(`| Status | ${BAY_OPERATIONS.join(' | ')} |`);
    for (const status of BAY_STATUSES)
      expect(docs).toContain(
        `| ${status} | ${BAY_OPERATIONS.map((one) => (ACCEPTED_IN[status].has(one) ? 'yes' : '–')).join(' | ')} |`,
      );
  });

  test('each failed status has a way out, and each status can be deleted', () => {
    for (const status of BAY_STATUSES) expect(ACCEPTED_IN[status].has('delete'), status).toBe(true);
    for (const status of BAY_STATUSES.filter(isFailed).filter((known) => known !== 'DELETE_FAILED'))
      expect(ACCEPTED_IN[status].has('update'), status).toBe(true);
  });

  test('all operations are asked for', () => {
    expect(BAY_OPERATIONS.filter((operation) => !Object.hasOwn(ASKED, operation))).toEqual([]);
  });
});

describe('every status of a node group', () => {
  test.each(BAY_STATUSES)('%s', async (status) => {
    for (const [operation, reach] of [
      ['resize', () => ask('POST', '/actions/resize', { body: { node_count: 3, nodegroup: 'extra' } })],
      ['update', () => ask('PATCH', '/nodegroups/extra', { body: bounds })],
      ['delete', () => ask('DELETE', '/nodegroups/extra')],
    ] as const) {
      await put('UPDATE_COMPLETE');
      await service.db('node_group').where({ name: 'extra' }).update({ status });
      const reply = await reach();
      const accepted = operation === 'delete' ? 204 : 202;
      expect(reply.status, `${operation} ${reply.text}`).toBe(groupAccepts(status, operation) ? accepted : 400);
      const shown = (await ask('GET', '/nodegroups/extra')).body['status'];
      const running = operation === 'delete' ? 'DELETE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS';
      expect(shown, operation).toBe(groupAccepts(status, operation) ? running : status);
    }
  });
});
