import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { secretsFor } from '../../../../../domain/bay-secrets.js';
import { exampleBayFor } from '../../../../shared/testing/example-bays.js';
import type { NodeFolder } from '../../../../shared/testing/node-folder.test-support.js';
import { configuredNode, WORKER } from '../control-plane.test-support.js';
import { kubeadm } from '../driver.js';

const ASKED = { encryption_at_rest: 'True' };
const KEY = randomBytes(32).toString('base64');
/** As take-secrets.sh leaves the key. */
const withKey = ({ kubernetes }: NodeFolder): void => writeFileSync(join(kubernetes, 'pki/encryption.key'), `${KEY}\n`);

describe('encryption at rest', () => {
  test('encrypts Secrets with the key of the bay, and still reads those that are not encrypted', () => {
    const node = configuredNode(ASKED, { prepare: withKey });
    expect(node.argument('apiServer', 'encryption-provider-config')).toEqual(['/etc/kubernetes/api-server/encryption.json']);
    expect(JSON.parse(node.read('api-server/encryption.json'))).toEqual({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'EncryptionConfiguration',
      resources: [
        { resources: ['secrets'], providers: [{ secretbox: { keys: [{ name: 'bay', secret: KEY }] } }, { identity: {} }] },
      ],
    });
    expect(node.modeOf('api-server/encryption.json')).toBe(0o600);
    expect(node.documents['ClusterConfiguration']).toMatchObject({
      apiServer: { extraVolumes: [{ mountPath: '/etc/kubernetes/api-server', readOnly: true }] },
    });
    // kubeadm keeps its configuration in the cluster.
    expect(JSON.stringify(node.documents)).not.toContain(KEY);
  });

  test('leaves the key nowhere else on the node', () => {
    const { folder } = configuredNode(ASKED, { prepare: withKey });
    const { stdout } = spawnSync('grep', ['-rlF', KEY, '.'], { cwd: join(folder.etc, '..'), encoding: 'utf8' });
    expect(stdout.trim().split('\n').toSorted()).toEqual([
      './kubernetes/api-server/encryption.json',
      './kubernetes/pki/encryption.key',
    ]);
  });

  test('without its key ends the step with the reason, before an API server writes anything in the clear', () => {
    const { folder } = configuredNode(ASKED, { prepare: withKey });
    rmSync(join(folder.kubernetes, 'pki/encryption.key'));
    const { stderr, status } = spawnSync(join(folder.opt, 'configure-api-server.sh'), { encoding: 'utf8' });
    expect([stderr.trim(), status]).toEqual(['the key that encrypts Secrets is missing on this control plane', 1]);
  });

  test('is no matter of workers', () => {
    const { folder } = configuredNode(ASKED, { node: WORKER, steps: ['configure-api-server', 'configure-kubelet'] });
    const { stdout } = spawnSync('find', [folder.kubernetes, '-name', '*encryption*'], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  test('has a key only in bays that ask for it', () => {
    const names = (labels: Readonly<Record<string, string>>) => secretsFor(kubeadm, labels).map(({ name }) => name);
    expect([names({}), names({ encryption_at_rest: 'false' }), names(ASKED)]).toEqual([
      ['sa', 'signer'],
      ['sa', 'signer'],
      ['sa', 'signer', 'encryption'],
    ]);
  });

  test.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
    ['that is neither on nor off', { encryption_at_rest: 'secretbox' }, 'encryption_at_rest', /expected boolean/],
    [
      'beside a file',
      { ...ASKED, kubeapi_options: '--encryption-provider-config=/x' },
      'kubeapi_options',
      /encryption_at_rest exclude each other; leave one/,
    ],
  ])('%s is refused', (_what, labels, name, message) => {
    const problems = kubeadm.check?.(exampleBayFor(kubeadm, { desired: { labels } }));
    expect(problems).toEqual([{ field: `labels.${name}`, message: expect.stringMatching(message) }]);
  });
});
