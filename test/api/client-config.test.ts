import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMagnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Secret } from '@magnum-ts/core';
import { systemClock } from '@magnum-ts/core/testing';
import { certificateAuthority } from '../../packages/core/src/adapters/certificates/x509.js';
import { clientFiles } from '../../packages/core/src/coe/kubernetes/client-files.js';
import { main } from '../../packages/cli/src/main.js';
import type { Io } from '../../packages/cli/src/io.js';
import { trusteeToken } from '../support/trustee.js';
import { aService, NOWHERE, ORIGIN, refusalOf, type Reply, type Service } from '../support/service.js';

let service: Service;
let hive = '';
beforeAll(async () => {
  service = await aService();
  await service.createModel();
  hive = (await service.createBay({ name: 'hive' })).uuid;
});
afterAll(async () => service.stop());

const ask = (path: string, token?: string): Promise<Reply> =>
  service.request('GET', path, { version: '1.14', ...(token === undefined ? {} : { token }) });

interface Kit {
  readonly files: Record<string, string>;
  readonly environment: Record<string, string>;
  readonly places: Record<string, string>;
  readonly expires_at: string | null;
}
const kitIn = (reply: Reply): Kit => {
  expect(reply.status, reply.text).toBe(200);
  return reply.body as unknown as Kit; // the answer was held against the spec
};
const inSeconds = (time: string | null): number => (Date.parse(time ?? '') - Date.now()) / 1_000;

describe.each(['bays', 'clusters'])('the configuration of a client, from /v1/%s', (collection) => {
  test('is a new key with its certificate, for a day, with a reply that no cache may keep', async () => {
    const first = await ask(`/v1/${collection}/hive/config`);
    expect(first.headers.get('cache-control')).toBe('no-store');
    const { files, environment, places, expires_at: end } = kitIn(first);
    const address = (await ask('/v1/bays/hive')).body['api_address'];
    expect(first.body).toMatchObject({ bay_uuid: hive, cluster_uuid: hive, name: 'hive', coe: 'swarm', api_address: address });
    expect([environment, places]).toEqual([{ DOCKER_HOST: address, DOCKER_TLS_VERIFY: '1' }, { DOCKER_CERT_PATH: '' }]);
    expect(Object.keys(files)).toEqual(['ca.pem', 'cert.pem', 'key.pem']);
    const [ca, certificate] = [new X509Certificate(files['ca.pem'] ?? ''), new X509Certificate(files['cert.pem'] ?? '')];
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(files['key.pem'] ?? ''))).toBe(true);
    expect(certificate.subject.split('\n').sort()).toEqual(['CN=admin', 'O=system:masters']);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.ca).toBe(false);
    expect(Date.parse(end ?? '')).toBe(Date.parse(certificate.validTo));
    expect(Math.abs(inSeconds(end) - 86_400)).toBeLessThan(60);
    const second = kitIn(await ask(`/v1/${collection}/${hive}/config?format=json`));
    expect(second.files['key.pem']).not.toBe(files['key.pem']);
    // The service has neither key, in whatever form.
    const secrets: { secret?: string }[] = await service.db('vault_secret');
    expect(secrets).toHaveLength(4);
  });

  test('holds no key where a request is sent, and says where the key belongs', async () => {
    const { csr, privateKey } = await certificateAuthority(systemClock).newRequest({
      commonName: 'admin',
      organization: 'system:masters',
    });
    const reply = await ask(`/v1/${collection}/hive/config?valid_for=600&csr=${encodeURIComponent(csr)}`);
    const { files, places, expires_at: end } = kitIn(reply);
    expect(files['key.pem']?.trim()).toBe(reply.body['key_placeholder']);
    expect(JSON.stringify(reply.body)).not.toContain('BEGIN PRIVATE KEY');
    expect(places).toEqual({ DOCKER_CERT_PATH: '' });
    const [ca, certificate] = [new X509Certificate(files['ca.pem'] ?? ''), new X509Certificate(files['cert.pem'] ?? '')];
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(privateKey.reveal()))).toBe(true);
    expect(Math.abs(inSeconds(end) - 600)).toBeLessThan(60);
    expect((await ask(`/v1/${collection}/hive/config`)).body['key_placeholder']).toBeNull();
    for (const odd of ['', 'x', 'x'.repeat(8_193)])
      expect(refusalOf(await ask(`/v1/${collection}/hive/config?csr=${odd}`)), odd.slice(0, 5)).toMatchObject({
        status: 400,
        detail: expect.stringContaining('csr'),
      });
  });

  test('lasts as long as is wanted, within bounds', async () => {
    const { expires_at: end } = kitIn(await ask(`/v1/${collection}/hive/config?valid_for=600`));
    expect(Math.abs(inSeconds(end) - 600)).toBeLessThan(60);
    for (const odd of ['9', '2592001', '-1', 'soon', '1e3', ''])
      expect(refusalOf(await ask(`/v1/${collection}/hive/config?valid_for=${odd}`)), odd).toMatchObject({
        status: 400,
        detail: expect.stringContaining('valid_for'),
      });
    expect((await ask(`/v1/${collection}/hive/config?format=tar`)).status).toBe(400);
  });

  test('is 404 for an unknown bay and for other projects, and 403 for another member and for nodes', async () => {
    const path = `/v1/${collection}/hive/config`;
    expect((await ask(`/v1/${collection}/${NOWHERE}/config`)).status).toBe(404);
    expect((await ask(path, service.tokens.other)).status).toBe(404);
    expect((await ask(path, service.tokens.mate)).status).toBe(403);
    expect((await ask(path, await trusteeToken(service, hive))).status).toBe(403);
  });

  test('is no kubeconfig where there is no Kubernetes', async () => {
    const refused = refusalOf(await ask(`/v1/${collection}/hive/config?format=kubeconfig`));
    expect(refused).toMatchObject({ status: 400, detail: expect.stringContaining('swarm') });
  });
});

test('a bay without TLS needs no key', async () => {
  await service.createModel({ name: 'open', tls_disabled: true });
  await service.createBay({ name: 'plain', baymodel_id: 'open' });
  const reply = await ask('/v1/bays/plain/config');
  const host = { DOCKER_HOST: (await ask('/v1/bays/plain')).body['api_address'] };
  expect(kitIn(reply)).toMatchObject({ files: {}, environment: host, places: {}, expires_at: null });
});

test('a bay that has no address yet is 409, and says why', async () => {
  const idle = await aService({ conductor: false });
  await idle.createModel();
  await idle.request('POST', '/v1/bays', { body: { name: 'slow', baymodel_id: 'swarm' }, version: '1.2' });
  const reply = await idle.request('GET', '/v1/clusters/slow/config');
  await idle.stop();
  expect(refusalOf(reply)).toMatchObject({ status: 409, detail: expect.stringContaining('Cluster slow has no API address yet') });
});

test('the command line puts a key that never leaves it where the service says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-config-'));
  let [out, sent] = ['', ''];
  const io: Io = {
    env: { MAGNUM_ENDPOINT: `${ORIGIN}/v1`, OS_TOKEN: service.tokens.demo },
    ...{ outIsTty: false, errIsTty: false, inIsTty: false, signal: new AbortController().signal },
    ask: async () => undefined,
    readStdin: async () => '',
    readFile: async () => '',
    out: (text) => void (out += text),
    err: (text) => void (out += text),
    fetch: async (request) => {
      sent += request.url;
      return service.fetch(request);
    },
  };
  expect([await main(['bay', 'config', 'hive', '--dir', folder], io), out]).toEqual([
    0,
    expect.stringContaining('DOCKER_CERT_PATH'),
  ]);
  const file = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const certificate = new X509Certificate(file('cert.pem'));
  expect(certificate.checkPrivateKey(createPrivateKey(file('key.pem')))).toBe(true);
  expect(certificate.verify(new X509Certificate(file('ca.pem')).publicKey)).toBe(true);
  expect(sent).not.toContain('PRIVATE');
  rmSync(folder, { recursive: true });
});

test('the SDK asks for it in both wordings', async () => {
  const { bays, clusters } = createMagnum({ endpoint: `${ORIGIN}/v1`, token: service.tokens.demo, fetch: service.fetch });
  expect(Object.keys((await bays.config('hive')).files)).toContain('key.pem');
  expect(inSeconds((await clusters.config(hive, { valid_for: 60 })).expires_at)).toBeLessThan(61);
});

test('a kubeconfig has all that is needed in it, and nothing where no certificates are asked for', () => {
  const access = {
    name: 'fleet: "odd"',
    address: 'https://192.0.2.7:6443',
    identity: { ca: 'CA', certificate: 'CERT', key: new Secret('KEY') },
  };
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const { files, places } = clientFiles(access);
  expect(places).toEqual({ KUBECONFIG: 'config' });
  expect(parse(files['config'] ?? '')).toMatchObject({
    clusters: [{ name: access.name, cluster: { server: access.address, 'certificate-authority-data': base64('CA') } }],
    users: [{ name: 'admin', user: { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') } }],
    contexts: [{ name: 'default', context: { cluster: access.name, user: 'admin' } }],
    'current-context': 'default',
  });
  expect(parse(clientFiles({ ...access, identity: null }).files['config'] ?? '')).toMatchObject({
    clusters: [{ cluster: { server: access.address } }],
    users: [{ user: {} }],
  });
});
