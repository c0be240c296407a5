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
 * Tests of Kubernetes' conformance for which the programs on the nodes are enough: they run agnhost, which is one program there, without a shell, and no other
 * image. Those that run a command of a shell inside of a pod, as most tests of networks do, need the image that Kubernetes publishes. Each name is a part of
 * the full one.
 */
const CONFORMANCE = [
  'ReplicationController should serve a basic image on each replica with a public image',
  'ReplicationController should adopt matching pods on creation',
  'ReplicationController should release no longer matching pods',
  'ReplicationController should test the lifecycle of a ReplicationController',
  'ReplicaSet should serve a basic image on each replica with a public image',
  'Garbage collector should delete pods created by rc when not orphaning',
  'DisruptionController should block an eviction until the PDB is updated to allow it',
  'Pods should run through the lifecycle of Pods and PodStatus',
  'A set of valid responses are returned for both pod and service Proxy [Conformance]',
  'version v1 should proxy through a service and a pod',
  'EndpointSlice should create Endpoints and EndpointSlices for Pods matching a Service',
  'Services should find a service from listing all namespaces',
  'Services should complete a service status lifecycle',
  'ServiceAccounts should guarantee kube-root-ca.crt exist in any namespace',
  'ServiceAccountIssuerDiscovery should support OIDC discovery of service account issuer',
  'Certificates API [Privileged:ClusterAdmin] should support CSR API operations',
  'Lease lease API should be available',
  'ResourceQuota should create a ResourceQuota and capture the life of a pod',
  'creating/deleting custom resource definition objects works',
  'Discovery should validate PreferredVersion for each APIGroup',
  'Watchers should be able to restart watching from the last resource version observed by the previous watch',
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
        ...[`--ginkgo.focus=(${focus})`, '--ginkgo.no-color', '--ginkgo.timeout=25m', '--disable-log-dump'],
        // A name may begin others, which are not all of conformance.
        ...['--ginkgo.skip=\\[Slow\\]|\\[Alpha\\]|\\[Beta\\]'],
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
