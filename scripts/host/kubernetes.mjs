// A Kubernetes of one's own for tests: API server, controllers and store as processes on loopback, built from their Go modules
// (once, some five minutes) into the cache of the user.
import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:https';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { goProgram } from './go.mjs';

const SOURCES = join(import.meta.dirname, 'kubernetes');
const READY_WITHIN = 90_000;

/**
 * Starts a control plane that trusts clients of the given authority. `sign` makes a certificate of the authority for a server
 * or a client: its key and certificate, PEM.
 * @param {{ ca: string,
 *   sign: (commonName: string, options: { organization?: string, address?: string }) => Promise<{ key: string, certificate: string }>,
 *   log: (line: string) => void }} options
 */
export async function startKubernetes({ ca, sign, log }) {
  const program = kubernetesProgram(log);
  const folder = mkdtempSync(join(tmpdir(), 'magnum-kubernetes-'));
  const [etcd, peer, port] = [await freePort(), await freePort(), await freePort()];
  const server = await sign('kube-apiserver', { address: '127.0.0.1' });
  const controller = await sign('controllers', { organization: 'system:masters' });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const files = {
    'ca.pem': ca,
    'server.pem': server.certificate,
    'server.key': server.key,
    'accounts.key': privateKey,
    'accounts.pub': publicKey,
    kubeconfig: kubeconfig(port, ca, controller),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const path = (name) => join(folder, name);
  const processes = [];
  const start = (name, ...args) => {
    const out = openSync(path(`${name}.log`), 'a');
    const child = spawn(program, [name, ...args], { stdio: ['ignore', out, out], env: { ...process.env, GOMAXPROCS: '2' } });
    processes.unshift(child);
  };
  const stop = async () => {
    for (const child of processes) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL'); // nothing in it is worth keeping
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const store = `http://127.0.0.1:${etcd}`;
    const member = `http://127.0.0.1:${peer}`;
    start(
      'etcd',
      '--data-dir',
      path('etcd'),
      '--listen-client-urls',
      store,
      '--advertise-client-urls',
      store,
      '--listen-peer-urls',
      member,
      '--initial-advertise-peer-urls',
      member,
      '--initial-cluster',
      `default=${member}`,
      '--unsafe-no-fsync',
    );
    start(
      'kube-apiserver',
      `--etcd-servers=${store}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${path('server.pem')}`,
      `--tls-private-key-file=${path('server.key')}`,
      `--client-ca-file=${path('ca.pem')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${path('accounts.pub')}`,
      `--service-account-signing-key-file=${path('accounts.key')}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.96.0.0/16',
      // There is no controller of accounts here, and pods would wait for theirs.
      '--disable-admission-plugins=ServiceAccount',
      '--endpoint-reconciler-type=none',
    );
    await ready(port, ca, controller, processes, path('kube-apiserver.log'));
    start(
      'kube-controller-manager',
      `--kubeconfig=${path('kubeconfig')}`,
      '--controllers=replicationcontroller-controller,garbage-collector-controller',
      '--leader-elect=false',
      '--secure-port=0',
    );
    return { url: `https://127.0.0.1:${port}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The program out of the cache; built when it is not there. Throws with a one-line reason. */
function kubernetesProgram(log) {
  const module = readFileSync(join(SOURCES, 'go.mod'), 'utf8');
  const version = /k8s\.io\/kubernetes (v[\d.]+)/.exec(module)?.[1] ?? 'unknown';
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'magnum-ts');
  const program = join(cache, `kubernetes-${version}`);
  if (existsSync(program)) return program;
  const go = goProgram();
  log(`building Kubernetes ${version} from its Go modules; once, some minutes`);
  const work = mkdtempSync(join(tmpdir(), 'magnum-kubernetes-build-'));
  try {
    for (const name of ['main.go', 'go.mod', 'go.sum']) copyFileSync(join(SOURCES, name), join(work, name));
    const flag = 'k8s.io/component-base/version';
    const [, minor = '0'] = version.slice(1).split('.');
    const versions = `-X ${flag}.gitVersion=${version} -X ${flag}.gitMajor=1 -X ${flag}.gitMinor=${minor} -X ${flag}.gitTreeState=clean`;
    const build = spawnSync(
      go,
      ['build', '-trimpath', '-tags', 'providerless,dockerless', '-ldflags', `-s -w ${versions}`, '-o', 'kubernetes', '.'],
      { cwd: work, encoding: 'utf8', env: { ...process.env, CGO_ENABLED: '0' } },
    );
    if (build.status !== 0) throw new Error(`Kubernetes could not be built: ${(build.stderr ?? '').trim().split('\n').at(-1)}`);
    mkdirSync(cache, { recursive: true });
    // In one step: whoever builds at the same time gets a whole program too.
    copyFileSync(join(work, 'kubernetes'), `${program}.${process.pid}`);
    renameSync(`${program}.${process.pid}`, program);
    return program;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function kubeconfig(port, ca, client) {
  const data = (text) => Buffer.from(text).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': data(ca) } }],
    users: [{ name: 'u', user: { 'client-certificate-data': data(client.certificate), 'client-key-data': data(client.key) } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}

async function ready(port, ca, client, processes, logFile) {
  const end = Date.now() + READY_WITHIN;
  while (Date.now() < end) {
    const ended = processes.find((child) => child.exitCode !== null);
    if (ended)
      throw new Error(`Kubernetes ended with code ${ended.exitCode}: ${readFileSync(logFile, 'utf8').trim().split('\n').at(-1)}`);
    if (await answers(port, ca, client)) return;
    await sleep(250);
  }
  throw new Error('Kubernetes did not answer in time');
}

/** Whether the namespace that everything goes into is there. */
function answers(port, ca, client) {
  return new Promise((done) => {
    request(
      {
        host: '127.0.0.1',
        port,
        path: '/api/v1/namespaces/default',
        ca,
        key: client.key,
        cert: client.certificate,
        timeout: 2_000,
      },
      (response) => {
        response.resume();
        done(response.statusCode === 200);
      },
    )
      .on('error', () => done(false))
      .on('timeout', () => done(false))
      .end();
  });
}
