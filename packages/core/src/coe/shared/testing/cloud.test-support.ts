import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleToken } from './example-bays.js';

/** A bay's CA made by openssl, which signs the nodes' requests. */
export class TestAuthority {
  readonly folder = mkdtempSync(join(tmpdir(), 'magnum-ca-'));

  constructor() {
    this.#openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=example',
      '-days',
      '30',
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-addext',
      'keyUsage=critical,keyCertSign',
    );
    this.#openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=Magnum',
      '-keyout',
      'client.key',
      '-out',
      'client.csr',
      '-addext',
      'extendedKeyUsage=clientAuth',
    );
    writeFileSync(join(this.folder, 'client.crt'), this.sign(this.read('client.csr')));
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** Without an address: for a client. */
  sign(csr: string, address?: string): string {
    writeFileSync(join(this.folder, 'in.csr'), csr);
    const names = address
      ? [`subjectAltName=IP:${address},IP:127.0.0.1`, 'extendedKeyUsage=serverAuth']
      : ['extendedKeyUsage=clientAuth'];
    writeFileSync(join(this.folder, 'extensions.conf'), [...names, ''].join('\n'));
    this.#openssl(
      'x509',
      '-req',
      '-in',
      'in.csr',
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '30',
      '-extfile',
      'extensions.conf',
      '-out',
      'out.crt',
    );
    return this.read('out.crt');
  }

  #openssl(...parameters: readonly string[]): void {
    execFileSync('openssl', parameters, { cwd: this.folder, stdio: 'ignore' });
  }
}

export interface Signal {
  readonly status: string;
  readonly reason: string;
  readonly id: string;
  readonly data: string;
}

/** The APIs that nodes call: tokens, certificates, signals. It refuses the first request, as an API does while it restarts. */
export class TestCloud {
  readonly signals = new Map<string, Signal>();
  readonly authority = new TestAuthority();
  readonly #server: Server;
  readonly #secrets = new Map<string, string>();
  #refused = false;

  constructor(readonly addresses: Readonly<Record<string, string>>) {
    this.#server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const [status, answer, token] = this.#answer(request, body);
        response
          .writeHead(status, { 'content-type': 'application/json', ...(token ? { 'x-subject-token': token } : {}) })
          .end(JSON.stringify(answer));
      });
    });
  }

  /** Starts it; returns the URL under which nodes reach it. */
  async listen(host: string): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, host, resolve));
    // A TCP server's address is not a text.
    return `http://${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.authority.folder, { recursive: true, force: true });
  }

  /** A token belongs to the secret that it was first presented with. */
  #enrol(path: string, body: string): [number, unknown] {
    const node = path.split('/').at(-1) ?? '';
    const { token, secret } = JSON.parse(body) as { token: string; secret: string };
    const known = this.#secrets.get(node) ?? secret;
    if (token !== exampleToken(node) || known !== secret) return [403, {}];
    this.#secrets.set(node, secret);
    return [201, { generation: 0, user_id: 'trustee-1', password: 'example-password', trust_id: null }];
  }

  #answer(request: IncomingMessage, body: string): [number, unknown, string?] {
    if (!this.#refused) {
      this.#refused = true;
      return [503, { error: 'just a moment' }];
    }
    const path = request.url ?? '';
    if (path === '/v3/auth/tokens') return body.includes('"password": "example-password"') ? [201, {}, 'token-1'] : [401, {}];
    if (request.method === 'POST' && path.startsWith('/v1/credentials/')) return this.#enrol(path, body);
    if (path.startsWith('/signal/')) {
      if (request.headers['x-auth-token'] !== 'signal-token') return [401, {}];
      this.signals.set(path.slice('/signal/'.length), JSON.parse(body) as Signal);
      return [200, {}];
    }
    if (request.headers['x-auth-token'] !== 'token-1') return [401, {}];
    if (path.startsWith('/v1/credentials/'))
      return [200, { generation: 0, user_id: 'trustee-1', password: null, trust_id: null }];
    if (request.method === 'GET') return [200, { pem: this.authority.read('ca.crt') }];
    const node = String(request.headers['x-magnum-node']);
    if (this.#secrets.get(node) !== request.headers['x-magnum-node-secret']) return [403, {}];
    return [201, { pem: this.authority.sign((JSON.parse(body) as { csr: string }).csr, this.addresses[node] ?? '') }];
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
