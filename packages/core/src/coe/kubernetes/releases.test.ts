import { describe, expect, test } from 'vitest';
import { agnhostImage, imagesOf, KUBERNETES_RELEASES, releaseOf, versionOf } from './releases.js';

describe('the table of releases', () => {
  test('has each minor once, oldest first, with a patch of that minor', () => {
    expect(KUBERNETES_RELEASES.map(({ minor }) => minor)).toEqual(['1.34', '1.35', '1.36', '1.37']);
    for (const { minor, version } of KUBERNETES_RELEASES)
      expect(version).toMatch(new RegExp(`^v${minor.replace('.', '\\.')}\\.\\d+$`));
  });

  test('spans no more releases than a kubelet may be behind its API server, so that no node is left behind by an upgrade', () => {
    const minors = KUBERNETES_RELEASES.map(({ minor }) => Number(minor.split('.')[1]));
    expect(Math.max(...minors) - Math.min(...minors)).toBeLessThanOrEqual(3);
    expect(minors).toEqual(minors.map((_, index) => (minors[0] ?? 0) + index));
  });

  test('finds the line of a version, whatever its patch and with or without a v', () => {
    for (const version of ['v1.36.3', '1.36.3', 'v1.36.0', '1.36.99', '1.36', 'v1.36'])
      expect(releaseOf(version)?.minor, version).toBe('1.36');
  });

  test.each(['1.33.1', 'v1.38.0', '1.3', '2.36.3', 'latest', '', 'v1.36.3-rc.0', 'v1.36.3 ', '1.36.3\n', 'vv1.36.3', '1.36.3.4'])(
    'has no line for %j',
    (version) => {
      expect(releaseOf(version)).toBeUndefined();
      expect(versionOf(version)).toBeUndefined();
    },
  );

  test('names a version as releases are named', () => {
    expect(versionOf('1.36')).toBe('v1.36.3');
    expect(versionOf('v1.36')).toBe('v1.36.3');
    expect(versionOf('1.36.1')).toBe('v1.36.1');
    expect(versionOf('v1.37.2')).toBe('v1.37.2');
  });
});

describe('images of a release', () => {
  const [, , release] = KUBERNETES_RELEASES;
  if (!release) throw new Error('the table has no third line');

  test('have the names that kubeadm uses', () => {
    expect(imagesOf(release, 'v1.36.3')).toEqual({
      apiServer: 'registry.k8s.io/kube-apiserver:v1.36.3',
      controllerManager: 'registry.k8s.io/kube-controller-manager:v1.36.3',
      scheduler: 'registry.k8s.io/kube-scheduler:v1.36.3',
      proxy: 'registry.k8s.io/kube-proxy:v1.36.3',
      etcd: 'registry.k8s.io/etcd:3.6.8-0',
      coredns: 'registry.k8s.io/coredns/coredns:v1.14.2',
      pause: 'registry.k8s.io/pause:3.10.2',
      metricsServer: 'registry.k8s.io/metrics-server/metrics-server:v0.9.0',
      flannel: 'ghcr.io/flannel-io/flannel:v0.28.10',
      flannelCniPlugin: 'ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3',
    });
    expect(agnhostImage(release)).toBe('registry.k8s.io/e2e-test-images/agnhost:2.63.0');
  });

  test('come all from a private registry where one is named', () => {
    const images = Object.values(imagesOf(release, 'v1.36.3', 'registry.example:5000/mirror'));
    expect(images.filter((name) => !/^registry\.example:5000\/mirror\/[a-z-]+:[\w.-]+$/.test(name))).toEqual([]);
    expect(images).toContain('registry.example:5000/mirror/coredns:v1.14.2');
  });
});
