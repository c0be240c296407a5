// A Kubernetes of one's own for tests: API server, controllers and store as processes on loopback, built from their Go modules
// into the cache of the user.
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { buildKubernetes } from './kubernetes-build.mjs';

const READY_WITHIN = 90_000;

/**
 * Starts a control plane that trusts clients of the given authority. `sign` makes a certificate of the authority for a server
 * or a client: its key and certificate, PEM.
 * @param {{ ca: string,
 *   sign: (commonName: string, options: { organization?: string, address?: string }) => Promise<{ key: string, certificate: string }>,
 *   log: (line: string) => void, flags?: readonly string[] }} options `flags`: further ones of the API server; they take precedence
 */
export async function startKubernetes({ ca, sign, log, flags = [] }) {
  const { program } = await buildKubernetes(log);
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
  const processes = processGroup(program, path);
  const stop = async () => {
    await processes.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const store = `http://127.0.0.1:${etcd}`;
    processes.start('etcd', etcdOptions({ path, store, member: `http://127.0.0.1:${peer}` }));
    processes.start('kube-apiserver', [...apiServerOptions({ path, store, port }), ...flags]);
    await ready({ port, ca, client: controller, processes });
    processes.start('kube-controller-manager', [
      `--kubeconfig=${path('kubeconfig')}`,
      '--controllers=replicationcontroller-controller,garbage-collector-controller',
      '--leader-elect=false',
      '--secure-port=0',
    ]);
    return { url: `https://127.0.0.1:${port}`, kubeconfig: path('kubeconfig'), program, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The processes of one control plane, each with a log file of its own; they are stopped in the reverse order of their start. */
function processGroup(program, path) {
  const children = [];
  return {
    start(name, options) {
      const out = openSync(path(`${name}.log`), 'a');
      const env = { ...process.env, GOMAXPROCS: '2' };
      children.unshift(spawn(program, [name, ...options], { stdio: ['ignore', out, out], env }));
    },
    async stop() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const gone = new Promise((done) => child.once('exit', done));
        child.kill('SIGKILL'); // nothing in it is worth keeping
        await gone;
      }
    },
    /** Throws when one of them has ended; the message has the last line of the API server's log. */
    assertRunning() {
      const ended = children.find((child) => child.exitCode !== null);
      if (!ended) return;
      const lastLine = readFileSync(path('kube-apiserver.log'), 'utf8').trim().split('\n').at(-1);
      throw new Error(`Kubernetes ended with code ${ended.exitCode}: ${lastLine}`);
    },
  };
}

function etcdOptions({ path, store, member }) {
  return [
    ...['--data-dir', path('etcd'), '--unsafe-no-fsync'],
    ...['--listen-client-urls', store, '--advertise-client-urls', store],
    ...['--listen-peer-urls', member, '--initial-advertise-peer-urls', member],
    ...['--initial-cluster', `default=${member}`],
  ];
}

function apiServerOptions({ path, store, port }) {
  return [
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
  ];
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

async function ready({ port, ca, client, processes }) {
  const end = Date.now() + READY_WITHIN;
  while (Date.now() < end) {
    processes.assertRunning();
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
