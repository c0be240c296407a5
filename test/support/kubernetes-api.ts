import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startKubernetes, type KeyAndCertificate, type Kubernetes } from '../../scripts/host/kubernetes.mjs';
import { nodeFolder, type NodeFolder } from '../../packages/core/src/coe/shared/testing/node-folder.test-support.js';
import { KUBEADM_SCRIPTS } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/scripts.js';

const run = promisify(execFile);
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'] as const;

/** What kubeadm gives an API server beside what every one here has. */
const KUBEADMS_FLAGS = ['--allow-privileged=true'];

/** A real API server of Kubernetes without nodes, and the folders of a control plane whose scripts talk to it. */
export class KubernetesApi {
  readonly url: string;
  readonly kubeconfig: string;
  readonly node: NodeFolder;
  readonly #kubernetes: Kubernetes;
  readonly #folder: string;

  private constructor(kubernetes: Kubernetes, folder: string) {
    this.#kubernetes = kubernetes;
    this.#folder = folder;
    this.url = kubernetes.url;
    this.kubeconfig = kubernetes.kubeconfig;
    this.node = nodeFolder(KUBEADM_SCRIPTS);
    this.node.program('kubectl', `exec ${kubernetes.program} kubectl "$@"`);
    mkdirSync(join(this.node.kubernetes, 'pki'));
    copyFileSync(kubernetes.kubeconfig, join(this.node.kubernetes, 'admin.conf'));
    copyFileSync(join(folder, 'ca.pem'), join(this.node.kubernetes, 'pki', 'ca.crt'));
    writeFileSync(join(this.node.etc, 'member'), '');
  }

  /** Errors: a one-line reason where there is none to be had. */
  static async start(flags: readonly string[] = []): Promise<KubernetesApi> {
    const folder = mkdtempSync(join(tmpdir(), 'magnum-kubernetes-api-'));
    const openssl = (...words: readonly string[]): void => void execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
    openssl('req', '-x509', ...EC, '-days', '2', '-subj', '/CN=ca', '-keyout', 'ca.key', '-out', 'ca.pem');
    const sign = async (
      name: string,
      { organization, address }: { readonly organization?: string; readonly address?: string },
    ): Promise<KeyAndCertificate> => {
      const subject = `${organization ? `/O=${organization}` : ''}/CN=${name}`;
      openssl('req', '-new', ...EC, '-subj', subject, '-keyout', 'one.key', '-out', 'one.csr');
      const names = address ? `subjectAltName=IP:${address}\n` : '';
      writeFileSync(join(folder, 'one.ext'), `extendedKeyUsage=serverAuth,clientAuth\n${names}`);
      const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'one.ext'];
      openssl('x509', '-req', '-in', 'one.csr', ...by, '-out', 'one.pem');
      const text = (file: string): string => readFileSync(join(folder, file), 'utf8');
      return { key: text('one.key'), certificate: text('one.pem') };
    };
    try {
      const log = (line: string): void => console.info(line);
      const ca = readFileSync(join(folder, 'ca.pem'), 'utf8');
      return new KubernetesApi(await startKubernetes({ ca, sign, log, flags: [...KUBEADMS_FLAGS, ...flags] }), folder);
    } catch (error) {
      rmSync(folder, { recursive: true });
      throw error;
    }
  }

  async kubectl(...words: readonly string[]): Promise<string> {
    const { stdout } = await run(this.#kubernetes.program, ['kubectl', `--kubeconfig=${this.kubeconfig}`, ...words]);
    return stdout;
  }

  /** Applies an object that is written as a value. */
  async apply(...objects: readonly object[]): Promise<void> {
    const file = join(this.#folder, 'objects.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await this.kubectl('apply', '--server-side', '--filename', file);
  }

  /** What the node has among its settings, and the credential that it holds. */
  settle(values: object, credential: object): void {
    writeFileSync(join(this.node.etc, 'node.json'), JSON.stringify(values));
    writeFileSync(join(this.node.etc, 'credential.json'), JSON.stringify(credential));
  }

  /** Runs a script of the node; returns what it printed. */
  async runScript(name: string): Promise<{ readonly code: unknown; readonly output: string }> {
    const child = spawn(join(this.node.opt, name), { env: { ...process.env, PATIENCE: '0' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const [code]: unknown[] = await once(child, 'close');
    return { code, output };
  }

  async stop(): Promise<void> {
    await this.#kubernetes.stop();
    this.node.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
