import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NodeFolder } from '../../../shared/testing/node-folder.test-support.js';
import { configuredNode, MASTER, WORKER, type ConfiguredNode } from './control-plane.test-support.js';

const CLOUD = { cloud_provider_enabled: 'true' };
const TRUSTED = { kubernetes: { cloud_provider: true } };

/** As the orchestrator keeps what a control plane has said. */
const invitation = (said: object): string => JSON.stringify({ 1: JSON.stringify({ address: '10.0.0.5', ...said }) });

/** The example bays have no trust, so what a trust changes is written into the settings of the node. */
function withSettings(change: object) {
  return ({ etc }: NodeFolder): void => {
    const file = join(etc, 'node.json');
    const values = JSON.parse(readFileSync(file, 'utf8')) as { readonly kubernetes: object };
    const { kubernetes, ...others } = change as { readonly kubernetes?: object };
    writeFileSync(file, JSON.stringify({ ...values, ...others, kubernetes: { ...values.kubernetes, ...kubernetes } }));
  };
}

function kubeletOf({ documents }: ConfiguredNode): readonly string[] {
  const document = documents['InitConfiguration'] ?? documents['JoinConfiguration'];
  const { kubeletExtraArgs } = document?.['nodeRegistration'] as {
    readonly kubeletExtraArgs: readonly { readonly name: string; readonly value: string }[]; // kubeadm's form
  };
  return kubeletExtraArgs.filter(({ name }) => name === 'cloud-provider').map(({ value }) => value);
}

function invitationOf({ folder }: ConfiguredNode): unknown {
  const { stdout } = spawnSync('sh', ['-c', `. ${folder.opt}/lib.sh; invitations`], { encoding: 'utf8' });
  return JSON.parse(stdout);
}

describe('the kubelet leaves addresses and zone to the cloud controller manager', () => {
  test('on the first control plane, which says so to those that join', () => {
    const node = configuredNode(CLOUD, { prepare: withSettings(TRUSTED) });
    expect(kubeletOf(node)).toEqual(['external']);
    expect(invitationOf(node)).toMatchObject({ worker: { cloud: true }, manager: { cloud: true } });
  });

  test.each([MASTER, WORKER])('on a node that joins such a cluster: %s', (name) => {
    const prepare = withSettings({ ...TRUSTED, first: false, join: invitation({ cloud: true }) });
    expect(kubeletOf(configuredNode(CLOUD, { node: name, prepare }))).toEqual(['external']);
  });

  // Nothing would ever initialise it: control planes of an earlier release do not deploy the controller manager.
  test.each([{}, { cloud: false }])('not on a node that joins control planes that said %j', (said) => {
    const prepare = withSettings({ ...TRUSTED, first: false, join: invitation(said) });
    expect(kubeletOf(configuredNode(CLOUD, { node: WORKER, prepare }))).toEqual([]);
  });

  test('not where nodes have no trust of the owner', () => {
    const node = configuredNode(CLOUD);
    expect(kubeletOf(node)).toEqual([]);
    expect(invitationOf(node)).toMatchObject({ worker: { cloud: false } });
  });
});

describe("the webhook for Keystone's tokens", () => {
  const labels = { keystone_auth_enabled: 'true' };
  const steps = ['configure-keystone-auth', 'configure-api-server', 'configure-kubelet'];

  test('is asked by the API server after its own rules, at the loopback address, under a certificate of its own', () => {
    const node = configuredNode(labels, { steps });
    expect(node.argument('apiServer', 'authorization-mode')).toEqual(['Node,RBAC,Webhook']);
    for (const name of ['authentication-token', 'authorization'])
      expect(node.argument('apiServer', `${name}-webhook-config-file`)).toEqual(['/etc/kubernetes/keystone-auth/webhook.json']);
    const config = JSON.parse(node.read('keystone-auth/webhook.json')) as { readonly clusters: readonly object[] };
    expect(config.clusters).toMatchObject([{ cluster: { server: 'https://127.0.0.1:8443/webhook' } }]);
    expect(node.read('keystone-auth/tls.crt')).toContain('BEGIN CERTIFICATE');
    expect(node.modeOf('keystone-auth/tls.key')).toBe(0o600);
    expect(node.documents['ClusterConfiguration']).toMatchObject({
      apiServer: { extraVolumes: [{ name: 'keystone-auth', hostPath: '/etc/kubernetes/keystone-auth', readOnly: true }] },
    });
  });

  test('keeps its key when the step runs again', () => {
    const node = configuredNode(labels, { steps });
    const before = node.read('keystone-auth/tls.key');
    expect(spawnSync(join(node.folder.opt, 'configure-keystone-auth.sh')).status).toBe(0);
    expect(node.read('keystone-auth/tls.key')).toBe(before);
  });

  test('is nothing on a worker, and nothing without the label', () => {
    for (const [given, name] of [
      [labels, WORKER],
      [{}, MASTER],
    ] as const)
      expect(JSON.stringify(configuredNode(given, { steps, node: name }).documents)).not.toContain('webhook');
  });
});
