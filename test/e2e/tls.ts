import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get as getPlain } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { run } from './dev-process.js';

export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

/** What came back from `GET /version`: the engine's version, or why there is none. */
export type Answer = { readonly version: string } | { readonly refused: string };

const WITHIN_MS = 5_000;

export function askOverTls(host: string, port: number, ca: string, client?: KeyPair): Promise<Answer> {
  const identity = client ? { key: client.key, cert: client.certificate } : {};
  return new Promise((resolve) => {
    get({ host, port, path: '/version', ca, ...identity, timeout: WITHIN_MS, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve(versionIn(body)));
      response.on('error', (error) => resolve({ refused: error.message }));
    })
      .on('timeout', () => resolve({ refused: 'timeout' }))
      .on('error', (error) => resolve({ refused: error.message }));
  });
}

export function askInPlain(host: string, port: number): Promise<Answer> {
  return new Promise((resolve) => {
    getPlain({ host, port, path: '/version', timeout: WITHIN_MS, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve(versionIn(body)));
    })
      .on('timeout', () => resolve({ refused: 'timeout' }))
      .on('error', (error) => resolve({ refused: error.message }));
  });
}

function versionIn(body: string): Answer {
  const version = /"Version":"([^"]+)"/.exec(body)?.[1];
  return version === undefined ? { refused: body.trim() } : { version };
}

/** The certificate that a server shows, PEM. */
export function certificateOf(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // Trust is what the caller is about to check.
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: WITHIN_MS }, () => {
      const base64 = socket
        .getPeerCertificate()
        .raw.toString('base64')
        .replaceAll(/(.{64})/g, '$1\n')
        .trimEnd();
      resolve(`-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`);
      socket.destroy();
    });
    socket.on('timeout', () => socket.destroy(new Error('timeout'))).on('error', reject);
  });
}

/** OpenSSL's work, in a folder that is gone afterwards. Rejects with its words when it fails. */
async function openssl<T>(
  files: Readonly<Record<string, string>>,
  work: (call: (...args: string[]) => Promise<string>, read: (name: string) => string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-e2e-openssl-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const call = async (...args: string[]): Promise<string> => {
      const { code, output, errors } = await run('sh', ['-c', 'cd "$0" && exec openssl "$@"', folder, ...args]);
      if (code !== 0) throw new Error(`openssl ${args[0]}: ${output}${errors}`);
      return output;
    };
    return await work(call, (name) => readFileSync(join(folder, name), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const CLIENT =
  '[req]\ndistinguished_name=dn\nreq_extensions=ext\nprompt=no\n[dn]\nCN=somebody\n[ext]\nextendedKeyUsage=clientAuth\n';

/** A key, and a request to sign it for a client. */
export function clientRequest(): Promise<{ readonly key: string; readonly csr: string }> {
  return openssl({ 'req.cnf': CLIENT }, async (call, read) => {
    await call('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'req.pem', '-config', 'req.cnf');
    return { key: read('key.pem'), csr: read('req.pem') };
  });
}

/** The same for an administrator of a Kubernetes. */
export function administratorRequest(): Promise<{ readonly key: string; readonly csr: string }> {
  const config = '[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nO=system:masters\nCN=admin\n';
  return openssl({ 'req.cnf': config }, async (call, read) => {
    await call('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'req.pem', '-config', 'req.cnf');
    return { key: read('key.pem'), csr: read('req.pem') };
  });
}

/** A client whose certificate comes from an unknown authority. */
export function strangersClient(): Promise<KeyPair> {
  return openssl({ 'req.cnf': CLIENT }, async (call, read) => {
    await call(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-subj',
      '/CN=stranger',
      '-days',
      '2',
    );
    await call('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'req.pem', '-config', 'req.cnf');
    await call(
      'x509',
      '-req',
      '-in',
      'req.pem',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      'cert.pem',
      '-days',
      '1',
      '-extfile',
      'req.cnf',
      '-extensions',
      'ext',
    );
    return { key: read('key.pem'), certificate: read('cert.pem') };
  });
}

/** OpenSSL's strict verdict on a server's certificate for an address: its words. */
export function strictVerdict(ca: string, certificate: string, address: string): Promise<string> {
  return openssl({ 'ca.pem': ca, 'cert.pem': certificate }, (call) =>
    call('verify', '-x509_strict', '-purpose', 'sslserver', '-verify_ip', address, '-CAfile', 'ca.pem', 'cert.pem'),
  );
}
