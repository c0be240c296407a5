import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '@magnum-ts/core';
import { type BayId, trusteeUsername } from '@magnum-ts/core/testing';
import { anEngine } from '../support/engine.js';
import { enrolledNode } from '../support/nodes.js';
import { trusteeToken } from '../support/trustee.js';
import { aService, itemsOf, NOWHERE, refusalOf, type Reply, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService();
  await service.createModel();
});
afterAll(async () => service.stop());

const rotate = (bay: string, more: { token?: string; version?: string; headers?: Record<string, string> } = {}): Promise<Reply> =>
  service.request('PATCH', `/v1/credentials/${bay}`, { version: '1.12', ...more });
const accounts = async (bayId: string): Promise<readonly string[]> =>
  ((await service.db('embedded_user').where('name', 'like', `${bayId}_%`)) as { name: string }[]).map(({ name }) => name).sort();
const passwords = async (bayId: string): Promise<readonly string[]> =>
  ((await service.db('vault_secret').where('ref', 'like', `bay/${bayId}/trustee-%`)) as { ref: string }[]).map(({ ref }) => ref);
const project = (): string => service.config.projects[0]?.id ?? '';

/** A token of the account that has that number. */
async function tokenOf(bayId: string, generation: number): Promise<string> {
  const name = trusteeUsername({ id: bayId as BayId, projectId: project() }, generation);
  await service.identity.ensureTrustee(name, new Secret('a-password'), AbortSignal.timeout(5_000));
  const user = { name, domain: { id: service.config.trusteeDomainId }, password: 'a-password' };
  const reply = await service.request('POST', '/identity/v3/auth/tokens', {
    body: { auth: { identity: { methods: ['password'], password: { user } } } },
  });
  return reply.headers.get('x-subject-token') ?? '';
}

describe('another credential', () => {
  test('is begun at once; in the end there is one account, another one, with another password', async () => {
    const { uuid } = await service.createBay({ name: 'turning' });
    const before = await accounts(uuid);
    const reply = await rotate('turning');
    expect(reply).toMatchObject({ status: 202, body: { uuid } });
    expect((await service.request('GET', '/v1/bays/turning')).body['status']).toBe('UPDATE_IN_PROGRESS');
    for (const group of itemsOf(
      await service.request('GET', `/v1/clusters/${uuid}/nodegroups`, { version: '1.9' }),
      'nodegroups',
    ))
      expect(group['status']).toBe('UPDATE_IN_PROGRESS');
    const settled = await service.until(uuid, 'UPDATE_COMPLETE');
    expect(settled['status_reason']).toBeNull();
    expect(await accounts(uuid)).toEqual([`${uuid}_${project()}_1`]);
    expect(before).toEqual([`${uuid}_${project()}`]);
    expect(await passwords(uuid)).toEqual([`bay/${uuid}/trustee-password-1`]);
    const story = itemsOf(await service.request('GET', `/v1/bays/${uuid}/events`), 'events');
    expect(story.map(({ reason }) => String(reason)).filter((reason) => reason.startsWith('Rotation of the credential'))).toEqual(
      [
        'Rotation of the credential: nodes fetch the new credential; the old one stays valid until every node holds it.',
        'Rotation of the credential: the old credential was deleted.',
      ],
    );
    expect((await rotate('turning')).status).toBe(202);
    await service.until(uuid, 'UPDATE_COMPLETE');
    expect(await accounts(uuid)).toEqual([`${uuid}_${project()}_2`]);
    await service.request('DELETE', `/v1/bays/${uuid}`, { version: '1.2' });
    await service.until(uuid, 'gone');
    expect([await accounts(uuid), await passwords(uuid)]).toEqual([[], []]);
  });

  test('is 406 below 1.12, 404 for an unknown bay, 400 while the bay is being made, 412 for another version of it', async () => {
    const { uuid } = await service.createBay({ name: 'still' });
    expect((await rotate('still', { version: '1.11' })).status).toBe(406);
    expect((await rotate(NOWHERE)).status).toBe(404);
    expect((await rotate('still', { headers: { 'If-Match': '"99"' } })).status).toBe(412);
    const seen = (await service.request('GET', `/v1/bays/${uuid}`)).headers.get('etag') ?? '';
    const accepted = await rotate('still', { headers: { 'If-Match': seen } });
    expect([accepted.status, accepted.headers.get('etag')]).toEqual([202, '"2"']);
    await service.until(uuid, 'UPDATE_COMPLETE');
    const idle = await aService({ conductor: false });
    await idle.createModel();
    await idle.request('POST', '/v1/bays', { body: { name: 'slow', baymodel_id: 'swarm' }, version: '1.2' });
    const early = await idle.request('PATCH', '/v1/credentials/slow', { version: '1.12' });
    await idle.stop();
    expect(refusalOf(early)).toMatchObject({ status: 400, detail: expect.stringContaining('CREATE_IN_PROGRESS') });
  });

  test('is for every member of the project, and takes up what an earlier request has begun', async () => {
    const idle = await aService({ conductor: false });
    await idle.createModel();
    const body = { name: 'hive', baymodel_id: 'swarm' };
    const { uuid } = (await idle.request('POST', '/v1/bays', { body, version: '1.2' })).body;
    await idle.db('bay').where({ uuid }).update({ status: 'UPDATE_FAILED' });
    const ask = (token: string): Promise<Reply> =>
      idle.request('PATCH', `/v1/credentials/${String(uuid)}`, { version: '1.12', token });
    expect((await ask(idle.tokens.other)).status).toBe(404);
    expect((await ask(idle.tokens.mate)).status).toBe(202);
    expect((await ask(idle.tokens.demo)).status).toBe(202);
    const bay: { credential_generation: number; generation: number } = await idle.db('bay').where({ uuid }).first();
    await idle.stop();
    expect(bay).toMatchObject({ credential_generation: 1, generation: 3 });
  });
});

describe('a node', () => {
  test('gets a password where it holds another credential than it should, and none where it holds that one', async () => {
    const { uuid } = await service.createBay({ name: 'asking' });
    const { headers } = await enrolledNode(service, uuid, 'worker');
    const first = await tokenOf(uuid, 0);
    const ask = (token: string): Promise<Reply> => service.request('GET', `/v1/credentials/${uuid}`, { token, headers });
    expect((await ask(first)).body).toMatchObject({ cluster_uuid: uuid, generation: 0, password: null, trust_id: null });
    await rotate('asking');
    await service.until(uuid, 'UPDATE_COMPLETE');
    expect((await ask(first)).status).toBe(401);
    // The account belongs to no node any more and has the name of one: it stands for a node that was unreachable for a while.
    const late = await ask(await tokenOf(uuid, 0));
    expect(late.headers.get('cache-control')).toBe('no-store');
    const { generation, user_id: userId, password } = late.body;
    expect(generation).toBe(1);
    const user = { id: userId, password };
    const login = await service.request('POST', '/identity/v3/auth/tokens', {
      body: { auth: { identity: { methods: ['password'], password: { user } } } },
    });
    expect(login.status, login.text).toBe(201);
    const current = await ask(login.headers.get('x-subject-token') ?? '');
    expect(current.body).toMatchObject({ generation: 1, user_id: userId, password: null });
  });

  test('gets the secrets that it shares with others of its bay, and no other node does', async () => {
    const { uuid } = await service.createBay({ name: 'sharing' });
    const node = await enrolledNode(service, uuid, 'master');
    const engine = await anEngine(service);
    const path = `/v1/credentials/${uuid}/secrets`;
    const reply = await engine.request('GET', path, { token: node.token, headers: node.headers });
    expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(reply.body).toMatchObject({
      cluster_uuid: uuid,
      secrets: [
        { name: 'accounts', material: 'key-pair', generation: 0, public_key: 'PUBLIC KEY', private_key: 'PRIVATE KEY' },
        { name: 'signer', material: 'authority', generation: 0, certificate: 'CERTIFICATE', private_key: 'PRIVATE KEY' },
        { name: 'at-rest', material: 'random-key', generation: 0, key: 'a2V5' },
      ],
    });
    for (const token of [service.tokens.demo, service.tokens.admin, service.tokens.other])
      expect([403, 404]).toContain((await engine.request('GET', path, { token, headers: node.headers })).status);
    // No driver of this release declares a secret.
    expect(refusalOf(await service.request('GET', path, { token: node.token, headers: node.headers })).status).toBe(403);
  });

  test('reports the credential that it holds, repeatedly and for itself alone; other bays are 404', async () => {
    const { uuid } = await service.createBay({ name: 'telling' });
    const { uuid: other } = await service.createBay({ name: 'elsewhere' });
    const node = await enrolledNode(service, uuid, 'worker');
    const tell = (bay: string, name: string, token: string): Promise<Reply> =>
      service.request('PUT', `/v1/credentials/${bay}/nodes/${name}`, { token, headers: node.headers });
    const token = await tokenOf(uuid, 3);
    expect((await tell(uuid, node.name, token)).status).toBe(204);
    expect((await tell(uuid, node.name, await trusteeToken(service, uuid))).status).toBe(204);
    const held: { credential_generation: number } = await service.db('node').where({ bay_id: uuid, name: node.name }).first();
    expect(held.credential_generation).toBe(3);
    expect(refusalOf(await tell(uuid, 'nobody', token)).status).toBe(403);
    expect((await tell(other, node.name, token)).status).toBe(404);
    expect((await tell(uuid, node.name, service.tokens.demo)).status).toBe(403);
    expect((await service.request('GET', `/v1/credentials/${uuid}`, { token: service.tokens.admin })).status).toBe(404);
  });
});
