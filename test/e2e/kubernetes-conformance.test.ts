import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildConformanceTests, buildKubernetes } from '../../scripts/host/kubernetes-build.mjs';
import { DevProcess } from './dev-process.js';
import { removeOwned } from './docker.js';
import { clustersCanBeMade } from './kubeadm-cluster.js';
import { aKubernetesBay, aKubernetesModel } from './kubernetes-bays.js';

const FILE = 'test/e2e/kubernetes-conformance.test.ts';

/**
 * Tests of Kubernetes' conformance that need no other image than those that are on the nodes, and about a half minute at most. Each name is a part of the
 * full one.
 */
const CONFORMANCE = [
  'ReplicationController should serve a basic image on each replica with a public image',
  'ReplicationController should adopt matching pods on creation',
  'ReplicationController should release no longer matching pods',
  'ReplicationController should test the lifecycle of a ReplicationController',
  'Services should serve a basic endpoint from pods',
  'Services should serve multiport endpoints from pods',
  'Services should be able to create a functioning NodePort service',
  'Services should have session affinity work for service with type clusterIP',
  'DNS should provide DNS for services',
  'DNS should provide DNS for the cluster',
  'Granular Checks: Pods should function for intra-pod communication: http',
  'Granular Checks: Pods should function for intra-pod communication: udp',
  'Granular Checks: Pods should function for node-pod communication: http',
  'Pods should support remote command execution over websockets',
  'Pods should support retrieving logs from the container over websockets',
  'Pods should run through the lifecycle of Pods and PodStatus',
  'ServiceAccounts should mount an API token into pods',
  'ServiceAccounts should guarantee kube-root-ca.crt exist in any namespace',
  'ServiceAccounts ServiceAccountIssuerDiscovery should support OIDC discovery of service account issuer',
  'Certificates API [Privileged:ClusterAdmin] should support CSR API operations',
  'Update Demo should scale a replication controller',
  'Namespaces [Serial] should ensure that all pods are removed when a namespace is deleted',
] as const;

describe.skipIf(!(await clustersCanBeMade(FILE)))("Kubernetes' own conformance tests, on a bay", () => {
  const server = new DevProcess({});
  const folder = mkdtempSync(join(tmpdir(), 'magnum-conformance-'));
  let magnum: Magnum;
  let program = '';
  let kubectl = '';

  beforeAll(async () => {
    const log = (line: string): void => console.info(line);
    program = await buildConformanceTests(log);
    kubectl = join(folder, 'kubectl');
    const { program: kubernetes } = await buildKubernetes(log);
    writeFileSync(kubectl, `#!/bin/sh\nexec ${kubernetes} kubectl "$@"\n`, { mode: 0o755 });
    await server.start();
    magnum = server.client();
    await aKubernetesModel(magnum);
    const bay = await aKubernetesBay(magnum, { name: 'tried', node_count: 2 });
    const { files } = await magnum.clusters.config(bay.uuid);
    writeFileSync(join(folder, 'config'), files['config'] ?? '', { mode: 0o600 });
  }, 2_400_000);
  afterAll(async () => {
    await server.destroy(removeOwned);
    rmSync(folder, { recursive: true });
  }, 120_000);

  test(`${CONFORMANCE.length} of them pass`, async () => {
    const focus = CONFORMANCE.map((name) => name.replaceAll(/[^A-Za-z0-9 -]/g, '.')).join('|');
    const child = spawn(
      program,
      [
        ...[`--kubeconfig=${join(folder, 'config')}`, `--kubectl-path=${kubectl}`, '--provider=skeleton', '--num-nodes=2'],
        ...[`--ginkgo.focus=(${focus}).*Conformance`, '--ginkgo.no-color', '--ginkgo.timeout=25m', '--disable-log-dump'],
        ...[`--report-dir=${folder}`, '--dump-logs-on-failure=false', '--allowed-not-ready-nodes=1'],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const [code]: unknown[] = await once(child, 'close');
    const lines = output.split('\n');
    const summary = lines.filter((line) => /^(Ran |SUCCESS|FAIL!|\s*\[FAIL\])/.test(line));
    console.info(summary.join('\n'));
    expect(code, `${summary.join('\n')}\n${output.slice(-4_000)}`).toBe(0);
    expect(summary.join('\n')).toMatch(new RegExp(`Ran ${CONFORMANCE.length} of \\d+ Specs`));
  }, 1_800_000);
});
