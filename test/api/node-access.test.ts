import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolledNode, newSecret, proofOf, type EnrolledNode } from '../support/nodes.js';
import { aService, refusalOf, type Fields, type Reply, type Service } from '../support/service.js';
import { trusteeToken } from '../support/trustee.js';

/** An attacker has the whole disk of a worker: its user data, its secret, and the credential of the bay's nodes. */
let service: Service;
let bayId = '';
let otherId = '';
let worker: EnrolledNode;
let master: { readonly name: string; readonly private_address: string };
const folder = mkdtempSync(join(tmpdir(), 'magnum-node-access-'));
beforeAll(async () => {
  service = await aService();
  await service.createModel();
  [bayId, otherId] = (await Promise.all([service.createBay({ name: 'hive' }), service.createBay({ name: 'other' })])).map(
    ({ uuid }) => uuid,
  ) as [string, string];
  worker = await enrolledNode(service, bayId, 'worker');
  master = await service.db('node').where({ bay_id: bayId, role: 'master' }).first();
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

function csr(subject: string, ...extensions: readonly string[]): string {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem'];
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  return execFileSync('openssl', ['req', '-new', ...key, '-subj', subject, ...added], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

type Ask = (path: string, method?: string, body?: unknown) => Promise<Reply>;
/** As the worker itself asks. */
const ask: Ask = (path, method = 'GET', body = undefined) =>
  service.request(method, path, { token: worker.token, headers: worker.headers, ...(body === undefined ? {} : { body }) });
const sign = (request: string, more: Fields = {}): Promise<Reply> =>
  ask('/v1/certificates', 'POST', { bay_uuid: bayId, csr: request, ...more });
const own = (): string => `/CN=${worker.name}`;

describe('a worker', () => {
  test('gets its own server certificate, with the addresses of its own ports, whatever it asks beside its name', async () => {
    const reply = await sign(csr(own(), `subjectAltName=IP:${master.private_address},DNS:${master.name}`));
    expect(reply.status, reply.text).toBe(201);
    const certificate = new X509Certificate(String(reply.body['pem']));
    const { private_address: mine, public_address: floating } = await service
      .db('node')
      .where({ bay_id: bayId, name: worker.name })
      .first();
    expect(certificate.subject).toBe(`CN=${worker.name}`);
    expect(certificate.subjectAltName?.split(', ').sort()).toEqual(
      ['DNS:localhost', `DNS:${worker.name}`, ...['127.0.0.1', mine, floating].map((at) => `IP Address:${at}`)].sort(),
    );
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(Date.parse(certificate.validTo) - Date.now()).toBeLessThanOrEqual(90 * 86_400_000);
  });

  test.each<[string, () => Promise<Reply>, readonly number[]]>([
    ['the files of a client of its bay', () => ask(`/v1/bays/${bayId}/config`), [403]],
    ['the same of the cluster', () => ask(`/v1/clusters/${bayId}/config`), [403]],
    ['the same as a kubeconfig, for a while', () => ask(`/v1/clusters/${bayId}/config?format=kubeconfig&valid_for=60`), [403]],
    ['a client certificate', () => sign(csr(own(), 'extendedKeyUsage=clientAuth')), [400]],
    ['the certificate of the administrator', () => sign(csr('/CN=admin/O=system:masters')), [400]],
    ['the same as a client', () => sign(csr('/CN=admin/O=system:masters', 'extendedKeyUsage=clientAuth')), [400]],
    ["the master's certificate", () => sign(csr(`/CN=${master.name}`, 'extendedKeyUsage=serverAuth')), [400]],
    ['a certificate of no name', () => sign(csr('/O=nobody')), [400]],
    ['an authority', () => sign(csr(own(), 'basicConstraints=critical,CA:TRUE')), [400]],
    ['the right to sign', () => sign(csr(own(), 'keyUsage=critical,keyCertSign')), [400]],
    ['a certificate for every use', () => sign(csr(own(), 'extendedKeyUsage=anyExtendedKeyUsage')), [400]],
    ['a certificate of the authority of etcd', () => sign(csr(own()), { ca_cert_type: 'etcd' }), [403]],
    ['a certificate of the front proxy', () => sign(csr(own()), { ca_cert_type: 'front-proxy' }), [403]],
    ['a certificate of another bay', () => ask('/v1/certificates', 'POST', { bay_uuid: otherId, csr: csr(own()) }), [400]],
    [
      "to be taken for the master by the worker's secret",
      () => as(proofOf(master.name, worker.secret), csr(`/CN=${master.name}`)),
      [403],
    ],
    ['to be taken for itself by a secret that it made up', () => as(proofOf(worker.name, newSecret()), csr(own())), [403]],
    ['to be taken for itself without its secret', () => as({}, csr(own())), [403]],
    ['to be taken for the master without a secret', () => as({}, csr(`/CN=${master.name}`)), [403]],
    ['the credential, as no node', () => service.request('GET', `/v1/credentials/${bayId}`, { token: worker.token }), [403]],
    ['the credential, as the master', () => credentialAs(proofOf(master.name, worker.secret)), [403]],
    ['the credential of another bay', () => ask(`/v1/credentials/${otherId}`), [404]],
    ['secrets of its bay that are for none of its nodes', () => ask(`/v1/credentials/${bayId}/secrets`), [403]],
    ['secrets of its bay, as the master', () => secretsAs(proofOf(master.name, worker.secret)), [403]],
    ['secrets of its bay, as no node', () => secretsAs({}), [403]],
    ['secrets of another bay', () => ask(`/v1/credentials/${otherId}/secrets`), [404]],
    ['to confirm for the master', () => ask(`/v1/credentials/${bayId}/nodes/${master.name}`, 'PUT'), [403]],
    ['to confirm for itself without its secret', () => service.request('PUT', confirmation(), { token: worker.token }), [403]],
    ['to enrol once more', () => enrol(worker.name, service.valuesOf(bayId, worker.name).enrolment_token), [403]],
    [
      'to enrol as the master with its own token',
      () => enrol(master.name, service.valuesOf(bayId, worker.name).enrolment_token),
      [403],
    ],
    ['to enrol as the master with a token that it made up', () => enrol(master.name, newSecret()), [403]],
    ['another authority for the bay', () => ask(`/v1/certificates/${bayId}`, 'PATCH'), [403, 406]],
    ['its bay', () => ask(`/v1/bays/${bayId}`), [403]],
    ['the end of its bay', () => ask(`/v1/bays/${bayId}`, 'DELETE'), [403]],
    ['the containers', () => ask('/v1/containers'), [403]],
    ['a container', () => ask('/v1/containers', 'POST', { bay_uuid: bayId, image: 'x' }), [403]],
  ])('is refused %s', async (_what, request, statuses) => {
    const { status } = refusalOf(await request());
    expect(statuses).toContain(status);
  });
});

const as = (headers: Readonly<Record<string, string>>, request: string): Promise<Reply> =>
  service.request('POST', '/v1/certificates', { body: { bay_uuid: bayId, csr: request }, token: worker.token, headers });
const credentialAs = (headers: Readonly<Record<string, string>>): Promise<Reply> =>
  service.request('GET', `/v1/credentials/${bayId}`, { token: worker.token, headers });
const secretsAs = (headers: Readonly<Record<string, string>>): Promise<Reply> =>
  service.request('GET', `/v1/credentials/${bayId}/secrets`, { token: worker.token, headers });
const confirmation = (): string => `/v1/credentials/${bayId}/nodes/${worker.name}`;
const enrol = (node: string, token: string, secret = newSecret(), bay = bayId): Promise<Reply> =>
  service.request('POST', `/v1/credentials/${bay}/nodes/${node}`, { body: { token, secret }, token: '' });

describe('enrolling', () => {
  test('gives the credential for a token once, and again for the same secret: a node may die before it keeps it', async () => {
    const { uuid } = await service.createBay({ name: 'new' });
    const { name }: { name: string } = await service.db('node').where({ bay_id: uuid, role: 'worker' }).first('name');
    const { enrolment_token: token } = service.valuesOf(uuid, name);
    const secret = newSecret();
    expect((await enrol(name, newSecret(), secret, uuid)).status).toBe(403);
    expect((await enrol(name, token, secret, bayId)).status).toBe(403);
    const first = await enrol(name, token, secret, uuid);
    expect([first.status, first.headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(first.body).toMatchObject({ cluster_uuid: uuid, generation: 0, password: expect.stringMatching(/.{20}/) });
    expect((await enrol(name, token, secret, uuid)).body['password']).toBe(first.body['password']);
    expect((await enrol(name, token, newSecret(), uuid)).status).toBe(403);
    const user = { id: first.body['user_id'], password: first.body['password'] };
    const login = await service.request('POST', '/identity/v3/auth/tokens', {
      body: { auth: { identity: { methods: ['password'], password: { user } } } },
    });
    expect(login.status).toBe(201);
  });

  test('of several at once with one token lets one in', async () => {
    const { uuid } = await service.createBay({ name: 'racing' });
    const { name }: { name: string } = await service.db('node').where({ bay_id: uuid, role: 'worker' }).first('name');
    const { enrolment_token: token } = service.valuesOf(uuid, name);
    const replies = await Promise.all(Array.from({ length: 8 }, () => enrol(name, token, newSecret(), uuid)));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(403)]);
  });

  test('is refused in the same words, whatever is wrong', async () => {
    const replies = await Promise.all([
      enrol(worker.name, newSecret()),
      enrol('nobody', newSecret()),
      enrol(worker.name, newSecret(), newSecret(), 'hive'),
      enrol(worker.name, newSecret(), newSecret(), '00000000-0000-4000-8000-000000000000'),
      enrol(master.name, newSecret()),
    ]);
    expect(new Set(replies.map((reply) => `${reply.status} ${refusalOf(reply).detail}`)).size).toBe(1);
  });

  test('ends for a node that is removed: its token and its secret are refused', async () => {
    const { uuid } = await service.createBay({ name: 'shrinking', node_count: 2 });
    const gone = await enrolledNode(service, uuid, 'worker');
    const { uuid: id }: { uuid: string } = await service.db('node').where({ bay_id: uuid, name: gone.name }).first('uuid');
    await service.request('POST', `/v1/clusters/${uuid}/actions/resize`, {
      body: { node_count: 1, nodes_to_remove: [id] },
      version: '1.7',
    });
    await service.until(uuid, 'UPDATE_COMPLETE');
    const body = { bay_uuid: uuid, csr: csr(`/CN=${gone.name}`) };
    const reply = await service.request('POST', '/v1/certificates', { body, token: gone.token, headers: gone.headers });
    expect(reply.status).toBe(403);
    expect((await enrol(gone.name, service.valuesOf(uuid, gone.name).enrolment_token, gone.secret, uuid)).status).toBe(403);
  });
});

describe('a node from before nodes had secrets', () => {
  test('renews its certificate and its credential, and gets none of a client or of a node that has a secret', async () => {
    const { uuid } = await service.createBay({ name: 'old', node_count: 2 });
    const [old, young] = (await service.db('node').where({ bay_id: uuid, role: 'worker' })) as { uuid: string; name: string }[];
    await service.db('node').where({ uuid: old?.uuid }).update({ enrolment: 'before' });
    const token = await trusteeToken(service, uuid);
    const signed = (request: string): Promise<Reply> =>
      service.request('POST', '/v1/certificates', { body: { bay_uuid: uuid, csr: request }, token });
    expect((await signed(csr(`/CN=${old?.name}`, 'extendedKeyUsage=serverAuth'))).status).toBe(201);
    expect((await signed(csr(`/CN=${young?.name}`))).status).toBe(403);
    expect((await signed(csr(`/CN=${old?.name}`, 'extendedKeyUsage=clientAuth'))).status).toBe(400);
    expect((await service.request('GET', `/v1/credentials/${uuid}`, { token })).status).toBe(200);
    const confirm = async (name: string | undefined): Promise<number> =>
      (await service.request('PUT', `/v1/credentials/${uuid}/nodes/${name}`, { token })).status;
    expect([await confirm(old?.name), await confirm(young?.name)]).toEqual([204, 403]);
    expect((await service.request('GET', `/v1/bays/${uuid}/config`, { token })).status).toBe(403);
  });
});
