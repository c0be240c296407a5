import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_SIGNING_RULES } from '../../domain/certificate.js';
import type { KeyPair } from '../../ports/certificates.js';
import { systemClock } from '../system/clock.js';
import { csrProblem } from './csr-bounds.js';
import { certificateAuthority } from './x509.js';

const authority = certificateAuthority(systemClock);
const folder = mkdtempSync(join(tmpdir(), 'magnum-x509-'));
let ca: KeyPair;

beforeAll(async () => {
  ca = await authority.createCa('a bay, O=not a part', DEFAULT_SIGNING_RULES);
  writeFileSync(join(folder, 'ca.pem'), ca.certificate);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const sans = (count: number): string => Array.from({ length: count }, (_, index) => `DNS:a${index}`).join(',');

/** A CSR made by openssl with the given request extensions. */
function csr(
  extensions: readonly string[],
  key: readonly string[] = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
): string {
  return openssl(
    'req',
    '-new',
    '-nodes',
    '-keyout',
    'key.pem',
    ...key,
    '-subj',
    '/CN=node',
    ...extensions.flatMap((extension) => ['-addext', extension]),
  );
}

function text(pem: string): string {
  writeFileSync(join(folder, 'cert.pem'), pem);
  return openssl('x509', '-in', 'cert.pem', '-noout', '-text');
}

const CLIENT = { kind: 'client', validForSeconds: 86_400 } as const;

test('keys without a certificate sign what openssl verifies with their public half', async () => {
  const { publicKey, privateKey } = await authority.createKeys(DEFAULT_SIGNING_RULES);
  for (const [name, content] of Object.entries({ 'plain.key': privateKey.reveal(), 'plain.pub': publicKey, message: 'x' }))
    writeFileSync(join(folder, name), content);
  openssl('dgst', '-sha256', '-sign', 'plain.key', '-out', 'signature', 'message');
  expect(openssl('dgst', '-sha256', '-verify', 'plain.pub', '-signature', 'signature', 'message')).toContain('Verified OK');
  expect(openssl('pkey', '-in', 'plain.key', '-noout', '-text')).toMatch(/Private-Key: \(2048 bit/);
  expect((await authority.createKeys(DEFAULT_SIGNING_RULES)).publicKey).not.toBe(publicKey);
});

describe('a signed certificate', () => {
  test('for a client passes openssl verify -x509_strict as one and not as a server, whatever was asked for beside it', async () => {
    for (const asked of [[], ['extendedKeyUsage=clientAuth'], ['extendedKeyUsage=serverAuth,clientAuth']]) {
      const pem = await authority.sign(
        ca,
        csr(['subjectAltName=IP:10.0.0.2,DNS:node', 'keyUsage=critical,digitalSignature,keyEncipherment', ...asked]),
        DEFAULT_SIGNING_RULES,
        CLIENT,
      );
      const shown = text(pem);
      expect(openssl('verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', 'ca.pem', 'cert.pem')).toContain('OK');
      expect(() => openssl('verify', '-purpose', 'sslserver', '-CAfile', 'ca.pem', 'cert.pem')).toThrow();
      expect(shown).toMatch(/Extended Key Usage:\s+TLS Web Client Authentication\n/);
      expect(shown).not.toContain('10.0.0.2');
      expect(shown).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
      expect(shown).toContain('Subject Key Identifier');
      expect(shown).toContain('Authority Key Identifier');
      expect(pem).not.toMatch(/\n$/);
    }
  });

  test('for a client ends when it was asked to, and in 30 days at the latest', async () => {
    for (const [asked, given] of [
      [60, 60],
      [86_400, 86_400],
      [10 * 365 * 86_400, 30 * 86_400],
    ] as const) {
      const profile = { kind: 'client', validForSeconds: asked } as const;
      const { validFrom, validTo } = new X509Certificate(await authority.sign(ca, csr([]), DEFAULT_SIGNING_RULES, profile));
      // It begins five minutes ago, for the sake of clocks that are late.
      expect(Date.parse(validTo) - Date.parse(validFrom)).toBe((given + 300) * 1_000);
    }
  });

  test('of any profile begins five minutes ago, and so does the authority: clocks of nodes may be late', async () => {
    const now = new Date('2026-03-01T12:00:00Z');
    const fixed = certificateAuthority({ ...systemClock, now: () => now });
    const made = await fixed.createCa('a bay', DEFAULT_SIGNING_RULES);
    const profiles = [
      { kind: 'node', name: 'node', addresses: ['10.0.0.7'] },
      { kind: 'named', subject: { commonName: 'a', organization: 'b' }, usages: ['server', 'client'], hosts: ['a'] },
      CLIENT,
    ] as const;
    const certificates = [
      made.certificate,
      (await fixed.createClient(made, DEFAULT_SIGNING_RULES)).certificate,
      ...(await Promise.all(profiles.map((profile) => fixed.sign(made, csr([]), DEFAULT_SIGNING_RULES, profile)))),
    ];
    for (const certificate of certificates)
      expect(new Date(new X509Certificate(certificate).validFrom).toISOString()).toBe('2026-03-01T11:55:00.000Z');
  });

  test('for a node has the name and addresses that are known of it, and serves only', async () => {
    const node = { kind: 'node', name: 'node', addresses: ['10.0.0.7', '2001:db8::7'] } as const;
    const asked = ['subjectAltName=IP:10.0.0.2,DNS:master-1', 'extendedKeyUsage=serverAuth'];
    const shown = text(await authority.sign(ca, csr(asked), DEFAULT_SIGNING_RULES, node));
    expect(shown).toMatch(/Subject: CN ?= ?node\n/);
    expect(shown).toMatch(/IP Address:10\.0\.0\.7, IP Address:2001:DB8:0:0:0:0:0:7, DNS:localhost, DNS:node\n/);
    expect(shown).toMatch(/Extended Key Usage:\s+TLS Web Server Authentication\n/);
    expect(shown).not.toMatch(/10\.0\.0\.2|master-1/);
    expect(openssl('verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'ca.pem', 'cert.pem')).toContain('OK');
    expect(() => openssl('verify', '-purpose', 'sslclient', '-CAfile', 'ca.pem', 'cert.pem')).toThrow();
    const { validTo } = new X509Certificate(openssl('x509', '-in', 'cert.pem'));
    expect(Math.round((Date.parse(validTo) - Date.now()) / 86_400_000)).toBeLessThanOrEqual(90);
  });

  test('for a node that names a profile has what the profile says, whatever was asked for', async () => {
    const content = {
      kind: 'named',
      subject: { commonName: 'system:node:node', organization: 'system:nodes' },
      usages: ['server', 'client'],
      hosts: ['node', '10.0.0.7', '::1', 'node'],
    } as const;
    const shown = text(await authority.sign(ca, csr(['subjectAltName=DNS:master-1']), DEFAULT_SIGNING_RULES, content));
    expect(shown).toMatch(/Subject: O ?= ?system:nodes, CN ?= ?system:node:node\n/);
    expect(shown).toMatch(/DNS:node, IP Address:10\.0\.0\.7, IP Address:0:0:0:0:0:0:0:1\n/);
    expect(shown).not.toMatch(/master-1/);
    for (const purpose of ['sslserver', 'sslclient'])
      expect(openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.pem', 'cert.pem')).toContain('OK');
  });

  test('for a client by a profile vouches for no host', async () => {
    const content = { kind: 'named', subject: { commonName: 'c', organization: '' }, usages: ['client'], hosts: [] } as const;
    const shown = text(await authority.sign(ca, csr(['subjectAltName=DNS:master-1']), DEFAULT_SIGNING_RULES, content));
    expect(shown).toMatch(/Subject: CN ?= ?c\n/);
    expect(shown).not.toMatch(/Subject Alternative Name|TLS Web Server/);
  });

  test.each([
    ['another name', 'another', ['extendedKeyUsage=serverAuth'], 'not this node'],
    ['a client', 'node', ['extendedKeyUsage=clientAuth'], 'clientAuth'],
    ['anything', 'node', ['extendedKeyUsage=anyExtendedKeyUsage'], 'extendedKeyUsage'],
    ['an authority', 'node', ['basicConstraints=critical,CA:TRUE'], 'CA:TRUE'],
  ])('for a node is refused by field where it asks to be %s', async (_what, name, asked, word) => {
    const node = { kind: 'node', name, addresses: [] } as const;
    await expect(authority.sign(ca, csr(asked), DEFAULT_SIGNING_RULES, node)).rejects.toMatchObject({
      kind: 'certificate-refused',
      field: 'csr',
      message: expect.stringContaining(word),
    });
  });

  test('for a client is refused where it asks to serve only', async () => {
    await expect(authority.sign(ca, csr(['extendedKeyUsage=serverAuth']), DEFAULT_SIGNING_RULES, CLIENT)).rejects.toMatchObject({
      kind: 'certificate-refused',
      field: 'csr',
      message: expect.stringContaining('serverAuth'),
    });
  });

  test('is made of a request with text around it, as openssl and certtool write it', async () => {
    const plain = csr([]);
    writeFileSync(join(folder, 'request.csr'), plain);
    const around = openssl('req', '-in', 'request.csr', '-text');
    expect(around).toMatch(/^Certificate Request/);
    for (const request of [
      around,
      `note\n\n${plain}`,
      `${plain}\ntrailing text`,
      plain.replaceAll('\n', '\r\n'),
      plain.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'),
      plain.trimEnd(),
    ])
      expect(await authority.sign(ca, request, DEFAULT_SIGNING_RULES, CLIENT)).toContain('BEGIN CERTIFICATE');
    for (const request of ['-----BEGIN CERTIFICATE REQUEST-----', plain.replace(/-----END.*/, ''), `x${plain}`])
      await expect(authority.sign(ca, request, DEFAULT_SIGNING_RULES, CLIENT)).rejects.toMatchObject({ kind: 'invalid-csr' });
  });

  test('has a serial number of its own, of more than 64 bits', async () => {
    const serials = await Promise.all(
      [1, 2, 3].map(
        async () =>
          /Serial Number:\s*([0-9a-f:]+)/.exec(text(await authority.sign(ca, csr([]), DEFAULT_SIGNING_RULES, CLIENT)))?.[1],
      ),
    );
    expect(new Set(serials).size).toBe(3);
    expect(serials[0]?.split(':').length).toBe(20);
  });

  test('never becomes a CA, asked politely or not', async () => {
    await expect(authority.sign(ca, csr(['basicConstraints=critical,CA:TRUE']), DEFAULT_SIGNING_RULES, CLIENT)).rejects.toThrow(
      'CA:TRUE',
    );
    expect(text(await authority.sign(ca, csr(['basicConstraints=CA:TRUE']), DEFAULT_SIGNING_RULES, CLIENT))).toContain(
      'CA:FALSE',
    );
    await expect(authority.sign(ca, csr(['keyUsage=critical,keyCertSign']), DEFAULT_SIGNING_RULES, CLIENT)).rejects.toThrow(
      'Certificate Sign',
    );
    expect(
      text(await authority.sign(ca, csr(['keyUsage=digitalSignature,keyCertSign']), DEFAULT_SIGNING_RULES, CLIENT)),
    ).not.toContain('Certificate Sign');
  });

  test('drops extensions that are not allowed, and is refused when they are critical', async () => {
    expect(text(await authority.sign(ca, csr(['nsComment=hello']), DEFAULT_SIGNING_RULES, CLIENT))).not.toContain('hello');
    await expect(
      authority.sign(ca, csr(['1.2.3.4=critical,ASN1:UTF8String:x']), DEFAULT_SIGNING_RULES, CLIENT),
    ).rejects.toMatchObject({
      kind: 'certificate-refused',
      field: 'csr',
    });
  });
});

test('the CA itself is strict: pathlen 0, critical, with key identifiers; a comma in the name adds nothing to it', () => {
  const shown = text(ca.certificate);
  expect(openssl('verify', '-x509_strict', '-CAfile', 'ca.pem', 'ca.pem')).toContain('OK');
  expect(shown).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
  expect(shown).toMatch(/Key Usage: critical\s+Certificate Sign/);
  expect(shown).not.toMatch(/Subject:.*O = not a part/);
});

test('the administrator gets a client certificate', async () => {
  const pair = await authority.createClient(ca, DEFAULT_SIGNING_RULES);
  const shown = text(pair.certificate);
  expect(openssl('verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', 'ca.pem', 'cert.pem')).toContain('OK');
  expect(shown).toMatch(/Subject:.*CN = admin.*O = system:masters/);
});

describe('a CSR is refused', () => {
  test.each([
    ['51 relative names', ['-subj', `/CN=node${'/OU=a'.repeat(50)}`], 'subject holds 51 names; at most 50'],
    ['101 alternative names', ['-subj', '/CN=a', '-addext', `subjectAltName=${sans(101)}`], 'subjectAltName holds 101 names'],
    ['400 alternative names', ['-subj', '/CN=a', '-addext', `subjectAltName=${sans(400)}`], 'subjectAltName holds 400 names'],
    ['700 relative names', ['-subj', `/CN=a${'/OU=a'.repeat(700)}`], 'more than 1500 elements'],
  ])('before it is decoded when it holds %s', async (_name, args, words) => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem'];
    const many = openssl('req', '-new', ...key, ...args);
    expect(csrProblem(many)).toContain(words);
    await expect(authority.sign(ca, many, DEFAULT_SIGNING_RULES, CLIENT)).rejects.toMatchObject({
      kind: 'invalid-csr',
      message: expect.stringContaining(words),
    });
  });

  test('not for 50 relative and 100 alternative names', async () => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem'];
    const most = openssl(
      'req',
      '-new',
      ...key,
      '-subj',
      `/CN=node${'/OU=a'.repeat(49)}`,
      '-addext',
      `subjectAltName=${sans(100)}`,
    );
    await expect(authority.sign(ca, most, DEFAULT_SIGNING_RULES, CLIENT)).resolves.toContain('BEGIN CERTIFICATE');
  });

  test.each([
    ['nonsense', 'not a PEM'],
    ['-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----', 'cannot be read'],
    [`-----BEGIN CERTIFICATE REQUEST-----\n${'A'.repeat(70_000)}`, 'longer than'],
  ])('when it is %.40s', async (text_, words) => {
    await expect(authority.sign(ca, text_, DEFAULT_SIGNING_RULES, CLIENT)).rejects.toThrow(words);
  });

  test('with a short RSA key, an old hash or a weak curve', async () => {
    await expect(authority.sign(ca, csr([], ['-newkey', 'rsa:1024']), DEFAULT_SIGNING_RULES, CLIENT)).rejects.toThrow(
      'too short',
    );
    await expect(
      authority.sign(ca, csr([], ['-newkey', 'rsa:2048', '-sha1']), DEFAULT_SIGNING_RULES, CLIENT),
    ).rejects.toMatchObject({
      kind: 'invalid-csr',
    });
    await expect(
      authority.sign(ca, csr([], ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime192v1']), DEFAULT_SIGNING_RULES, CLIENT),
    ).rejects.toMatchObject({ kind: 'invalid-csr' });
  });

  test('when its signature does not fit its key', async () => {
    const lines = csr([]).trim().split('\n');
    const der = Buffer.from(lines.slice(1, -1).join(''), 'base64');
    der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    await expect(authority.sign(ca, forged, DEFAULT_SIGNING_RULES, CLIENT)).rejects.toMatchObject({ kind: 'invalid-csr' });
  });
});
