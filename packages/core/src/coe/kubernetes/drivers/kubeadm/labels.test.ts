import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { labelTable } from '../../../shared/testing/label-table.test-support.js';
import { KUBERNETES_RELEASES, type KubernetesRelease } from '../../releases.js';
import { KUBEADM_LABELS } from './labels.js';

const PAGE = new URL('../../../../../../../docs/kubernetes.md', import.meta.url);

/** The versions that go together, for people who choose one. */
function releaseTable(): string {
  const columns: readonly (readonly [string, (release: KubernetesRelease) => string])[] = [
    ['Release', ({ version }) => `\`${version}\``],
    ['etcd', ({ etcd }) => etcd],
    ['CoreDNS', ({ coredns }) => coredns],
    ['pause', ({ pause }) => pause],
    ['flannel', ({ flannel }) => flannel],
    ['metrics-server', ({ metricsServer }) => metricsServer],
    ['cloud-provider-openstack', ({ cloudProvider }) => cloudProvider],
    ['CSI: provisioner, attacher, resizer', ({ csi }) => `${csi.provisioner}, ${csi.attacher}, ${csi.resizer}`],
    ['external-snapshotter', ({ csi }) => csi.snapshotter],
    ['autoscaler', ({ autoscaler }) => autoscaler],
    ['Traefik', ({ traefik }) => traefik],
  ];
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row(columns.map(([name]) => name)),
    row(columns.map(() => '---')),
    ...KUBERNETES_RELEASES.map((release) => row(columns.map(([, cell]) => cell(release)))),
    '',
  ].join('\n');
}

test.each([
  ['labels', 'every label as the driver reads it', () => labelTable(KUBEADM_LABELS)],
  ['releases', 'every release with the versions that go with it', releaseTable],
] as const)('docs/kubernetes.md has, under %s, %s (UPDATE_GOLDEN=1 writes the table)', (name, _what, made) => {
  const table = made();
  const place = new RegExp(`(<!-- ${name}: generated -->\\n)([\\s\\S]*?)(<!-- /${name} -->)`);
  const page = readFileSync(PAGE, 'utf8');
  if (process.env['UPDATE_GOLDEN'])
    writeFileSync(
      PAGE,
      page.replace(place, (_all, open: string, _old, close: string) => open + table + close),
    );
  expect(place.exec(readFileSync(PAGE, 'utf8'))?.[2]).toBe(table);
});
