import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '@magnum-ts/core';
import { enrolledNode } from '../support/nodes.js';
import { aService, itemsOf, NOWHERE, refusalOf, resource, stateOf, type Fields, type Service } from '../support/service.js';

let service: Service;
let hive: Fields & { readonly uuid: string };
let other: Fields & { readonly uuid: string };
const folder = mkdtempSync(join(tmpdir(), 'magnum-certificates-'));
beforeAll(async () => {
  service = await aService();
  await service.createModel();
  [hive, other] = await Promise.all([service.createBay({ name: 'hive' }), service.createBay({ name: 'other' })]);
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

const openssl = (...args: readonly string[]): string =>
  execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** A signing request made by openssl; `extensions` are lines of its configuration. */
function csr(
  extensions: readonly string[] = [],
  key: readonly string[] = ['rsa:2048'],
  digest = '-sha256',
  name = 'node-1',
): string {
  writeFileSync(
    join(folder, 'request.cnf'),
    [
      '[req]',
      'distinguished_name=dn',
      'prompt=no',
      ...(extensions.length > 0 ? ['req_extensions=ext'] : []),
      '[dn]',
      `CN=${name}`,
      'O=hive',
      '[ext]',
      ...extensions,
      '',
    ].join('\n'),
  );
  openssl(
    'req',
    '-new',
    '-nodes',
    '-config',
    'request.cnf',
    '-newkey',
    ...key,
    digest,
    '-keyout',
    'key.pem',
    '-out',
    'request.csr',
  );
  return openssl('req', '-in', 'request.csr');
}

const sign = (body: Fields, token = service.tokens.demo) => service.request('POST', '/v1/certificates', { body, token });

describe('the authority of a bay', () => {
  test('is found by id or name, whatever kind is asked for, and is a CA', async () => {
    const reply = await service.request('GET', `/v1/certificates/${hive.uuid}`);
    expect(reply.body).toMatchObject({ bay_uuid: hive.uuid, cluster_uuid: hive.uuid });
    for (const path of ['/v1/certificates/hive', '/certificates/hive/', '/v1/certificates/hive?ca_cert_type=kubernetes']) {
      expect((await service.request('GET', path)).body['pem'], path).toBe(reply.body['pem']);
    }
    writeFileSync(join(folder, 'ca.pem'), String(reply.body['pem']));
    expect(openssl('x509', '-in', 'ca.pem', '-noout', '-text')).toMatch(/CA:TRUE/);
    expect((await service.request('GET', '/v1/certificates/other')).body['pem']).not.toBe(reply.body['pem']);
  });

  test('is 404 for an unknown bay, and there is no list of authorities', async () => {
    expect((await service.request('GET', `/v1/certificates/${NOWHERE}`)).status).toBe(404);
    const list = await service.request('GET', '/v1/certificates');
    expect([refusalOf(list).status, list.headers.get('allow')]).toEqual([405, 'OPTIONS, POST']);
  });

  test('is 503 while no conductor is there to ask', async () => {
    const idle = await aService({ conductor: false });
    await idle.createModel();
    const { uuid } = resource(await idle.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm' }, version: '1.2' }), 202);
    expect(refusalOf(await idle.request('GET', `/v1/certificates/${uuid}`))).toMatchObject({
      status: 503,
      detail: expect.stringContaining('conductor'),
    });
    await idle.stop();
  });
});

describe('signing', () => {
  test('gives a certificate that openssl verifies strictly, for its own bay alone', async () => {
    const request = csr([
      'subjectAltName=IP:10.0.0.7,DNS:node-1',
      'keyUsage=digitalSignature,keyEncipherment',
      'extendedKeyUsage=clientAuth,serverAuth',
    ]);
    const reply = await sign({ bay_uuid: 'hive', csr: request });
    expect(reply.status, reply.text).toBe(201);
    expect(reply.body).toMatchObject({ bay_uuid: hive.uuid, cluster_uuid: hive.uuid, csr: request });
    writeFileSync(join(folder, 'signed.pem'), String(reply.body['pem']));
    for (const [bay, file] of [
      ['hive', 'ca.pem'],
      ['other', 'other-ca.pem'],
    ] as const) {
      writeFileSync(join(folder, file), String((await service.request('GET', `/v1/certificates/${bay}`)).body['pem']));
    }
    expect(openssl('verify', '-x509_strict', '-CAfile', 'ca.pem', 'signed.pem')).toContain('signed.pem: OK');
    expect(() => openssl('verify', '-x509_strict', '-CAfile', 'other-ca.pem', 'signed.pem')).toThrow();
    const text = openssl('x509', '-in', 'signed.pem', '-noout', '-text');
    expect(text).toMatch(/CN ?= ?node-1/);
    expect(text).not.toContain('10.0.0.7');
    expect(text).toMatch(/Extended Key Usage:\s+TLS Web Client Authentication\n/);
  });

  test('gives a client a day, or as long as was asked for, up to 30 days', async () => {
    for (const [fields, seconds] of [
      [{}, 86_400],
      [{ valid_for: 600 }, 600],
      [{ valid_for: 2_592_000 }, 2_592_000],
    ] as const) {
      const { pem } = (await sign({ bay_uuid: 'hive', csr: csr(), ...fields })).body;
      const { validFrom, validTo } = new X509Certificate(String(pem));
      expect((Date.parse(validTo) - Date.parse(validFrom)) / 1_000 - 300).toBe(seconds);
    }
    for (const valid of [2_592_001, 0, 'long'])
      expect(refusalOf(await sign({ bay_uuid: 'hive', csr: csr(), valid_for: valid }))).toMatchObject({
        status: 400,
        detail: expect.stringContaining('valid_for'),
      });
  });

  test('takes elliptic keys, and both words for the bay', async () => {
    const request = csr([], ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']);
    for (const body of [
      { cluster_uuid: hive.uuid, csr: request },
      { bay_uuid: hive.uuid, csr: request, ca_cert_type: 'kubernetes', pem: 'ignored' },
    ]) {
      expect((await sign(body)).status).toBe(201);
    }
  });

  test.each<[string, () => Fields, string]>([
    ['no bay', () => ({ csr: csr() }), 'bay_uuid'],
    ['an unknown bay', () => ({ bay_uuid: 'nobody', csr: csr() }), 'nobody'],
    ['no request', () => ({ bay_uuid: 'hive' }), 'csr'],
    ['an unknown field', () => ({ bay_uuid: 'hive', csr: csr(), colour: 'red' }), 'colour'],
    ['a request that is none', () => ({ bay_uuid: 'hive', csr: 'please' }), 'PEM'],
    ['a broken request', () => ({ bay_uuid: 'hive', csr: csr().replace(/[A-Za-z]{20}/, 'A'.repeat(20)) }), ''],
    ['an authority of its own', () => ({ bay_uuid: 'hive', csr: csr(['basicConstraints=critical,CA:TRUE']) }), 'CA'],
    ['the right to sign', () => ({ bay_uuid: 'hive', csr: csr(['keyUsage=critical,keyCertSign']) }), 'Certificate Sign'],
    [
      'a critical extension that is not permitted',
      () => ({ bay_uuid: 'hive', csr: csr(['nameConstraints=critical,permitted;DNS:example.org']) }),
      '2.5.29.30',
    ],
    ['a short key', () => ({ bay_uuid: 'hive', csr: csr([], ['rsa:1024']) }), '2048'],
    ['an outdated hash', () => ({ bay_uuid: 'hive', csr: csr([], ['rsa:2048'], '-sha1') }), 'hash'],
  ])('with %s is refused by name', async (_what, body, word) => {
    const refusal = refusalOf(await sign(body()));
    expect(refusal).toMatchObject({ status: 400, code: 'client' });
    expect(refusal.detail).toContain(word);
  });
});

describe('what a certificate must not have', () => {
  test('is left out where the request did not insist', async () => {
    const reply = await sign({
      bay_uuid: 'hive',
      csr: csr([
        'keyUsage=keyCertSign,digitalSignature',
        'nameConstraints=permitted;DNS:example.org',
        'basicConstraints=CA:TRUE',
      ]),
    });
    writeFileSync(join(folder, 'tamed.pem'), String(reply.body['pem']));
    const text = openssl('x509', '-in', 'tamed.pem', '-noout', '-text');
    expect(text).toContain('CA:FALSE');
    expect(text).not.toMatch(/CA:TRUE|Certificate Sign|Name Constraints/);
  });
});

describe('who may', () => {
  test('is the bay’s user and the administrator of the project; another member may not', async () => {
    const { mate } = service.tokens;
    expect((await service.request('GET', '/v1/certificates/hive', { token: mate })).status).toBe(403);
    expect((await sign({ bay_uuid: 'hive', csr: csr() }, mate)).status).toBe(403);
    expect((await service.request('GET', '/v1/certificates/hive', { token: service.tokens.other })).status).toBe(404);
    expect((await sign({ bay_uuid: hive.uuid, csr: csr() }, service.tokens.other)).status).toBe(400);
  });

  test('is the account of the bay’s nodes, for that bay, and for nothing else', async () => {
    const { name, token, headers } = await enrolledNode(service, hive.uuid, 'worker');
    const before = await stateOf(service);
    expect((await service.request('GET', `/v1/certificates/${hive.uuid}`, { token })).status).toBe(200);
    const own = { bay_uuid: hive.uuid, csr: csr([], undefined, undefined, name) };
    const signed = await service.request('POST', '/v1/certificates', { body: own, token, headers });
    expect(signed.status, signed.text).toBe(201);
    expect((await service.request('GET', `/v1/certificates/${other.uuid}`, { token })).status).toBe(404);
    expect((await sign({ bay_uuid: other.uuid, csr: csr() }, token)).status).toBe(400);
    for (const path of [
      '/v1/bays',
      '/v1/bays/detail',
      `/v1/bays/${hive.uuid}`,
      `/v1/bays/${hive.uuid}/events`,
      '/v1/baymodels',
      '/v1/baymodels/swarm',
      '/v1/nodes',
      '/v1/containers',
      '/v1/mservices',
    ]) {
      expect((await service.request('GET', path, { token })).status, path).toBe(403);
    }
    for (const [method, path, body] of [
      ['POST', '/v1/bays', { baymodel_id: 'swarm' }],
      ['PATCH', `/v1/bays/${hive.uuid}`, [{ op: 'replace', path: '/node_count', value: 9 }]],
      ['DELETE', `/v1/bays/${hive.uuid}`, undefined],
      ['DELETE', '/v1/baymodels/swarm', undefined],
      ['POST', '/v1/containers', { bay_uuid: hive.uuid, image: 'x' }],
    ] as const) {
      expect((await service.request(method, path, { token, body })).status, `${method} ${path}`).toBe(403);
    }
    expect(await stateOf(service)).toBe(before);
  });

  test('ends with the bay: the account and its token go with it', async () => {
    const { uuid } = await service.createBay({ name: 'short-lived' });
    const token = await trusteeToken('short-lived');
    await service.request('DELETE', `/v1/bays/${uuid}`, { version: '1.2' });
    await service.until(uuid, 'gone');
    expect((await service.request('GET', `/v1/certificates/${uuid}`, { token })).status).toBe(401);
  });
});

/** Logs in as the account that the conductor has made for the nodes; only its password is set anew, as the vault's is not to be had. */
async function trusteeToken(bayName = 'hive'): Promise<string> {
  const bay = itemsOf(await service.request('GET', '/v1/bays'), 'bays').find((item) => item['name'] === bayName);
  const name = `${String(bay?.['uuid'])}_${service.config.projects[0]?.id ?? ''}`;
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
  expect(reply.status, reply.text).toBe(201);
  return reply.headers.get('x-subject-token') ?? '';
}

describe('the other authorities of a bay', () => {
  const caOf = async (bay: string, kind: string): Promise<string> => {
    const reply = await service.request('GET', `/v1/certificates/${bay}?ca_cert_type=${kind}`);
    expect(reply.status, reply.text).toBe(200);
    return String(reply.body['pem']);
  };

  test('are one for etcd and one for the front proxy; every other kind is the main one', async () => {
    const [main, etcd, proxy] = [await caOf('hive', 'kubelet'), await caOf('hive', 'etcd'), await caOf('hive', 'front-proxy')];
    expect(new Set([main, etcd, proxy]).size).toBe(3);
    expect(await caOf('hive', 'front_proxy')).toBe(proxy);
    expect(await caOf('hive', 'etcd')).toBe(etcd);
    for (const kind of ['kubernetes', 'kubelet', 'whatever', '']) expect(await caOf('hive', kind), kind).toBe(main);
    for (const [kind, pem] of Object.entries({ etcd, proxy })) {
      writeFileSync(join(folder, `${kind}.pem`), pem);
      expect(openssl('x509', '-in', `${kind}.pem`, '-noout', '-text')).toMatch(/CA:TRUE, pathlen:0[\s\S]*Certificate Sign/);
    }
  });

  test('are the same for all first requests that arrive at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => caOf('other', 'etcd')));
    expect(new Set(answers).size).toBe(1);
  });

  test.each(['etcd', 'front-proxy', 'front_proxy', 'kubernetes', 'kubelet'])('sign what is meant for them: %s', async (kind) => {
    const { body } = await sign({ cluster_uuid: 'hive', csr: csr(), ca_cert_type: kind });
    expect(body['ca_cert_type']).toBe(kind);
    writeFileSync(join(folder, 'kind.pem'), await caOf('hive', kind));
    writeFileSync(join(folder, 'signed.pem'), String(body['pem']));
    expect(openssl('verify', '-CAfile', 'kind.pem', 'signed.pem')).toContain('OK');
    writeFileSync(join(folder, 'wrong.pem'), await caOf('hive', kind.startsWith('k') ? 'etcd' : 'kubernetes'));
    expect(() => openssl('verify', '-CAfile', 'wrong.pem', 'signed.pem')).toThrow();
  });

  test('go with the bay', async () => {
    const bay = await service.createBay({ name: 'short-lived' });
    for (const kind of ['etcd', 'front-proxy']) await caOf('short-lived', kind);
    const kept = (): Promise<unknown[]> => service.db('vault_secret').where('ref', 'like', `bay/${bay.uuid}/%`);
    expect(await kept()).toHaveLength(6);
    await service.request('DELETE', `/v1/bays/${bay.uuid}`, { version: '1.2' });
    await service.until(bay.uuid, 'gone');
    expect(await kept()).toEqual([]);
  });
});

describe('another authority', () => {
  const rotate = (bay: string, token = service.tokens.demo) => service.request('PATCH', `/v1/certificates/${bay}`, { token });

  test('is begun at once, and then every kind is another one', async () => {
    const bay = await service.createBay({ name: 'turning' });
    const all = (): Promise<string[]> =>
      Promise.all(
        ['kubernetes', 'etcd', 'front-proxy'].map(async (kind) =>
          String((await service.request('GET', `/v1/certificates/turning?ca_cert_type=${kind}`)).body['pem']),
        ),
      );
    const before = await all();
    expect(await rotate('turning')).toMatchObject({ status: 202, body: { uuid: bay.uuid } });
    expect((await service.request('GET', '/v1/bays/turning')).body['status']).toBe('UPDATE_IN_PROGRESS');
    const settled = await service.until(bay.uuid, 'UPDATE_COMPLETE');
    expect(settled['status_reason']).toBeNull();
    const after = await all();
    expect(new Set([...before, ...after]).size).toBe(6);
    const { body } = await service.request('GET', `/v1/bays/${bay.uuid}/events`);
    const story = itemsOf({ ...(await service.request('GET', `/v1/bays/${bay.uuid}/events`)), body }, 'events');
    const words = story
      .map((event) => String(event['reason']))
      .filter((reason) => reason.startsWith('Rotation of the certificate authority'));
    expect(words.map((reason) => /trust the new|are accepted|nodes get|stop trusting|was deleted/.exec(reason)?.[0])).toEqual([
      'trust the new',
      'are accepted',
      'nodes get',
      'stop trusting',
      'was deleted',
    ]);
    const secrets: { ref: string }[] = await service.db('vault_secret').where('ref', 'like', `bay/${bay.uuid}/%`);
    expect(secrets.map(({ ref }) => ref.split('/')[2]).sort()).toEqual([
      'ca-1',
      'ca-etcd-1',
      'ca-front-proxy-1',
      'client-1',
      'enrolment-key',
      'trustee-password',
    ]);
    expect((await rotate('turning')).status).toBe(202);
    await service.until(bay.uuid, 'UPDATE_COMPLETE');
    expect((await all())[0]).not.toBe(after[0]);
  });

  test('is 400 without TLS and while the bay is being changed, and 404 for an unknown bay', async () => {
    await service.createModel({ name: 'plain', tls_disabled: true });
    await service.createBay({ name: 'open', baymodel_id: 'plain' });
    expect(refusalOf(await rotate('open'))).toMatchObject({ status: 400, detail: expect.stringContaining('tls_disabled') });
    const idle = await aService({ conductor: false });
    await idle.createModel();
    await idle.request('POST', '/v1/bays', { body: { name: 'slow', baymodel_id: 'swarm' }, version: '1.2' });
    const reply = await idle.request('PATCH', '/v1/certificates/slow');
    await idle.stop();
    expect(refusalOf(reply)).toMatchObject({ status: 400, detail: expect.stringContaining('CREATE_IN_PROGRESS') });
    expect((await rotate(NOWHERE)).status).toBe(404);
  });

  test('is 403 for the account of the nodes, and is for the whole project', async () => {
    const mate = await rotate('other', service.tokens.mate);
    expect(mate.status, mate.text).toBe(202);
    await service.until(other.uuid, 'UPDATE_COMPLETE');
  });
});
