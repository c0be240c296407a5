import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BayModel } from '../../../../domain/bay-model.js';
import { exampleBayFor } from '../../../shared/testing/example-bays.js';
import { configuredNode, WORKER } from './control-plane.test-support.js';
import { kubeadm } from './driver.js';

/** Files of containerd's folder of registries on a worker, by the name of the registry. */
function hostsOf(mirrors: string, model: Partial<BayModel> = {}): Readonly<Record<string, string>> {
  const labels: Record<string, string> = mirrors === '' ? {} : { registry_mirrors: mirrors };
  const steps = ['configure-containerd', 'configure-kubelet'];
  const { folder } = configuredNode(labels, {
    node: WORKER,
    steps,
    example: { model },
    prepare: ({ containerd }) => writeFileSync(join(containerd, 'config.toml'), 'sandbox_image = "x"\n'),
  });
  const place = join(folder.containerd, 'certs.d');
  return Object.fromEntries(readdirSync(place).map((name) => [name, readFileSync(join(place, name, 'hosts.toml'), 'utf8')]));
}

describe('mirrors of registries', () => {
  test('are asked in the order of the label, and the registry itself last', () => {
    const mirrors =
      'docker.io=https://mirror.example, quay.io=https://other.example:5000/path  docker.io=https://second.example/';
    expect(hostsOf(mirrors)).toEqual({
      'docker.io': `server = "https://registry-1.docker.io"
[host."https://mirror.example"]
capabilities = ["pull", "resolve"]
[host."https://second.example"]
capabilities = ["pull", "resolve"]
`,
      'quay.io': `server = "https://quay.io"
[host."https://other.example:5000/path"]
capabilities = ["pull", "resolve"]
`,
    });
  });

  test('in a project of another registry are asked at the path that is given, to which nothing is added', () => {
    expect(hostsOf('docker.io=https://harbor.example/v2/docker')['docker.io']).toContain(
      '[host."https://harbor.example/v2/docker"]\ncapabilities = ["pull", "resolve"]\noverride_path = true\n',
    );
    expect(hostsOf('docker.io=https://harbor.example/v2x')['docker.io']).not.toContain('override_path');
  });

  test('without TLS are accepted where the bay model names them, as is a registry that has both', () => {
    const hosts = hostsOf('docker.io=http://192.0.2.9:5000,192.0.2.8=https://mirror.example', {
      insecureRegistry: '192.0.2.9:5000, 192.0.2.8',
    });
    expect(Object.keys(hosts).toSorted()).toEqual(['192.0.2.8', '192.0.2.9:5000', 'docker.io']);
    expect(hosts['docker.io']).toContain(
      '[host."http://192.0.2.9:5000"]\ncapabilities = ["pull", "resolve"]\nskip_verify = true\n',
    );
    expect(hosts['192.0.2.8']?.match(/\[host[^\]]*\]/g)).toEqual([
      '[host."https://mirror.example"]',
      '[host."https://192.0.2.8"]',
      '[host."http://192.0.2.8"]',
    ]);
  });

  test('are written as a reader of TOML takes them apart', () => {
    const text = hostsOf('docker.io=https://a.example/v2/x,docker.io=https://b.example')['docker.io'];
    const program = 'import json, sys, tomllib; print(json.dumps(tomllib.loads(sys.stdin.read())))';
    const { stdout, stderr } = spawnSync('python3', ['-c', program], { input: text, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      server: 'https://registry-1.docker.io',
      host: {
        'https://a.example/v2/x': { capabilities: ['pull', 'resolve'], override_path: true },
        'https://b.example': { capabilities: ['pull', 'resolve'] },
      },
    });
  });

  test('are nothing in a bay that names none', () => expect(hostsOf('')).toEqual({}));

  test.each<[string, string, RegExp]>([
    ['without a registry', 'https://mirror.example', /write docker\.io=https:\/\/mirror\.example/],
    ['without an address', 'docker.io=', /write docker\.io=/],
    ['of a registry that is a path', '../../etc=https://mirror.example', /is no mirror/],
    ['of a registry that is a folder above', '..=https://mirror.example', /is no mirror/],
    ['with a quotation mark', 'docker.io=https://mirror.example/"]', /is no mirror/],
    ['with a query', 'docker.io=https://mirror.example/?x=y', /is no mirror/],
    ['with a path out of its own', 'docker.io=https://mirror.example//v2', /is no mirror/],
    ['with a password', 'docker.io=https://me:x@mirror.example', /is no mirror/],
    ['with a port that is none', 'docker.io=https://mirror.example:99999', /is no mirror/],
    [
      'without TLS',
      'docker.io=http://mirror.example:5000',
      /write https:\/\/, or name mirror\.example:5000 in insecure_registry/,
    ],
  ])('%s are refused', (_what, mirrors, message) => {
    const problems = kubeadm.check?.(exampleBayFor(kubeadm, { desired: { labels: { registry_mirrors: mirrors } } }));
    expect(problems).toEqual([{ field: 'labels.registry_mirrors', message: expect.stringMatching(message) }]);
  });
});
