import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEFAULT_SIGNING_RULES } from '@magnum-ts/core/testing';
import { certificateAuthority } from '../../packages/core/src/adapters/certificates/x509.js';
import { AUTHORITIES, parseAuthority, type Authority } from '../../packages/core/src/domain/rotation.js';
import type { BayDriver, CoeEndpoint, NodeCertificateRequest } from '../../packages/core/src/ports/bay-driver.js';
import type { KeyPair } from '../../packages/core/src/ports/certificates.js';

export interface Signal {
  readonly status: string;
  readonly reason: string;
  readonly id: string;
  readonly data: string;
}

interface Options {
  readonly driver: BayDriver;
  /** What is known of each node, by its name. */
  readonly nodes: Readonly<Record<string, Omit<NodeCertificateRequest, 'profile'>>>;
}

type Answer = readonly [status: number, body: unknown, token?: string];

/**
 * What nodes call while they boot: tokens, secrets, certificates, signals. Certificates are made by the service's own authority from the
 * driver's own profiles; who may call is not checked here.
 */
export class NodeCloud {
  readonly signals = new Map<string, Signal>();
  /** Requests that nodes sent: method, path, and of a certificate its profile. */
  readonly asked: string[] = [];
  /** By how much its clock differs from that of the nodes: certificates made a while ago end soon. */
  clockOffsetMs = 0;
  /** Addresses of the masters, as nodes get them with their credential. */
  controlPlanes: readonly string[] = [];
  readonly #options: Options;
  readonly #server: Server;
  readonly #authority = certificateAuthority({
    now: () => new Date(Date.now() + this.clockOffsetMs),
    sleep: () => Promise.resolve(),
  });
  readonly #pairs = new Map<Authority, KeyPair>();
  #signer: KeyPair | undefined;
  readonly #accounts = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

  constructor(options: Options) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(([status, body, token]) =>
        response
          .writeHead(status, { 'content-type': 'application/json', ...(token ? { 'x-subject-token': token } : {}) })
          .end(JSON.stringify(body)),
      );
    });
  }

  /** Starts it; returns the URL under which nodes reach it. */
  async listen(host: string): Promise<string> {
    this.#signer = await this.#authority.createCa('bay signer', DEFAULT_SIGNING_RULES);
    for (const name of AUTHORITIES) this.#pairs.set(name, await this.#authority.createCa(`bay-${name}`, DEFAULT_SIGNING_RULES));
    await new Promise<void>((resolve) => this.#server.listen(0, host, resolve));
    return `http://${host}:${(this.#server.address() as AddressInfo).port}`; // of a TCP server
  }

  /** What an administrator of the cluster connects with. */
  async administrator(): Promise<Pick<CoeEndpoint, 'ca' | 'clientCertificate' | 'clientKey'>> {
    const { csr, privateKey } = await this.#authority.newRequest({ commonName: 'admin', organization: 'system:masters' });
    const main = this.#pair('main');
    const profile = { kind: 'client', validForSeconds: 86_400 } as const;
    const clientCertificate = await this.#authority.sign(main, csr, DEFAULT_SIGNING_RULES, profile);
    return { ca: main.certificate, clientCertificate, clientKey: privateKey };
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += String(part);
    const url = new URL(request.url ?? '', 'http://cloud');
    const body = (text ? JSON.parse(text) : {}) as Readonly<Record<string, string>>; // scripts send objects of texts
    this.asked.push([request.method, url.pathname, body['profile']].filter(Boolean).join(' '));
    const credential = { generation: 0, user_id: 'trustee-1', trust_id: null, control_planes: this.controlPlanes };
    if (url.pathname === '/v3/auth/tokens') return [201, {}, 'token-1'];
    if (url.pathname.startsWith('/signal/')) {
      this.signals.set(url.pathname.slice('/signal/'.length), JSON.parse(text) as Signal); // as signal.sh sends it
      return [200, {}];
    }
    if (url.pathname.startsWith('/v1/addons/')) {
      const [{ bay } = { bay: undefined }] = Object.values(this.#options.nodes);
      return [
        200,
        {
          addons:
            (bay &&
              this.#options.driver.addons?.({
                bay: { id: 'bay-1', projectId: 'project-1', ...bay },
                model: { networkDriver: 'flannel' },
              })) ??
            [],
        },
      ];
    }
    if (url.pathname.endsWith('/secrets')) return [200, { secrets: this.#secrets() }];
    if (url.pathname.startsWith('/v1/credentials/'))
      return request.method === 'POST'
        ? [201, { ...credential, password: 'example-password' }]
        : [200, { ...credential, password: null }];
    if (request.method === 'GET')
      return [200, { pem: this.#pair(parseAuthority(url.searchParams.get('ca_cert_type') ?? undefined)).certificate }];
    return this.#sign(String(request.headers['x-magnum-node']), body);
  }

  #pair(name: Authority): KeyPair {
    const pair = this.#pairs.get(name);
    if (!pair) throw new Error(`no authority ${name}`);
    return pair;
  }

  #secrets(): readonly object[] {
    const { publicKey, privateKey } = this.#accounts;
    const pair = { public_key: publicKey, private_key: privateKey };
    const signer = { certificate: this.#signer?.certificate, private_key: this.#signer?.privateKey.reveal() };
    return (this.#options.driver.secrets ?? []).map(({ name, material }) => ({
      name,
      generation: 0,
      ...(material === 'authority' ? signer : pair),
    }));
  }

  async #sign(node: string, { profile = '', csr = '' }: Readonly<Record<string, string>>): Promise<Answer> {
    const known = this.#options.nodes[node];
    const certificate = known && this.#options.driver.certificateFor?.({ ...known, profile });
    if (!certificate) return [403, {}];
    const signed = { kind: 'named', ...certificate } as const;
    return [201, { pem: await this.#authority.sign(this.#pair(certificate.authority), csr, DEFAULT_SIGNING_RULES, signed) }];
  }
}
