import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../../domain/json.js';
import { exampleBayFor } from '../../../shared/testing/example-bays.js';
import { certificateFor } from './certificates.js';
import { configuredNode, WORKER, type ConfiguredNode } from './control-plane.test-support.js';
import { kubeadm } from './driver.js';
import { COMPONENTS } from './options.js';

/*
 * Points of the CIS Kubernetes Benchmark (1.10) that this driver's own configuration decides: what it says to kubeadm, the files that its
 * scripts write, and what it lets callers change. What kubeadm does by itself is looked at on the nodes of a real bay
 * (test/e2e/kubernetes-bay.test.ts); here it is shown that nothing changes it.
 *
 * Not held, and why: 1.2.1, anonymous requests to the API, because load balancers ask `/readyz` without a certificate, and anonymous users may
 * do nothing else; 1.1.12, etcd's data of a user of its own, because kubeadm runs etcd as root; 4.2.10, the kubelet's own renewal, because
 * the nodes' timer renews its certificates.
 */

const PKI = '/etc/kubernetes/pki';
const HARDENED = { audit_log_enabled: 'true', encryption_at_rest: 'true', pod_security_default: 'baseline' };

let node: ConfiguredNode;
let kubelet: JsonObject;
let remove = (): void => undefined;
beforeAll(() => {
  node = configuredNode(HARDENED, {
    prepare: ({ kubernetes }) => writeFileSync(join(kubernetes, 'pki/encryption.key'), 'a2V5\n', { mode: 0o600 }),
    cleanUp: (given) => {
      remove = given;
    },
  });
  kubelet = node.documents['KubeletConfiguration'] ?? {};
});
afterAll(() => remove());

type Component = 'apiServer' | 'controllerManager' | 'scheduler';
const args = (component: Component, name: string): readonly string[] => node.argument(component, name);
const namesIn = (component: Component): readonly string[] => {
  const settings = node.documents['ClusterConfiguration']?.[component];
  const extra = isJsonObject(settings) ? settings['extraArgs'] : [];
  return (extra as readonly { readonly name: string }[]).map(({ name }) => name); // kubeadm's form
};
const authorityOf = (profile: string): string | undefined =>
  certificateFor({
    profile,
    bay: exampleBayFor(kubeadm).bay,
    node: { name: 'example-master', role: 'master' },
    own: ['10.0.0.5'],
    balancers: [],
  })?.authority;
const at = (from: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined =>
  path.reduce<JsonValue | undefined>((value, name) => (isJsonObject(value) ? value[name] : undefined), from);

describe('the API server', () => {
  test.each<[string, string, readonly string[]]>([
    ['1.2.2 takes no passwords from a file', 'token-auth-file', []],
    ['1.2.5 checks the certificates of kubelets', 'kubelet-certificate-authority', [`${PKI}/ca.crt`]],
    ['1.2.6 to 1.2.8 authorizes as kubeadm has it, by Node and RBAC', 'authorization-mode', []],
    ['1.2.15 is not profiled', 'profiling', ['false']],
    ['1.2.16 writes an audit log where a label asks for it', 'audit-log-path', ['/var/log/kubernetes/audit/audit.log']],
    ['1.2.17 keeps it for thirty days', 'audit-log-maxage', ['30']],
    ['1.2.18 keeps ten files of it', 'audit-log-maxbackup', ['10']],
    ['1.2.19 begins another one after a hundred megabytes', 'audit-log-maxsize', ['100']],
    ['1.2.22 checks tokens of service accounts by their keys', 'service-account-key-file', [`${PKI}/account-keys.pub`]],
    ['1.2.21 looks service accounts up, as it does by itself', 'service-account-lookup', []],
    ['1.2.25 admits clients of authorities of the bay', 'client-ca-file', [`${PKI}/client-ca.crt`]],
    [
      '1.2.27 encrypts Secrets where a label asks for it',
      'encryption-provider-config',
      ['/etc/kubernetes/api-server/encryption.json'],
    ],
    ['3.2.1 has a policy for the audit log', 'audit-policy-file', ['/etc/kubernetes/api-server/audit-policy.json']],
    [
      '5.2.1 limits pods where a label asks for it',
      'admission-control-config-file',
      ['/etc/kubernetes/api-server/admission.json'],
    ],
    ['refuses bootstrap tokens', 'enable-bootstrap-token-auth', ['false']],
  ])('%s', (_point, name, values) => expect(args('apiServer', name)).toEqual(values));

  test('1.2.10 to 1.2.14 keeps nodes to what is theirs, and switches no plugin of admission off', () => {
    expect(args('apiServer', 'enable-admission-plugins')[0]?.split(',')).toContain('NodeRestriction');
    expect(args('apiServer', 'enable-admission-plugins')[0]?.split(',')).not.toContain('AlwaysAdmit');
    expect(args('apiServer', 'disable-admission-plugins')).toEqual([]);
  });

  test('1.2.23, 1.2.26 reaches etcd as kubeadm has it, by certificates of an authority of its own', () => {
    expect(namesIn('apiServer').filter((name) => name.startsWith('etcd-') || name.startsWith('insecure-'))).toEqual([]);
    expect(at(node.documents['ClusterConfiguration'], 'etcd')).toBeUndefined();
    expect(authorityOf('etcd-server')).toBe('etcd');
    expect(authorityOf('apiserver')).toBe('main');
  });

  test('1.2.28 encrypts with a cipher, and not with identity first', () => {
    const { resources } = JSON.parse(node.read('api-server/encryption.json')) as {
      readonly resources: readonly { readonly resources: readonly string[]; readonly providers: readonly object[] }[];
    };
    expect(resources.map((one) => [one.resources, Object.keys(one.providers[0] ?? {})])).toEqual([[['secrets'], ['secretbox']]]);
  });
});

describe('the other programs of a control plane', () => {
  test.each<[string, Component, string, readonly string[]]>([
    ['1.3.2 the controller manager is not profiled', 'controllerManager', 'profiling', ['false']],
    [
      '1.3.3 it has an account for each controller, as kubeadm has it',
      'controllerManager',
      'use-service-account-credentials',
      [],
    ],
    ['1.3.7 it listens to its own node alone, as kubeadm has it', 'controllerManager', 'bind-address', []],
    ['1.4.1 the scheduler is not profiled', 'scheduler', 'profiling', ['false']],
    ['1.4.2 it listens to its own node alone, as kubeadm has it', 'scheduler', 'bind-address', []],
  ])('%s', (_point, component, name, values) => expect(args(component, name)).toEqual(values));

  test('1.3.4, 1.3.5 the controller manager has no key of an authority of the bay', () => {
    expect(namesIn('controllerManager').filter((name) => /key-file/.test(name))).toEqual([
      'cluster-signing-kube-apiserver-client-key-file',
    ]);
    expect(args('controllerManager', 'cluster-signing-kube-apiserver-client-key-file')).toEqual([`${PKI}/signer.key`]);
  });

  test('2.1 to 2.7 members of etcd show certificates to each other and to clients, of an authority of their own', () => {
    expect(['etcd-server', 'etcd-peer', 'apiserver-etcd-client', 'etcd-healthcheck-client'].map(authorityOf)).toEqual(
      Array(4).fill('etcd'),
    );
    // Local etcd with nothing added: kubeadm asks every client and every member for a certificate.
    expect(at(node.documents['ClusterConfiguration'], 'etcd')).toBeUndefined();
  });
});

describe('the kubelet', () => {
  test.each<[string, readonly string[]]>([
    ['4.2.1 admits no anonymous requests', ['authentication', 'anonymous', 'enabled']],
    ['4.2.2 asks the API who may do what', ['authorization', 'mode']],
    ['4.2.3 admits clients of the authority of the bay', ['authentication', 'x509', 'clientCAFile']],
    ['4.2.4 has no port without authentication', ['readOnlyPort']],
    ['4.2.5 ends idle connections', ['streamingConnectionIdleTimeout']],
    ['4.2.6 keeps its rules of iptables', ['makeIPTablesUtilChains']],
  ])('%s, as kubeadm has it', (_point, path) => expect(at(kubelet, ...path)).toBeUndefined());

  test('4.2.9 shows a certificate of the authority of the bay, and makes none itself', () => {
    expect(kubelet).toMatchObject({
      tlsCertFile: `${PKI}/kubelet-server.crt`,
      tlsPrivateKeyFile: `${PKI}/kubelet-server.key`,
      serverTLSBootstrap: false,
    });
    expect(authorityOf('kubelet-server')).toBe('main');
  });

  test('4.2.7 has the name that it was given', () => {
    const { nodeRegistration } = node.documents['InitConfiguration'] as {
      readonly nodeRegistration: { readonly kubeletExtraArgs: readonly { readonly name: string }[] };
    };
    expect(nodeRegistration.kubeletExtraArgs.map(({ name }) => name)).not.toContain('hostname-override');
  });

  test('of a worker is configured as that of a control plane', () => {
    const { documents } = configuredNode(HARDENED, { node: WORKER });
    // A worker takes it from the cluster.
    expect(Object.keys(documents)).toEqual(['JoinConfiguration']);
    expect(JSON.stringify(documents)).not.toMatch(/token|unsafeSkipCAVerification/);
  });
});

describe('files of a control plane', () => {
  test('1.1.13 to 1.1.18, 4.1.5 kubeconfigs, documents and keys are for root alone', () => {
    const paths = [
      ...['admin.conf', 'kubelet.conf', 'controller-manager.conf', 'scheduler.conf', 'pki/encryption.key'],
      ...readdirSync(join(node.folder.kubernetes, 'api-server')).map((name) => `api-server/${name}`),
    ];
    expect(paths.length).toBe(8);
    for (const path of paths) expect([path, node.modeOf(path)]).toEqual([path, 0o600]);
    for (const path of ['../etc/kubeadm.yaml', '../etc/cluster.yaml']) expect([path, node.modeOf(path)]).toEqual([path, 0o600]);
    expect(node.modeOf('api-server')).toBe(0o700);
  });

  test('1.1.20, 1.1.21 whatever a script writes is for root alone, unless it says otherwise', () => {
    expect(readFileSync(join(node.folder.opt, 'lib.sh'), 'utf8')).toMatch(/^umask 077$/m);
  });

  test('4.1.5 a kubeconfig names keys, and holds none', () => {
    for (const name of ['admin.conf', 'kubelet.conf', 'controller-manager.conf', 'scheduler.conf'])
      expect(node.read(name)).not.toMatch(/-data"|token|password/);
  });
});

// Callers also give options, by which they could undo what stands above.
test.each<[string, readonly string[]]>([
  [
    'kubelet',
    ['anonymous-auth=true', 'authorization-mode=AlwaysAllow', 'client-ca-file=/x', 'tls-cert-file=/x', 'tls-private-key-file=/x'],
  ],
  [
    'kubeapi',
    [
      ...['authorization-mode=AlwaysAllow', 'client-ca-file=/x', 'etcd-cafile=/x', 'etcd-certfile=/x', 'tls-cert-file=/x'],
      ...['kubelet-certificate-authority=/x', 'kubelet-client-certificate=/x', 'service-account-key-file=/x'],
      ...['enable-admission-plugins=AlwaysAdmit', 'enable-bootstrap-token-auth=true', 'audit-policy-file=/x'],
      ...['encryption-provider-config=/x', 'admission-control-config-file=/x'],
    ],
  ],
  ['kubecontroller', ['root-ca-file=/x', 'service-account-private-key-file=/x', 'cluster-signing-key-file=/x']],
])('options of %s that replace an authority, a key or a decision are refused', (component, options) => {
  expect(COMPONENTS).toContain(component);
  for (const option of options) {
    const labels = { ...HARDENED, [`${component}_options`]: `--${option}` };
    const problems = kubeadm.check?.(exampleBayFor(kubeadm, { desired: { labels } })) ?? [];
    expect([option, problems[0]?.field]).toEqual([option, `labels.${component}_options`]);
  }
});
